"""GTEST_XDIST_RETRIES: failed and crashed tests are run again, and said to be flaky if they pass."""

import collections
import re

import harness

MODES = ["load", "worksteal", "loadscope", "loadfile", "loadgroup", "each"]
UNSTABLE = {"Retried.Fails", "Retried.FailsFatally", "Retried.Crashes", "Retried.IsSkippedThen",
            "Locked.Fails", "Locked.Crashes", "Locked.FailsAlone"}
STABLE = {"Retried.Passes", "Locked.Passes"}
STORY = re.compile(r"flaky: (\S+) (passed|skipped) on attempt (\d) of (\d) \((gw\d+)\)"
                   r"; attempt 1 failed on (gw\d+)(?:, attempt 2 on (gw\d+))?")


class RetriesTest(harness.IntegrationTest):
    def run_retries(self, *arguments, attempts=1, retries=2, dist="load", workers=2, **env):
        return self.parallel("retries", *arguments, workers=workers, env={
            "ATTEMPTS": str(attempts), "GTEST_XDIST_RETRIES": str(retries),
            "GTEST_XDIST_DIST": dist, **env})

    def stories(self, run):
        """{test: match} of the notes on flaky tests, one line each."""
        found = [STORY.fullmatch(note) for note in run.notes if note.startswith("flaky")]
        self.assertNotIn(None, found, run)
        return {match.group(1): match for match in found}

    def runs(self, run):
        return collections.Counter(line.split()[1] for line in run.noted
                                   if line.startswith("run "))

    def assert_flaky(self, run, attempts=1, retries=2, elsewhere=False):
        self.assertEqual((0, set()), (run.status, run.failed), run)
        self.assertEqual(19, len(run.tests), run)
        stories = self.stories(run)
        self.assertEqual(UNSTABLE, set(stories), run)
        for name, story in stories.items():
            word = "skipped" if name == "Retried.IsSkippedThen" else "passed"
            self.assertEqual((word, str(attempts + 1), str(retries + 1)), story.group(2, 3, 4))
            value = "%s on attempt %d of %d" % (word, attempts + 1, retries + 1)
            self.assertEqual(value, run.test(name).properties["flaky"])
            if elsewhere:
                self.assertEqual(attempts + 1, len({gw for gw in story.groups()[4:] if gw}), story)
        for test in run.tests:
            self.assertEqual(test.name in UNSTABLE, "flaky" in test.properties, test)
        for name in STABLE:
            self.assertNotIn("ATTEMPT", run.block(name))

    def test_in_every_mode(self):
        for dist in MODES[:-1]:
            for workers in 1, 2, 4:
                with self.subTest(dist=dist, workers=workers):
                    run = self.run_retries(dist=dist, workers=workers)
                    self.assert_flaky(run, elsewhere=workers > 1)
                    self.assertEqual({**{name: 2 for name in UNSTABLE},
                                      **{name: 1 for name in STABLE}}, self.runs(run))

    def test_every_worker_for_itself(self):
        """An attempt elsewhere would say nothing; only that of a dead worker is made there."""
        run = self.run_retries("--gtest_filter=Retried.Fails", dist="each", workers=3)
        self.assertEqual(0, run.status, run)
        story, = self.stories(run).values()
        self.assertEqual(story.group(5), story.group(6), run)
        self.assertEqual({"Retried.Fails": 4}, self.runs(run))
        run = self.run_retries(dist="each", workers=3, attempts=1)
        self.assertEqual((0, UNSTABLE), (run.status, set(self.stories(run))), run)

    def test_under_a_scheduler_of_a_plugins_own(self):
        self.assert_flaky(self.run_retries(PLUGIN="1", SCHEDULER="1", workers=3), elsewhere=True)

    def test_two_attempts_fail(self):
        for workers in 1, 4:
            run = self.run_retries(attempts=2, workers=workers,
                                   GTEST_XDIST_MAX_WORKER_RESTART="100")
            self.assert_flaky(run, attempts=2)

    def test_what_is_printed(self):
        run = self.run_retries("--gtest_filter=Retried.Fails:Retried.FailsFatally", workers=1)
        for name, line in ("Retried.Fails", 0), ("Retried.FailsFatally", 1):
            block = run.block(name)
            failure = r"\S+retries\.cpp:\d+: Failure\n(.+\n)+"
            self.assertRegex(block, r"\A\[ RUN      \] %s\n"
                             r"\[ ATTEMPT  \] 1 of 3 on gw0\nprinted in attempt 1\n%s"
                             r"\[ ATTEMPT  \] 2 of 3 on gw0\nprinted in attempt 2\n"
                             r"\[       OK \] %s" % (name, failure, name))
            self.assertIn("failed in attempt 1\n[ ATTEMPT", block)
        self.assertEqual("2", run.test("Retried.FailsFatally").properties["attempt"])

    def test_all_attempts_fail(self):
        for dist in MODES[:-1]:
            with self.subTest(dist=dist):
                run = self.run_retries("--gtest_filter=Retried.*", attempts=9, retries=1, dist=dist,
                                       GTEST_XDIST_MAX_WORKER_RESTART="100")
                failed = {name for name in UNSTABLE if name.startswith("Retried.")}
                self.assertEqual((1, failed, {}), (run.status, run.failed, self.stories(run)), run)
                self.assertEqual(["Failed\nfailed in attempt 2"],
                                 [text.strip() for text in
                                  run.test("Retried.FailsFatally").failures])
                self.assertIn("failed in attempt 1\n[ ATTEMPT  ] 2 of 2 on ",
                              run.block("Retried.FailsFatally"))
                block = run.block("Retried.Crashes")
                self.assertEqual(2, block.count("crashed while running 'Retried.Crashes'"), block)
                self.assertEqual(1, len(run.test("Retried.Crashes").failures), run)

    def test_no_worker_is_left(self):
        """The failures that are known stand, and the rest is not run."""
        for workers in 1, 2:
            run = self.run_retries("--gtest_filter=Retried.*", attempts=9, workers=workers,
                                   GTEST_XDIST_MAX_WORKER_RESTART="0")
            self.assertEqual(1, run.status, run)
            self.assertEqual(5, len(run.tests), run)
            ran = set(self.runs(run))
            self.assertEqual(ran - STABLE, run.failed, run)
            self.assertEqual({test.name for test in run.tests} - ran,
                             {test.name for test in run.tests
                              if "not run: " in "".join(test.skips)}, run)

    def test_repetitions(self):
        run = self.run_retries("--gtest_filter=Retried.Fails*", "--gtest_repeat=2", attempts=3,
                               retries=1)
        self.assertEqual(1, run.status, run)
        flaky = [note for note in run.notes if note.startswith("flaky: ")]
        self.assertEqual(2, len(flaky), run)  # in the second one
        self.assertEqual({"Retried.Fails": 4, "Retried.FailsFatally": 4}, self.runs(run))

    def test_only_the_last_failure_stops(self):
        run = self.run_retries("--gtest_fail_fast", workers=1)
        self.assert_flaky(run)
        run = self.run_retries("--gtest_fail_fast", "--gtest_filter=Retried.Fails*", attempts=9,
                               workers=1)
        self.assertEqual(1, run.status, run)
        self.assertEqual({"Retried.Fails", "Retried.FailsFatally"}, run.failed, run)

    def test_a_property_flaky_of_the_tests_own_stays(self):
        name = "Retried.FailsFatally"
        for dist in "load", "each":
            for attempts in 1, 9:
                run = self.run_retries("--gtest_filter=" + name, dist=dist, attempts=attempts,
                                       OWN_FLAKY="1")
                self.assertEqual("the test's own", run.test(name).properties["flaky"], run)
                self.assertEqual([name] if attempts == 1 else [], list(self.stories(run)), run)
                self.assertEqual(int(attempts > 1), run.status, run)

    def test_what_is_not_run_again_says_why(self):
        run = self.run_retries("--gtest_filter=Retried.Fails*", attempts=9, retries=1, workers=1,
                               GTEST_XDIST_MAXFAIL="1")
        self.assertEqual((1, {"Retried.Fails", "Retried.FailsFatally"}), (run.status, run.failed),
                         run)
        self.assertNotIn("not run", run.block("Retried.Fails"))
        self.assertRegex(run.block("Retried.FailsFatally"),
                         r"\n\[ ATTEMPT  \] 1 of 2 on gw0\n(.+\n)+"
                         r"\[ ATTEMPT  \] 2 of 2 not run: stopped by GTEST_XDIST_MAXFAIL=1\n")
        for env, why in (({"GTEST_XDIST_SESSION_TIMEOUT": "0.5"},
                          r"the session took longer than 0\.5 s.*"),
                         ({"GTEST_XDIST_TIMEOUT": "0.5", "GTEST_XDIST_MAX_WORKER_RESTART": "0"},
                          r"worker gw0 crashed and worker restarting disabled")):
            run = self.parallel("hang", "--gtest_filter=Hang.AfterAFailure", workers=1,
                                env={"GTEST_XDIST_RETRIES": "1", **env})
            self.assertEqual((1, {"Hang.AfterAFailure"}), (run.status, run.failed), run)
            self.assertRegex(run.block("Hang.AfterAFailure"),
                             r"\n\[ ATTEMPT  \] 2 of 2 not run: %s\n" % why)

    def test_plugins(self):
        run = self.run_retries("--gtest_filter=Retried.Fails:Retried.Crashes", PLUGIN="1")
        reports = [line for line in run.noted if line.startswith("report Retried.Fails ")]
        self.assertEqual(["report Retried.Fails failed in worker",
                          "report Retried.Fails passed in worker",
                          "report Retried.Fails passed in controller"],
                         sorted(reports, key=lambda line: ("controller" in line, line)), run.noted)
        self.assertEqual(1, run.noted.count("handle Retried.Crashes"), run.noted)

    def test_a_crashed_test_that_a_plugin_puts_back(self):
        """Its next run belongs to the same attempt, and the crash counts."""
        run = self.run_retries("--gtest_filter=Retried.Crashes", PLUGIN="1", PUT_BACK="1")
        self.assertEqual(0, run.status, run)
        self.assertEqual({"Retried.Crashes": 3}, self.runs(run))
        self.assertEqual({"Retried.Crashes"}, set(self.stories(run)), run)

    def test_durations_are_those_of_the_last_attempt(self):
        path = self._scratch / "durations"
        self.run_retries("--gtest_filter=Retried.Fails", GTEST_XDIST_DURATIONS_FILE=str(path))
        self.assertEqual(1, path.read_text().count("Retried.Fails"))

    def test_serial_runs_ignore_it(self):
        run = self.serial("retries", "--gtest_filter=Retried.Fails",
                          env={"ATTEMPTS": "1", "GTEST_XDIST_RETRIES": "2"})
        self.assertEqual((1, {"Retried.Fails": 1}), (run.status, self.runs(run)), run)


if __name__ == "__main__":
    harness.main()
