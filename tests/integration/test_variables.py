"""Variables: what they may say, and the one line that tells what they may not."""

import re

from pathlib import Path

import harness

GUIDE = Path(__file__).resolve().parents[2] / "examples/settings.md"

# Variable, value, and what else the message has to contain.
BAD = [("GTEST_XDIST_WORKERS", value, ["auto", "logical", "no"])
       for value in ("foo", "-1", "1.5", "", "99999999999", "+4", " 4", "4 ", "4x", "0x4", "2,4")]
BAD += [("GTEST_XDIST_WORKERS", "atuo", ["did you mean auto?"]),
        ("GTEST_XDIST_WORKERS", "logcal", ["did you mean logical?"]),
        ("GTEST_XDIST_WORKRES", "4", ["did you mean GTEST_XDIST_WORKERS?"]),
        ("GTEST_XDIST_WORKER", "4", ["did you mean GTEST_XDIST_WORKERS?"]),
        ("GTEST_XDIST_INDEXES", "1-3", ["did you mean GTEST_XDIST_INDICES?"]),
        ("GTEST_XDIST_", "4", ["GTEST_XDIST_WORKERS"]),
        ("GTEST_XDIST_NOTHING_LIKE_IT", "4", ["GTEST_XDIST_WORKERS"]),
        ("GTEST_XDIST_DIST", "laod", ["did you mean load?", "each"]),
        ("GTEST_XDIST_DIST", "", ["load", "each"]),
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
        for value in "0", "no":
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
