"""Index lists run what they say, in that order, in one process; they reproduce a failure."""

import signal

import harness

NAMES = ["Alpha.Zero", "Alpha.One", "Alpha.Two", "Beta.Three", "Beta.DISABLED_Four", "Beta.Five",
         "Gamma.Six", "Gamma.Seven", "Gamma.Eight"]
# The report's path is relative, so that the run and its reproduction do not write the same file.
HISTORY = ["two words; it's $HOME *", "--gtest_output=xml:report.xml"]


class IndexListTest(harness.IntegrationTest):
    def test_runs_the_list_in_its_order(self):
        lists = {"0": [0], "8": [8], "4": [4], "2-2": [2], "0-8": range(9), "5-6:3": [5, 6, 3],
                 "3:0-2:7": [3, 0, 1, 2, 7], "8:6:3:0": [8, 6, 3, 0], "0:3:1:6:2": [0, 3, 1, 6, 2]}
        for text, indices in lists.items():
            with self.subTest(indices=text):
                run = self.serial("numbered", env={"GTEST_XDIST_INDICES": text})
                self.assertEqual(0, run.status, run)
                ran = [line.split() for line in run.noted]
                self.assertEqual([NAMES[index] for index in indices], [name for name, _ in ran])
                self.assertEqual(1, len({pid for _, pid in ran}), "one process")
                self.assertEqual([NAMES[index] for index in indices], run.started)
                self.assertEqual({NAMES[index] for index in indices},
                                 {test.name for test in run.tests if test.status == "run"})

    def test_an_index_does_not_depend_on_the_filter(self):
        for argument in ("--gtest_filter=Gamma.*", "--gtest_shuffle",
                         "--gtest_also_run_disabled_tests"):
            with self.subTest(argument=argument):
                run = self.serial("numbered", argument, env={"GTEST_XDIST_INDICES": "2:0"})
                self.assertEqual(["Alpha.Two", "Alpha.Zero"],
                                 [line.split()[0] for line in run.noted])

    def test_a_filter_that_selects_nothing(self):
        """GoogleTest would set up no environment for the list, so this cannot be obeyed."""
        run = self.serial("numbered", "--gtest_filter=-*", env={"GTEST_XDIST_INDICES": "2:0"},
                          separate_stderr=True)
        self.assertEqual(2, run.status, run)
        self.assertEqual([], run.noted)
        self.assertEqual(
            "gtest-xdist: error: GTEST_XDIST_INDICES is set, but the filter selects no test: "
            "GoogleTest then sets up no environment; drop --gtest_filter\n", run.err)

    def test_a_suite_that_is_entered_twice_has_its_properties_once(self):
        def suites(indices):
            run = self.serial("properties", env={"GTEST_XDIST_INDICES": indices})
            return {suite.get("name"): (dict(suite.items(), time="", timestamp=""),
                                        [tuple(sorted(property.items())) for property in suite.iter("property")])
                    for suite in run.xml.iter("testsuite")}

        once = suites("0:1:18")
        self.assertEqual(("1", "2"), tuple(once["All/Recorder"][0][key] for key in ("suite_up", "suite_down")))
        self.assertEqual(once, suites("0:18:1"))

    def test_tells_failure(self):
        run = self.serial("each", env={"GTEST_XDIST_INDICES": "0:2"})
        self.assertEqual(1, run.status)
        self.assertEqual({"Each.FailsEverywhere"}, run.failed)

    def test_is_as_good_as_a_filter(self):
        listed = self.serial("numbered", env={"GTEST_XDIST_INDICES": "3:5"})
        filtered = self.serial("numbered", "--gtest_filter=Beta.*")
        self.assertEqual([test for test in filtered.tests if test.status == "run"],
                         [test for test in listed.tests if test.status == "run"])

    def test_bad_lists(self):
        for text in ("foo", "3-", "-3", "5-2", "1::2", ":1", "1:", "1,2", "1 2", "0x1", "1.5", "+1",
                     "9", "0-9", "0-4294967294", "0-99999999999999999999"):
            with self.subTest(indices=text):
                run = self.serial("numbered", env={"GTEST_XDIST_INDICES": text},
                                  separate_stderr=True)
                self.assertEqual(2, run.status, run)
                self.assertEqual([], run.noted)
                line, = run.err.splitlines()
                self.assertTrue(line.startswith("gtest-xdist: error: "), line)
                self.assertIn("GTEST_XDIST_INDICES", line)
                self.assertIn("'%s'" % text, line)

    def test_an_empty_variable_is_none(self):
        run = self.serial("numbered", env={"GTEST_XDIST_INDICES": ""})
        self.assertEqual((0, []), (run.status, run.notes), run)
        self.assertEqual(8, len(run.started), run)


class ReproductionTest(harness.IntegrationTest):
    """The failure depends on which tests ran before in the same process."""

    def failures(self, run):
        return {test.name: test.failures for test in run.tests if test.failures}

    def test_shows_the_same_failure(self):
        for workers in 1, 2:
            with self.subTest(workers=workers):
                run = self.parallel("history", *HISTORY, workers=workers, report=None)
                self.assertEqual(1, run.status, run)
                self.assertTrue(self.failures(run), "with twelve tests, some worker runs five")
                self.assertEqual(len(self.failures(run)), len(run.reproductions), run)
                reproduced = {}
                for worker, line in run.reproductions.items():
                    self.assertRegex(line, r"^GTEST_XDIST_INDICES=[\d:-]+ ")
                    again = self.shell(line)
                    self.assertEqual(1, again.status, again)
                    reproduced.update(self.failures(again))
                self.assertEqual(self.failures(run), reproduced)

    def test_shows_the_same_crash(self):
        run = self.parallel("history", *HISTORY, workers=1, report=None,
                            env={"FIFTH": "aborts"})
        self.assertEqual(1, run.status, run)
        self.assertEqual(2, len(self.failures(run)), run)
        self.assertEqual({"gw0", "gw1"}, set(run.reproductions))
        for worker, line in run.reproductions.items():
            again = self.shell(line, env={"FIFTH": "aborts"})
            self.assertIn(again.status, (-signal.SIGABRT, 128 + signal.SIGABRT), again)
            (crashed, texts), = (item for item in self.failures(run).items()
                                 if "worker '%s'" % worker in item[1][-1])
            self.assertEqual(crashed, again.started[-1])
            self.assertIn(texts[0], again.out)

    def test_a_good_run_has_none(self):
        self.assertEqual({}, self.parallel("numbered").reproductions)


if __name__ == "__main__":
    harness.main()
