"""What gtest-xdist shows of itself: GTEST_XDIST_VERBOSITY and the status line."""

import os
import re
import signal
import sys
import time
import unittest

import harness
import screen

END = re.compile(r"\[gw\d+\] \[ *(\d+)%\] ([A-Z]+) (.+)")


def indices(text):
    """The indices of a list such as 0-24:31."""
    ranges = (part.partition("-") for part in text.split(":"))
    return [index for first, _, last in ranges
            for index in range(int(first), int(last or first) + 1)]


class VerbosityTest(harness.IntegrationTest):
    def told(self, verbosity, suite, *arguments, env=None, **options):
        """Runs the suite; returns the run and the lines on standard error."""
        env = {"GTEST_XDIST_VERBOSITY": verbosity, **(env or {})}
        run = self.parallel(suite, *arguments, env=env, separate_stderr=True, **options)
        return run, run.err.splitlines()

    def ends(self, lines):
        """(percentage, how, test) of each line about the end of a test."""
        found = (END.fullmatch(line) for line in lines)
        return [(int(match.group(1)), match.group(2), match.group(3)) for match in found if match]

    def test_standard_output_stays_the_same(self):
        serial = self.serial("kinds", separate_stderr=True)
        for verbosity in "-1", "0", "1", "2":
            with self.subTest(verbosity=verbosity):
                run, _ = self.told(verbosity, "kinds")
                self.assert_same_lines(harness.normal_form(serial.out),
                                       harness.normal_form(run.out), "text")
                self.assertEqual(serial.status, run.status)

    def test_0_is_the_default(self):
        plain = self.parallel("kinds", workers=1, separate_stderr=True, report=None)
        _, lines = self.told("0", "kinds", workers=1, report=None)
        self.assertEqual(plain.err.splitlines(), lines)
        self.assertEqual(["reproduce gw0"], [note.partition(":")[0] for note in plain.notes])

    def test_minus_1_is_silent(self):
        for suite, arguments in ("kinds", []), ("crash", ["--gtest_filter=Crash.Segfaults"]):
            run, lines = self.told("-1", suite, *arguments)
            self.assertEqual([], [line for line in lines
                                  if line.startswith(("gtest-xdist", "[gw"))])
            self.assertEqual(1, run.status)

    def test_minus_1_tells_errors(self):
        started = self.start("hang", "--gtest_filter=Hang.Asleep", env={
            "GTEST_XDIST_WORKERS": "1", "GTEST_XDIST_VERBOSITY": "-1"})
        harness.wait_until(lambda: started.noted, "the test has not started")
        started.process.send_signal(signal.SIGINT)
        run = started.end()
        self.assertEqual(["interrupted by signal 2 (SIGINT): ending the workers; the next signal "
                          "ends this process at once"], run.notes)

    def test_1_tells_the_end_of_each_test(self):
        run, lines = self.told("1", "kinds", workers=2)
        self.assertEqual(["2 workers [26 tests]", "scheduling tests via the scheduler 'load'"],
                         lines[:2])
        ends = self.ends(lines)
        self.assertEqual([100 * done // 26 for done in range(1, 27)], [end[0] for end in ends])
        verdicts = {name: how for _, how, name in ends}
        for test in run.tests:
            if test.status == "notrun":
                self.assertNotIn(test.name, verdicts)
                continue
            expected = "FAILED" if test.failures else "SKIPPED" if test.skips else "PASSED"
            self.assertEqual(expected, verdicts[test.name], test.name)

    def test_1_counts_each_run_in_the_mode_each(self):
        _, lines = self.told("1", "numbered", env={"GTEST_XDIST_DIST": "each"}, workers=3)
        self.assertEqual("3 workers [8 tests]", lines[0])
        self.assertEqual([100 * done // 24 for done in range(1, 25)],
                         [end[0] for end in self.ends(lines)])

    def test_1_tells_of_retries_and_crashes(self):
        env = {"GTEST_XDIST_RETRIES": "1"}
        _, lines = self.told("1", "crash", "--gtest_filter=Crash.Segfaults", env=env, workers=1)
        self.assertEqual([(0, "RERUN", "Crash.Segfaults"), (100, "FAILED", "Crash.Segfaults")],
                         self.ends(lines))

    def test_1_tells_each_iteration(self):
        _, lines = self.told("1", "numbered", "--gtest_repeat=3")
        self.assertEqual(3, lines.count("2 workers [8 tests]"))
        self.assertEqual(3 * 8, len(self.ends(lines)))

    def test_2_tells_what_workers_get_and_begin(self):
        started = self.start("hang", "--gtest_filter=Hang.UntilReleased:All/Quick.*", env={
            "GTEST_XDIST_WORKERS": "1", "GTEST_XDIST_VERBOSITY": "2"})
        harness.wait_until(lambda: "[gw0] runs Hang.UntilReleased\n" in started.text,
                           "it is not said")
        started.release()
        run = started.end()
        lines = run.out.splitlines()
        gets = [line for line in lines if line.startswith("[gw0] gets ")]
        given = [index for line in gets for index in indices(line.split()[2])]
        self.assertEqual([9, *range(14, 24)], given)
        self.assertLess(lines.index("1 worker [11 tests]"), lines.index(gets[0]))
        self.assertLess(lines.index(gets[0]), lines.index("[gw0] runs Hang.UntilReleased"))
        self.assertEqual(11, len(self.ends(lines)))


def close(started, terminal):
    harness.kill_all(started.token)  # whoever is left has the terminal
    terminal.close()


# What shows the status line, and what takes it away. (A terminal makes "\r\n" of "\n".)
SHOWN = re.compile(r"\x1bD\x1b\[A\x1b7\r+\n\x1b\[J\x1b\[\?7l(.*?)\x1b\[\?7h\x1b8", re.DOTALL)
HIDDEN = re.compile(r"\x1b7\r+\n\x1b\[J\x1b8")


class StatusLine(harness.IntegrationTest):
    """Of the suite's tests two last until they are released; others pass, fail, crash, print."""

    def start_on_terminal(self, *arguments, suite="terminal", columns=500, rows=24, env=None,
                          **options):
        terminal = screen.Terminal(columns, rows)
        env = {"GTEST_XDIST_WORKERS": "2", "TERM": "xterm", "NO_COLOR": None, **(env or {})}
        started = self.start(suite, *arguments, env=env, terminal=terminal.descriptor, **options)
        self.addCleanup(close, started, terminal)
        return started, terminal

    def see_status_line(self, terminal, pattern):
        try:
            harness.wait_until(lambda: re.fullmatch(pattern, terminal.look(lambda s: s.below)),
                               "no status line is " + pattern)
        except AssertionError as error:
            raise AssertionError("%s; on the screen:\n%s" % (error, terminal.screen.text)) from None

    def end(self, started, terminal):
        """Releases and ends the run; returns it and what was written without the status line."""
        started.release()
        run = started.end()
        terminal.close()
        self.assert_nothing_left(started)
        self.assertNotRegex(terminal.screen.text, r"(?m)^\[\d+/\d+\]", "the status line is there")
        written = HIDDEN.sub("", SHOWN.sub("", terminal.raw)).replace("\r", "")
        self.assertNotIn("\x1b[?7", written)
        return run, written

    def lines(self, terminal):
        return SHOWN.findall(terminal.raw)

    def plain_run(self, *arguments, env=None):
        """The same on no terminal."""
        started = self.start("terminal", *arguments,
                             env={"GTEST_XDIST_WORKERS": "2", **(env or {})})
        started.release()
        return started.end()



class StatusLineTest(StatusLine):
    def test_before_during_and_after(self):
        arguments = ["--gtest_filter=-*.Crashes", "--gtest_color=no"]
        started, terminal = self.start_on_terminal(*arguments)
        self.see_status_line(terminal, r"\[3/5\] 1 failed, .*  gw\d \w+\.Lasts.* \d+s  "
                                       r"gw\d \w+\.Lasts.* \d+s")
        text = terminal.look(lambda s: s.text)
        self.assertIn("[  FAILED  ] Look.Fails", text, "results are told beside it")
        run, written = self.end(started, terminal)
        self.assertEqual(1, run.status)
        plain = self.plain_run(*arguments)
        self.assertEqual(harness.normal_form(plain.out),
                         harness.normal_form(harness.NOTE.sub("", written)))
        self.assertEqual(written.rstrip("\n") + "\n", terminal.screen.text, "nothing was overwritten")

    def test_crashes(self):
        for rows in 5, 24:
            started, terminal = self.start_on_terminal("--gtest_color=no", rows=rows)
            # Look.Prints may wait behind one that lasts.
            self.see_status_line(terminal, r"\[[34]/6\] 2 failed, .*Lasts.*")
            run, written = self.end(started, terminal)
            self.assertEqual({"Look.Crashes", "Look.Fails"}, run.failed)
            self.assertIn("node down: killed by signal 11 (SIGSEGV)\n", written)
            self.assertEqual(written.rstrip("\n") + "\n", terminal.screen.text)

    def test_is_never_wider_than_the_terminal(self):
        for columns in 1, 20, 80, 200:
            with self.subTest(columns=columns):
                started, terminal = self.start_on_terminal("--gtest_filter=-*.Crashes",
                                                           "--gtest_color=no", columns=columns)
                wanted = "[3/5] 1 failed, "[:min(columns, 15)]
                self.see_status_line(terminal, re.escape(wanted) + ".*")
                self.assertLessEqual(max(map(len, self.lines(terminal))), columns)
                self.end(started, terminal)

    def test_colours(self):
        red = "\x1b[31m 1 failed\x1b[m"
        for coloured, arguments, env in ((True, [], {}), (False, [], {"NO_COLOR": "1"}),
                                         (True, [], {"NO_COLOR": ""}),
                                         (False, ["--gtest_color=no"], {}),
                                         (True, ["--gtest_color=yes"], {"NO_COLOR": "1"})):
            with self.subTest(arguments=arguments, env=env):
                started, terminal = self.start_on_terminal("--gtest_filter=-*.Crashes", *arguments,
                                                           env=env)
                self.see_status_line(terminal, r"\[3/5\] 1 failed, .*")
                self.assertEqual(coloured, red in self.lines(terminal)[-1])
                self.assertEqual(coloured, "\x1b[31m" in "".join(self.lines(terminal)))
                self.end(started, terminal)

    def test_is_not_there_unless_it_can_be(self):
        for env in ({"GTEST_XDIST_PROGRESS": "never"}, {"TERM": "dumb"}, {"TERM": None},
                    {"GTEST_XDIST_VERBOSITY": "-1"}, {"GTEST_XDIST_WORKERS": None}):
            with self.subTest(env=env):
                started, terminal = self.start_on_terminal("--gtest_filter=-*.Crashes", env=env)
                harness.wait_until(lambda: started.noted, "no test has started")
                _, written = self.end(started, terminal)
                self.assertEqual([], self.lines(terminal))
                self.assertEqual(terminal.raw.replace("\r", ""), written)

    def test_is_not_there_without_a_terminal(self):
        """Also if standard error is one: the results go elsewhere."""
        run = self.plain_run("--gtest_color=yes")
        self.assertNotRegex(run.out, SHOWN)
        started = self.start("terminal", env={"GTEST_XDIST_WORKERS": "2",
                                              "GTEST_XDIST_PROGRESS": "auto"})
        started.release()
        self.assertNotRegex(started.end().out, SHOWN)

    def test_always(self):
        """Into a file, too; the width is that of $COLUMNS."""
        started = self.start("terminal", "--gtest_filter=-*.Crashes", env={
            "GTEST_XDIST_WORKERS": "2", "GTEST_XDIST_PROGRESS": "always", "COLUMNS": "30"})
        harness.wait_until(lambda: "[3/5] 1 failed" in started.text, "there is no status line")
        started.release()
        run = started.end()
        lines = SHOWN.findall(run.out)
        self.assertLessEqual(max(map(len, lines)), 30)
        rest = harness.NOTE.sub(r"\1", HIDDEN.sub("", SHOWN.sub("", run.out)))
        self.assertEqual(harness.normal_form(self.plain_run("--gtest_filter=-*.Crashes").out),
                         harness.normal_form(rest))

    def test_waits_for_the_rest_of_a_line(self):
        started, terminal = self.start_on_terminal("--gtest_filter=*.Passes:*.Lasts*",
                                                   env={"DOTS": "1"})
        self.see_status_line(terminal, r"\[1/3\] .*")
        self.assertEqual(1, terminal.look(lambda s: s.column), "where the next dot comes")
        self.end(started, terminal)
        self.assertEqual("...\nthe end\n", terminal.screen.text)

    def test_interrupts(self):
        started, terminal = self.start_on_terminal("--gtest_filter=*.Lasts*", "--gtest_color=no")
        self.see_status_line(terminal, r"\[0/2\] .*Lasts.*Lasts.*")
        started.process.send_signal(signal.SIGINT)
        run, _ = self.end(started, terminal)
        self.assertEqual(130, run.status)

    def test_a_second_interrupt(self):
        started, terminal = self.start_on_terminal("--gtest_filter=Hang.DeafToSignals", suite="hang")
        self.see_status_line(terminal, r"\[0/1\] .*Hang.DeafToSignals.*")
        started.process.send_signal(signal.SIGINT)
        harness.wait_until(lambda: "interrupted by" in terminal.raw, "nobody noticed")
        started.process.send_signal(signal.SIGINT)
        run, _ = self.end(started, terminal)
        self.assertEqual(-signal.SIGINT, run.status)

    def test_repeats(self):
        started, terminal = self.start_on_terminal("--gtest_filter=-*.Crashes", "--gtest_repeat=3",
                                                   "--gtest_color=no")
        self.see_status_line(terminal, r"\[3/5\] 1 failed, .*")
        _, written = self.end(started, terminal)
        self.assertEqual(3, written.count("5 tests from 2 test suites ran."))


# A shell, as far as jobs go: the suite is one in the background. SIGUSR1 to the shell brings it to
# the foreground, SIGUSR2 takes the terminal back.
JOB_CONTROL = """
import fcntl, os, signal, sys, termios
fcntl.ioctl(1, termios.TIOCSCTTY, 0)
signal.signal(signal.SIGUSR1, lambda *_: os.tcsetpgrp(1, job))
signal.signal(signal.SIGUSR2, lambda *_: os.tcsetpgrp(1, os.getpgrp()))
job = os.fork()
if job == 0:
    os.setpgid(0, 0)
    os.execv(sys.argv[1], sys.argv[1:])
signal.signal(signal.SIGTTOU, signal.SIG_IGN)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(job, 0)[1]))
"""


class JobControlTest(StatusLine):
    def test_there_is_no_line_in_the_background(self):
        started, terminal = self.start_on_terminal(
            "--gtest_filter=-*.Crashes", "--gtest_color=no",
            launcher=(sys.executable, "-c", JOB_CONTROL))
        harness.wait_until(lambda: started.noted.count("lasts") == 2, "the tests have not started")
        time.sleep(0.5)  # longer than a run is that shows none
        self.assertEqual([], self.lines(terminal))
        started.process.send_signal(signal.SIGUSR1)
        self.see_status_line(terminal, r"\[3/5\] 1 failed, .*")
        started.process.send_signal(signal.SIGUSR2)
        self.see_status_line(terminal, "")
        run, _ = self.end(started, terminal)
        self.assertEqual(1, run.status)
        self.assertEqual(5, len([test for test in run.tests if test.status == "run"]), run)


class StatusRequestTest(harness.IntegrationTest):
    """SIGUSR1. (What is said after a quiet minute is left to the unit tests.)"""

    def start_lasting(self, *arguments, env=None, **options):
        started = self.start("terminal", "--gtest_filter=*.Passes:*.Lasts*", *arguments, env={
            "GTEST_XDIST_WORKERS": "2", **(env or {})}, **options)
        harness.wait_until(lambda: started.noted.count("lasts") == 2, "the tests have not started")
        return started

    def end(self, started):
        started.release()
        run = started.end()
        self.assert_nothing_left(started)
        return run

    def assert_answered(self, run):
        answer = [note for note in run.notes if not note.startswith("reproduce")]
        self.assertRegex(answer[0], r"^1 of 3 done, 0 failed, running for \d+s$")
        self.assertEqual(3, len(answer), run)
        for worker, line in enumerate(answer[1:]):
            self.assertRegex(line, r"^gw%d: \w+\.Lasts\w+ for \d+s, 0 tests left$" % worker)
        self.assertEqual(0, run.status, run)
        self.assertEqual(3, len(run.tests))

    def test_is_answered(self):
        for env in {}, {"GTEST_XDIST_VERBOSITY": "1"}, {"GTEST_XDIST_PROGRESS": "always"}:
            for whole_group in False, True:
                with self.subTest(env=env, whole_group=whole_group):
                    started = self.start_lasting(env=env, separate_stderr=True)
                    if whole_group:
                        os.killpg(started.process.pid, signal.SIGUSR1)
                    else:
                        started.process.send_signal(signal.SIGUSR1)
                    harness.wait_until(lambda: "gw1: " in started.errors, "no answer")
                    self.assert_answered(self.end(started))

    def test_is_answered_on_a_terminal(self):
        terminal = screen.Terminal(500)
        started = self.start_lasting(terminal=terminal.descriptor,
                                     env={"GTEST_XDIST_PROGRESS": "never"})
        self.addCleanup(close, started, terminal)
        started.process.send_signal(signal.SIGUSR1)
        harness.wait_until(lambda: "gw1: " in terminal.raw, "no answer")
        self.assertEqual(0, self.end(started).status)

    @unittest.skipIf("thread" in harness.SANITIZER, "the program's handler writes a note")
    def test_is_the_programs_if_it_wants_it(self):
        for what, notes in ("ignore", 0), ("note", 1):
            started = self.start_lasting(env={"ON_SIGUSR1": what})
            started.process.send_signal(signal.SIGUSR1)
            harness.wait_until(lambda: started.noted.count("the program's own") == notes, "no note")
            run = self.end(started)
            self.assertEqual([], run.notes)
            self.assertEqual(0, run.status)


if __name__ == "__main__":
    harness.main()
