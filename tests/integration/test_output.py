"""What is printed, wherever it is printed from, appears once and where a serial run has it."""

import harness


class OutputTest(harness.IntegrationTest):
    def test_from_main_environment_and_suites(self):
        serial = self.assert_parallel_equals_serial("output", "--gtest_filter=All/Talkative.*")
        for line in ("main before the tests", "environment goes up", "suite goes up",
                     "this is number 7", "suite goes down", "environment goes down",
                     "main after the tests"):
            self.assertEqual(1, serial.out.splitlines().count(line), line)

    def test_of_both_streams_between_failures(self):
        self.assert_parallel_equals_serial("output", "--gtest_filter=Mixed.*")

    def test_of_ten_megabytes(self):
        serial = self.assert_parallel_equals_serial("output",
                                                    "--gtest_filter=Big.PrintsTenMegabytes")
        self.assertGreater(len(serial.out), 10 * 1024 * 1024)

    def test_with_a_message_of_five_megabytes(self):
        name = "Big.FailsWithFiveMegabytes"
        serial = self.assert_parallel_equals_serial("output", "--gtest_filter=" + name)
        self.assertIn("x" * (5 * 1024 * 1024) + " the end", serial.test(name).failures[0])

    def test_with_many_failures(self):
        serial = self.assert_parallel_equals_serial("output", "--gtest_filter=Big.FailsOften")
        self.assertEqual(1000, len(serial.test("Big.FailsOften").failures))

    def test_of_everything_together(self):
        for report in "xml", "json":
            self.assert_parallel_equals_serial("output", report=report)

    def test_of_the_brief_printer(self):
        """Without tests that leave a line unfinished: what goes on with it depends on the order."""
        self.assert_parallel_equals_serial("output", "--gtest_brief=1", "--gtest_filter=-Mixed.*",
                                           framed=False)

    def test_that_a_test_has_emptied_is_told_of(self):
        for capture in "yes", "no":
            with self.subTest(capture=capture):
                run = self.parallel("reopens", workers=1, env={"GTEST_XDIST_CAPTURE": capture})
                self.assertEqual((0, 3), (run.status, len(run.tests)), run)
                self.assertEqual(["the output of gw0 is incomplete: a test has emptied it by opening "
                                  "/dev/stdout or /dev/stderr"], run.notes)


if __name__ == "__main__":
    harness.main()
