"""Suites made at random, whose workers are killed at random: nothing is lost and nothing is left.

Each round prints nothing unless it goes wrong; then its environment and command are told, and
`CHAOS_SEED=<seed> CHAOS_FIRST=<round> CHAOS_ROUNDS=1` has the same suite run again (when a kill
from outside comes, is up to the clock). Without the variables a seed is made up.
"""

# A `Round` says by its seed what is planned, `injure` does what is planned from outside, and the
# test case judges what the run has told. What a fault may change is told by `is_excused`;
# everything else is exact.

import json
import os
import random
import re
import signal
import time
import unittest
import xml.etree.ElementTree

from pathlib import Path

import harness
from transcript import transcript

SEED = int(os.environ.get("CHAOS_SEED", random.SystemRandom().randrange(10 ** 6)))
FIRST = int(os.environ.get("CHAOS_FIRST", 0))
ROUNDS = int(os.environ.get("CHAOS_ROUNDS", 60 if harness.SANITIZER else 220))

# Whether a run can have limits in time, so that tests may hang and workers may be stopped. Such
# rounds take as long as the limit, at least, so there are few.
TIME_LIMITS = True
TIME_LIMIT = 2  # seconds; far more than a healthy test takes on a busy machine

MODES = ["load", "worksteal", "loadscope", "loadfile", "loadgroup", "each"]
SUITES = ["First", "Second", "Third", "Locked", "Alone", "Shaky"]
PLACES = ["before_main", "environment_set_up", "suite_set_up", "suite_tear_down",
          "environment_tear_down", "atexit"]
KILLED = r"killed by signal 9 \(SIGKILL\)"
ABORTED = r"killed by signal 6 \(SIGABRT\)"

# What a test does, with the numbers to choose from, how it ends, and what is told of it. Of one
# that passes, the whole text is known.
INNOCENT = {"pass": [0], "print": [1, 30, 2000], "fork": [0], "orphan": [1, 40], "sleep": [1, 15],
            "record": [0, 7]}
GUILTY = {"fail": ([0], "FAILED", "wrong in {name}"),
          "throw": ([0], "FAILED", "wrong in {name}"),
          "skip": ([0], "SKIPPED", "skipped by {name}"),
          "abort_in_set_up": ([0], "CRASHED", ABORTED),
          "abort_in_tear_down": ([0], "CRASHED", ABORTED),
          "abort_in_destructor": ([0], "CRASHED", ABORTED),
          "abort_in_thread": ([0], "CRASHED", ABORTED),
          "signal": ([signal.SIGSEGV, signal.SIGABRT, signal.SIGKILL, signal.SIGTERM, signal.SIGBUS,
                      signal.SIGFPE, signal.SIGILL, signal.SIGPIPE, signal.SIGALRM, signal.SIGHUP],
                     "CRASHED", r"killed by signal {number}\b"),
          "exit": ([0, 1, 3, 255], "CRASHED", r"exited with status {number}\b"),
          "leave": ([0, 1, 3, 255], "CRASHED", r"exited with status {number}\b")}


# Of tests that would not end.
ENDLESS = {"hang": ([0], "CRASHED", ""), "stop": ([0], "CRASHED", "")}
ENDED = r"worker 'gw\d+' (timed out|was stopped) while running '%s': "


class Planned:
    """One test of a round."""

    def __init__(self, name, dice, endless):
        self.name = name
        is_guilty = dice.random() < 0.15
        self.deed = dice.choice(sorted(GUILTY if is_guilty else INNOCENT))
        if endless and dice.random() < 0.1:
            self.deed = dice.choice(sorted(ENDLESS))
        numbers, self.ending, self.told = {**GUILTY, **ENDLESS}.get(
            self.deed, (INNOCENT.get(self.deed), "OK", ""))
        self.number = int(dice.choice(numbers))
        if self.ending == "CRASHED":
            verb = "(timed out|was stopped)" if self.deed in ENDLESS else "crashed"
            self.ending = "FAILED"
            self.told = "worker 'gw\\d+' " + verb + " while running '{name}': " + self.told
        self.told = self.told.format(name=re.escape(name), number=self.number)

    @property
    def ends_its_worker(self):
        return "while running" in self.told

    @property
    def plan(self):
        return "%s %s %d" % (self.name.replace(".", " "), self.deed, self.number)

    def text(self, separate_stderr):
        """What stands between RUN and OK, if it passes."""
        lines = [self.name + " begins"]
        if self.deed == "print":
            lines += ["%s line %d %s" % (self.name, i, "x" * 80) for i in range(self.number)]
            lines += [] if separate_stderr else [self.name + " error"]
        return lines + [self.name + " ends"]


