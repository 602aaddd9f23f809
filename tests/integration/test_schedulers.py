"""Schedulers that a plugin makes, well-behaved and not, and crashed tests that are put back."""

import re

import harness

TESTS = {"All/Many.Runs/%d" % i for i in range(20)}
CRASHING = "All/Many.Runs/3"
NAME = "the scheduler of plugin 'MakeScheduler' "


class SchedulerTest(harness.IntegrationTest):
    def run_with(self, scheduler="", crashes="", crash_item="nothing", dist="load", workers=2):
        """A run of which every test is reported, and run or said to be not run."""
        run = self.parallel("schedulers", "--gtest_filter=All*", workers=workers, env={
            "SCHEDULER": scheduler, "CRASHES": crashes, "CRASH_ITEM": crash_item,
            "GTEST_XDIST_DIST": dist})
        self.assertEqual(TESTS, {test.name for test in run.tests}, run)
        ran = {line.split()[1] for line in run.noted}
        for test in run.tests:
            if test.name not in ran:
                self.assertRegex("".join(test.skips), "^not run: ", run)
        return run

    def not_run(self, run):
        return {test.name for test in run.tests if "not run: " in "".join(test.skips)}


class UnrulyTest(SchedulerTest):
    def test_a_scheduler_that_does_what_it_should(self):
        run = self.run_with("nothing is wrong")
        self.assertEqual(0, run.status, run)
        self.assertEqual(sorted(TESTS), sorted(line.split()[1] for line in run.noted))

    def test_one_that_cannot_be_made(self):
        """Then the mode hands out."""
        run = self.run_with("throws in constructor")
        self.assertEqual(1, run.status, run)
        self.assertIn("plugin 'MakeScheduler' failed in make_scheduler: as planned\n", run.out)
        self.assertEqual(set(), self.not_run(run))

    def assert_stopped(self, fault, message, **options):
        with self.subTest(fault=fault):
            run = self.run_with(fault, **options)
            self.assertEqual(1, run.status, run)
            self.assertRegex(run.out, "(?m)^%s$" % (re.escape(NAME) + message))
            if fault != "twice":  # which may be noticed when all have run
                self.assertNotEqual(set(), self.not_run(run), run)
            return run

    def test_it_throws(self):
        for member in ("collection_is_completed", "add_node", "add_node_collection", "schedule",
                       "mark_test_complete", "wake_below"):
            self.assert_stopped("throws in " + member, "failed in %s: as planned" % member)
        self.assert_stopped("throws in remove_node", "failed in remove_node: as planned",
                            crashes="once", workers=1)

    def test_it_hands_out_what_it_must_not(self):
        for fault, message in (
                ("out of range", r"test 1000 was sent to gw\d, but there are only 21 tests"),
                ("not selected", r"test 0 was sent to gw\d, but it is not selected"),
                ("twice", r"test 1 was sent to gw\d( twice|, but it was sent to gw\d already)"),
                ("again", r"test \d+ was sent to gw\d twice"),
                ("swallows", r"test 1000 was sent to gw0, but there are only 21 tests")):
            self.assert_stopped(fault, r"failed in \w+: " + message)
        self.assert_stopped("to the dead", "failed in remove_node: test 5 was sent to gw0, but "
                            "gw0 is gone", crashes="once", workers=1)

    def test_it_does_not_hand_out(self):
        ten = ", ".join("All/Many.Runs/%d" % i for i in range(10))
        for fault, number, names in (("never begins", 20, ten + ", ..."),
                                     ("forgets all", 20, ten + ", ..."),
                                     ("forgets some", 10, ".*")):
            run = self.assert_stopped(fault, "has never handed out %d tests: %s" % (number, names))
            self.assertEqual(number, len(self.not_run(run)), run)

    def test_it_believes_that_it_is_never_finished(self):
        self.assertEqual(0, self.run_with("never finishes").status)


class CrashItemTest(SchedulerTest):
    DISTRIBUTIONS = ({"dist": "load"}, {"dist": "each"}, {"scheduler": "nothing is wrong"})

    def crash(self, crash_item, crashes="once"):
        for options in self.DISTRIBUTIONS:
            with self.subTest(crash_item=crash_item, crashes=crashes, **options):
                yield self.run_with(crashes=crashes, crash_item=crash_item, **options)

    def runs(self, run):
        return sum(line.split()[1] == CRASHING for line in run.noted)

    def test_the_report_stays_as_it_is(self):
        for run in self.crash("nothing"):
            self.assertEqual({CRASHING}, run.failed, run)
            self.assertIn("crashed while running '%s'" % CRASHING, run.out)

    def test_other_words(self):
        for run in self.crash("other words"):
            self.assertEqual({CRASHING}, run.failed, run)
            self.assertIn("in other words", "".join(run.test(CRASHING).failures))
            self.assertNotIn("crashed while running", run.out)

    def test_it_passes_or_is_skipped(self):
        for crash_item in "passes", "skips":
            for run in self.crash(crash_item):
                self.assertEqual(0, run.status, run)
                self.assertEqual(crash_item == "skips", bool(run.test(CRASHING).skips), run)

    def test_it_runs_again(self):
        for run in self.crash("rerun"):
            self.assertEqual(0, run.status, run)
            self.assertEqual({}, run.reproductions)
            self.assertGreaterEqual(self.runs(run), 2)

    def test_it_runs_again_and_has_failed_all_the_same(self):
        for run in self.crash("failed rerun"):
            self.assertEqual({CRASHING}, run.failed, run)
            self.assertIn("crashed while running '%s'" % CRASHING, run.out)
            self.assertGreaterEqual(self.runs(run), 2)

    def test_it_is_said_to_run_again_and_does_not(self):
        for run in self.crash("empty promise"):
            self.assertEqual({CRASHING}, run.failed, run)
            self.assertIn("crashed while running '%s'" % CRASHING, run.out)

    def test_it_crashes_again_until_no_worker_is_left_for_it(self):
        for crash_item in "rerun", "failed rerun":
            for run in self.crash(crash_item, crashes="always"):
                self.assertIn("maximum crashed workers reached: 8", run.notes)
                self.assertIn(CRASHING, run.failed, run)
                self.assertIn("crashed while running '%s'" % CRASHING, run.out)

    def test_another_test_cannot_be_put_back(self):
        for run in self.crash("another"):
            self.assertEqual(1, run.status, run)
            self.assertRegex(run.out, "plugin 'MakeScheduler' failed in handlecrashitem: test 5 "
                                      "was put back, but ")
            self.assertEqual({CRASHING}, run.failed, run)


if __name__ == "__main__":
    harness.main()
