"""Runs a GoogleTest binary once and takes down everything that a comparison needs.

Each run has a fresh TEST_TMPDIR, an empty stdin, and none of the caller's GTEST_* settings.
"""

import collections
import os
import re
import shlex
import shutil
import signal
import subprocess
import tempfile
import time

import lines
import report

NOTE_PREFIX = "gtest-xdist: "
HISTORY = re.compile(r"GTEST_XDIST_INDICES=([^\s]+)")

Run = collections.namedtuple("Run", "name command status seconds stdout stderr notes report histories")


class Runner:
    def __init__(self, binary, arguments, cwd, environment, gtest_filter, timeout):
        self._command = [os.path.abspath(binary)] + arguments
        if gtest_filter is not None:
            self._command.append("--gtest_filter=" + gtest_filter)
        self._cwd = cwd
        self._environment = environment
        self._timeout = timeout

    def serial(self, name, kind):
        return self._run(name, kind, {})

    def parallel(self, name, kind, workers, dist):
        settings = {"GTEST_XDIST_WORKERS": str(workers)}
        if dist:
            settings["GTEST_XDIST_DIST"] = dist
        return self._run(name, kind, settings)

    def history(self, name, kind, indices):
        """The tests of one worker, in its order, in one process."""
        return self._run(name, kind, {"GTEST_XDIST_INDICES": indices})

    def heeds_xdist_variables(self):
        """Whether the binary contains the shim at all: only that rejects an impossible number of workers."""
        run = self._run("probe", "xml", {"GTEST_XDIST_WORKERS": "differential-probe"}, ["--gtest_filter=-*"])
        return run.status == "exit status 2"

    def _run(self, name, kind, settings, extra_arguments=()):
        directory = tempfile.mkdtemp(prefix="differential-")
        try:
            return self._run_in(directory, name, kind, settings, extra_arguments)
        finally:
            shutil.rmtree(directory, ignore_errors=True)

    def _run_in(self, directory, name, kind, settings, extra_arguments):
        # The report lies outside of TEST_TMPDIR, because a test may list that.
        test_tmpdir = os.path.join(directory, "tmp")
        os.mkdir(test_tmpdir)
        report_path = os.path.join(directory, "report." + kind)
        command = self._command + list(extra_arguments) + ["--gtest_output=%s:%s" % (kind, report_path)]
        own = {key: value for key, value in self._environment.items()
               if settings or not key.startswith("GTEST_XDIST_")}
        environment = {key: value for key, value in os.environ.items() if not key.startswith("GTEST_")}
        environment.update(own, TEST_TMPDIR=test_tmpdir, **settings)
        with open(os.path.join(directory, "stdout"), "w+b") as stdout, \
                open(os.path.join(directory, "stderr"), "w+b") as stderr:
            start = time.monotonic()
            status = self._wait(command, environment, stdout, stderr)
            seconds = time.monotonic() - start
            raw_stdout, raw_stderr = _content(stdout), _content(stderr)

        # A worker's own directory lies below the user's, so a path in it may have one or two components more.
        own_directory = r"(?:/gtest[_-]xdist[\w.-]*)?(?:/[\w.-]*gw\d+\b[\w.-]*)?"
        masks = [(re.compile(re.escape(test_tmpdir) + own_directory), "<TEST_TMPDIR>"),
                 (re.compile(re.escape(directory)), "<directory of the run>")]
        all_stderr = lines.split(raw_stderr, masks)
        notes = [line for line in all_stderr if line.startswith(NOTE_PREFIX)]
        histories = [match.group(1).strip("'\"") for match in map(HISTORY.search, all_stderr) if match]
        other_stderr = [line for line in all_stderr if not line.startswith(NOTE_PREFIX) and not HISTORY.match(line)]
        shown = " ".join(["%s=%s" % pair for pair in settings.items()] + [shlex.quote(word) for word in command])
        return Run(name, shown, status, seconds, lines.split(raw_stdout, masks), other_stderr, notes,
                   report.read(report_path, kind, lambda text: lines.masked(text, masks)), histories)

    def _wait(self, command, environment, stdout, stderr):
        process = subprocess.Popen(command, cwd=self._cwd, env=environment, stdin=subprocess.DEVNULL, stdout=stdout,
                                   stderr=stderr, start_new_session=True)
        try:
            code = process.wait(self._timeout)
        except subprocess.TimeoutExpired:
            # The group as well, or workers would go on writing into files that are about to vanish.
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            return "no end within %g s" % self._timeout
        if code < 0:
            return "killed by %s" % signal.Signals(-code).name
        return "exit status %d" % code


def _content(file):
    # The child shares the file offset, hence the seek.
    file.seek(0)
    return file.read()