class Round:
    """What is to happen, by a seed."""

    def __init__(self, number, scratch):
        dice = random.Random("%d:%d" % (SEED, number))
        self.number = number
        suites = dice.sample(SUITES, dice.randint(1, len(SUITES)))
        endless = TIME_LIMITS and dice.random() < 0.06
        self.tests = [Planned("%s.Test%d" % (suite, i), dice, endless)
                      for suite in suites for i in range(dice.choice([1, 3, 12]))]
        self.workers = dice.randint(1, 6)
        self.mode = dice.choice(MODES)
        self.iterations = 1 if endless else dice.choice([1, 1, 1, 2, 3])
        self.kind = dice.choice(["xml", "json"])
        self.separate_stderr = dice.random() < 0.3
        fail_fast = dice.random() < 0.1
        maxfail = dice.choice([None] * 9 + ["1", "3"])
        self.may_stop = fail_fast or maxfail is not None
        self.die_at, self.dying = None, 0
        if dice.random() < 0.25:
            self.die_at, self.dying = dice.choice(PLACES), dice.randint(1, 3)
        # When processes are hit from outside, and how.
        signals = [signal.SIGKILL, signal.SIGSTOP] if endless else [signal.SIGKILL]
        self.hits = [(dice.uniform(0, 0.05), dice.choice(signals))
                     for _ in range(dice.choice([0, 0, 0, 1, 2, 5]))]
        self.dice = dice
        self.environment = {
            "GTEST_XDIST_WORKERS": str(self.workers),
            "GTEST_XDIST_DIST": self.mode,
            "GTEST_XDIST_MAX_WORKER_RESTART": dice.choice([None, None, "0", "3", "1000"]),
            "GTEST_XDIST_MAXSCHEDCHUNK": dice.choice([None, None, "1", "5"]),
            "GTEST_XDIST_MAXFAIL": maxfail,
            "GTEST_XDIST_LOADSCOPE_REORDER": dice.choice([None, "no"]),
            "GTEST_XDIST_DURATIONS_FILE": dice.choice([None, None, str(scratch / "durations")]),
            "PLAN": " ".join(test.plan for test in self.tests),
            "DIE": "%s %d" % (self.die_at, self.dying),
            **({"GTEST_XDIST_TIMEOUT": str(TIME_LIMIT), "PATH": "/without/gdb"} if endless else {}),
            "FUSE": str(scratch / ("fuse-%d-" % number))}
        self.arguments = ["--gtest_repeat=%d" % self.iterations]
        if dice.random() < 0.3:
            self.arguments += ["--gtest_shuffle", "--gtest_random_seed=%d" % dice.randint(1, 99999)]
        if fail_fast:
            self.arguments.append("--gtest_fail_fast")
        if dice.random() < 0.3:
            chosen = dice.choice(suites)
            self.arguments.append("--gtest_filter=%s.*" % chosen)
            self.tests = [test for test in self.tests if test.name.startswith(chosen + ".")]

    def __str__(self):
        shown = {name: value for name, value in self.environment.items() if value is not None}
        return "CHAOS_SEED=%d CHAOS_FIRST=%d CHAOS_ROUNDS=1; %s %s, hits %s" % (
            SEED, self.number, " ".join("%s='%s'" % item for item in shown.items()),
            " ".join(self.arguments), self.hits)

    @property
    def faults(self):
        runs = self.iterations * (self.workers if self.mode == "each" else 1)
        return self.dying + runs * sum(test.ends_its_worker for test in self.tests)


