#!/usr/bin/env python3
"""The cells build each suite that the tests run in them start."""

import ast
import os
import re
import unittest

import run_cell

STARTS = {"assert_parallel_equals_serial", "parallel", "serial", "start", "streams"}  # of harness.py


def read(*path):
    with open(os.path.join(run_cell.TESTS, *path), encoding="utf-8") as file:
        return file.read()


def suites_built():
    for words in re.findall(r"^(?:add_suite|foreach)\((?:name )?([^)]*)\)", read("versions", "cell", "CMakeLists.txt"), re.M):
        yield from words.split()


def suites_started(topic, wanted):
    """By the tests `wanted` of a topic, as unittest names them, or by all."""
    tree = ast.parse(read("integration", "test_%s.py" % topic))
    parts = {"": tree}
    for group in tree.body:
        if isinstance(group, ast.ClassDef):
            parts[group.name] = group
            parts.update(("%s.%s" % (group.name, test.name), test) for test in group.body
                         if isinstance(test, ast.FunctionDef))
    for part in wanted or [""]:
        for call in ast.walk(parts[part]):
            if isinstance(call, ast.Call):
                name = getattr(call.func, "attr", getattr(call.func, "id", ""))
                names = call.args[:1] if name in STARTS else []
                names = names + [word.value for word in call.keywords if word.arg == "suite"]
                yield from (word.value for word in names if isinstance(word, ast.Constant))


class Suites(unittest.TestCase):
    def test_are_all_built(self):
        built = set(suites_built())
        for topic, wanted in run_cell.INTEGRATION_TESTS.items():
            started = set(suites_started(topic, wanted))
            with self.subTest(topic=topic):
                self.assertTrue(started)
                self.assertLessEqual(started, built)


if __name__ == "__main__":
    unittest.main()
