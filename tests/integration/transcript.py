"""The text that gtest prints, freed from times and from the order of suites and tests."""

import collections
import itertools
import re

# What differs between any two runs: times, addresses, the padding of printed objects. Where gtest
# shows stack traces, those from outside of tests show what the process has run before; a JSON
# report has its newlines escaped. The first of each are the words without which the second, which
# takes a second for ten megabytes, finds nothing.
MASKS = [("Stack trace:", re.compile(r"Stack trace:(\n|\\n)(  \S+: .*?\1)*"
                          r"(\.\.\. Google Test internal frames \.\.\.\1)?"), r"(stack trace)\1"),
         (" ms", re.compile(r"\(\d+ ms( total)?\)"), r"(N ms\1)"),
         ("0x", re.compile(r"\b0x[0-9a-f]{6,}"), "(address)"),
         ("-byte object", re.compile(r"(\d+-byte object) (?:<|&lt;)[0-9A-F -]*(?:>|&gt;)"), r"\1 (bytes)")]

Iteration = collections.namedtuple("Iteration", "before suites after")
Suite = collections.namedtuple("Suite", "frame blocks")

ITERATION = re.compile(r"Repeating all tests \(iteration \d+\) \. \. \.")
SUITE_START = re.compile(r"\[-{10}\] \d+ tests? from ([^ ]+?)(?:, where .*)?")
AFTER = re.compile(r"\[-{10}\] Global test environment tear-down|"
                   r"\[={10}\] \d+ tests? from .* ran\..*")
TEST = re.compile(r"\[ (RUN|DISABLED) +\] (.+)")
END = re.compile(r"\[ +(?:OK|FAILED|SKIPPED) +\] ")
TESTS = "(tests)"
LISTED = re.compile(r"\[ +(?:FAILED|SKIPPED) +\] ")


def transcript(text):
    """What the printer printed, taken to pieces: a list of `Iteration`.

    `before` and `after` are the lines around all suites; a suite's `frame` are its lines outside of
    tests, with TESTS where its tests are, its `blocks` the lines of each test by name. A line that
    is printed anywhere else than in its suite or test ends up in a wrong piece.
    """
    iterations = [Iteration([], {}, [])]
    piece, test = iterations[-1].before, None
    for line in mask(text).split("\n"):
        if test is not None:
            piece.append(line)
            if is_end(line, test):
                piece, test = suite.frame, None
        elif ITERATION.fullmatch(line):
            iterations.append(Iteration([line], {}, []))
            piece = iterations[-1].before
        elif SUITE_START.fullmatch(line):
            name = SUITE_START.fullmatch(line).group(1)
            suite = iterations[-1].suites.setdefault(name, Suite([], {}))
            piece = suite.frame
            piece.append(line)
        elif AFTER.fullmatch(line) and piece is not iterations[-1].after:
            piece = iterations[-1].after
            piece.append(line)
        elif TEST.fullmatch(line) and iterations[-1].suites:
            kind, name = TEST.fullmatch(line).groups()
            if suite.frame[-1] != TESTS:
                suite.frame.append(TESTS)
            block = [line]
            suite.blocks.setdefault(name, []).append(block)
            if kind == "RUN":
                piece, test = block, name
        else:
            piece.append(line)
    return iterations


def is_end(line, test):
    """Whether a line says that this test has ended, perhaps after what the test has printed there."""
    for found in END.finditer(line):
        after = found.end() + len(test)
        if line.startswith(test, found.end()) and line[after:after + 1] in ("", " ", ","):
            return True
    return False


def normal_form(text):
    """The lines of a text in an order that does not depend on the order in which tests ran."""
    lines = []
    for iteration in transcript(text):
        # A printer without frames leaves everything here.
        lines += iteration.before if iteration.suites else sorted(iteration.before)
        for _, suite in sorted(iteration.suites.items()):
            lines += suite.frame
            for _, blocks in sorted(suite.blocks.items()):
                lines += [line for block in sorted(blocks) for line in block]
        # A shuffled run lists tests in the shuffled order.
        lists = itertools.groupby(iteration.after, lambda line: LISTED.match(line) is not None)
        for is_list, group in lists:
            lines += sorted(group) if is_list else group
    return lines


def mask(text):
    for words, pattern, replacement in MASKS:
        if words in text:
            text = pattern.sub(replacement, text)
    return text
