"""--gtest_fail_fast and GTEST_XDIST_MAXFAIL: after the last failure that is allowed nothing starts."""

import harness

MODES = ["load", "worksteal", "loadscope", "loadfile", "loadgroup", "each"]


class ExactTest(harness.IntegrationTest):
    """The controller is stopped while a failure is counted, and until all workers have come to rest
    behind it: what begins all the same is noted. A crash only the controller can count."""

    def run_stops(self, *arguments, dist="load", workers=2, others=None, failures=1, **env):
        if others is None:
            others = min(workers - 1, 1) if dist == "loadfile" else workers - 1
        env = {"GTEST_XDIST_DIST": dist, "GTEST_XDIST_LOADSCOPE_REORDER": "no",
               "FAILURES": str(failures), "OTHERS": str(others), **env}
        if dist == "each":
            env["ONLY_GW0"] = "1"
        return self.parallel("stops", *arguments, workers=workers, env=env)

    def assert_exact(self, run, failures):
        self.assertEqual(1, run.status, run)
        words = [line.split()[0] for line in run.noted]
        for word in "ending", "counted":
            self.assertEqual(1, words.count(word), run.noted)
        self.assertNotIn("begin", words[words.index("ending"):], run.noted)
        self.assertEqual(failures, len(run.failed), run)
        begun = {line.split()[1] for line in run.noted if line.startswith("begin ")}
        self.assertEqual({test.name for test in run.tests} - begun,
                         {test.name for test in run.tests if test.skips}, run.noted)

    def test_nothing_begins_after_the_failure(self):
        for dist in MODES:
            for workers in 1, 2, 4, 8:
                for plugin in "", "1":
                    with self.subTest(dist=dist, workers=workers, plugin=plugin):
                        run = self.run_stops("--gtest_fail_fast",
                                             "--gtest_filter=Fails.First:*/Waits.*", dist=dist,
                                             workers=workers, PLUGIN=plugin)
                        self.assert_exact(run, 1)

    def test_nothing_begins_after_the_last_failure(self):
        for dist in MODES[:-1]:
            for workers in 1, 2, 4:
                with self.subTest(dist=dist, workers=workers):
                    run = self.run_stops("--gtest_filter=Fails.*:*/Waits.*", dist=dist,
                                         workers=workers, failures=2, GTEST_XDIST_MAXFAIL="2")
                    self.assert_exact(run, 2)

    def test_nothing_begins_after_a_failure_behind_a_crash(self):
        """A worker that replaces the crashed one is among those that wait."""
        for workers in 2, 4:
            run = self.run_stops("--gtest_filter=Fails.First:Crashes.Once:*/Waits.*",
                                 dist="loadscope", workers=workers, GTEST_XDIST_MAXFAIL="2")
            self.assert_exact(run, 2)

    def test_nothing_begins_after_a_crash(self):
        for dist in MODES[:-1]:
            for workers in 2, 4:
                with self.subTest(dist=dist, workers=workers):
                    run = self.run_stops("--gtest_filter=Crashes.Once:*/Waits.*", dist=dist,
                                         workers=workers, PLUGIN="1", CRASHES_LAST="1",
                                         GTEST_XDIST_MAXFAIL="1")
                    self.assert_exact(run, 1)

    def test_a_plugin_has_been_told_of_a_test_that_is_not_begun(self):
        run = self.run_stops("--gtest_filter=Fails.First:*/Waits.*", PLUGIN="1",
                             GTEST_XDIST_MAXFAIL="1")
        self.assert_exact(run, 1)
        told = {line.split()[1] for line in run.noted if line.startswith("next ")}
        begun = {line.split()[1] for line in run.noted if line.startswith("begin ")}
        self.assertNotEqual(set(), told - begun, run.noted)

    def test_a_suite_is_being_set_up(self):
        """It is torn down again, and none of its tests begins."""
        for plugin in "", "1":
            run = self.run_stops("--gtest_filter=Fails.First:SetUpWaits.*", dist="loadscope",
                                 PLUGIN=plugin, GTEST_XDIST_MAXFAIL="1")
            self.assert_exact(run, 1)
            self.assertEqual(["suite set-up", "suite tear-down"],
                             [word for word in run.noted if word.startswith("suite ")])


