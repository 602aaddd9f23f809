"""Ctrl-Z: workers stop with the process that the shell knows, and time does not pass meanwhile."""

import os
import re
import signal
import sys
import time
import unittest

from pathlib import Path

import harness

# A shell, as far as stopping goes: the suite has a process group of its own, and a parent outside
# of it that could continue it. It notes the suite's number.
SHELL = """
import os, signal, sys
suite = os.fork()
if suite == 0:
    os.setpgid(0, 0)
    if os.environ.get("IGNORES_CTRL_Z"):
        signal.signal(signal.SIGTSTP, signal.SIG_IGN)
    os.execv(sys.argv[1], sys.argv[1:])
with open(os.environ["NOTES"] + ".suite", "w") as note:
    note.write("%d\\n" % suite)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(suite, 0)[1]))
"""
RELEASED = "--gtest_filter=Hang.UntilReleased:All/Quick.*"


def state(pid):
    """Of a process: T if it is stopped."""
    try:
        return Path("/proc", str(pid), "stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return "gone"


def is_pending(pid, number):
    """Whether the signal has come and no handler was called yet."""
    status = Path("/proc", str(pid), "status").read_text()
    masks = re.findall(r"^(?:SigPnd|ShdPnd):\t(\w+)", status, re.MULTILINE)
    return any(int(mask, 16) >> (number - 1) & 1 for mask in masks)


class SuspensionTest(harness.IntegrationTest):
    def start_suite(self, *arguments, **env):
        started = self.start("hang", *arguments, env={"GTEST_XDIST_WORKERS": "2", **env},
                             launcher=(sys.executable, "-c", SHELL))
        harness.wait_until(lambda: len(started.noted) == 1, "the test has not started")
        return started, self.number_of_suite(started)

    def number_of_suite(self, started):
        number = started.directory / "notes.suite"
        harness.wait_until(lambda: number.exists() and number.read_text().endswith("\n"),
                           "nobody knows the suite's number")
        return int(number.read_text())

    def all_processes(self, started):
        return harness.processes(started.token) - {started.process.pid}

    def suspend(self, started, suite):
        os.kill(suite, signal.SIGTSTP)
        harness.wait_until(lambda: {"T"} == {state(pid) for pid in self.all_processes(started)},
                           "the processes have not stopped")

    def proceed(self, started, suite):
        os.kill(suite, signal.SIGCONT)
        harness.wait_until(lambda: "T" not in {state(pid) for pid in self.all_processes(started)},
                           "the processes have not gone on")

    def end(self, started):
        started.release()
        run = started.end()
        self.assert_nothing_left(started)
        self.assertEqual((0, 11, set()), (run.status, len(run.tests), run.failed), run)
        self.assertEqual([], [note for note in run.notes if not note.startswith("slow: ")])

    def test_all_processes_stop_and_go_on(self):
        for workers, processes in (0, 1), (2, 3):
            with self.subTest(workers=workers):
                started, suite = self.start_suite(RELEASED, GTEST_XDIST_WORKERS=str(workers))
                for _ in range(2):
                    self.suspend(started, suite)
                    self.assertEqual(processes, len(self.all_processes(started)))
                    self.proceed(started, suite)
                self.end(started)

    def test_time_does_not_pass(self):
        """Longer than the limits, and than a stopped worker is waited for."""
        started, suite = self.start_suite(RELEASED, GTEST_XDIST_TIMEOUT="5",
                                          GTEST_XDIST_SESSION_TIMEOUT="10")
        self.suspend(started, suite)
        time.sleep(11)
        self.proceed(started, suite)
        self.end(started)

    def test_nobody_remembers_how_long_that_was(self):
        file = self._scratch / "durations"
        started, suite = self.start_suite(RELEASED, GTEST_XDIST_DURATIONS_FILE=str(file))
        self.suspend(started, suite)
        self.proceed(started, suite)
        self.end(started)
        remembered = file.read_text()
        self.assertIn("All/Quick.", remembered)
        self.assertNotIn("Hang", remembered)

    @unittest.skipIf("thread" in harness.SANITIZER, "ThreadSanitizer has handlers wait")
    def test_a_second_signal_stops_a_controller_that_is_busy(self):
        started = self.start("terminal", "--gtest_filter=Look.Passes", env={
            "GTEST_XDIST_WORKERS": "2", "LISTENER_WAITS": "yes"},
                             launcher=(sys.executable, "-c", SHELL))
        suite = self.number_of_suite(started)
        harness.wait_until(lambda: "listener waits" in started.noted, "no listener waits")
        os.kill(suite, signal.SIGTSTP)
        harness.wait_until(lambda: not is_pending(suite, signal.SIGTSTP), "it has not noticed")
        os.kill(suite, signal.SIGTSTP)
        harness.wait_until(lambda: state(suite) == "T", "it has not stopped")
        os.kill(suite, signal.SIGCONT)
        started.release()
        run = started.end()
        self.assertEqual((0, []), (run.status, run.notes), run)
        self.assert_nothing_left(started)

    def test_a_test_that_never_ends_is_ended_after_all(self):
        started, suite = self.start_suite("--gtest_filter=Hang.InALoop:All/Quick.*",
                                          GTEST_XDIST_TIMEOUT="5")
        self.suspend(started, suite)
        self.proceed(started, suite)
        run = started.end()
        self.assertEqual((1, {"Hang.InALoop"}), (run.status, run.failed), run)
        self.assertIn("timed out while running", run.out)

    def test_a_signal_that_is_ignored(self):
        started, suite = self.start_suite(RELEASED, IGNORES_CTRL_Z="yes")
        os.kill(suite, signal.SIGTSTP)
        self.end(started)


if __name__ == "__main__":
    harness.main()
