"""What a test sees of the worker it runs in, and how suites are set up and torn down there."""

import re

import harness


class WorkerTest(harness.IntegrationTest):
    def identities(self, workers, **env):
        """Worker, number of workers and run id, as every worker sees them."""
        run = self.parallel("identity", workers=workers, env={"GTEST_XDIST_DIST": "each", **env})
        self.assertEqual(0, run.status, run)
        return {tuple(line.split(" ", 2)) for line in run.noted}

    def test_what_a_test_can_see(self):
        serial = self.assert_parallel_equals_serial("identity")
        self.assertEqual(0, serial.status, serial)

    def test_identity(self):
        ids = set()
        for workers in 1, 2, 4:
            with self.subTest(workers=workers):
                seen = self.identities(workers)
                self.assertEqual({("gw%d" % i, str(workers)) for i in range(workers)},
                                 {entry[:2] for entry in seen})
                self.assertEqual(workers, len(seen), "all workers see one run id")
                testrunuid, = {entry[2] for entry in seen}
                self.assertRegex(testrunuid, r"\A[0-9a-f]{32}\Z")
                ids.add(testrunuid)
        self.assertEqual(3, len(ids), "each run has its own id")

    def test_run_id_of_the_user(self):
        for testrunuid in "nightly-7", "two words", "0" * 32:
            seen = self.identities(2, GTEST_XDIST_TESTRUNUID=testrunuid)
            self.assertEqual({testrunuid}, {entry[2] for entry in seen})

    def test_a_serial_run_is_no_worker(self):
        self.assertEqual({"  "}, set(self.serial("identity").noted))

    def test_replacements_do_not_count(self):
        """The number of workers is the one the run began with."""
        run = self.parallel("identity", env={"GTEST_XDIST_DIST": "each", "ABORTS_IN": "gw1"})
        self.assertIn("replacing crashed worker gw1 with gw2", run.notes)
        self.assertEqual({("gw0", "2"), ("gw1", "2"), ("gw2", "2")},
                         {tuple(line.split(" ")[:2]) for line in run.noted})


class StretchTest(harness.IntegrationTest):
    """A suite is set up before each stretch of its tests in a process, and torn down after it."""

    STRETCH = re.compile(r"up (\w)(?: test \1)+ down \1(?: |$)")
    TESTS = 9 + 1 + 14

    def assert_balanced(self, run):
        for pid in {line.split()[0] for line in run.noted}:
            story = " ".join(line.split(" ", 1)[1] for line in run.noted if line.split()[0] == pid)
            suites = [match.group(1) for match in self.STRETCH.finditer(story)]
            self.assertEqual("", self.STRETCH.sub("", story), story)
            for one, next_one in zip(suites, suites[1:]):
                self.assertNotEqual(one, next_one, story)

    def test_set_up_and_tear_down_are_balanced(self):
        for workers in 1, 2, 3, 4:
            for arguments in [], ["--gtest_shuffle", "--gtest_random_seed=3"]:
                with self.subTest(workers=workers, arguments=arguments):
                    run = self.parallel("stretches", *arguments, workers=workers)
                    self.assertEqual(self.TESTS, sum(" test " in line for line in run.noted))
                    self.assert_balanced(run)

    def test_one_worker_sets_every_suite_up_once(self):
        run = self.parallel("stretches", workers=1)
        self.assertEqual(3, sum(" up " in line for line in run.noted), run.noted)

    def test_index_lists_too(self):
        run = self.serial("stretches", env={"GTEST_XDIST_INDICES": "0-3:9:4:10-12"})
        self.assertEqual(9, sum(" test " in line for line in run.noted), run)
        self.assert_balanced(run)


if __name__ == "__main__":
    harness.main()
