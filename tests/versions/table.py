#!/usr/bin/env python3
"""Reads versions.txt and checks that its cells show what they are to show.

As a command, `table.py ci`, `table.py full` or `table.py all`, it prints the names of the cells for CMake.
"""

import collections
import os
import sys

FILE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "versions.txt")
DIMENSIONS = ("gtest", "boost", "compiler", "standard", "library", "base")
AGED = ("gtest", "boost", "standard")  # their values are listed from the oldest to the newest
FROM_DEBIAN = ("gtest", "boost")
CI, FULL, ALL = RUNS = ("ci", "full", "all")  # each has the cells of those before it
FIRST_RUN = {"ci": CI, None: FULL, "more": ALL}  # by the mark behind a cell


class TableError(Exception):
    """What is wrong with the table, for a person."""


class Cell(collections.namedtuple("Cell", DIMENSIONS + ("first_run",))):
    @property
    def name(self):
        words = ["gtest" + self.gtest, "boost" + self.boost, self.compiler + self.standard, self.library]
        return "-".join(words + [self.base] * (self.base != "plain"))

    def is_in(self, run):
        return RUNS.index(self.first_run) <= RUNS.index(run)


class Table:
    def __init__(self, text):
        self.values = {dimension: {} for dimension in DIMENSIONS}  # dimension -> {value: Debian suite or None}
        self.cells = []
        for number, line in enumerate(text.splitlines(), 1):
            words = line.partition("#")[0].split()
            try:
                if words[:1] == ["value"]:
                    self._add_value(*words[1:])
                elif words[:1] == ["cell"]:
                    self._add_cell(*words[1:])
                elif words:
                    raise TableError("'%s': expected 'value' or 'cell'" % words[0])
            except (TableError, TypeError) as error:
                raise TableError("line %d: %s" % (number, _brief(error, words))) from None
        self._check()

    def cell(self, name):
        found = [cell for cell in self.cells if cell.name == name]
        if not found:
            raise TableError("no cell is called '%s'; there are: %s" %
                             (name, ", ".join(cell.name for cell in self.cells)))
        return found[0]

    def _add_value(self, dimension, value, suite=None):
        if dimension not in DIMENSIONS:
            raise TableError("'%s': expected one of %s" % (dimension, ", ".join(DIMENSIONS)))
        if (suite is not None) != (dimension in FROM_DEBIAN):
            raise TableError("a Debian suite is named for %s, and for nothing else" % " and ".join(FROM_DEBIAN))
        self.values[dimension][value] = suite

    def _add_cell(self, gtest, boost, compiler, standard, library, base, when=None):
        if when not in FIRST_RUN:
            raise TableError("'%s': expected 'ci', 'more' or nothing" % when)
        cell = Cell(gtest, boost, compiler, standard, library, base, FIRST_RUN[when])
        for dimension in DIMENSIONS:
            value = getattr(cell, dimension)
            if value not in self.values[dimension]:
                raise TableError("%s '%s': expected one of %s" %
                                 (dimension, value, ", ".join(self.values[dimension])))
        if cell.name in (other.name for other in self.cells):
            raise TableError("%s is there twice" % cell.name)
        self.cells.append(cell)

    def cells_of(self, run):
        return [cell for cell in self.cells if cell.is_in(run)]

    def _check(self):
        full = self.cells_of(FULL)
        for dimension, values in self.values.items():
            counts = collections.Counter(getattr(cell, dimension) for cell in full)
            for value in values:
                if counts[value] < 2:
                    raise TableError("%s %s stands in %d cells of the full run; each value stands in two at least" %
                                     (dimension, value, counts[value]))
        for age, position in ("oldest", 0), ("newest", -1):
            wanted = {dimension: list(self.values[dimension])[position] for dimension in AGED}
            if not any(all(getattr(cell, key) == value for key, value in wanted.items()) for cell in self.cells_of(CI)):
                raise TableError("no cell of CI has the %s of everything: %s" %
                                 (age, ", ".join("%s %s" % pair for pair in wanted.items())))


def _brief(error, words):
    if isinstance(error, TypeError):
        return "'%s' has %d words" % (" ".join(words), len(words))
    return error


def read():
    with open(FILE, encoding="utf-8") as file:
        return Table(file.read())


def main(arguments):
    if len(arguments) != 1 or arguments[0] not in RUNS:
        sys.exit(__doc__)
    try:
        cells = read().cells_of(arguments[0])
    except TableError as error:
        sys.exit("%s: %s" % (FILE, error))
    print("\n".join(cell.name for cell in cells))


if __name__ == "__main__":
    main(sys.argv[1:])
