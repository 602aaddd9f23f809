"""Runs processes, takes their time, and leaves none of them behind."""

import os
import signal
import subprocess
import time

from pathlib import Path

GRACE = 2  # seconds from the request to end to the kill
TAIL = 4096  # bytes of an output that are looked at


class RunFailed(Exception):
    """A run that did not do its work, so that its time says nothing."""


class Processes:
    """Starts all processes of a benchmark. They use `scratch` for what they leave behind."""

    def __init__(self, scratch):
        self.scratch = Path(scratch)
        self._running = []
        self._environment = {
            name: value for name, value in os.environ.items()
            if not name.startswith(("GTEST_", "GMOCK_", "BENCHMARK_", "PYTEST_", "CTEST_"))}
        # What the tools remember of earlier runs would be an advantage over a first run.
        for name in "HOME", "XDG_CACHE_HOME", "TMPDIR":
            self._environment[name] = str(self.scratch)

    def run(self, commands, outputs):
        """Runs the commands, (arguments, variables) each, at the same time. Output goes to the
        paths `outputs`, one for each. Returns the seconds until the last one has ended."""
        files = [open(path, "wb") for path in outputs]
        try:
            start = time.perf_counter()
            for (arguments, variables), file in zip(commands, files):
                self._running.append(subprocess.Popen(
                    arguments, env={**self._environment, **variables}, stdin=subprocess.DEVNULL,
                    stdout=file, stderr=subprocess.STDOUT, cwd=self.scratch,
                    start_new_session=True))
            statuses = [process.wait() for process in self._running]
            elapsed = time.perf_counter() - start
        finally:
            self._end_all()
            for file in files:
                file.close()
        for (arguments, _), status, path in zip(commands, statuses, outputs):
            if status != 0:
                raise RunFailed("exit status %d of %s\n%s"
                                % (status, " ".join(map(str, arguments)), tail(path)))
        return elapsed

    def _end_all(self):
        """Each process has a group of its own, so that its children end with it."""
        left = [process for process in self._running if process.poll() is None]
        for process in left:
            os.killpg(process.pid, signal.SIGTERM)
        deadline = time.monotonic() + GRACE
        for process in left:
            try:
                process.wait(max(0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                pass
            # The first of the group may have ended before the others.
            try:
                os.killpg(process.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
            process.wait()
        self._running.clear()


def tail(path):
    """The last lines of an output that was kept; empty for one that was not."""
    if str(path) == os.devnull:
        return ""
    with open(path, "rb") as file:
        file.seek(max(0, os.path.getsize(path) - TAIL))
        return file.read().decode(errors="replace")
