"""Tests that end their process: they fail by name, and everything else runs."""

import re

import harness

# Tests and how their end is told.
ENDINGS = [("Segfaults", "killed by signal 11 (SIGSEGV)"),
           ("Aborts", "killed by signal 6 (SIGABRT)"),
           ("ExitsWithZero", "exited with status 0"),
           ("ExitsWithThree", "exited with status 3"),
           ("LeavesWithZero", "exited with status 0")]
HEALTHY = "All/Healthy.*"


class CrashTest(harness.IntegrationTest):
    def assert_crashed(self, run, name, ending, traces=True):
        """The test failed because its worker ended so; what it did before is there."""
        test = run.test(name)
        *earlier, last = test.failures
        self.assertRegex(last, r"worker 'gw\d+' crashed while running '%s': %s" %
                         (re.escape(name), re.escape(ending)))
        if traces:
            self.assertEqual(1, len(earlier), test)
            self.assertIn("failed before the end", earlier[0])
            block = run.block(name)
            self.assertEqual(1, block.count("printed before the end"), block)
            self.assertEqual(1, block.count("failed before the end"), block)
            self.assertIn("crashed while running '%s'" % name, block)

    def healthy(self, run):
        return [test for test in run.tests if test.name.startswith("All/Healthy.")]

    def assert_healthy(self, run):
        """Every other test ran once and says what it says serially."""
        serial = self.serial("crash", "--gtest_filter=" + HEALTHY)
        self.assertEqual(40, len(self.healthy(serial)))
        self.assertEqual(self.healthy(serial), self.healthy(run))
        for test in self.healthy(serial):
            self.assertEqual(serial.block(test.name), run.block(test.name))

    def test_each_ending(self):
        for test, ending in ENDINGS:
            for workers in 1, 2, 4:
                with self.subTest(test=test, workers=workers):
                    name = "Crash." + test
                    run = self.parallel("crash", "--gtest_filter=%s:%s" % (name, HEALTHY),
                                        workers=workers, env={"CRASH_IS_AWAITED": "yes"})
                    self.assertEqual(1, run.status, run)
                    self.assertEqual({name}, run.failed)
                    self.assert_crashed(run, name, ending)
                    self.assert_healthy(run)
                    down = re.compile(r"\[(gw\d+)\] node down: " + re.escape(ending))
                    dead, = (match.group(1) for match in map(down.fullmatch, run.notes) if match)
                    self.assertIn("worker '%s' crashed" % dead, run.test(name).failures[-1])
                    self.assertIn("replacing crashed worker %s with gw%d" % (dead, workers),
                                  run.notes)

    def test_all_endings_in_one_run(self):
        run = self.parallel("crash", "--gtest_filter=Crash.*:" + HEALTHY)
        self.assertEqual(1, run.status, run)
        self.assertEqual({"Crash." + test for test, _ in ENDINGS}, run.failed)
        for test, ending in ENDINGS:
            self.assert_crashed(run, "Crash." + test, ending)
        self.assert_healthy(run)
        self.assertEqual(len(ENDINGS), sum("node down: " in note for note in run.notes), run)

    def test_crash_of_the_only_test(self):
        run = self.parallel("crash", "--gtest_filter=Crash.Segfaults")
        self.assertEqual(1, run.status, run)
        self.assert_crashed(run, "Crash.Segfaults", "killed by signal 11 (SIGSEGV)")

    def test_worker_numbers_are_not_used_again(self):
        run = self.parallel("crash", "--gtest_filter=All/Doomed.*/0:All/Doomed.*/1:All/Doomed.*/2",
                            workers=1)
        self.assertEqual(["[gw%d] node down: killed by signal 6 (SIGABRT)" % i for i in range(3)],
                         [note for note in run.notes if "node down" in note], run)

    # --- the restart limit ---

    def assert_accounted_for(self, run, doomed):
        """Each of the doomed tests crashed or was reported as not run; returns how many crashed."""
        self.assertEqual(1, run.status, run)
        tests = [test for test in run.tests if test.status == "run"]
        crashed = [test for test in tests if test.failures]
        not_run = [test for test in tests if test.result == "skipped"]
        for test in crashed:
            self.assert_crashed(run, test.name, "killed by signal 6 (SIGABRT)", traces=False)
        for test in not_run:
            self.assertEqual(1, len(test.skips), test)
            self.assertRegex(test.skips[0], r"\A(Skipped\n)?not run: ")
        self.assertEqual(doomed, len(crashed) + len(not_run), run)
        return len(crashed)

    def test_every_test_crashes(self):
        for workers in 1, 2:
            with self.subTest(workers=workers):
                limit = 4 * workers
                run = self.parallel("crash", "--gtest_filter=All/Doomed.*", workers=workers)
                crashes = self.assert_accounted_for(run, 20)
                # Those that are at work when the limit is reached may crash as well.
                self.assertIn(crashes, range(limit + 1, limit + workers + 1), run)
                self.assertIn("maximum crashed workers reached: %d" % limit, run.notes)
                replaced = [note for note in run.notes if note.startswith("replacing crashed ")]
                self.assertEqual(limit, len(replaced), run)

    def test_crash_loop_in_each_mode(self):
        for mode in "load", "worksteal", "loadscope", "loadfile", "loadgroup", "each":
            for limit in 0, 1, 3, 1000:
                with self.subTest(mode=mode, limit=limit):
                    run = self.parallel("crash", "--gtest_filter=All/Doomed.*", workers=2,
                                        env={"GTEST_XDIST_DIST": mode,
                                             "GTEST_XDIST_MAX_WORKER_RESTART": str(limit)})
                    crashes = self.assert_accounted_for(run, 20)
                    downs = sum("node down: " in note for note in run.notes)
                    # All that are at work when the limit is reached may crash as well.
                    runs = 40 if mode == "each" else 20
                    self.assertIn(downs, range(min(limit + 1, runs), min(limit + 2, runs) + 1), run)
                    self.assertEqual(20 if limit == 1000 else min(crashes, downs), crashes, run)

    def test_limit_as_given(self):
        for limit in 1, 2, 20:
            with self.subTest(limit=limit):
                run = self.parallel("crash", "--gtest_filter=All/Doomed.*", workers=1,
                                    env={"GTEST_XDIST_MAX_WORKER_RESTART": str(limit)})
                self.assertEqual(min(limit + 1, 20), self.assert_accounted_for(run, 20), run)
                reached = "maximum crashed workers reached: %d" % limit
                self.assertEqual(limit < 20, reached in run.notes, run)

    def test_restarting_disabled(self):
        run = self.parallel("crash", "--gtest_filter=All/Doomed.*", workers=1,
                            env={"GTEST_XDIST_MAX_WORKER_RESTART": "0"})
        self.assertEqual(1, self.assert_accounted_for(run, 20), run)
        self.assertIn("worker gw0 crashed and worker restarting disabled", run.notes)
        self.assertFalse(any("replacing" in note for note in run.notes), run)

    def test_nothing_is_lost_when_restarting_is_disabled(self):
        run = self.parallel("crash", "--gtest_filter=Crash.Aborts:" + HEALTHY, workers=2,
                            env={"GTEST_XDIST_MAX_WORKER_RESTART": "0"})
        self.assertEqual(1, run.status, run)
        self.assertEqual({"Crash.Aborts"}, run.failed)
        for test in self.healthy(run):
            self.assertEqual("run", test.status)
            if test.result == "skipped":
                self.assertRegex(test.skips[0], r"\A(Skipped\n)?not run: ")
            else:
                self.assertIn("healthy ", run.block(test.name))

    def test_limit_is_not_touched_by_a_crash_within_it(self):
        run = self.parallel("crash", "--gtest_filter=Crash.*:" + HEALTHY, workers=2,
                            env={"GTEST_XDIST_MAX_WORKER_RESTART": "5"})
        self.assertFalse(any("maximum" in note for note in run.notes), run)
        self.assert_healthy(run)


if __name__ == "__main__":
    harness.main()
