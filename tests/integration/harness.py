"""Runs a suite as a user would and reads what it leaves: status, text, report, processes, files.

Every run has a working directory, a temporary directory and an environment of its own, and a time
limit. The base class `IntegrationTest` checks after each parallel run that no process and no file
is left, and after each test that no sanitizer has found anything in any process.
"""

import collections
import os
import re
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest
import uuid
import xml.etree.ElementTree

from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "differential"))
import report as differential_report  # noqa: E402
from transcript import mask, normal_form, transcript  # noqa: E402

SUITES = Path(os.environ.get("INTEGRATION_SUITES", "suites"))
TOKEN = "INTEGRATION_RUN"  # names the run in the environment of all of its processes
# A line of gtest-xdist's own. A coloured line of gtest ends behind its newline.
NOTE = re.compile(r"(^|\x1b\[m)gtest-xdist: (.*)\n", re.MULTILINE)
# What the search for leaks at a process's end says, which finds nothing by that: of threads that only
# the parent of a fork had, and of a process that is killed meanwhile.
NO_FINDINGS = re.compile(r"==\d+==(Running thread \d+ was not suspended\. False leaks are possible|"
                         r"Unable to get registers from thread \d+)\.\n")
# What the suites were compiled with, as behind -fsanitize=; empty if without.
SANITIZER = os.environ.get("INTEGRATION_SANITIZER", "")
# Seconds for anything that must happen, however busy the machine is.
PATIENCE = 180 if SANITIZER else 60

resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # the crashes here are wanted


# --- what a run leaves ----------------------------------------------------------------------------

Test = collections.namedtuple("Test", "name status result failures skips properties")


class Run:
    """One run that has ended."""

    def __init__(self, pid, status, out, err, notes, reports, noted):
        self.pid = pid
        self.status = status  # as subprocess says it: negative for a signal
        self.out = out  # stdout and stderr as a terminal shows them, without the notes
        self.err = err  # stderr if it was asked for separately, with the notes
        self.notes = notes  # lines of gtest-xdist itself, without their prefix
        self.reports = reports  # {"xml": path or None, "json": path or None}
        self.noted = noted  # the lines that support::note() wrote, in order

    def __str__(self):
        return "status %s, notes:\n  %s\noutput ends with:\n%s" % (
            self.status, "\n  ".join(self.notes), "\n".join(self.out.splitlines()[-30:]))

    @property
    def xml(self):
        if "xml" not in self.reports:
            raise AssertionError("no report was written; %s" % self)
        return xml.etree.ElementTree.parse(self.reports["xml"]).getroot()

    @property
    def tests(self):
        """All tests of the XML report in its order, as `Test`."""
        # The case without a class stands for failures outside of all suites.
        return [_test(case) for case in self.xml.iter("testcase") if case.get("classname")]

    def test(self, name):
        found = [test for test in self.tests if test.name == name]
        if len(found) != 1:
            raise AssertionError("%d tests are called %s" % (len(found), name))
        return found[0]

    @property
    def failed(self):
        return {test.name for test in self.tests if test.failures}

    @property
    def started(self):
        """Names of the tests whose start was printed, in order."""
        return re.findall(r"^\[ RUN      \] (.+)$", self.out, re.MULTILINE)

    def block(self, name):
        """The text of a test from its RUN line to its result."""
        blocks = [block for iteration in transcript(self.out) for suite in iteration.suites.values()
                  for block in suite.blocks.get(name, [])]
        if len(blocks) != 1:
            raise AssertionError("%d tests called %s were printed" % (len(blocks), name))
        return "\n".join(blocks[0])

    @property
    def reproductions(self):
        """{worker: command line} of the lines that reproduce a worker's history."""
        found = (re.fullmatch(r"reproduce (gw\d+): (.+)", note) for note in self.notes)
        return {match.group(1): match.group(2) for match in found if match}


def _test(case):
    def messages(tag):
        texts = [child.text or child.get("message") for child in case.iter(tag)]
        return [text.partition("\n")[2] for text in texts]  # the first line says where

    name = "%s.%s" % (case.get("classname"), case.get("name"))
    properties = {child.get("name"): child.get("value") for child in case.iter("property")}
    return Test(name, case.get("status"), case.get("result"), messages("failure"),
                messages("skipped"), properties)


# --- processes and shared memory ------------------------------------------------------------------

def processes(token):
    """Pids of all processes that carry the token in their environment; a zombie has none."""
    wanted = ("%s=%s" % (TOKEN, token)).encode()
    return {int(entry) for entry in os.listdir("/proc")
            if entry.isdigit() and wanted in _environment(entry)}


