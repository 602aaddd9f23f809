"""The ways to run a suite: each makes the commands for a row, and tells whether they did it."""

import importlib.util
import os
import re
import shutil
import sys

from pathlib import Path

from processes import RunFailed, tail

TESTS_OF_SUITE = 100  # as in suite.cpp


class Peer:
    """A column of the table."""

    name = ""
    # Whether a whole process starts for each test, so that long rows are cut short.
    process_for_each_test = False

    def __init__(self, binary, limit):
        self.binary, self.limit = str(binary), limit

    def missing(self):
        """Why this cannot be run here, or nothing."""
        return ""

    def suits(self, row):
        """Whether it is run for this row."""
        return row.group not in ("growth", "start-up") and not row.durations

    def count(self, row):
        """How many of the row's tests are run. Sleeps are all run: they differ."""
        if self.process_for_each_test and not row.sleeps:
            return min(row.count, self.limit)
        return row.count

    def prepare(self, row, scratch):
        """Called before every run, outside the measured time."""

    def commands(self, row):
        return [([self.binary], {"BENCHMARK_WORK": row.work})]

    def passed(self, text):
        """How many tests have passed, by the last lines of an output."""
        return number(r"^\[  PASSED  \] (\d+) tests?\.$", text)

    def check(self, row, outputs):
        passed = sum(self.passed(tail(path)) for path in outputs)
        if passed != self.count(row):
            raise RunFailed("%s, row %s: %d of %d tests have passed\n%s" % (
                self.name, row.name, passed, self.count(row), "\n".join(map(tail, outputs))))


def number(pattern, text):
    found = re.findall(pattern, text, re.MULTILINE)
    return int(found[-1]) if found else 0


class Serial(Peer):
    name = "serial"

    def suits(self, row):
        """Not for sleeps: their sum is known, and long."""
        return not row.sleeps or row.group == "start-up"


class Exec(Peer):
    """No more than a start of the binary: it only lists its tests."""

    name = "exec"

    def suits(self, row):
        return row.group == "start-up"

    def commands(self, row):
        return [([self.binary, "--gtest_list_tests"], {"BENCHMARK_WORK": row.work})]

    def passed(self, text):
        return len(re.findall(r"^  \S", text, re.MULTILINE))


class Shards(Peer):
    """GoogleTest's own: a fixed part of the tests for each process, all started at once."""

    name = "shards"

    def commands(self, row):
        return [([self.binary], {"BENCHMARK_WORK": row.work,
                                 "GTEST_TOTAL_SHARDS": str(row.workers),
                                 "GTEST_SHARD_INDEX": str(index)})
                for index in range(row.workers)]


class Ctest(Peer):
    """One entry for each test, as gtest_discover_tests() makes them."""

    name = "ctest -j"
    process_for_each_test = True

    def missing(self):
        return "" if shutil.which("ctest") else "no ctest"

    def prepare(self, row, scratch):
        # A new folder, because ctest starts the longest tests of its last run first.
        self.folder = scratch / "ctest"
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir()
        (self.folder / "CTestTestfile.cmake").write_text("".join(
            'add_test("Test%d" "%s" "--gtest_filter=Work%d.Test%d")\n'
            % (index, self.binary, index // TESTS_OF_SUITE, index)
            for index in range(self.count(row))))

    def commands(self, row):
        return [(["ctest", "-j", str(row.workers), "--test-dir", str(self.folder)],
                 {"BENCHMARK_WORK": row.work})]

    def passed(self, text):
        return number(r"^100% tests passed, 0 tests failed out of (\d+)$", text)


class PytestXdist(Peer):
    """The same work in Python: pytest_work.py."""

    name = "pytest-xdist"
    process_for_each_test = True  # not so, but a test takes as long

    def missing(self):
        there = all(importlib.util.find_spec(module) for module in ("pytest", "xdist"))
        return "" if there else "not installed"

    def prepare(self, row, scratch):
        self.file = scratch / "test_work.py"
        shutil.copyfile(Path(__file__).with_name("pytest_work.py"), self.file)

    def commands(self, row):
        return [([sys.executable, "-B", "-m", "pytest", "-q", "-p", "no:cacheprovider",
                  "-n", str(row.workers), str(self.file)],
                 {"BENCHMARK_WORK": row.work, "BENCHMARK_FIRST": str(self.count(row))})]

    def passed(self, text):
        return number(r"^(\d+) passed in ", text)


class GtestParallel(Peer):
    """The script named by the variable GTEST_PARALLEL."""

    name = "gtest-parallel"
    process_for_each_test = True

    def missing(self):
        return "" if os.environ.get("GTEST_PARALLEL") else "GTEST_PARALLEL is not set"

    def count(self, row):
        """Whole suites, because a filter that names each test would be slow to match."""
        count = super().count(row)
        return count if count == row.count else max(1, count // TESTS_OF_SUITE) * TESTS_OF_SUITE

    def prepare(self, row, scratch):
        # It starts the longest tests of its last run first.
        for remembered in scratch.glob(".gtest-parallel-times"), scratch.glob("gtest-parallel*"):
            for path in remembered:
                shutil.rmtree(path) if path.is_dir() else path.unlink()

    def commands(self, row):
        script = os.path.abspath(os.environ["GTEST_PARALLEL"])
        suites = range((self.count(row) + TESTS_OF_SUITE - 1) // TESTS_OF_SUITE)
        return [([sys.executable, script, "--workers=%d" % row.workers,
                  "--gtest_filter=" + ":".join("Work%d.*" % suite for suite in suites),
                  self.binary], {"BENCHMARK_WORK": row.work})]

    def passed(self, text):
        return number(r"^\[\d+/(\d+)\]", text) if "FAILED" not in text else 0


class Ours(Peer):
    """The variable GTEST_XDIST_WORKERS, and nothing else but, where a row is about that, the file of
    durations. The run that checks the result fills it."""

    name = "ours"

    def suits(self, row):
        return True

    def commands(self, row):
        variables = {"BENCHMARK_WORK": row.work, "GTEST_XDIST_WORKERS": str(row.workers)}
        if row.durations:
            variables["GTEST_XDIST_DURATIONS_FILE"] = str(row.durations)
        return [([self.binary], variables)]


ALL = [Exec, Serial, Shards, Ctest, PytestXdist, GtestParallel, Ours]
