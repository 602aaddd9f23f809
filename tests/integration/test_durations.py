"""The durations file: what a run learns from others, and what it leaves to them."""

import harness

VARIABLE = "GTEST_XDIST_DURATIONS_FILE"
HEADER = "gtest-xdist durations 1\n"
NUMBERED = ["Alpha.Zero", "Alpha.One", "Alpha.Two", "Beta.Three", "Beta.Five", "Gamma.Six",
            "Gamma.Seven", "Gamma.Eight"]
HOUR = 3600


class DurationsTest(harness.IntegrationTest):
    def setUp(self):
        super().setUp()
        self.folder = self._scratch / "shared"
        self.folder.mkdir()
        self.path = self.folder / "durations"

    def run_with(self, suite, *arguments, env=None, **options):
        run = self.parallel(suite, *arguments, env={VARIABLE: str(self.path), **(env or {})},
                            **options)
        self.assertEqual([self.path], list(self.folder.iterdir()))
        return run

    def write(self, *lines):
        self.path.write_text(HEADER + "".join(line + "\n" for line in lines))

    def entries(self, program):
        """{name: seconds} of one program; all lines are looked at."""
        header, *lines = self.path.read_text().splitlines()
        self.assertEqual(HEADER, header + "\n")
        found = {}
        for line in lines:
            self.assertRegex(line, r"^\d+\.\d{6} \S+ \S.*$")
            seconds, name, owner = line.split(" ", 2)
            if owner == program:
                found[name] = float(seconds)
        return found

    def ran(self, run):
        return [line.split()[0] for line in run.noted]


