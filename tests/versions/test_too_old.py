#!/usr/bin/env python3
"""A GoogleTest or Boost that is too old is refused by name: test_too_old.py COMPILER"""

import pathlib
import subprocess
import sys
import tempfile
import unittest

INCLUDE = pathlib.Path(__file__).resolve().parent.parent.parent / "include"
COMPILER = sys.argv.pop(1)


class TooOld(unittest.TestCase):
    def assert_refused(self, message, header, text):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder, header)
            path.parent.mkdir()
            path.write_text(text, encoding="utf-8")
            done = subprocess.run([COMPILER, "-std=c++17", "-E", "-o", "/dev/null", "-I", folder, "-I", str(INCLUDE),
                                   "-x", "c++", "-include", "gtest_xdist/gtest_xdist.h", "/dev/null"],
                                  stderr=subprocess.PIPE, encoding="utf-8", check=False)
        self.assertNotEqual(0, done.returncode)
        errors = [line.partition("#error")[2].strip().strip('"') for line in done.stderr.splitlines() if "#error" in line]
        self.assertEqual(message, errors[0], done.stderr)

    def test_gtest(self):
        self.assert_refused("gtest-xdist needs GoogleTest 1.10 or newer, and this one is older", "gtest/gtest.h",
                            "#define INSTANTIATE_TEST_CASE_P(prefix, suite, ...)\n")

    def test_boost(self):
        self.assert_refused("gtest-xdist needs Boost 1.74 or newer, and this one is older", "boost/version.hpp",
                            "#define BOOST_VERSION 107300\n")


if __name__ == "__main__":
    unittest.main()
