#!/usr/bin/env python3
"""Shows that a GoogleTest binary says the same when it runs itself in parallel as when it runs serially.

Runs BINARY serially, without any GTEST_XDIST_* variable, and once for each number of workers, with the XML report in one
round and the JSON report in the other, and compares exit status, report, stdout and stderr. Times are masked and order is
ignored; nothing else is. Exit status: 0 equal, 1 different, 2 wrong usage.
"""

import argparse
import json
import os
import re
import sys

sys.dont_write_bytecode = True  # keeps the source folder free of __pycache__

import lines  # noqa: E402
import runner  # noqa: E402

CHANNELS = ("report", "stdout", "stderr")
SHOWN_INSTABILITIES = 10


def parse_arguments(arguments):
    end = arguments.index("--") if "--" in arguments else len(arguments)
    own, for_binary = arguments[:end], arguments[end + 1:]
    parser = argparse.ArgumentParser(
        prog="compare.py", usage="%(prog)s [options] BINARY [-- ARGS...]", description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False)
    parser.add_argument("binary", metavar="BINARY")
    parser.add_argument("--workers", metavar="N", action="append", type=int,
                        help="number of workers to compare with; may be repeated (default: 2 and 4)")
    parser.add_argument("--dist", metavar="MODE", help="value of GTEST_XDIST_DIST in the parallel runs")
    parser.add_argument("--cwd", metavar="DIR", help="working directory of all runs")
    parser.add_argument("--env", metavar="NAME=VALUE", action="append", default=[],
                        help="set in all runs; a GTEST_XDIST_* variable only in the parallel ones")
    parser.add_argument("--filter", metavar="FILTER", help="value of --gtest_filter")
    parser.add_argument("--ignore-line", metavar="REGEX", action="append", default=[],
                        help="leave out lines that match as a whole; must be followed by --because")
    parser.add_argument("--because", metavar="REASON", action="append", default=[],
                        help="why the preceding --ignore-line is right; printed with each use")
    parser.add_argument("--timeout", metavar="SECONDS", type=float, default=300.0,
                        help="limit for each single run (default: %(default)g)")
    parser.add_argument("--repeat-serial", action="store_true",
                        help="compare two serial runs first; what differs between them is named and masked")
    parser.add_argument("--by-test", action="store_true",
                        help="compare also during which test each line of stdout was printed")
    parser.add_argument("--without-shim", action="store_true",
                        help="accept a binary that ignores GTEST_XDIST_* (to try this tool, not the library)")
    parser.add_argument("--result", metavar="FILE",
                        help="write there, as JSON for table.py: tests, times, and whether all runs were equal")
    parser.add_argument("-v", "--verbose", action="store_true", help="show commands and the library's own notes")
    options = parser.parse_args(own)
    options.arguments = for_binary
    options.workers = options.workers or [2, 4]
    if min(options.workers) < 1:
        parser.error("--workers: at least 1 expected")
    if len(options.ignore_line) != len(options.because) or not all(reason.strip() for reason in options.because):
        parser.error("each --ignore-line needs a --because with its reason")
    if not os.access(options.binary, os.X_OK) or os.path.isdir(options.binary):
        parser.error("%s is no executable file" % options.binary)
    if options.cwd is not None and not os.path.isdir(options.cwd):
        parser.error("--cwd: %s is no directory" % options.cwd)
    try:
        options.environment = dict(entry.split("=", 1) for entry in options.env)
        options.ignored = [(re.compile(regex), why) for regex, why in zip(options.ignore_line, options.because)]
    except (ValueError, re.error) as error:
        parser.error("--env expects NAME=VALUE, --ignore-line a regular expression: %s" % error)
    return options