class StoppingTest(harness.IntegrationTest):
    def skipped(self, run):
        return [test.name for test in run.tests if test.skips]

    def test_as_serially(self):
        for suite in "stretches", "values", "properties", "recovers":
            serial = self.assert_parallel_equals_serial(suite, "--gtest_fail_fast", workers=(1,))
            self.assertIn(serial.status, (0, 1), serial)

    def test_fewer_failures_do_not_stop(self):
        for limit in "0", "3", "1000000":
            run = self.parallel("stops", "--gtest_filter=Fails.*",
                                env={"GTEST_XDIST_MAXFAIL": limit})
            self.assertEqual((1, 2, []), (run.status, len(run.failed), self.skipped(run)), run)

    def test_the_smaller_limit_counts(self):
        run = self.parallel("stops", "--gtest_fail_fast", "--gtest_filter=Fails.*", workers=1,
                            env={"GTEST_XDIST_MAXFAIL": "2"})
        self.assertEqual((1, {"Fails.First"}, ["Fails.Second"]),
                         (run.status, run.failed, self.skipped(run)), run)

    def test_a_crash_counts(self):
        for dist in MODES:
            for limit, failed in ("1", {"Fails.First"}), ("2", {"Fails.First", "Crashes.Once"}):
                with self.subTest(dist=dist, limit=limit):
                    run = self.parallel(
                        "stops", "--gtest_filter=Fails.First:Crashes.*:Passes.*", workers=1,
                        env={"GTEST_XDIST_DIST": dist, "GTEST_XDIST_MAXFAIL": limit})
                    self.assertEqual((1, failed), (run.status, run.failed), run)
                    self.assertEqual({test.name for test in run.tests} - failed,
                                     set(self.skipped(run)), run)

    def test_each_repetition_counts_anew(self):
        for limit, begun, notes in (("3", 6, []), ("2", 2, ["no further iteration starts: GTEST_XDIST_MAXFAIL=2"])):
            with self.subTest(limit=limit):
                run = self.parallel("stops", "--gtest_filter=Fails.*", "--gtest_repeat=3", workers=1,
                                    env={"GTEST_XDIST_MAXFAIL": limit})
                self.assertEqual(1, run.status, run)
                self.assertEqual(begun, len([line for line in run.noted if line.startswith("begin ")]), run.noted)
                self.assertEqual(notes, [note.partition(" and")[0] for note in run.notes if "further" in note])

    @harness.without_sanitizer("it ends the process in another way")
    def test_what_ends_a_serial_run_ends_repetitions(self):
        for flag in "--gtest_break_on_failure", "--gtest_throw_on_failure":
            for repeat in "3", "-1":
                with self.subTest(flag=flag, repeat=repeat):
                    flags = [flag, "--gtest_repeat=" + repeat]
                    self.assertLess(self.serial("recovers", *flags, report=None).status, 0)
                    run = self.parallel("recovers", *flags)
                    self.assertEqual(1, run.status, run)
                    self.assertEqual({"Recovers.AfterTheFirstIteration"}, run.failed)
                    self.assertEqual(9, len(run.started), run)
                    self.assertIn("no further iteration starts: %s and a failure" % flag, run.notes)

    def test_a_session_that_is_given_up_is_told_once(self):
        run = self.parallel("stops", "--gtest_filter=Fails.First:Crashes.*:Passes.*", "--gtest_repeat=100", workers=1,
                            env={"GTEST_XDIST_MAX_WORKER_RESTART": "0"})
        self.assertEqual(1, run.status, run)
        self.assertEqual(len(run.started), len({*run.started}), run)
        self.assertNotIn("iteration 2", run.out)
        self.assertIn("not run: ", run.out)

    def test_a_failed_setting_is_no_end_of_sound_repetitions(self):
        for flag in "--gtest_break_on_failure", "--gtest_throw_on_failure":
            run = self.parallel("numbered", flag, "--gtest_repeat=2")
            self.assertEqual((0, 16), (run.status, len(run.started)), run)

    def test_a_serial_run_ignores_the_limit(self):
        run = self.serial("stops", "--gtest_filter=Fails.*", env={"GTEST_XDIST_MAXFAIL": "1"})
        self.assertEqual((1, 2), (run.status, len(run.failed)), run)


if __name__ == "__main__":
    harness.main()
