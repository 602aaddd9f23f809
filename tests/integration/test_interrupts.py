"""Ctrl-C and its like: workers end, what is known is printed, what was interrupted is named."""

import os
import signal

import harness

STATUS = {signal.SIGINT: 130, signal.SIGTERM: 143, signal.SIGHUP: 129}


class InterruptTest(harness.IntegrationTest):
    def start_hanging(self, tests, *arguments, workers=None, **options):
        started = self.start("hang", "--gtest_filter=All/Quick.*:" + ":".join(tests), *arguments,
                             env={"GTEST_XDIST_WORKERS": str(workers or len(tests)),
                                  "GTEST_XDIST_DIST": "load"}, **options)
        harness.wait_until(lambda: len(started.noted) == len(tests), "%s have not started" % tests)
        return started

    def interrupted(self, started, number):
        started.process.send_signal(number)
        run = started.end()
        self.assert_nothing_left(started)
        self.assertEqual(STATUS[number], run.status, run)
        return run

    def test_names_what_was_interrupted(self):
        for number in STATUS:
            for tests in ["Hang.Asleep"], ["Hang.InALoop", "Hang.DeafToSignals"]:
                for report in "xml", "json":
                    with self.subTest(signal=number.name, tests=tests, report=report):
                        run = self.interrupted(self.start_hanging(tests, report=report), number)
                        words = "signal %d (%s)" % (number, number.name)
                        self.assertIn("interrupted by %s: ending the workers; the next signal ends "
                                      "this process at once" % words, run.notes)
                        for test in tests:
                            self.assertIn("[  FAILED  ] " + test, run.out)
                            self.assertRegex(run.out, r"worker 'gw\d' was interrupted while running"
                                             r" '%s': signal %d" % (test, number))
                        if report == "json":
                            self.assertIn("json", run.reports)
                            continue
                        self.assertEqual(set(tests), run.failed)
                        self.assertEqual(10 + len(tests), len(run.tests), "each is accounted for")
                        skips = {text for test in run.tests for text in test.skips}
                        self.assertLessEqual(skips, {"not run: interrupted by " + words})

    def test_results_so_far_are_there(self):
        started = self.start_hanging(["Hang.Asleep"], workers=2)
        harness.wait_until(lambda: started.text.count("[       OK ] All/Quick.Passes/") == 10,
                           "the workers have not run the other tests")
        run = self.interrupted(started, signal.SIGINT)
        self.assertEqual({"Hang.Asleep"}, run.failed)
        self.assertEqual(10, sum(not test.failures and not test.skips for test in run.tests), run)

    def test_no_iteration_follows(self):
        for repeat in "-1", "1000":
            run = self.interrupted(self.start_hanging(["Hang.Asleep"], "--gtest_repeat=" + repeat),
                                   signal.SIGINT)
            self.assertEqual(1, len([name for name in run.started if "Hang" in name]))
            self.assertEqual({"Hang.Asleep"}, run.failed)

    def test_the_next_signal_ends_the_process(self):
        """While workers that do not hear the first one have some time left."""
        started = self.start_hanging(["Hang.DeafToSignals"])
        started.process.send_signal(signal.SIGINT)
        harness.wait_until(lambda: "interrupted by" in started.text, "nobody noticed")
        started.process.send_signal(signal.SIGINT)
        run = started.end()
        self.assertEqual(-signal.SIGINT, run.status, run)
        self.assertNotIn("[  FAILED  ]", run.out)
        self.assert_nothing_left(started)

    def test_a_signal_that_is_ignored(self):
        """As in a shell's background, or below nohup."""
        before = signal.signal(signal.SIGINT, signal.SIG_IGN)
        try:
            started = self.start_hanging(["Hang.UntilReleased"], workers=2)
        finally:
            signal.signal(signal.SIGINT, before)
        started.process.send_signal(signal.SIGINT)
        started.release()
        self.assertEqual(0, started.end().status)


if __name__ == "__main__":
    harness.main()