class FileTest(DurationsTest):
    def test_it_is_made(self):
        run = self.run_with("numbered")
        self.assertEqual(0, run.status, run)
        self.assertEqual([], run.notes)
        # A disabled test is not measured.
        self.assertEqual({*NUMBERED, "Alpha", "Beta", "Gamma"}, set(self.entries("numbered")))

    def test_it_tells_how_long_tests_take(self):
        """stretches: each test sleeps for its number modulo 4 milliseconds."""
        self.run_with("stretches")
        entries = self.entries("stretches")
        for number in range(14):
            self.assertGreaterEqual(entries["All/StretchC.Test/%d" % number],
                                    number % 4 / 1000)

    def test_it_forgets_by_halves(self):
        self.write("%d Alpha.One numbered" % HOUR)
        self.run_with("numbered")
        self.assertAlmostEqual(HOUR / 2, self.entries("numbered")["Alpha.One"], delta=HOUR / 10)
        self.run_with("numbered")
        self.assertAlmostEqual(HOUR / 4, self.entries("numbered")["Alpha.One"], delta=HOUR / 10)

    def test_every_repetition_counts(self):
        self.write("%d Alpha.One numbered" % HOUR)
        self.run_with("numbered", "--gtest_repeat=3", report=None)
        self.assertAlmostEqual(HOUR / 8, self.entries("numbered")["Alpha.One"], delta=HOUR / 20)

    def test_what_did_not_run_is_kept(self):
        self.run_with("numbered")
        before = self.entries("numbered")
        self.run_with("numbered", "--gtest_filter=Beta*")
        after = self.entries("numbered")
        self.assertEqual(set(before), set(after))
        for name in before:
            if not name.startswith("Beta"):
                self.assertEqual(before[name], after[name])

    def test_what_is_not_there_any_more_is_dropped(self):
        self.write("1.000000 Alpha.Gone numbered", "2.000000 Gone numbered",
                   "3.000000 Alpha.Gone other")
        self.run_with("numbered")
        self.assertEqual({*NUMBERED, "Alpha", "Beta", "Gamma"}, set(self.entries("numbered")))
        self.assertEqual({"Alpha.Gone": 3}, self.entries("other"))

    def test_programs_share_it(self):
        self.run_with("numbered")
        before = self.entries("numbered")
        self.run_with("stretches")
        self.assertEqual(before, self.entries("numbered"))
        self.assertEqual(27, len(self.entries("stretches")))

    def test_simultaneous_runs_share_it(self):
        suites = ["numbered", "stretches", "grouped", "tempdir"]
        env = {"GTEST_XDIST_WORKERS": "2", VARIABLE: str(self.path)}
        started = [self.start(suite, env=env) for suite in suites * 2]
        for run in started:
            run.end()
            self.assert_nothing_left(run)
        for suite in suites:
            self.assertNotEqual({}, self.entries(suite), suite)
        self.assertEqual([self.path], list(self.folder.iterdir()))

    def test_what_crashes_or_is_skipped_is_not_measured(self):
        self.run_with("crash", "--gtest_filter=Crash.Aborts:*Healthy*")
        entries = self.entries("crash")
        self.assertNotIn("Crash.Aborts", entries)
        self.assertEqual(40, sum(name.startswith("All/Healthy.") for name in entries))
        self.run_with("kinds")
        entries = self.entries("kinds")
        self.assertIn("Plain.FailsTwice", entries)
        self.assertNotIn("Plain.IsSkipped", entries)
        self.assertNotIn("SkippedInSetUp.NeverRuns", entries)

    def test_each_run_of_all_tests_counts(self):
        """own_main calls RUN_ALL_TESTS twice."""
        name = "All/Number.IsNoMultipleOfThree/0"
        self.write("%d %s own_main" % (HOUR, name))
        self.run_with("own_main", "--word=a word, \"quoted\"", "--runs=2", report=None)
        self.assertAlmostEqual(HOUR / 4, self.entries("own_main")[name], delta=HOUR / 20)

    def test_a_run_that_is_killed_leaves_it_as_it_was(self):
        self.write("1.000000 Alpha.One numbered")
        before = self.path.read_text()
        started = self.start("hang", env={"GTEST_XDIST_WORKERS": "2", VARIABLE: str(self.path)})
        harness.wait_until(lambda: started.noted, "a test runs")
        started.process.kill()
        started.process.wait()
        self.assertEqual(before, self.path.read_text())
        self.assertEqual([self.path], list(self.folder.iterdir()))

    def test_a_relative_path_starts_where_the_process_does(self):
        run = self.parallel("surroundings", env={VARIABLE: "here", "DO": "go elsewhere"})
        self.assertEqual(0, run.status, run)
        self.assertTrue((self._runs[-1].working / "here").exists())

    def test_workers_do_not_see_it(self):
        run = self.run_with("numbered", "--gtest_filter=Alpha.One", workers=1)
        self.assertEqual([], run.notes)
        self.assertEqual({"Alpha.One", "Alpha"}, set(self.entries("numbered")))

    def test_serial_runs_ignore_it(self):
        for env in {}, {"GTEST_XDIST_WORKERS": "0"}, {"GTEST_XDIST_INDICES": "0"}:
            run = self.serial("numbered", env={VARIABLE: str(self.path), **env})
            self.assertEqual(0, run.status, run)
        self.assertFalse(self.path.exists())

    def test_an_empty_value_is_none(self):
        self.assert_parallel_equals_serial("numbered", env={VARIABLE: ""})

    def test_results_are_those_of_a_serial_run(self):
        for mode in "load", "worksteal", "loadscope", "loadfile", "loadgroup":
            for suite in "kinds", "grouped":
                run = self.serial(suite, env={"GTEST_XDIST_DIST": mode})
                for _ in range(2):
                    self.assert_same(run, self.run_with(suite, env={"GTEST_XDIST_DIST": mode}))


