"""A small project whose tests are made by the functions, and what ctest says of it."""

import json
import os
import subprocess
import tempfile
import unittest

from pathlib import Path

SOURCE = Path(os.environ["CTEST_SOURCE"])
SUITE = os.environ["CTEST_SUITE"]
CMAKE = os.environ["CTEST_CMAKE"]
CTEST = os.environ["CTEST_CTEST"]

# The variables of whoever runs the tests must not reach the project's.
ENVIRONMENT = {name: value for name, value in os.environ.items()
               if not name.startswith(("GTEST_", "CTEST_", "CMAKE_", "MAKEFLAGS"))}


class ProjectTest(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.folder = Path(scratch.name).resolve()
        self.record = self.folder / "record"

    def run_command(self, *command, **variables):
        return subprocess.run([str(word) for word in command], cwd=self.folder, text=True,
                              env={**ENVIRONMENT, "RECORD": str(self.record), **variables},
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=250)

    def configure(self, text, *options, must=True):
        """What CMake says of a project of this text, which may use the target `suite`."""
        (self.folder / "CMakeLists.txt").write_text(
            "cmake_minimum_required(VERSION 3.20)\nproject(small NONE)\nenable_testing()\n"
            "include(\"%s/cmake/gtest_xdist-functions.cmake\")\n"
            "add_executable(suite IMPORTED)\n"
            "set_target_properties(suite PROPERTIES IMPORTED_LOCATION \"%s\")\n%s\n"
            % (SOURCE, SUITE, text))
        result = self.run_command(CMAKE, "-B", "build", "-G", "Ninja", "-Werror=dev", *options)
        self.assertEqual(must, result.returncode == 0, result.stdout)
        return result.stdout

    def ctest(self, *options, must=True, **variables):
        result = self.run_command(CTEST, "--test-dir", "build", *options, **variables)
        self.assertEqual(must, result.returncode == 0, result.stdout)
        return result.stdout

    def known_tests(self, *options, **variables):
        """What ctest knows: by name, command and properties."""
        listing = json.loads(self.ctest("--show-only=json-v1", *options, **variables))
        return {test["name"]: (test.get("command"),
                               {p["name"]: p["value"] for p in test["properties"]})
                for test in listing["tests"]}

    def recorded(self, word):
        """The lines of the record that begin with the word, without it."""
        lines = self.record.read_text().splitlines() if self.record.exists() else []
        return [line[len(word) + 1:] for line in lines if line.split(" ")[0] == word]

    def forget(self):
        self.record.unlink()

    def assert_rejects(self, call, message):
        output = self.configure(call, must=False)
        self.assertIn(message, " ".join(output.split()))
