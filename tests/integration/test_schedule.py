"""What a run shows and keeps of its schedule: the slowest tests, timelines, records, replays."""

import re

import harness

UNITS = {"ns": 1e-9, "us": 1e-6, "ms": 1e-3, "s": 1}


class DurationsTest(harness.IntegrationTest):
    """GTEST_XDIST_DURATIONS."""

    def lists(self, run):
        """[(count, total, what, [(seconds, text)])] of all that is printed after a summary."""
        found = []
        for line in run.out.splitlines():
            header = re.fullmatch(r"slowest (\d+) of (\d+) (tests?|suites?):", line)
            entry = re.fullmatch(r" *([\d.]+) (ns|us|ms|s)  (.+)", line)
            if header:
                found.append((int(header[1]), int(header[2]), header[3], []))
            elif entry and found:
                found[-1][3].append((float(entry[1]) * UNITS[entry[2]], entry[3]))
        for count, _, _, entries in found:
            self.assertEqual(count, len(entries), run)
            self.assertEqual(sorted((seconds for seconds, _ in entries), reverse=True),
                             [seconds for seconds, _ in entries])
        return found

    def test_the_slowest_are_shown_after_the_summary(self):
        """stretches: each test sleeps for its number modulo 4 milliseconds."""
        run = self.parallel("stretches", env={"GTEST_XDIST_DURATIONS": "3"})
        self.assertEqual(0, run.status, run)
        tests, suites = self.lists(run)
        self.assertEqual((3, 24, "tests"), tests[:3])
        self.assertEqual((3, 3, "suites"), suites[:3])
        self.assertGreaterEqual(tests[3][0][0], 0.003)
        self.assertLess(run.out.index("[  PASSED  ] 24 tests."), run.out.index("slowest 3"))
        for seconds, text in suites[3]:
            self.assertRegex(text, r"^\S+: tests \S+ \S+, \d+ set-ups? and tear-downs? \S+ \S+$")

    def test_zero_is_all(self):
        for mode in "load", "each":
            run = self.parallel("numbered", env={"GTEST_XDIST_DURATIONS": "0",
                                                 "GTEST_XDIST_DIST": mode})
            tests, suites = self.lists(run)
            names = {text.split(",")[0] for _, text in tests[3]}
            self.assertEqual(set(run.started), names)
            self.assertEqual({name.split(".")[0] for name in names},
                             {text.split(":")[0] for _, text in suites[3]})
            self.assertEqual(mode == "each", all(", longest of 2 runs" in text
                                                 for _, text in tests[3]))

    def test_every_iteration_has_its_own(self):
        run = self.parallel("numbered", "--gtest_repeat=3", report=None,
                            env={"GTEST_XDIST_DURATIONS": "1"})
        self.assertEqual(["tests", "suites"] * 3, [what for _, _, what, _ in self.lists(run)])

    def test_crashes_and_attempts_count(self):
        run = self.parallel("retries", "--gtest_filter=Retried.Crashes",
                            env={"GTEST_XDIST_DURATIONS": "1", "GTEST_XDIST_RETRIES": "1",
                                 "ATTEMPTS": "1"})
        self.assertEqual(0, run.status, run)
        (_, _, what, [(_, text)]), _ = self.lists(run)
        self.assertEqual("test", what)
        self.assertEqual("Retried.Crashes, longest of 2 runs", text)

    def test_everything_else_stays_as_it_is(self):
        serial = self.serial("kinds")
        run = self.parallel("kinds", env={"GTEST_XDIST_DURATIONS": "2"})
        run.out = run.out[:run.out.index("slowest 2 of")]
        self.assert_same(serial, run)

    def test_serial_runs_ignore_it(self):
        for env in {}, {"GTEST_XDIST_INDICES": "0"}:
            run = self.serial("numbered", env={"GTEST_XDIST_DURATIONS": "0", **env})
            self.assertEqual(0, run.status, run)
            self.assertEqual([], self.lists(run))


if __name__ == "__main__":
    harness.main()
