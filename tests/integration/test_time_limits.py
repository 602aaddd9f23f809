"""Time limits: what takes too long is ended and named, and everything else runs."""

import os
import re
import signal

import harness

QUICK = {"All/Quick.Passes/%d" % i for i in range(10)}
# Seconds. All else that the suite does must fit as well, wherever it runs.
LIMIT = 4 if harness.SANITIZER else 1
TOO_LONG = "it took longer than %s (GTEST_XDIST_TIMEOUT)" % harness.seconds(LIMIT)
WITHOUT_GDB = {"PATH": "/nowhere"}


class TimeLimitTest(harness.IntegrationTest):
    def limited(self, tests, limit=LIMIT, workers=2, env=None, arguments=(), **options):
        return self.parallel("hang", "--gtest_filter=All/Quick.*:" + tests, *arguments,
                             workers=workers,
                             env={"GTEST_XDIST_TIMEOUT": str(limit), **WITHOUT_GDB, **(env or {})},
                             **options)

    def assert_quick_passed(self, run):
        passed = {test.name for test in run.tests
                  if test.result == "completed" and not test.failures}
        self.assertLessEqual(QUICK, passed, run)


class TestTest(TimeLimitTest):
    def test_each_way_to_hang(self):
        for test in ("InALoop", "Asleep", "DeafToSignals", "DeafToAborts", "WithAChild"):
            with self.subTest(test=test):
                name = "Hang." + test
                run = self.limited(name)
                self.assertEqual(1, run.status, run)
                self.assertEqual({name}, run.failed)
                self.assertRegex(run.test(name).failures[-1],
                                 r"worker 'gw\d' timed out while running '%s': %s"
                                 % (name, re.escape(TOO_LONG)))
                self.assert_quick_passed(run)
                took, = re.findall(r"^\[  FAILED  \] %s \((\d+) ms\)" % name, run.out, re.MULTILINE)
                self.assertGreaterEqual(int(took), 1000 * LIMIT)
                down, = [note for note in run.notes if "node down" in note]
                self.assertIn("timed out: " + TOO_LONG, down)
                self.assertIn(down[1:4], run.reproductions)
                slow, = [note for note in run.notes if note.startswith("slow: ")]
                self.assertRegex(slow, r"slow: gw\d has been running '%s' for [0-3]\.?\d* seconds?"
                                 % name)

    def test_what_it_has_started_ends_with_it(self):
        """Also in a session of its own; nothing is left, see harness."""
        run = self.limited("Stray.OfOneTest")
        self.assertEqual({"Stray.OfOneTest"}, run.failed, run)
        self.assert_quick_passed(run)

    def test_what_it_has_started_for_all_goes_on(self):
        run = self.limited("Stray.ForAllTests")
        self.assertEqual({"Stray.ForAllTests"}, run.failed, run)
        self.assertEqual(["it lives"], run.noted)

    def test_in_every_mode(self):
        for mode in "load", "worksteal", "loadscope", "loadfile", "loadgroup", "each":
            with self.subTest(mode=mode):
                run = self.limited("Hang.Asleep", env={"GTEST_XDIST_DIST": mode})
                self.assertEqual(1, run.status, run)
                self.assertEqual({"Hang.Asleep"}, run.failed)
                self.assert_quick_passed(run)

    def test_what_it_did_before_is_there(self):
        run = self.limited("Hang.AfterAFailure")
        first, last = run.test("Hang.AfterAFailure").failures
        self.assertIn("failed before the end", first)
        self.assertIn("timed out while running", last)
        block = run.block("Hang.AfterAFailure")
        for words in "printed before the end", "failed before the end", "printed at the end":
            self.assertEqual(1, block.count(words), block)

    def test_a_handler_may_say_more(self):
        run = self.limited("Hang.WithAHandler")
        self.assertIn("the handler was here", run.block("Hang.WithAHandler"))

    def test_a_debugger_prints_the_stacks(self):
        tools = self._scratch / "tools"
        tools.mkdir()
        (tools / "gdb").write_text("#!/bin/sh\necho \"stacks by gdb $*\"\n")
        (tools / "gdb").chmod(0o755)
        run = self.limited("Hang.Asleep", env={"PATH": "%s:/usr/bin:/bin" % tools})
        self.assertRegex(run.block("Hang.Asleep"), r"stacks by gdb -nx -batch .*backtrace -p \d+")

    def test_a_debugger_that_hangs(self):
        """It is given some seconds."""
        tools = self._scratch / "tools"
        tools.mkdir()
        (tools / "gdb").write_text("#!/bin/sh\nexec sleep 1000\n")
        (tools / "gdb").chmod(0o755)
        run = self.limited("Hang.Asleep", env={"PATH": "%s:/usr/bin:/bin" % tools})
        self.assertEqual({"Hang.Asleep"}, run.failed)

    def test_tests_within_their_limit(self):
        run = self.limited("-Hang.*", limit=60)
        self.assertEqual(0, run.status, run)
        self.assertEqual([], run.notes)

    def test_a_slow_test_is_told_long_before(self):
        started = self.start("hang", "--gtest_filter=All/Quick.*:Hang.UntilReleased",
                             env={"GTEST_XDIST_WORKERS": "2", "GTEST_XDIST_TIMEOUT": "8"})
        harness.wait_until(lambda: "slow: gw" in started.text, "nothing is said")
        started.release()
        run = started.end()
        self.assertEqual(0, run.status, run)
        slow, = run.notes
        self.assertRegex(slow, r"slow: gw\d has been running 'Hang\.UntilReleased' for [2-8](\.\d)? "
                         "seconds")