def _environment(pid):
    try:
        return Path("/proc", pid, "environ").read_bytes().split(b"\0")
    except OSError:
        return []


def kill_all(token):
    while processes(token):
        for pid in processes(token):
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        time.sleep(0.01)


def named_shared_memory(pid):
    """Names of the shared-memory objects that a process has mapped and that still have a name."""
    mapped = Path("/proc", str(pid), "maps").read_text()
    names = re.findall(r" /dev/shm/(\S+)( \(deleted\))?$", mapped, re.MULTILINE)
    return {name for name, deleted in names if not deleted}


def wait_until(condition, what):
    deadline = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError("waited in vain: " + what)
        time.sleep(0.02)


# --- sanitizers -----------------------------------------------------------------------------------

# ThreadSanitizer makes a file and removes it before main(); a process may be killed between.
SANITIZERS_OWN = re.compile(r"tsan\.rodata\.\d+")

def sanitizer_options(log):
    """The environment in which a signal ends a process as it does without a sanitizer, and reports
    go to files whose names begin with `log`: a process that goes on after a mistake, and is killed
    or leaves by _exit(), says nothing of it by its status, and its text may be shown to nobody."""
    signals = "".join(":handle_%s=0" % signal
                      for signal in ("abort", "segv", "sigbus", "sigfpe", "sigill"))
    return {name: "%s%s:log_path=%s" % (os.environ.get(name, ""), signals, log)
            for name in ("ASAN_OPTIONS", "TSAN_OPTIONS", "UBSAN_OPTIONS")}


def without_sanitizer(reason):
    """Leaves a test out where the suites were compiled with a sanitizer."""
    return unittest.skipIf(SANITIZER, reason)


def seconds(number):
    """As messages say it."""
    return "1 second" if number == 1 else "%d seconds" % number


# --- running --------------------------------------------------------------------------------------

class Started:
    """A run that has not ended yet. `token` names its processes."""

    def __init__(self, command, directory, environment, separate_stderr=False, executable=None,
                 inherited=(), terminal=None, standard_input=subprocess.DEVNULL):
        """An `environment` variable that is None is unset; `inherited` are descriptors. With a
        `terminal`, a descriptor, what is printed goes there and not into the run's text, standard
        error unless it is separate."""
        self.token = uuid.uuid4().hex
        self.directory = directory
        self.temporary = directory / "tmp"
        self.working = directory / "work"
        for folder in (self.temporary, self.working):
            folder.mkdir(parents=True, exist_ok=True)
        self._separate = separate_stderr
        self.command = [str(word) for word in command]
        kept = {name: value for name, value in os.environ.items() if not name.startswith("GTEST_")}
        wanted = {**kept, "TMPDIR": str(self.temporary), "TEST_TMPDIR": str(self.temporary),
                  "NOTES": str(directory / "notes"), TOKEN: self.token,
                  **sanitizer_options(directory / "sanitizer"), **environment}
        environment = {name: value for name, value in wanted.items() if value is not None}
        with open(directory / "out", "wb") as out, open(directory / "err", "wb") as err:
            self.process = subprocess.Popen(self.command, executable=executable, cwd=self.working,
                                            env=environment, stdin=standard_input,
                                            stdout=out if terminal is None else terminal,
                                            stderr=err if separate_stderr else subprocess.STDOUT,
                                            start_new_session=True, pass_fds=inherited)

    @property
    def noted(self):
        path = self.directory / "notes"
        return path.read_text().splitlines() if path.exists() else []

    @property
    def sanitizer_reports(self):
        """Files of what sanitizers have found so far, one for each process that made a mistake."""
        return sorted(path for path in self.directory.glob("sanitizer.*")
                      if NO_FINDINGS.sub("", path.read_text(errors="replace")))

    @property
    def text(self):
        """What has been printed so far."""
        return self._text("out")

    @property
    def errors(self):
        """Likewise on standard error, if it is separate."""
        return self._text("err")

    def release(self):
        """Lets a test go on that waits for it."""
        (self.directory / "notes.released").touch()

    def end(self, limit=PATIENCE):
        """Waits for the end of the run."""
        try:
            self.process.wait(limit)
        except subprocess.TimeoutExpired:
            kill_all(self.token)
            self.process.wait()
            raise AssertionError("no end within %d s: %s; output so far:\n%s" % (
                limit, self.command, self._text("out")[-2000:])) from None
        out, err = self._text("out"), self._text("err")
        notes = []
        if "gtest-xdist: " in out + err:  # else a search takes a second for ten megabytes
            notes = [note for _, note in NOTE.findall(err if self._separate else out)]
            out = NOTE.sub(r"\1", out)
        reports = {path.suffix[1:]: path for path in self.directory.rglob("report.*")}
        return Run(self.process.pid, self.process.returncode, out, err, notes, reports, self.noted)

    def _text(self, name):
        return (self.directory / name).read_bytes().decode("utf-8", "backslashreplace")


