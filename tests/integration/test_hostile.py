"""What a test does to its own process changes no other worker's result, and never hangs the run."""

import harness

ABORTED = r"killed by signal 6 \(SIGABRT\)"
HEALTHY = "All/Healthy.*"
MODES = ["worksteal", "loadscope", "loadfile", "loadgroup", "each"]

# Tests that pass, as they do serially, and whether those that follow in the same process can print.
PASSING = {"ClosesAllDescriptors": False, "ClosesStandardDescriptors": False,
           "ChangesDirectory": True, "StaysInADirectoryThatIsGone": True,
           "RemovesItsTemporaryDirectory": True, "ClearsTheEnvironment": True,
           "ForbidsItselfItsFiles": True, "ChangesTheLocale": True, "BlocksAllSignals": True,
           "IgnoresAllSignals": True, "HandlesAllSignals": True, "LimitsItsDescriptors": True,
           "LimitsItsProcesses": True, "RunsOutOfMemory": True, "BecomesASession": True,
           "ForksAndBothGoOn": True, "HasAChildThatExits": True}
if harness.SANITIZER:
    del PASSING["RunsOutOfMemory"]  # to refuse memory takes a sanitizer some of its own
if "address" in harness.SANITIZER:
    del PASSING["LimitsItsDescriptors"]  # to look for leaks it opens files, also in a serial run

# Tests that end their worker, and how that is told.
ENDING = {"ForksAndOnlyTheChildGoesOn": "exited with status 5",
          "AbortsInAThread": ABORTED,
          "ThrowsInAThread": ABORTED,
          "LeavesItsThread": "(%s|exited with status 0)" % ABORTED,
          "ThrowsFromADestructor": ABORTED,
          "ExitsInAThread": "exited with status 4",
          "OverflowsItsStack": r"killed by signal 11 \(SIGSEGV\)",
          "DiesOfAnAlarm": r"killed by signal 14 \(SIGALRM\)",
          "TerminatesItself": r"killed by signal 15 \(SIGTERM\)",
          "TerminatesItsProcessGroup": r"killed by signal 15 \(SIGTERM\)"}


class HostileTest(harness.IntegrationTest):
    def variants(self, test):
        """With one worker and more, and in one of the other modes."""
        mode = MODES[sum(map(ord, test)) % len(MODES)]
        return [(1, "load"), (2, "load"), (4, "load"), (2, mode)]

    def check(self, test, judge, can_print=True):
        """Runs the test alone, and beside healthy ones, which do what they do without it."""
        alone = self.parallel("hostile", "--gtest_filter=" + test, workers=1)
        judge(alone)
        for workers, mode in self.variants(test):
            with self.subTest(test=test, workers=workers, mode=mode):
                run = self.parallel("hostile", "--gtest_filter=%s:%s" % (test, HEALTHY),
                                    workers=workers, env={"GTEST_XDIST_DIST": mode})
                judge(run)
                self.assert_healthy(run, can_print)

    def assert_healthy(self, run, can_print):
        for i in range(60):
            name = "All/Healthy.Passes/%d" % i
            test = run.test(name)
            self.assertEqual(("run", "completed", []), (test.status, test.result, test.failures),
                             name)
            lines = run.block(name).split("\n")
            expected = ["[ RUN      ] " + name, "healthy %d" % i]
            self.assertIn(lines[:-1], [expected] if can_print else [expected, expected[:1]])

    def test_what_lasts(self):
        for test, can_print in PASSING.items():
            name = "Hostile." + test

            def judge(run):
                self.assertEqual((0, set()), (run.status, run.failed), run)
                self.assertEqual("completed", run.test(name).result)
                returned = "a child process has returned from 'Hostile.ForksAndBothGoOn': it ends here, with status 1"
                self.assertEqual([returned] if "BothGoOn" in test else [], run.notes)

            with self.subTest(test=test):
                serial = self.serial("hostile", "--gtest_filter=" + name, report=None)
                self.assertEqual(0, serial.status, serial)
                self.check(name, judge, can_print)

    def test_what_ends_the_process(self):
        for test, ending in ENDING.items():
            name = "Hostile." + test

            def judge(run):
                self.assertEqual((1, {name}), (run.status, run.failed), run)
                self.assertRegex(run.test(name).failures[-1],
                                 r"worker 'gw\d+' crashed while running '%s': %s" % (name, ending))

            with self.subTest(test=test):
                self.check(name, judge)

    @harness.without_sanitizer("its heap is elsewhere, and what it keeps of it would be hit")
    def test_a_heap_that_is_written_over(self):
        """Whatever the worker says after that, the others' results are not touched."""
        for seed in range(12):
            name = "Hostile/Scribble.OverItsHeap/%d" % seed

            def judge(run):
                self.assertEqual(1, run.status, run)
                self.assertRegex(run.out, r"worker 'gw\d+' (crashed|killed|exited|ended)")

            with self.subTest(seed=seed):
                judge(self.parallel("hostile", "--gtest_filter=" + name, workers=1))
                run = self.parallel("hostile", "--gtest_filter=%s:%s" % (name, HEALTHY), workers=2)
                judge(run)
                self.assert_healthy(run, True)
                self.assertLessEqual(run.failed, {name})

    def test_a_daemon_is_not_waited_for(self):
        name = "Hostile.LeavesADaemonWithItsOutput"
        for workers in 1, 2:
            with self.subTest(workers=workers):
                started = self.start("hostile", "--gtest_filter=%s:%s" % (name, HEALTHY),
                                     env={"GTEST_XDIST_WORKERS": str(workers)})
                run = started.end()
                self.assertEqual((0, set(), []), (run.status, run.failed, run.notes), run)
                self.assert_healthy(run, True)
                self.assertEqual(1, len(harness.processes(started.token)), "there is no daemon")
                harness.kill_all(started.token)
                self.assert_nothing_left(started)

    def test_all_at_once(self):
        every = ["Hostile." + test for test in [*PASSING, *ENDING]]
        # One that waits for a signal may come after one that blocks it, and would wait for ever.
        run = self.parallel("hostile", "--gtest_filter=" + ":".join([*every, HEALTHY]), workers=4,
                            env={"GTEST_XDIST_TIMEOUT": "10"})
        self.assertEqual(1, run.status, run)
        # They harm each other: one that handles signals comes before one that dies of a signal.
        self.assertLessEqual(run.failed, set(every), run)
        told = [test.name for test in run.tests if test.status == "run"]
        self.assertEqual(len(every) + 60, len(told))
        self.assertEqual(sorted(told), sorted(run.started))


if __name__ == "__main__":
    harness.main()