class ElsewhereTest(TimeLimitTest):
    def hanging_at(self, place, **options):
        run = self.limited("Fixture.*", env={"HANG_AT": place, "GTEST_XDIST_WORKERS": "1"},
                           workers=1, **options)
        self.assertEqual(1, run.status, run)
        self.assertEqual(["at " + place], run.noted)
        self.assert_quick_passed(run)
        return run

    def test_suite_set_up(self):
        run = self.hanging_at("suite_set_up")
        self.assertEqual({"Fixture.Passes"}, run.failed)
        self.assertIn("timed out while running 'Fixture.Passes': %s in SetUpTestSuite" % TOO_LONG,
                      run.test("Fixture.Passes").failures[-1])

    def test_suite_tear_down(self):
        run = self.hanging_at("suite_tear_down")
        self.assertEqual(set(), run.failed)
        self.assertIn("worker 'gw0' timed out in TearDownTestSuite of 'Fixture': " + TOO_LONG,
                      run.out)

    def test_environment(self):
        for place, words in (("environment_set_up", "set-up"), ("environment_tear_down",
                                                                "tear-down")):
            with self.subTest(place=place):
                run = self.hanging_at(place)
                self.assertIn("worker 'gw0' timed out in the %s of the test environments: %s" %
                              (words, TOO_LONG), run.out)


class SessionLimitTest(harness.IntegrationTest):
    LIMIT = 6 if harness.SANITIZER else 2  # with the start of the worker
    WORDS = "the session took longer than %s (GTEST_XDIST_SESSION_TIMEOUT)" % harness.seconds(LIMIT)

    def limited(self, *arguments, workers=1, **env):
        return self.parallel("hang", *arguments, workers=workers,
                             env={"GTEST_XDIST_SESSION_TIMEOUT": str(self.LIMIT), **WITHOUT_GDB,
                                  **env})

    def test_what_runs_fails_and_what_is_left_is_named(self):
        run = self.limited("--gtest_filter=Hang.Asleep:All/Quick.*")
        self.assertEqual(1, run.status, run)
        self.assertEqual({"Hang.Asleep"}, run.failed)
        self.assertIn("worker 'gw0' ran out of time while running 'Hang.Asleep': " + self.WORDS,
                      run.test("Hang.Asleep").failures[-1])
        self.assertEqual({"not run: " + self.WORDS},
                         {text for test in run.tests for text in test.skips})
        self.assertEqual(11, len(run.tests))
        self.assertIn(self.WORDS, run.out)

    def test_before_any_test(self):
        for place in "before_main", "environment_set_up":
            with self.subTest(place=place):
                run = self.limited("--gtest_filter=All/Quick.*", HANG_AT=place)
                self.assertEqual(1, run.status, run)
                self.assertEqual(10, sum(bool(test.skips) for test in run.tests), run)

    def test_no_iteration_follows(self):
        run = self.limited("--gtest_filter=Hang.Asleep:All/Quick.*", "--gtest_repeat=-1")
        self.assertEqual(1, run.status, run)
        self.assertEqual(["Hang.Asleep"], [name for name in run.started if "Hang" in name])

    def test_a_session_in_time(self):
        run = self.limited("--gtest_filter=All/Quick.*", GTEST_XDIST_SESSION_TIMEOUT="60")
        self.assertEqual(0, run.status, run)
        self.assertEqual([], run.notes)


class StoppedTest(harness.IntegrationTest):
    def test_is_ended_if_nobody_continues_it(self):
        run = self.parallel("hang", "--gtest_filter=All/Quick.*:Hang.Stopped")
        self.assertEqual({"Hang.Stopped"}, run.failed)
        self.assertRegex(run.test("Hang.Stopped").failures[-1],
                         r"worker 'gw\d' was stopped while running 'Hang\.Stopped': signal 19 "
                         r"\(SIGSTOP\), and nobody continued it")
        self.assertRegex("\n".join(run.notes), r"\[gw\d\] stopped by signal 19 \(SIGSTOP\); if "
                         r"nobody continues it, it is ended in 10 seconds")

    def test_goes_on_if_somebody_does(self):
        started = self.start("hang", "--gtest_filter=Hang.UntilReleased:All/Quick.*",
                             env={"GTEST_XDIST_WORKERS": "2"})
        harness.wait_until(lambda: started.noted, "the test has not started")
        pid = int(started.noted[0])
        os.kill(pid, signal.SIGSTOP)
        harness.wait_until(lambda: "stopped by signal" in started.text, "nobody noticed")
        os.kill(pid, signal.SIGCONT)
        started.release()
        self.assertEqual(0, started.end().status)


if __name__ == "__main__":
    harness.main()