class IntegrationTest(unittest.TestCase):
    maxDiff = 4000

    def setUp(self):
        self._scratch = Path(tempfile.mkdtemp(prefix="integration-"))
        self._runs = []
        self.addCleanup(self._clean)

    def _clean(self):
        for run in self._runs:
            kill_all(run.token)
            run.process.wait()
        try:
            self.assert_no_sanitizer_reports()
        finally:
            shutil.rmtree(self._scratch)

    def start(self, suite, *arguments, env=None, report="xml", argument_zero=None, launcher=(),
              **options):
        """Starts a suite; the report is written unless `report` is None. A `launcher` is a command
        that the suite's is appended to."""
        directory = self._scratch / str(len(self._runs))
        binary = SUITES / suite
        command = [binary if argument_zero is None else argument_zero, *arguments]
        if report:
            command.append("--gtest_output=%s:%s" % (report, directory / ("report." + report)))
        started = Started([*launcher, *command], directory, env or {},
                          executable=None if launcher else binary, **options)
        self._runs.append(started)
        return started

    def serial(self, suite, *arguments, **options):
        """Runs a suite as if there were no gtest-xdist."""
        return self.start(suite, *arguments, **options).end()

    def parallel(self, suite, *arguments, workers=2, env=None, **options):
        """Runs a suite with workers, and checks that nothing is left of it."""
        env = {"GTEST_XDIST_WORKERS": str(workers), **(env or {})}
        started = self.start(suite, *arguments, env=env, **options)
        run = started.end()
        self.assert_nothing_left(started)
        return run

    def shell(self, line, env=None):
        """Runs a command line as a user pastes it, in a directory of its own."""
        directory = self._scratch / str(len(self._runs))
        started = Started(["/bin/sh", "-c", line], directory, env or {})
        self._runs.append(started)
        return started.end()

    # --- assertions ---

    def assert_nothing_left(self, started):
        left = [name for name in os.listdir(started.temporary) if not SANITIZERS_OWN.match(name)]
        self.assertEqual([], left)
        wait_until(lambda: not processes(started.token), "processes are left")

    def assert_no_sanitizer_reports(self):
        found = ["%s:\n%s" % (run.command, report.read_text(errors="replace"))
                 for run in self._runs for report in run.sanitizer_reports]
        self.assertEqual([], found[:1], "%d processes were found wrong" % len(found))

    def assert_same_lines(self, expected, actual, what):
        """Like assertEqual, but quick and brief on texts of megabytes."""
        if expected == actual:
            return
        at = next((i for i, pair in enumerate(zip(expected, actual)) if pair[0] != pair[1]),
                  min(len(expected), len(actual)))
        here = slice(max(0, at - 3), at + 5)
        shown = ["\n".join("  %.200s" % line for line in lines[here])
                 for lines in (expected, actual)]
        self.fail("%s: around line %d, expected\n%s\nbut got\n%s" % (what, at + 1, *shown))

    def assert_same(self, serial, parallel, framed=True):
        """A user cannot tell the two runs apart, but by the order of tests and by times.

        `framed` is false where lines outside of the printer's frames depend on that order.
        """
        self.assertEqual(serial.status, parallel.status, parallel)
        in_order = normal_form if framed else lambda text: sorted(mask(text).split("\n"))
        self.assert_same_lines(in_order(serial.out), in_order(parallel.out), "text")
        self.assertEqual(set(serial.reports), set(parallel.reports), parallel)
        for kind in serial.reports:
            self.assert_same_lines(*(differential_report.read(run.reports[kind], kind, mask).lines
                                     for run in (serial, parallel)), kind)
        self.assertEqual([], [note for note in parallel.notes
                              if not note.startswith("reproduce gw")])

    def assert_parallel_equals_serial(self, suite, *arguments, workers=(2, 4), framed=True,
                                      **options):
        """Runs a suite serially and with each number of workers; returns the serial run."""
        serial = self.serial(suite, *arguments, **options)
        for number in workers:
            with self.subTest(suite=suite, arguments=arguments, workers=number, **options):
                run = self.parallel(suite, *arguments, workers=number, **options)
                self.assert_same(serial, run, framed)
                if serial.status == 0:
                    self.assertEqual({}, run.reproductions)
                if "xml" in serial.reports and serial.failed:
                    self.assertNotEqual({}, run.reproductions, run)
        return serial


def main():
    unittest.main(verbosity=2)
