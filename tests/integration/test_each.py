"""The mode `each`: every worker runs everything, every test is reported once."""

import harness

TESTS = ["Each." + name for name in ("PassesEverywhere", "FailsInGw1", "FailsEverywhere",
                                     "FailsTwiceInGw0", "AbortsInGw1WhenTold", "ComesLast")]


class EachTest(harness.IntegrationTest):
    def each(self, suite, workers, **env):
        return self.parallel(suite, workers=workers, env={"GTEST_XDIST_DIST": "each", **env})

    def marks(self, run, test):
        """Of each failure the worker it is marked with and the words at its end."""
        texts = run.test("Each." + test).failures
        for text in texts:
            self.assertRegex(text, r"^\[gw\d+\] ")
        return [(text[1:4], text.split()[-1]) for text in texts]

    def test_every_worker_runs_everything(self):
        for workers in 1, 2, 3:
            with self.subTest(workers=workers):
                run = self.each("each", workers)
                self.assertEqual(sorted("%s gw%d" % (test, i) for test in TESTS
                                        for i in range(workers)), sorted(run.noted))
                self.assertEqual(TESTS, [test.name for test in run.tests])
                self.assertEqual(sorted(TESTS), sorted(run.started))
                self.assertEqual(1, run.status)

    def test_failures_are_marked_with_their_worker(self):
        run = self.each("each", 3)
        self.assertEqual({"Each.FailsInGw1", "Each.FailsEverywhere", "Each.FailsTwiceInGw0"},
                         run.failed)
        self.assertEqual([("gw1", "here")], self.marks(run, "FailsInGw1"))
        self.assertEqual([("gw0", "nowhere"), ("gw1", "nowhere"), ("gw2", "nowhere")],
                         sorted(self.marks(run, "FailsEverywhere")))
        self.assertEqual([("gw0", "first"), ("gw0", "second")],
                         self.marks(run, "FailsTwiceInGw0"))

    def test_nothing_is_marked_when_all_pass(self):
        serial = self.serial("numbered")
        run = self.each("numbered", 2)
        self.assertEqual(0, run.status, run)
        self.assertEqual(serial.tests, run.tests)
        self.assertEqual([], run.notes)

    def test_a_crash_is_one_workers_failure(self):
        run = self.each("each", 2, ABORT="1")
        self.assertEqual(1, run.status, run)
        crash, = run.test("Each.AbortsInGw1WhenTold").failures
        self.assertIn("worker 'gw1' crashed while running 'Each.AbortsInGw1WhenTold': "
                      "killed by signal 6 (SIGABRT)", crash)
        # gw2 takes over what gw1 has left.
        self.assertEqual({"Each.ComesLast gw0", "Each.ComesLast gw2"},
                         {line for line in run.noted if line.startswith("Each.ComesLast")})


if __name__ == "__main__":
    harness.main()