# --- workers are hit ------------------------------------------------------------------------------

def children(pid):
    try:
        return [int(word) for word in
                Path("/proc/%d/task/%d/children" % (pid, pid)).read_text().split()]
    except OSError:
        return []


def runs_its_program(worker):
    try:
        return b"\0GTEST_XDIST_WORKER=" in Path("/proc/%d/environ" % worker).read_bytes()
    except OSError:
        return False


def hit_one(controller, number, dice):
    """Sends a signal to a process that the controller has started; false if there is none."""
    candidates = children(controller)
    if number == signal.SIGSTOP or harness.SANITIZER:
        # vfork() blocks the parent of a process that is stopped before it runs its program; and a
        # sanitizer that looks for leaks waits forever for its own child if that is killed.
        candidates = [pid for pid in candidates if runs_its_program(pid)]
    if not candidates:
        return False
    try:
        process = os.pidfd_open(dice.choice(candidates))
    except ProcessLookupError:
        return False
    try:
        signal.pidfd_send_signal(process, number)
        return True
    except ProcessLookupError:
        return False
    finally:
        os.close(process)


def injure(started, plan):
    """Hits workers until the plan is done, or the run; returns how many."""
    hits = 0
    for delay, number in plan.hits:
        time.sleep(delay)
        if started.process.poll() is not None:
            break
        hits += hit_one(started.process.pid, number, plan.dice)
    return hits


# --- what a run has told --------------------------------------------------------------------------

def reported(run, kind):
    """(name, whether it failed, whether it was skipped) of each test of the report."""
    if kind == "json":
        comma = harness.differential_report.MISSING_COMMA
        suites = json.loads(comma.sub(r"\1,\2", run.reports[kind].read_text()))["testsuites"]
        return sorted(("%s.%s" % (suite["name"], test["name"]), "failures" in test,
                       test["result"] == "SKIPPED") for suite in suites
                      for test in suite["testsuite"] if test["classname"])
    cases = xml.etree.ElementTree.parse(run.reports[kind]).getroot().iter("testcase")
    return sorted(("%s.%s" % (case.get("classname"), case.get("name")),
                   case.find("failure") is not None, case.get("result") == "skipped")
                  for case in cases if case.get("classname"))


def ending_of(block):
    return re.match(r"\[ +(OK|FAILED|SKIPPED) +\]", block[-1]).group(1)


# Why no further iteration starts.
ENDS_REPETITIONS = ("no further iteration starts: GTEST_XDIST_MAXFAIL=|maximum crashed workers reached|"
                    ".* worker restarting disabled|no worker got as far as its tests")


