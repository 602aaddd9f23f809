"""Variables: what they may say, and the one line that tells what they may not."""

import re

from pathlib import Path

import harness

GUIDE = Path(__file__).resolve().parents[2] / "examples/settings.md"

ONE = "Gamma.Six"  # a test of the suite "numbered"
# Variable, value, and what else the message has to contain.
BAD = [("GTEST_XDIST_WORKERS", value, ["auto", "logical", "no"])
       for value in ("foo", "-1", "1.5", "99999999999", "+4", " 4", "4 ", "4x", "0x4", "2,4")]
BAD += [("GTEST_XDIST_WORKERS", "atuo", ["did you mean auto?"]),
        ("GTEST_XDIST_WORKERS", "logcal", ["did you mean logical?"]),
        ("GTEST_XDIST_WORKRES", "4", ["did you mean GTEST_XDIST_WORKERS?"]),
        ("GTEST_XDIST_WORKER", "4", ["did you mean GTEST_XDIST_WORKERS?"]),
        ("GTEST_XDIST_INDEXES", "1-3", ["did you mean GTEST_XDIST_INDICES?"]),
        ("GTEST_XDIST_", "4", ["GTEST_XDIST_WORKERS"]),
        ("GTEST_XDIST_NOTHING_LIKE_IT", "4", ["GTEST_XDIST_WORKERS"]),
        ("GTEST_XDIST_DIST", "laod", ["did you mean load?", "each"]),
        ("GTEST_XDIST_DIST", "loadscopes", ["did you mean loadscope?"]),
        ("GTEST_XDIST_MAXPROCESSES", "0", ["number from 1 to 1024"]),
        ("GTEST_XDIST_MAXSCHEDCHUNK", "all", ["number from 1"]),
        ("GTEST_XDIST_LOADSCOPE_REORDER", "maybe", ["'yes' or 'no'"]),
        ("GTEST_XDIST_DIST", "everything", ["load", "each"]),
        ("GTEST_XDIST_MAX_WORKER_RESTART", "foo", ["number"]),
        ("GTEST_XDIST_MAX_WORKER_RESTART", "-1", ["number"]),
        ("GTEST_XDIST_PRIVATE_WORKER", "gw0", []),
        ("GTEST_XDIST_PRIVATE_WORKER", "", [])]


class BadVariableTest(harness.IntegrationTest):
    def assert_refused(self, variable, value, wanted, **others):
        run = self.serial("numbered", env={variable: value, **others}, separate_stderr=True)
        self.assertEqual(2, run.status, run)
        self.assertEqual([], run.noted, "no test has run")
        self.assertNotIn("[ RUN", run.out)
        line, = run.err.splitlines()
        self.assertTrue(line.startswith("gtest-xdist: error: "), line)
        for word in [variable, "'%s'" % value] + wanted:
            self.assertIn(word, line)

    def test_alone(self):
        for variable, value, wanted in BAD:
            with self.subTest(variable=variable, value=value):
                self.assert_refused(variable, value, wanted)

    def test_beside_good_ones(self):
        for variable, value, wanted in BAD:
            if variable != "GTEST_XDIST_WORKERS":
                with self.subTest(variable=variable, value=value):
                    self.assert_refused(variable, value, wanted, GTEST_XDIST_WORKERS="2")


class GoodVariableTest(harness.IntegrationTest):
    def test_serial_values(self):
        plain = self.serial("kinds")
        for value in "0", "no", "":
            with self.subTest(value=value):
                self.assert_same(plain, self.serial("kinds", env={"GTEST_XDIST_WORKERS": value}))
                pids = {line.split()[1] for line in
                        self.serial("numbered", env={"GTEST_XDIST_WORKERS": value}).noted}
                self.assertEqual(1, len(pids))

    def test_serial_runs_are_of_the_process_that_was_started(self):
        for env in ({}, {"GTEST_XDIST_WORKERS": "0"},
                    {"GTEST_XDIST_WORKERS": "no", "GTEST_XDIST_DIST": "each"}):
            with self.subTest(env=env):
                run = self.serial("numbered", env=env)
                self.assertEqual({str(run.pid)}, {line.split()[1] for line in run.noted})

    def test_parallel_runs_are_not(self):
        run = self.parallel("numbered", workers=1)
        self.assertEqual(8, len(run.noted))
        self.assertNotIn(str(run.pid), {line.split()[1] for line in run.noted})

    def test_automatic_numbers(self):
        for value in "auto", "logical":
            self.assert_parallel_equals_serial("kinds", workers=(value,))


class OneTestTest(harness.IntegrationTest):
    """ctest starts such a process for each test of gtest_discover_tests()."""

    def where(self, *arguments, **env):
        """Whether the tests ran in the process that was started, and what it says."""
        run = self.parallel("numbered", *arguments, workers=env.pop("WORKERS", "auto"), env={
            "GTEST_XDIST_VERBOSITY": "1", **env})
        self.assertEqual((0, True), (run.status, bool(run.noted)), run)
        here = {line.split()[1] for line in run.noted} == {str(run.pid)}
        self.assertEqual(here, "one test is selected: running it in this process" in run.notes, run)
        return here

    def test_runs_without_a_worker(self):
        for flag in "--gtest_filter=", "--gtest_filter=*:All --gtest_filter=":
            self.assertTrue(self.where(*(flag + ONE).split(), GTEST_FILTER="*"))
        self.assertTrue(self.where(GTEST_FILTER=ONE))
        self.assertTrue(self.where(GTEST_FILTER=ONE, WORKERS="logical"))

    def test_a_filter_that_may_select_several(self):
        for text in "*", "%s:%s" % (ONE, ONE), ONE[:-1] + "?", ONE + "-X.Y":
            self.assertFalse(self.where("--gtest_filter=" + text, GTEST_FILTER=ONE), text)
        self.assertFalse(self.where())

    def test_a_number_of_workers_is_kept(self):
        self.assertFalse(self.where("--gtest_filter=" + ONE, WORKERS="1"))

    def test_settings_that_need_a_worker(self):
        for name, value in (("DIST", "each"), ("TIMEOUT", "50"), ("SESSION_TIMEOUT", "50"), ("RETRIES", "1"),
                            ("RECORD", "record"), ("TIMELINE", "timeline.svg"), ("DURATIONS", "1")):
            self.assertFalse(self.where("--gtest_filter=" + ONE, **{"GTEST_XDIST_" + name: value}), name)


class HelpTest(harness.IntegrationTest):
    def test_lists_the_tables_of_the_guide(self):
        """Group by group, in their order."""
        run = self.serial("numbered", env={"GTEST_XDIST_WORKERS": "help"}, separate_stderr=True)
        self.assertEqual((0, "", []), (run.status, run.err, run.noted))
        self.assertLessEqual(max(map(len, run.out.splitlines())), 80)
        listed = re.findall(r"^(\S.*):$|^  ([A-Z_]+) ", run.out, re.MULTILINE)
        told = re.findall(r"^## (.*)$|^\| `GTEST_XDIST_(\w+)` \|", GUIDE.read_text(), re.MULTILINE)
        self.assertEqual(listed, [row for row in told if row[0] != "What tests can read"])

    def test_is_given_whatever_else_is_wrong(self):
        run = self.serial("numbered", env={"GTEST_XDIST_WORKERS": "help", "GTEST_XDIST_FOO": "1"})
        self.assertEqual((0, []), (run.status, run.noted))
        self.assertIn("\n  WORKERS  ", run.out)


if __name__ == "__main__":
    harness.main()
