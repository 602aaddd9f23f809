#!/usr/bin/env python3
"""The table of versions is as it is to be, and one that is not is refused with what is wrong."""

import unittest

import fetch
import table

with open(table.FILE, encoding="utf-8") as file:
    TEXT = file.read()


class OwnTable(unittest.TestCase):
    def test_is_accepted(self):
        names = [cell.name for cell in table.read().cells]
        self.assertEqual(len(names), len(set(names)))

    def test_every_cell_is_made_of_packages(self):
        versions = table.read()
        for cell in versions.cells:
            for suite, package, _ in fetch.packages_of(versions, cell):
                self.assertTrue(suite and package, cell.name)


class WrongTable(unittest.TestCase):
    def assert_refused(self, message, text):
        with self.assertRaises(table.TableError) as refused:
            table.Table(text)
        self.assertIn(message, str(refused.exception))

    def replaced(self, old, new):
        self.assertIn(old, TEXT)
        return TEXT.replace(old, new)

    def test_each_value_stands_in_two_cells_of_the_full_run(self):
        for dimension, values in table.read().values.items():
            for value in values:
                lines = [line for line in TEXT.splitlines()
                         if not (line.startswith("cell") and value in line.split() and "more" not in line)]
                kept = [line for line in TEXT.splitlines() if line not in lines][:1]
                with self.subTest(dimension=dimension, value=value):
                    self.assert_refused("cells of the full run", "\n".join(lines + kept))

    def test_a_value_that_no_cell_has(self):
        self.assert_refused("boost 1.99 stands in 0 cells of the full run", TEXT + "value boost 1.99 sid\n")

    def test_the_oldest_and_the_newest_stand_together(self):
        self.assert_refused("no cell of CI has the oldest of everything: gtest 1.10, boost 1.74, standard 17",
                            self.replaced("cell 1.10   1.74 g++     17 static plain ci", "cell 1.10   1.74 g++     17 static plain"))
        self.assert_refused("no cell of CI has the newest of everything: gtest 1.18, boost 1.92, standard 23",
                            self.replaced("cell 1.18   1.92 g++     23 shared plain", "cell 1.18 1.83 g++ 23 shared plain"))

    def test_what_nobody_knows(self):
        for message, line in (("gtest '1.11': expected one of 1.10,", "cell 1.11 1.74 g++ 17 static plain"),
                              ("'often': expected 'ci', 'more' or nothing", "cell 1.18 1.74 clang++ 23 static plain often"),
                              ("'cell 1.10' has 2 words", "cell 1.10"),
                              ("'sell': expected 'value' or 'cell'", "sell 1.10"),
                              ("is there twice", "cell 1.10 1.74 g++ 17 static plain"),
                              ("'os': expected one of gtest,", "value os 12"),
                              ("a Debian suite is named for gtest and boost", "value gtest 1.20")):
            with self.subTest(line=line):
                self.assert_refused("line %d: " % (len(TEXT.splitlines()) + 1), TEXT + line)
                self.assert_refused(message, TEXT + line)


class VersionOfAPackage(unittest.TestCase):
    def test_is_the_one_of_the_table(self):
        self.assertTrue(fetch.fits("1.10.0.20201025-1.1", "1.10", "bullseye"))
        self.assertTrue(fetch.fits("1.12.1-0.2", "1.12.1", "bookworm"))
        self.assertFalse(fetch.fits("1.16.0-1", "1.1", "trixie"))
        self.assertFalse(fetch.fits("1.17.0-1", "1.16", "trixie"))

    def test_may_be_newer_where_the_suite_moves(self):
        self.assertTrue(fetch.fits("1.19.0-1", "1.18", "sid"))
        self.assertFalse(fetch.fits("1.17.0-1", "1.18", "sid"))


if __name__ == "__main__":
    unittest.main()
