"""GTEST_XDIST_CAPTURE=no: what tests print is shown as it comes, line by line."""

import re
import signal

import harness
import screen

LINE = re.compile(r"^\[gw\d+\] (.*)\n", re.MULTILINE)


class CaptureTest(harness.IntegrationTest):
    def live(self, *arguments, workers=2, env=None, **options):
        """Runs the suite; returns the run and what tests have printed, in lines."""
        run = self.parallel("live", *arguments, workers=workers,
                            env={"GTEST_XDIST_CAPTURE": "no", **(env or {})}, **options)
        shown = [line for line in LINE.findall(run.out) if not line.startswith("Running main() ")]
        return run, shown

    def test_lines_of_two_workers_do_not_mix(self):
        run, lines = self.live("--gtest_filter=LongLines.*")
        self.assertEqual({"a" * 5000, "b" * 5000}, set(lines))
        self.assertEqual(600, len(lines))
        self.assertEqual(2, len(re.findall(r"(?m)^\[       OK \] LongLines\.Of[AB] ", run.out)))

    def test_results_are_told_as_ever(self):
        """Without what was printed."""
        run, _ = self.live("--gtest_filter=*.Fails:*.OnBothStreams:Many/*")
        kept = self.parallel("live", "--gtest_filter=*.Fails:*.OnBothStreams:Many/*")
        without = re.sub(r"^on standard (output|error)\n", "", kept.out, flags=re.MULTILINE)
        without = re.sub(r"^before(?=\S)|^behind(?=\[)|^part \d+(?=\[)", "", without,
                         flags=re.MULTILINE)
        self.assertEqual(harness.normal_form(without), harness.normal_form(LINE.sub("", run.out)))
        self.assertEqual(kept.status, run.status)
        self.assertEqual([test._replace(properties={}) for test in sorted(kept.tests)],
                         [test._replace(properties={}) for test in sorted(run.tests)])

    def test_no_line_goes_on_in_the_next_test(self):
        for workers in 1, 3:
            _, lines = self.live("--gtest_filter=Many/*", workers=workers)
            self.assertEqual(["part %d" % i for i in range(500)],
                             sorted(lines, key=lambda line: int(line.split()[1])))

    def test_a_line_ends_where_a_failure_is_told(self):
        _, lines = self.live("--gtest_filter=Live.Fails")
        self.assertEqual(["before", "behind"], lines)

    def test_bytes_are_left_as_they_are(self):
        started = self.start("live", "--gtest_filter=Live.Bytes", env={
            "GTEST_XDIST_WORKERS": "1", "GTEST_XDIST_CAPTURE": "no"})
        started.end()
        expected = bytes(byte for byte in range(256) if byte != ord("\n"))
        self.assertIn(b"\n[gw0] " + expected + b"\n", (started.directory / "out").read_bytes())

    def test_streams_stay_apart(self):
        run, lines = self.live("--gtest_filter=Live.OnBothStreams", separate_stderr=True)
        self.assertEqual(["on standard output"], lines)
        self.assertEqual("[gw0] on standard error\n", run.err)

    def test_nothing_is_lost_when_a_worker_dies(self):
        run, lines = self.live("--gtest_filter=Live.Crashes")
        self.assertEqual(["a line", "the last wor"], lines)
        self.assertEqual({"Live.Crashes"}, run.failed)

    def test_is_shown_while_the_test_runs(self):
        started = self.start("live", "--gtest_filter=*.Lasts*", env={
            "GTEST_XDIST_WORKERS": "1", "GTEST_XDIST_CAPTURE": "no"})
        harness.wait_until(lambda: "[gw0] it lasts\n" in started.text, "nothing is shown")
        self.assertNotIn("half a line", started.text)
        started.release()
        run = started.end()
        self.assertIn("[gw0] half a line, and the other half\n", run.out)
        self.assert_nothing_left(started)

    def test_comes_beside_a_status_line(self):
        terminal = screen.Terminal(500)
        started = self.start("live", "--gtest_filter=*.Lasts*", terminal=terminal.descriptor, env={
            "GTEST_XDIST_WORKERS": "1", "GTEST_XDIST_CAPTURE": "no", "TERM": "xterm"})
        self.addCleanup(lambda: (harness.kill_all(started.token), terminal.close()))
        harness.wait_until(lambda: "Live.Lasts" in terminal.look(lambda s: s.below)
                           and "[gw0] it lasts\n" in terminal.look(lambda s: s.text),
                           "no status line")
        started.release()
        started.end()
        terminal.close()
        self.assertIn("\n[gw0] half a line, and the other half\n", terminal.screen.text)
        self.assertNotIn("[0/1]", terminal.screen.text)

    def test_is_shown_after_an_interrupt(self):
        started = self.start("live", "--gtest_filter=*.Lasts*", env={
            "GTEST_XDIST_WORKERS": "1", "GTEST_XDIST_CAPTURE": "no"})
        harness.wait_until(lambda: "[gw0] it lasts\n" in started.text, "nothing is shown")
        started.process.send_signal(signal.SIGINT)
        run = started.end()
        self.assertIn("[gw0] half a line\n", run.out)
        self.assertEqual(130, run.status)

    def test_in_the_modes(self):
        for dist in "each", "loadscope", "worksteal":
            _, lines = self.live("--gtest_filter=Many/*", env={"GTEST_XDIST_DIST": dist})
            runs = 2 if dist == "each" else 1
            self.assertEqual(sorted(["part %d" % i for i in range(500)] * runs), sorted(lines))

    def test_yes_is_the_default(self):
        kept = self.parallel("live", "--gtest_filter=Live.Fails")
        same = self.parallel("live", "--gtest_filter=Live.Fails",
                             env={"GTEST_XDIST_CAPTURE": "yes"})
        self.assertEqual(harness.normal_form(kept.out), harness.normal_form(same.out))
        self.assertNotIn("[gw", same.out)


if __name__ == "__main__":
    harness.main()
