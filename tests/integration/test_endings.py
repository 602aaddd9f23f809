"""Workers that die outside of tests: the run fails and says which worker died, and how."""

import signal

import harness

ABORTED = r"killed by signal 6 \(SIGABRT\)"
STURDY = {"All/Sturdy.Passes/%d" % i for i in range(10)}
FRAGILE = {"All/Fragile.Passes/%d" % i for i in range(2)}

# Ways to die: how they are told, and the status of a process that died so.
WAYS = {"segv": (r"killed by signal 11 \(SIGSEGV\)", -signal.SIGSEGV),
        "abort": (ABORTED, -signal.SIGABRT),
        "kill": (r"killed by signal 9 \(SIGKILL\)", -signal.SIGKILL),
        "leave": ("exited with status 0", 0),
        "exit": ("exited with status 3", 3)}
IN_A_TEST = "worker 'gw0' crashed while running 'All/Fragile.Passes/0': %s"
AT_THE_END = "worker 'gw0' %s after its tests"
# Places, in the order in which a process comes by: what is told, where %s is the way.
PLACES = {"before_main": "worker 'gw0' crashed before RUN_ALL_TESTS selected its tests: %s",
          "main": "worker 'gw0' crashed before RUN_ALL_TESTS selected its tests: %s",
          "collection": "worker 'gw0' crashed before RUN_ALL_TESTS selected its tests: %s",
          "environment_set_up":
              "worker 'gw0' crashed in the set-up of the test environments: %s",
          "suite_set_up": IN_A_TEST + " in SetUpTestSuite",
          "constructor": IN_A_TEST,
          "set_up": IN_A_TEST,
          "body": IN_A_TEST,
          "tear_down": IN_A_TEST,
          "destructor": IN_A_TEST,
          "throwing_destructor": IN_A_TEST,
          "suite_tear_down":
              "worker 'gw0' crashed in TearDownTestSuite of 'All/Fragile': %s",
          "environment_tear_down":
              "worker 'gw0' crashed in the tear-down of the test environments: %s",
          "atexit": AT_THE_END,
          "static_destructor": AT_THE_END}


class EndingsTest(harness.IntegrationTest):
    def run_dying_at(self, place, workers=2):
        serial = self.serial("endings", env={"DIE_AT": place})
        self.assertEqual(0, serial.status, "a place that is no worker's")
        run = self.parallel("endings", env={"DIE_AT": place}, workers=workers)
        self.assertEqual(1, run.status, run)
        return run

    def passed(self, run):
        return {test.name for test in run.tests
                if test.status == "run" and test.result == "completed" and not test.failures}

    def not_run(self, run):
        return {test.name for test in run.tests if any("not run: " in text for text in test.skips)}

    def test_where_no_worker_can_start(self):
        for place, why in (("before_main", "no worker got as far as its tests"),
                           ("environment_set_up", "maximum crashed workers reached: %d")):
            for workers in 1, 2:
                with self.subTest(place=place, workers=workers):
                    run = self.run_dying_at(place, workers)
                    self.assertEqual(set(), self.passed(run))
                    self.assertEqual(STURDY | FRAGILE, self.not_run(run), run)
                    self.assertRegex("\n".join(run.notes), r"\[gw0\] node down: " + ABORTED)
                    self.assertIn(why % (4 * workers) if "%" in why else why, run.notes)

    def test_in_the_set_up_of_a_suite(self):
        run = self.run_dying_at("suite_set_up")
        self.assertEqual(STURDY, self.passed(run))
        self.assertEqual(FRAGILE, run.failed)
        for name in FRAGILE:
            self.assertRegex(run.test(name).failures[-1],
                             r"worker 'gw\d+' crashed while running '%s': %s" % (name, ABORTED))

    def test_in_the_tear_down_of_a_suite(self):
        """No test is to blame, not even one that the worker had taken already."""
        run = self.run_dying_at("suite_tear_down")
        self.assertEqual(set(), run.failed)
        self.assertEqual(FRAGILE | STURDY, self.passed(run))
        self.assertRegex("\n".join(run.notes), r"\[gw\d\] node down: " + ABORTED)
        self.assertRegex(run.out, r"worker 'gw\d' crashed in TearDownTestSuite of 'All/Fragile': " +
                         ABORTED)

    def test_between_two_iterations(self):
        """A worker that dies while an iteration ends is replaced for the next one."""
        run = self.parallel("endings", "--gtest_repeat=2",
                            "--gtest_recreate_environments_when_repeating=1",
                            env={"DIE_AT": "environment_tear_down"})
        self.assertEqual(1, run.status, run)
        self.assertEqual(2 * len(STURDY | FRAGILE), len(run.started))

    def test_after_the_tests(self):
        places = {"environment_tear_down": ABORTED, "atexit": ABORTED, "static_destructor": ABORTED,
                  "exit_status": "exited with status 7"}
        for place, ending in places.items():
            for workers in 1, 2:
                with self.subTest(place=place, workers=workers):
                    run = self.run_dying_at(place, workers)
                    self.assertEqual(STURDY | FRAGILE, self.passed(run))
                    self.assertEqual(set(), run.failed, "no test is to blame")
                    self.assertRegex("\n".join([run.out] + run.notes), r"\bgw0\b.*" + ending)

    def test_each_way_at_each_place(self):
        for place, text in PLACES.items():
            for by, (way, status) in WAYS.items():
                if place == "throwing_destructor" and by != "abort":
                    continue  # there is one way only
                if text == AT_THE_END and status == 0:
                    continue  # nothing is wrong with that
                with self.subTest(place=place, by=by):
                    self.check_ending(place, by, text % way, status)

    def check_ending(self, place, by, text, status):
        env = {"DIE_AT": place, "DIE_BY": by}
        run = self.parallel("endings", env={**env, "GTEST_XDIST_MAX_WORKER_RESTART": "2"},
                            workers=1)
        self.assertEqual(1, run.status, run)
        self.assertRegex(run.out, "(?m)^%s$" % text)
        self.assertEqual(STURDY | FRAGILE, self.passed(run) | self.not_run(run) | run.failed)
        self.assertEqual(1, sum(STURDY <= told for told in (self.passed(run), self.not_run(run))))
        # What is printed to reproduce it does so.
        again = self.shell(run.reproductions["gw0"], env={**env, "DIE_EVERYWHERE": "1"})
        self.assertIn(again.status, (status, 128 - status), again)
        if not text.endswith("after its tests"):
            self.assertNotIn("[==========] 12 tests from", again.out)
            self.assertNotIn("[  PASSED  ]", again.out)

    def test_without_any_of_this(self):
        self.assert_parallel_equals_serial("endings", env={"DIE_AT": "nowhere"})


if __name__ == "__main__":
    harness.main()