class ChaosTest(harness.IntegrationTest):
    def setUp(self):
        super().setUp()
        self.accounted = 0
        self.faults = 0
        self.hits = 0

    def test_rounds(self):
        print("chaos: seed %d" % SEED, flush=True)
        begin = time.monotonic()
        for number in range(FIRST, FIRST + ROUNDS):
            plan = Round(number, self._scratch)
            with self.subTest(str(plan)):
                self.play(plan)
        print("chaos: seed %d, %d rounds, %d faults injected (%d of them signals from outside), "
              "%d tests accounted for, %.0f s" % (SEED, ROUNDS, self.faults + self.hits, self.hits,
                                                  self.accounted, time.monotonic() - begin),
              flush=True)

    def play(self, plan):
        started = self.start("chaos", *plan.arguments, env=plan.environment, report=plan.kind,
                             separate_stderr=plan.separate_stderr)
        hits = injure(started, plan)
        run = started.end()
        self.hits += hits
        self.faults += plan.faults
        self.assert_nothing_left(started)
        self.assertEqual([], os.listdir(started.working))
        self.assertEqual([], [name for name in os.listdir("/dev/shm")
                              if name.startswith("gtest-xdist-%d-" % run.pid)])
        self.assertNotIn("the account of the tests is wrong", run.out)

        iterations = [iteration for iteration in transcript(run.out) if iteration.suites]
        if len(iterations) != plan.iterations:
            self.assertIn(len(iterations), range(1, plan.iterations), run)
            self.assertTrue(any(re.match(ENDS_REPETITIONS, note) for note in run.notes), run)
        for iteration in iterations:
            self.judge_iteration(plan, run, iteration, hits)
        blocks = self.blocks_of(iterations[-1])
        endings = {name: ending_of(block) for name, (block,) in blocks.items()}
        self.assertEqual(sorted((name, ending == "FAILED", ending == "SKIPPED")
                                for name, ending in endings.items()),
                         reported(run, plan.kind), run)
        self.judge_status(plan, run, iterations, hits)

    @staticmethod
    def blocks_of(iteration):
        """{test: its blocks}; the lists have one element unless something is wrong."""
        return {name: blocks for suite in iteration.suites.values()
                for name, blocks in suite.blocks.items()}

    def judge_iteration(self, plan, run, iteration, hits):
        blocks = self.blocks_of(iteration)
        self.assertEqual({test.name: 1 for test in plan.tests},
                         {name: len(found) for name, found in blocks.items()}, run)
        for test in plan.tests:
            block, = blocks[test.name]
            if not self.is_excused(plan, run, test, block, hits):
                self.judge_test(plan, test, block)
            self.accounted += 1

    def is_excused(self, plan, run, test, block, hits):
        """Whether the test could not do what it does, for a reason that is told."""
        text, ending = "\n".join(block), ending_of(block)
        if ending == "SKIPPED" and plan.may_stop:
            return True
        if ending == "SKIPPED" and "not run: " in text:
            reasons = "maximum crashed workers reached|.* worker restarting disabled"
            if hits or plan.die_at == "before_main" and plan.dying > 1:
                reasons += "|no worker got as far as its tests"
            return any(re.match(reasons, note) for note in run.notes)
        crashed = r"worker 'gw\d+' crashed while running '%s': " % re.escape(test.name)
        if hits and re.search(crashed + KILLED, text):
            return ending == "FAILED"
        is_stopped = any(number == signal.SIGSTOP for _, number in plan.hits)
        if is_stopped and re.search(ENDED % re.escape(test.name), text):
            return ending == "FAILED"
        if plan.die_at == "atexit" and test.deed == "exit":
            return re.search(crashed + ABORTED, text) and ending == "FAILED"
        if plan.die_at == "suite_set_up" and test.name.startswith("Shaky."):
            return re.search(crashed + ABORTED + " in SetUpTestSuite", text) and ending == "FAILED"
        return False

    def judge_test(self, plan, test, block):
        self.assertEqual(test.ending, ending_of(block), "\n".join(block))
        if test.ending == "OK":
            self.assertEqual(test.text(plan.separate_stderr), block[1:-1])
        else:
            self.assertRegex("\n".join(block), test.told)

    def judge_status(self, plan, run, iterations, hits):
        downs = [note for note in run.notes if " node down: " in note]
        endings = [ending_of(block) for iteration in iterations
                   for blocks in self.blocks_of(iteration).values() for block in blocks]
        elsewhere = re.findall(r"^worker 'gw\d+' .*", run.out, re.MULTILINE)
        is_wrong = "FAILED" in endings or elsewhere or downs
        self.assertEqual(1 if is_wrong else 0, run.status, run)
        self.assertLessEqual(len(downs), plan.faults + hits, run)
        self.assertLessEqual(len(elsewhere), len(endings) + plan.dying + hits, run)
        if not hits and not plan.faults:
            self.assertEqual(([], []), (downs, elsewhere), run)
        if plan.separate_stderr:
            passed = {test.name for test in plan.tests if test.deed == "print"}
            for name in passed:
                self.assertLessEqual(len(re.findall("^%s error$" % re.escape(name), run.err,
                                                    re.MULTILINE)), 2 * plan.iterations)


if __name__ == "__main__":
    unittest.main(verbosity=2)
