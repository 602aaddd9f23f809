"""gtest's model: every kind of result, from every place, reported as serially."""

import collections
import itertools
import json
import re
from pathlib import Path

import harness


class KindsOfTestsTest(harness.IntegrationTest):
    def test_xml(self):
        serial = self.assert_parallel_equals_serial("kinds", workers=(1, 2, 4))
        self.assertEqual(1, serial.status)

    def test_json(self):
        self.assert_parallel_equals_serial("kinds", report="json")

    def test_disabled_as_well(self):
        for report in "xml", "json":
            self.assert_parallel_equals_serial("kinds", "--gtest_also_run_disabled_tests",
                                               report=report)

    def test_namesakes(self):
        """The index is a test's identity, for two tests may have one name."""
        serial = self.assert_parallel_equals_serial("duplicates")
        self.assertEqual(6, len(serial.noted))
        run = self.parallel("duplicates", "--gtest_filter=Namesake.*")
        self.assertEqual(sorted(serial.noted), sorted(run.noted), "each once")


class PlaceTest(harness.IntegrationTest):
    PLACES = ("main", "environment_set_up", "environment_tear_down", "suite_set_up",
              "suite_tear_down", "test_set_up", "test_body", "test_tear_down")
    EVENTS = ("print", "property", "fail", "fail twice", "fail fatally", "skip", "throw")

    def test_every_event_at_every_place(self):
        for place, event in itertools.product(self.PLACES, self.EVENTS):
            # gtest does not catch what is thrown there.
            if event != "throw" or place.startswith(("test", "suite")):
                self.assert_parallel_equals_serial("outside", env={"AT": place, "DO": event},
                                                   workers=(2,))

    def test_an_environment_that_fails_in_each_iteration(self):
        for event in "fail", "fail fatally", "skip":
            for recreates in "0", "1":
                for _ in range(2):  # a worker may be in the next iteration before its controller
                    self.assert_parallel_equals_serial(
                        "outside", "--gtest_repeat=3", workers=(1, 2),
                        env={"AT": "environment_set_up", "DO": event,
                             "GTEST_RECREATE_ENVIRONMENTS_WHEN_REPEATING": recreates})

    def test_an_environment_that_fails_when_it_is_set_up_again(self):
        self.assert_parallel_equals_serial(
            "outside", "--gtest_repeat=3", workers=(1, 2),
            env={"AT": "environment_set_up", "DO": "fail fatally next time",
                 "GTEST_RECREATE_ENVIRONMENTS_WHEN_REPEATING": "1"})

    def test_an_environment_that_fails_on_one_worker(self):
        run = self.parallel("outside", workers=3, env={"AT": "environment_set_up", "DO": "fail fatally on gw1"})
        self.assertEqual(1, run.status, run)
        self.assertEqual(12, len([test for test in run.tests if test.status == "run"]), run)
        self.assertIn("no tests ran on gw1, because environments failed or were skipped there", run.notes)

    def test_json(self):
        for place in self.PLACES:
            self.assert_parallel_equals_serial("outside", env={"AT": place, "DO": "fail"},
                                               workers=(2,), report="json")


class PropertyTest(harness.IntegrationTest):
    def test_every_scope(self):
        for report in "xml", "json":
            self.assert_parallel_equals_serial("properties", report=report)


class ValueTest(harness.IntegrationTest):
    """A parameter's value may be another one in each process; the result names that of its run."""

    def shown(self, run):
        """{test: the values that the text, the XML report and the JSON report show}, for the failed."""
        values = collections.defaultdict(set)
        for name, value in re.findall(r'^\[  FAILED  \] (\S+), where GetParam\(\) = "(.*?)"', run.out, re.MULTILINE):
            values[name].add(value)
        return values

    def values_in_report(self, run):
        if "xml" in run.reports:
            return {"%s.%s" % (case.get("classname"), case.get("name")): case.get("value_param")
                    for case in run.xml.iter("testcase")}
        report = json.loads(Path(run.reports["json"]).read_text())
        return {"%s.%s" % (suite["name"], test["name"]): test.get("value_param")
                for suite in report["testsuites"] for test in suite["testsuite"]}

    def test_all_are_those_of_the_run(self):
        for report, workers, variables in (
                ("xml", 2, {}), ("json", 4, {}), ("xml", 2, {"GTEST_XDIST_RETRIES": "2"}),
                ("xml", 1, {})):
            with self.subTest(report=report, workers=workers, **variables):
                run = self.parallel("parameters", workers=workers, report=report, env=variables)
                ran_with = dict(line.split("=") for line in run.noted)  # the last attempt counts
                self.assertEqual(6, len(ran_with), run)
                in_report = self.values_in_report(run)
                for name, value in ran_with.items():
                    self.assertEqual('"%s"' % value, in_report[name], name)
                    if "Passes" not in name:
                        self.assertEqual({value}, self.shown(run)[name], name)
                self.assertEqual({"same"}, self.shown(run)["The/Always.Fails/0"])
                self.assertIsNone(in_report["Plain.Fails"])

    def test_repeated(self):
        """The last iteration is that of the report."""
        run = self.parallel("parameters", "--gtest_repeat=3", "--gtest_filter=-*Crashes*")
        in_report = self.values_in_report(run)
        for line in run.noted[-4:]:
            name, value = line.split("=")
            self.assertEqual('"%s"' % value, in_report[name], name)


class ListenerTest(harness.IntegrationTest):
    def test_every_temper(self):
        for listener in ("none", "prints", "asks", "records", "fails", "guards", "replaces", "wraps",
                         "moves", "takes", "appends", "throws", "repeats"):
            for report in "xml", "json":
                self.assert_parallel_equals_serial("listener", env={"LISTENER": listener},
                                                   report=report, framed=False)

    def test_one_that_fails_at(self):
        for event in ("program start", "iteration start", "set-up start", "set-up end",
                      "suite start", "test start", "suite end", "tear-down start",
                      "tear-down end", "iteration end"):
            for repeat in "1", "2":
                self.assert_parallel_equals_serial("listener", "--gtest_repeat=" + repeat,
                                                   env={"LISTENER": event}, framed=False)

    def test_one_that_writes_a_report(self):
        """It is called in each process. Where it asks, the report is that of a serial run."""
        def run(which, workers):
            run = self.parallel("listener", workers=workers, env={"LISTENER": which, "REPORT": "tap.txt"})
            report = self._runs[-1].working / "tap.txt"
            lines = [note for note in run.notes if "is open for writing here" in note]
            return sorted(report.read_text().splitlines()), [line.replace(str(report), "FILE") for line in lines]

        serial, lines = run("reports", 0)
        self.assertEqual([], lines)
        self.assertEqual(20, len(serial))
        for workers in 1, 2:
            self.assertEqual((serial, []), run("reports once", workers))
            _, lines = run("reports", workers)
            self.assertEqual(1, len(lines), lines)
            self.assertRegex(lines[0], "^'FILE' is open for writing here and in worker 'gw[01]', so their texts ")


if __name__ == "__main__":
    harness.main()
