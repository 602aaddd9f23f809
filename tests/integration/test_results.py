"""gtest's model: every kind of result, from every place, reported as serially."""

import itertools

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


class ListenerTest(harness.IntegrationTest):
    def test_every_temper(self):
        for listener in ("none", "prints", "asks", "records", "fails", "guards", "replaces", "wraps",
                         "moves", "takes", "appends", "throws"):
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


if __name__ == "__main__":
    harness.main()
