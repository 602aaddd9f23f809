"""Comparing texts as multisets of lines: masks, unstable lines, readable differences.

Knows nothing about GoogleTest's reports or about processes.
"""

import collections
import re

# gtest prints elapsed times as "(12 ms)" and "(12 ms total)".
TIME = re.compile(r"\(\d+ ms( total)?\)")
WORD = re.compile(r"\w+|\W")
WORD_CHARACTERS = re.compile(r"\w+")
WORD_WITH_DIGIT = re.compile(r"\w*\d\w*")

ADDRESS = re.compile(r"\b(?=\w*\d)\w{6,}")
NUMBER, ANY_WORD = "<number>", "<word>"
TEST_START = re.compile(r"\[ RUN      \] (.*)")
TEST_END = re.compile(r"\[(       OK |  FAILED  |  SKIPPED )\] ")


def masked(text, masks):
    """The text with every (regex, replacement) applied."""
    for pattern, replacement in masks:
        text = pattern.sub(replacement, text)
    return text


def split(data, masks):
    """The lines of raw output, with times and every (regex, replacement) of `masks` applied.

    Bytes that are no UTF-8 become visible escapes. Only '\\n' ends a line, because a test may print any other separator.
    """
    text = masked(data.decode("utf-8", "backslashreplace"), masks)
    lines = TIME.sub(r"(<time>\1)", text).split("\n")
    return lines[:-1] if lines[-1] == "" else lines


def by_test(stdout):
    """The same lines, each one printed while a test was running prefixed with the name of that test."""
    result, test = [], None
    for line in stdout:
        start = TEST_START.fullmatch(line)
        if start:
            test = start.group(1)
        elif TEST_END.match(line):
            test = None
        result.append(line if start or test is None else "%s: %s" % (test, line))
    return result


def unfinished_test(stdout):
    """The test during which the output ends, or None."""
    test = None
    for line in stdout:
        start = TEST_START.fullmatch(line)
        if start:
            test = start.group(1)
        elif TEST_END.match(line):
            test = None
    return test


def difference(first, second):
    """(positions only in `first`, positions only in `second`), both lists taken as multisets."""
    return _surplus(first, second), _surplus(second, first)


def _surplus(lines, others):
    # Of equal lines the last ones count as surplus, so the reader is led to the place where the lists part.
    available = collections.Counter(others)
    positions = []
    for position, line in enumerate(lines):
        if available[line] > 0:
            available[line] -= 1
        else:
            positions.append(position)
    return positions


def render_difference(first, second, names, limit=60, width=400, context=2):
    """A unified diff of two multisets of lines, at most `limit` lines long.

    The surplus lines of `second` are shown after the line they follow there, which is found back in `first`; everything
    else is context from `first`. So a mere change of order shows nothing.
    """
    removed, added = difference(first, second)
    if not removed and not added:
        return []
    places = collections.defaultdict(collections.deque)
    for position, line in enumerate(first):
        places[line].append(position)
    insertions = collections.defaultdict(list)
    surplus, after = set(added), -1
    for position, line in enumerate(second):
        if position in surplus:
            insertions[after].append(line)
        elif places[line]:
            after = places[line].popleft()
    merged = [("+", line) for line in insertions[-1]]
    gone = set(removed)
    for position, line in enumerate(first):
        merged.append(("-" if position in gone else " ", line))
        merged.extend(("+", extra) for extra in insertions[position])

    shown = set()
    for position, (sign, _) in enumerate(merged):
        if sign != " ":
            shown.update(range(max(0, position - context), min(len(merged), position + context + 1)))
    output = ["--- " + names[0], "+++ " + names[1]]
    previous = None
    for position in sorted(shown):
        if previous is None or position != previous + 1:
            output.append("@@ line %d @@" % (position + 1))
        previous = position
        sign, line = merged[position]
        cut = line if len(line) <= width else "%s ... (%d characters)" % (line[:width], len(line))
        output.append(sign + cut)
    if len(output) > limit:
        left = len(output) - limit + 1
        output[limit - 1:] = ["... %d more lines; %d only in %s, %d only in %s" %
                              (left, len(removed), names[0], len(added), names[1])]
    return output


class Unstable:
    """What differs between two serial runs already, and hence must not be blamed on a parallel one.

    A pair of corresponding lines becomes a template, in which the words that differ may be any word (or any number, if
    both are numbers): an address, a process id, the random part of a file name. A line without a counterpart is remembered
    literally. Both apply only to lines that differ, so a stable line is always compared exactly.
    """

    def __init__(self):
        self._templates = set()
        self._holes = collections.defaultdict(set)  # words in a line -> {((position, kind of hole), ...)}
        self._literals = set()

    def learn(self, first, second):
        removed, added = difference(first, second)
        left = [first[position] for position in removed]
        right = [second[position] for position in added]
        # From the closest resemblance to the loosest: other addresses, other numbers, other words.
        for key in (lambda line: ADDRESS.sub("#", line), lambda line: WORD_WITH_DIGIT.sub("#", line),
                    lambda line: len(WORD.findall(line))):
            left, right = self._pair(left, right, key)
        self._literals.update(left, right)

    def _pair(self, left, right, key):
        """Makes templates of the lines whose keys are equal; returns the lines that are left over."""
        candidates = collections.defaultdict(collections.deque)
        for line in right:
            candidates[key(line)].append(line)
        unpaired = []
        for line in left:
            equals = candidates[key(line)]
            if equals and self._add_template(line, equals[0]):
                equals.popleft()
            else:
                unpaired.append(line)
        return unpaired, [line for equals in candidates.values() for line in equals]

    def _add_template(self, first, second):
        words, others = WORD.findall(first), WORD.findall(second)
        holes = tuple((position, NUMBER if word.isdigit() and other.isdigit() else ANY_WORD)
                      for position, (word, other) in enumerate(zip(words, others)) if word != other)
        # A template that is mostly holes would hide real differences.
        if len(words) != len(others) or len(holes) * 2 > len(words):
            return False
        template = _with_holes(words, holes)
        if template is None or template != _with_holes(others, holes):
            return False
        self._templates.add(template)
        self._holes[len(words)].add(holes)
        return True

    def mask(self, first, second):
        """Both lists again, without the differences that are known to be no news."""
        removed, added = difference(first, second)
        return self._mask_at(first, removed), self._mask_at(second, added)

    def _mask_at(self, lines, positions):
        lines = list(lines)
        for position in positions:
            lines[position] = self._masked(lines[position])
        return [line for line in lines if line is not None]

    def _masked(self, line):
        if line in self._literals:
            return None
        words = WORD.findall(line)
        for holes in self._holes.get(len(words), ()):
            template = _with_holes(words, holes)
            if template in self._templates:
                return template
        return line

    def names(self):
        """Every instability in words, for the reader of the log."""
        return (sorted(self._templates) +
                ["%s   (only in one of two serial runs)" % line for line in sorted(self._literals)])


def _with_holes(words, holes):
    """The line with each hole in place of the word there, None if a word does not fit its hole."""
    words = list(words)
    for position, kind in holes:
        fits = words[position].isdigit() if kind == NUMBER else WORD_CHARACTERS.fullmatch(words[position])
        if not fits:
            return None
        words[position] = kind
    return "".join(words)
