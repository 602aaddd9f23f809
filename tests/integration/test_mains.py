"""Programs with a main of their own, and with few tests or many."""

import harness

from transcript import mask


class NumberOfTestsTest(harness.IntegrationTest):
    def test_no_test(self):
        self.assert_parallel_equals_serial("many", "--tests=0")

    def test_nothing_selected(self):
        self.assert_parallel_equals_serial("many", "--tests=50", "--gtest_filter=-*")

    def test_one_test(self):
        self.assert_parallel_equals_serial("many", "--tests=1")

    def test_more_workers_than_tests(self):
        self.assert_parallel_equals_serial("many", "--tests=3", workers=(3, 4, 8))

    def test_twenty_thousand_tests(self):
        serial = self.assert_parallel_equals_serial("many", "--tests=20000")
        self.assertEqual({"Many199.Test19999"}, serial.failed)


class OwnMainTest(harness.IntegrationTest):
    WORD = '--word=a word, "quoted"'
    FAILED = {"All/Number.IsNoMultipleOfThree/%d" % i for i in (2, 5, 8, 11)}

    def test_arguments_reach_the_workers(self):
        serial = self.assert_parallel_equals_serial("own_main", self.WORD)
        self.assertEqual(self.FAILED, serial.failed)

    def test_an_argument_is_missing(self):
        serial = self.assert_parallel_equals_serial("own_main")
        self.assertEqual(self.FAILED | {"Argument.ArrivesAsGiven"}, serial.failed)

    def test_main_chooses_the_status(self):
        for status, number in ("42", 42), ("failures", 4):
            serial = self.assert_parallel_equals_serial("own_main", self.WORD,
                                                        "--status=" + status)
            self.assertEqual(number, serial.status)

    def test_status_of_its_own_when_all_is_well(self):
        serial = self.assert_parallel_equals_serial("own_main", self.WORD, "--status=42",
                                                    "--gtest_filter=Argument.*")
        self.assertEqual(42, serial.status)

    def test_run_all_tests_is_never_called(self):
        serial = self.assert_parallel_equals_serial("own_main", self.WORD, "--runs=0")
        self.assertEqual(5, serial.status)

    def test_run_all_tests_is_called_twice(self):
        serial = self.assert_parallel_equals_serial("own_main", self.WORD, "--runs=2")
        self.assertEqual(2, serial.out.count("RUN_ALL_TESTS returned 1"), serial)

    def test_run_all_tests_is_called_in_a_thread(self):
        for runs in "1", "2":
            self.assert_parallel_equals_serial("own_main", self.WORD, "--thread=yes",
                                               "--runs=" + runs)

    def test_main_starts_the_program_anew(self):
        shard = {"GTEST_TOTAL_SHARDS": "2", "GTEST_SHARD_INDEX": "1"}
        for when in "before", "after":
            for env in {}, shard:
                serial = self.assert_parallel_equals_serial("own_main", self.WORD, "--again=" + when,
                                                            env=env)
                self.assertNotEqual(set(), serial.failed, serial)

    def test_tests_that_are_registered_at_run_time(self):
        serial = self.assert_parallel_equals_serial("own_main", self.WORD, "--registers=12")
        self.assertEqual({"Registered.Test%d" % i for i in (1, 5, 9)}, serial.failed - self.FAILED)

    def test_a_listener_throws_and_main_goes_on(self):
        arguments = self.WORD, "--runs=2", "--listener=throws"
        serial = self.serial("own_main", *arguments)
        self.assertIn("thrown in auxiliary test code", serial.out)
        run = self.parallel("own_main", *arguments, workers=1)
        self.assertEqual(serial.status, run.status, run)
        self.assertEqual(mask(serial.out), mask(run.out))

    def test_main_cannot_run_twice(self):
        for workers in 2, 4:
            run = self.parallel("own_main", self.WORD, "--seats=1", "--gtest_repeat=3", workers=workers)
            self.assertEqual(1, run.status, run)
            # The first two deaths, and that of each worker that had started before the second.
            self.assertLessEqual(len([note for note in run.notes if "node down" in note]), workers + 1, run)
            self.assertEqual(13, run.out.count("not run: no worker got as far as its tests"), run)
            failure = "crashed before RUN_ALL_TESTS selected its tests: exited with status 3; its output ends with:\n"
            words = "all seats are taken\n\nmain begins with %s\n" % self.WORD.partition("=")[2]
            self.assertEqual((1, 1), (run.out.count(failure), run.out.count(failure + words)), run)

    def test_main_can_run_twice_but_not_more_often(self):
        run = self.parallel("own_main", self.WORD, "--seats=2", workers=2)
        self.assertEqual(1, run.status, run)
        self.assertEqual(set(), {test.name for test in run.tests if test.skips}, run)
        self.assertEqual(self.FAILED, run.failed, run)

    def test_any_name_as_argument_zero(self):
        """The workers run the program's file, whatever its name was said to be."""
        for name in "no/such/path", "own_main", "":
            with self.subTest(name=name):
                self.assert_parallel_equals_serial("own_main", self.WORD, argument_zero=name)

    def test_gtest_main_in_several_units(self):
        self.assert_parallel_equals_serial("several_units")


if __name__ == "__main__":
    harness.main()
