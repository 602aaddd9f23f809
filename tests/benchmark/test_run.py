"""The benchmark prints its table. What it measures is not looked at."""

import os
import re
import subprocess
import sys
import tempfile
import unittest

from pathlib import Path

BUILD = sys.argv[1]
RUN = Path(__file__).with_name("run")
FAIRNESS = Path(__file__).with_name("fairness")


class RunTest(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.scratch = scratch.name

    def run_it(self, *options):
        return subprocess.run(
            [sys.executable, str(RUN), BUILD, "--quick", "--smoke", "--repetitions", "1", *options],
            env={**os.environ, "TMPDIR": self.scratch}, text=True, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, timeout=200)

    def assert_rows(self, names, output):
        for name in names:
            self.assertRegex(output, r"(?m)^%s .*(reached|missed by \S+ %%)$" % re.escape(name))

    def test_the_table_comes_out(self):
        result = self.run_it("--rows", "A,start-up")
        self.assertEqual(0, result.returncode, result.stderr)
        self.assert_rows(["A null", "A file", "start-up 1", "start-up 8"], result.stdout)
        self.assertNotIn("D1", result.stdout)
        self.assertEqual([], os.listdir(self.scratch))

    def test_compiling(self):
        compiling = Path(__file__).with_name("compile")
        result = subprocess.run([sys.executable, str(compiling), "--files", "locks.h", "--options=-O0",
                                 "--repetitions", "1"], text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                timeout=200)
        self.assertEqual(0, result.returncode, result.stderr)
        self.assertRegex(result.stdout, r"(?m)^locks.h +[0-9.]+ +\d+ +\d+ +\d+$")

    def test_all_rows(self):
        result = self.run_it()
        self.assertEqual(0, result.returncode, result.stderr)
        self.assert_rows(["B 200us", "B 5ms", "C 2", "C 8", "C 32", "D1", "D2", "C 32 known",
                          "D1 known", "D2 known", "E null", "E file"],
                         result.stdout)
        self.assertRegex(result.stdout, r"(?m)^\d+ +\S+ us/test .* B/test$")

    def test_a_row_that_there_is_not(self):
        result = self.run_it("--rows", "A,F")
        self.assertEqual(2, result.returncode)
        self.assertIn("error: no such row: F; there are A, B, C, D1, D2, E, start-up, growth\n",
                      result.stderr)

    def test_fairness(self):
        result = subprocess.run(
            [sys.executable, str(FAIRNESS), BUILD, "--workers", "3", "--seconds", "0.1"],
            env={**os.environ, "TMPDIR": self.scratch}, text=True, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, timeout=200)
        self.assertEqual(0, result.returncode, result.stderr)
        self.assertRegex(result.stdout, r"^3 workers, 300 tests of 1 ms in \S+ s\n"
                                        r"tests of a worker: 100 on average, .*\n"
                                        r"longest time without a test: \S+ ms\n$")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