class Comparison:
    """All runs of one binary, and the verdict on them."""

    def __init__(self, options):
        self._options = options
        self._name = os.path.basename(options.binary)
        self._runner = runner.Runner(options.binary, options.arguments, options.cwd, options.environment,
                                     options.filter, options.timeout)
        self._unstable = {}  # (kind of report or None, channel) -> lines.Unstable
        self._uses = [0] * len(options.ignored)
        self._seconds = {}  # number of workers, 0 for a serial run -> the shortest time of such a run
        self._tests = 0
        self._equal = True

    def run(self):
        if not self._options.without_shim and not self._runner.heeds_xdist_variables():
            self._fail("%s ignores GTEST_XDIST_WORKERS: it was built without the shim, so nothing would be compared" %
                       self._name)
            return False
        for kind in ("xml", "json"):
            serial = self._timed(0, self._runner.serial("serial", kind))
            self._tests = serial.report.tests
            if self._options.repeat_serial and not self._learn(serial, kind):
                continue
            for workers in self._options.workers:
                name = "%d workers" % workers
                parallel = self._timed(workers, self._runner.parallel(name, kind, workers, self._options.dist))
                self._compare(serial, parallel, kind)
        self._name_instabilities()
        self._name_ignored_lines()
        return self._equal

    def _noted(self, run):
        if self._options.verbose:
            print("run       %s: %s (%.2f s): %s" % (run.name, run.status, run.seconds, run.command))
            for note in run.notes:
                print("          %s" % note)
        return run

    def _timed(self, workers, run):
        self._seconds[workers] = min(run.seconds, self._seconds.get(workers, run.seconds))
        return self._noted(run)

    def result(self):
        """What is to be known of a finished run() in one line of a table."""
        return {"name": self._name, "tests": self._tests, "seconds": self._seconds, "equal": self._equal}

    def _fail(self, message):
        self._equal = False
        print("DIFFERENT " + message)

    def _texts(self, run):
        stdout = lines.by_test(run.stdout) if self._options.by_test else run.stdout
        texts = {"report": run.report.lines, "stdout": stdout, "stderr": run.stderr}
        for position, (pattern, _) in enumerate(self._options.ignored):
            for channel in CHANNELS:
                kept = [line for line in texts[channel] if not pattern.fullmatch(line)]
                self._uses[position] += len(texts[channel]) - len(kept)
                texts[channel] = kept
        return texts

    def _unstable_for(self, kind, channel):
        # Only the report depends on its kind.
        return self._unstable.setdefault((kind if channel == "report" else None, channel), lines.Unstable())

    def _learn(self, serial, kind):
        again = self._noted(self._runner.serial("serial again", kind))
        if again.status != serial.status:
            self._fail("%s is no basis for a comparison: two serial runs end with %s and %s" %
                       (self._name, serial.status, again.status))
            return False
        first, second = self._texts(serial), self._texts(again)
        for channel in CHANNELS:
            self._unstable_for(kind, channel).learn(first[channel], second[channel])
        return True

    def _compare(self, serial, parallel, kind):
        problems = []
        if serial.status != parallel.status:
            problems.append(["exit: serial %s, %s %s" % (serial.status, parallel.name, parallel.status)])
        expected, actual = self._texts(serial), self._texts(parallel)
        for channel in CHANNELS:
            first, second = self._unstable_for(kind, channel).mask(expected[channel], actual[channel])
            title = kind + " report" if channel == "report" else channel
            diff = lines.render_difference(first, second, ("%s, serial" % title, "%s, %s" % (title, parallel.name)))
            if diff:
                problems.append(["%s differs:" % title] + diff)
        what = "%s: %s, %s" % (self._name, parallel.name, kind)
        if not problems:
            print("equal     %s: %d tests%s, %s, serial %.2f s, parallel %.2f s" %
                  (what, serial.report.tests, " (%s)" % serial.report.problem if serial.report.problem else "",
                   serial.status, serial.seconds, parallel.seconds))
            return
        self._fail(what)
        for problem in problems:
            print("\n".join("    " + line for line in problem))
        self._explain_failures(serial, parallel, kind)

    def _explain_failures(self, serial, parallel, kind):
        """Says whether tests that failed only in parallel fail in one process too, after the same tests as there."""
        unexplained = parallel.report.failed - serial.report.failed
        if not unexplained:
            return
        for indices in parallel.histories:
            replay = self._noted(self._runner.history("history %s" % indices, kind, indices))
            # A test that kills the process leaves no report.
            same = unexplained & (replay.report.failed | {lines.unfinished_test(replay.stdout)})
            for suite in sorted({test.rpartition(".")[0] for test in same}):
                tests = sorted(test for test in same if test.rpartition(".")[0] == suite)
                print("    suite %s depends on the order of its tests: %s passes in a serial run, but fails in a single "
                      "process too, without workers, after the tests that ran before it on its worker "
                      "(GTEST_XDIST_INDICES=%s). It needs its tests whole and in order on one worker." %
                      (suite, ", ".join(tests), indices))
            unexplained -= same
        if unexplained and not parallel.histories:
            print("    failed only in parallel: %s; no line GTEST_XDIST_INDICES=... on stderr tells how to repeat it in one "
                  "process" % ", ".join(sorted(unexplained)))
        elif unexplained:
            print("    failed only in parallel: %s; not when the same tests run in the same order in one process, so it "
                  "shares something with tests in other processes (a file, a port), or the library is at fault" %
                  ", ".join(sorted(unexplained)))

    def _name_instabilities(self):
        for (kind, channel), unstable in self._unstable.items():
            names = unstable.names()
            if not names:
                continue
            print("unstable  %s: %s differs between two serial runs already; masked:" %
                  (self._name, kind + " report" if kind else channel))
            shown = names if self._options.verbose else names[:SHOWN_INSTABILITIES]
            print("\n".join("    " + name for name in shown))
            if len(names) > len(shown):
                print("    ... %d more (-v shows all)" % (len(names) - len(shown)))

    def _name_ignored_lines(self):
        for (pattern, reason), uses in zip(self._options.ignored, self._uses):
            print("ignored   %s: %d lines like /%s/, because %s%s" %
                  (self._name, uses, pattern.pattern, reason, "" if uses else "  (matches nothing: remove it?)"))


def main(arguments):
    options = parse_arguments(arguments)
    comparison = Comparison(options)
    equal = comparison.run()
    if options.result is not None:
        os.makedirs(os.path.dirname(os.path.abspath(options.result)), exist_ok=True)
        with open(options.result, "w") as file:
            json.dump(comparison.result(), file)
    return 0 if equal else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