class BadFileTest(DurationsTest):
    EXPECTED = ("gtest-xdist: error: " + VARIABLE + "='%s' is not valid: expected a file that "
                "gtest-xdist wrote, or a new one, in a writable directory; %s\n")

    def assert_refused(self, path, why):
        run = self.serial("numbered", env={"GTEST_XDIST_WORKERS": "2", VARIABLE: str(path)},
                          separate_stderr=True)
        self.assertEqual(2, run.status, run)
        self.assertEqual([], run.noted, "no test has run")
        self.assertEqual(self.EXPECTED % (path, why), run.err)

    def test_a_file_of_somebody_else_is_not_touched(self):
        for text in "mine\n", "gtest-xdist durations 2\n1 A.b c\n", "\n":
            self.path.write_text(text)
            self.assert_refused(self.path, "its first line is not 'gtest-xdist durations 1'")
            self.assertEqual(text, self.path.read_text())

    def test_no_directory(self):
        self.assert_refused(self.folder / "no" / "durations", "'%s' is not a writable directory: "
                            "No such file or directory" % (self.folder / "no"))

    def test_no_file(self):
        self.assert_refused(self.folder, "it cannot be read and written: Is a directory")
        self.assert_refused("/dev/null", "it is not a regular file")

    def test_damaged_lines_are_told_and_ignored(self):
        self.write("<<<<<<< HEAD", "1.000000 Alpha.One other", "one Alpha.One numbered")
        run = self.run_with("numbered")
        self.assertEqual(0, run.status, run)
        self.assertEqual(["%s:%d: this line is damaged and ignored" % (self.path, line)
                          for line in (2, 4)], run.notes)
        self.assertEqual({"Alpha.One": 1}, self.entries("other"))
        self.assertEqual([], self.run_with("numbered").notes)

    def test_what_cannot_be_saved_is_told(self):
        """A directory is in the way of the file that is to be written."""
        blocked = self.folder / "durations.new"
        (blocked / "occupied").mkdir(parents=True)
        run = self.parallel("numbered", env={VARIABLE: str(self.path)})
        self.assertEqual(0, run.status, run)
        self.assertEqual(["the durations are not saved in '%s': '%s' is in the way: gtest-xdist did "
                          "not write it" % (self.path, blocked)], run.notes)


class OrderTest(DurationsTest):
    def order(self, *durations, dist="load", arguments=(), workers=1):
        self.write(*("%s numbered" % duration for duration in durations))
        run = self.run_with("numbered", *arguments, workers=workers,
                            env={"GTEST_XDIST_DIST": dist})
        self.assertEqual(sorted(NUMBERED), sorted(self.ran(run)), run)
        return self.ran(run)

    # All of them known, and most of them too short to matter.
    KNOWN = ["%d %s" % ({"Beta.Five": 90, "Gamma.Eight": 70, "Alpha.Two": 80}.get(name, 0), name)
             for name in NUMBERED]
    LONGEST_FIRST = ["Beta.Five", "Alpha.Two", "Gamma.Eight", "Alpha.Zero", "Alpha.One",
                     "Beta.Three", "Gamma.Six", "Gamma.Seven"]

    def test_longest_first(self):
        for dist in "load", "worksteal", "loadgroup":
            self.assertEqual(self.LONGEST_FIRST, self.order(*self.KNOWN, dist=dist), dist)

    def test_unknown_tests_first(self):
        known = [line for line in self.KNOWN if "Six" not in line and "One" not in line]
        order = self.order(*known)
        self.assertEqual(["Alpha.One", "Gamma.Six", "Beta.Five", "Alpha.Two", "Gamma.Eight"],
                         order[:5])

    def test_suites_by_their_sums(self):
        order = self.order(*self.KNOWN, dist="loadscope")
        self.assertEqual(["Beta.Three", "Beta.Five", "Alpha.Zero", "Alpha.One", "Alpha.Two",
                          "Gamma.Six", "Gamma.Seven", "Gamma.Eight"], order)

    def test_suites_with_a_dear_set_up_stay_together(self):
        order = self.order(*self.KNOWN, "60 Alpha", "100 Beta", "0.1 Gamma")
        # That of Gamma costs next to nothing.
        self.assertEqual(["Beta.Three", "Beta.Five", "Alpha.Zero", "Alpha.One", "Alpha.Two"],
                         [name for name in order if not name.startswith("Gamma")])

    def test_an_order_that_was_asked_for_is_kept(self):
        order = self.order(*self.KNOWN, arguments=["--gtest_shuffle", "--gtest_random_seed=7"])
        plain = self.parallel("numbered", "--gtest_shuffle", "--gtest_random_seed=7", workers=1)
        self.assertEqual(self.ran(plain), order)


if __name__ == "__main__":
    harness.main()
