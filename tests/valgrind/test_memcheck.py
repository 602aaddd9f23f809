"""A session under valgrind: no process of it makes a memory error or leaks, and results stay."""

import re
import shutil
import subprocess
import sys

from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "integration"))
import harness  # noqa: E402

SKIPPED = 77
FOUND = 99  # what a process exits with in which valgrind finds something


class MemcheckTest(harness.IntegrationTest):
    def memcheck(self, suite, *arguments, workers):
        """Runs a suite under memcheck; returns the run and what memcheck says of each process."""
        logs = self._scratch / "logs"
        logs.mkdir(exist_ok=True)
        valgrind = [shutil.which("valgrind"), "--quiet", "--trace-children=yes",
                    "--trace-children-skip=/bin/*,/usr/bin/*", "--error-exitcode=%d" % FOUND,
                    "--leak-check=full", "--errors-for-leak-kinds=definite",
                    "--show-leak-kinds=definite", "--log-file=%s" % (logs / "%p")]
        directory = self._scratch / ("workers-%d" % workers)
        command = [*valgrind, harness.SUITES / suite, *arguments,
                   "--gtest_output=xml:%s" % (directory / "report.xml")]
        started = harness.Started(command, directory, {"GTEST_XDIST_WORKERS": str(workers)})
        self._runs.append(started)
        run = started.end(limit=240)
        self.assert_nothing_left(started)
        return run, {log.name: log.read_text() for log in logs.iterdir()}

    def test_a_session(self):
        serial = self.serial("kinds")
        run, logs = self.memcheck("kinds", workers=2)
        self.assertGreaterEqual(len(logs), 3, "the controller and two workers")
        self.assertEqual({pid: "" for pid in logs}, logs)
        self.assert_same(serial, run)


if __name__ == "__main__":
    if shutil.which("valgrind") is None:
        print("skipped: valgrind is not installed")
        sys.exit(SKIPPED)
    harness.main()
