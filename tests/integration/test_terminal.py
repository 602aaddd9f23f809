"""What gtest-xdist shows of itself: GTEST_XDIST_VERBOSITY."""

import re
import signal

import harness

END = re.compile(r"\[gw\d+\] \[ *(\d+)%\] ([A-Z]+) (.+)")


def indices(text):
    """The indices of a list such as 0-24:31."""
    ranges = (part.partition("-") for part in text.split(":"))
    return [index for first, _, last in ranges for index in range(int(first), int(last or first) + 1)]


class VerbosityTest(harness.IntegrationTest):
    def told(self, verbosity, suite, *arguments, env=None, **options):
        """Runs the suite; returns the run and the lines on standard error."""
        run = self.parallel(suite, *arguments, env={"GTEST_XDIST_VERBOSITY": verbosity, **(env or {})},
                            separate_stderr=True, **options)
        return run, run.err.splitlines()

    def ends(self, lines):
        """(percentage, how, test) of each line about the end of a test."""
        found = (END.fullmatch(line) for line in lines)
        return [(int(match.group(1)), match.group(2), match.group(3)) for match in found if match]

    def test_standard_output_stays_the_same(self):
        serial = self.serial("kinds", separate_stderr=True)
        for verbosity in "-1", "0", "1", "2":
            with self.subTest(verbosity=verbosity):
                run, _ = self.told(verbosity, "kinds")
                self.assert_same_lines(harness.normal_form(serial.out), harness.normal_form(run.out),
                                       "text")
                self.assertEqual(serial.status, run.status)

    def test_0_is_the_default(self):
        plain = self.parallel("kinds", workers=1, separate_stderr=True, report=None)
        _, lines = self.told("0", "kinds", workers=1, report=None)
        self.assertEqual(plain.err.splitlines(), lines)
        self.assertEqual(["reproduce gw0"], [note.partition(":")[0] for note in plain.notes])

    def test_minus_1_is_silent(self):
        for suite, arguments in ("kinds", []), ("crash", ["--gtest_filter=Crash.Segfaults"]):
            run, lines = self.told("-1", suite, *arguments)
            self.assertEqual([], [line for line in lines if line.startswith(("gtest-xdist", "[gw"))])
            self.assertEqual(1, run.status)

    def test_minus_1_tells_errors(self):
        started = self.start("hang", "--gtest_filter=Hang.Asleep", env={
            "GTEST_XDIST_WORKERS": "1", "GTEST_XDIST_VERBOSITY": "-1"})
        harness.wait_until(lambda: started.noted, "the test has not started")
        started.process.send_signal(signal.SIGINT)
        run = started.end()
        self.assertEqual(["interrupted by signal 2 (SIGINT): ending the workers; the next signal "
                          "ends this process at once"], run.notes)

    def test_1_tells_the_end_of_each_test(self):
        run, lines = self.told("1", "kinds", workers=2)
        self.assertEqual(["2 workers [26 tests]", "scheduling tests via the scheduler 'load'"],
                         lines[:2])
        ends = self.ends(lines)
        self.assertEqual([100 * done // 26 for done in range(1, 27)], [end[0] for end in ends])
        verdicts = {name: how for _, how, name in ends}
        for test in run.tests:
            if test.status == "notrun":
                self.assertNotIn(test.name, verdicts)
                continue
            expected = "FAILED" if test.failures else "SKIPPED" if test.skips else "PASSED"
            self.assertEqual(expected, verdicts[test.name], test.name)

    def test_1_counts_each_run_in_the_mode_each(self):
        _, lines = self.told("1", "numbered", env={"GTEST_XDIST_DIST": "each"}, workers=3)
        self.assertEqual("3 workers [8 tests]", lines[0])
        self.assertEqual([100 * done // 24 for done in range(1, 25)],
                         [end[0] for end in self.ends(lines)])

    def test_1_tells_of_retries_and_crashes(self):
        env = {"GTEST_XDIST_RETRIES": "1"}
        _, lines = self.told("1", "crash", "--gtest_filter=Crash.Segfaults", env=env, workers=1)
        self.assertEqual([(0, "RERUN", "Crash.Segfaults"), (100, "FAILED", "Crash.Segfaults")],
                         self.ends(lines))

    def test_1_tells_each_iteration(self):
        _, lines = self.told("1", "numbered", "--gtest_repeat=3")
        self.assertEqual(3, lines.count("2 workers [8 tests]"))
        self.assertEqual(3 * 8, len(self.ends(lines)))

    def test_2_tells_what_workers_get_and_begin(self):
        started = self.start("hang", "--gtest_filter=Hang.UntilReleased:All/Quick.*", env={
            "GTEST_XDIST_WORKERS": "1", "GTEST_XDIST_VERBOSITY": "2"})
        harness.wait_until(lambda: "[gw0] runs Hang.UntilReleased\n" in started.text, "it is not said")
        started.release()
        run = started.end()
        lines = run.out.splitlines()
        gets = [line for line in lines if line.startswith("[gw0] gets ")]
        given = [index for line in gets for index in indices(line.split()[2])]
        self.assertEqual([7, *range(10, 20)], given)
        self.assertLess(lines.index("1 worker [11 tests]"), lines.index(gets[0]))
        self.assertLess(lines.index(gets[0]), lines.index("[gw0] runs Hang.UntilReleased"))
        self.assertEqual(11, len(self.ends(lines)))


if __name__ == "__main__":
    harness.main()
