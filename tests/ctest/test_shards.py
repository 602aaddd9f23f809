"""Shards on several machines, workers in each: the recipe of the guide to ctest, all of it on this machine."""

import re
import shutil
import sys
import unittest

from pathlib import Path
from xml.etree import ElementTree

from project import SOURCE, SUITE, ProjectTest

SKIPPED = 77
GUIDE = (SOURCE / "examples/ctest.md").read_text()
RECIPE = re.search(r"## Several machines\n.*?```sh\n(.*?)```", GUIDE, re.DOTALL).group(1)


def results(path):
    """What a report says of each test, in any order."""
    return sorted((test.get("classname"), test.get("name"), [child.tag for child in test])
                  for test in ElementTree.parse(path).iter("testcase"))


class ShardsTest(ProjectTest):
    def setUp(self):
        super().setUp()
        (self.folder / "my_test").symlink_to(SUITE)

    def serially(self, **variables):
        self.run_command("./my_test", "--gtest_output=xml:serial.xml", **variables)
        return results(self.folder / "serial.xml")

    def test_the_recipe(self):
        """Line by line; the first of them on each machine."""
        shard, *merge = RECIPE.splitlines()
        for told, fails in (("", False), ("fail", True), ("crash", True)):
            with self.subTest(told):
                for index in range(3):
                    self.run_command("sh", "-c", shard, SHARD=str(index), SUITE=told)
                merged, verified = [self.run_command("sh", "-c", line) for line in merge]
                self.assertEqual(0, merged.returncode, merged.stdout)
                self.assertEqual(fails, verified.returncode != 0, verified.stdout)
                serial = self.serially(SUITE="" if told == "crash" else told)
                report = results(self.folder / "my_test.xml")
                if told == "crash":
                    crashed = ("Plain", "Crashes", ["failure"])
                    report.remove(crashed)
                    report.append((*crashed[:2], []))
                self.assertEqual(serial, sorted(report))

    def test_as_bazel_says_it(self):
        for index in range(2):
            variables = {"TOTAL_SHARDS": "2", "SHARD_INDEX": str(index), "SHARD_STATUS_FILE": "status%d" % index}
            prefixed = {prefix + name: value for name, value in variables.items()
                        for prefix in ("TEST_", "GTEST_")}
            result = self.run_command("./my_test", XML_OUTPUT_FILE="bazel%d.xml" % index,
                                      GTEST_XDIST_WORKERS="2", **prefixed)
            self.assertEqual(0, result.returncode, result.stdout)
            self.assertTrue(Path(self.folder, "status%d" % index).exists())
        reports = [results(self.folder / ("bazel%d.xml" % index)) for index in range(2)]
        self.assertEqual(self.serially(), sorted(reports[0] + reports[1]))
        self.assertTrue(all(reports))


if __name__ == "__main__":
    if not shutil.which("junitparser"):
        print("skipped: junitparser is not installed")
        sys.exit(SKIPPED)
    unittest.main(verbosity=2)
