"""Tests that write random bytes over the memory that workers share with the controller."""

import harness

KINDS = ["OwnAndGoesOn", "OwnAndAborts", "AllAndGoesOn", "AllAndAborts", "ClearsAllAndGoesOn",
         "ClearsAllAndAborts"]
HEALTHY = ["All/Healthy.Passes/%d" % i for i in range(40)]


class DamageTest(harness.IntegrationTest):
    def scribble(self, kind, seed, workers, **env):
        return self.parallel("scribbler", "--gtest_filter=Scribbler.%s:All/*" % kind,
                             workers=workers, env={"SEED": str(seed), **env})

    def test_fails_the_test_that_did_it_and_no_other(self):
        for kind in KINDS:
            for workers in 1, 2, 4:
                with self.subTest(kind=kind, workers=workers):
                    run = self.scribble(kind, workers, workers)
                    self.assertEqual(1, run.status, run)
                    self.assertEqual({"Scribbler." + kind}, run.failed, run)
                    self.assertEqual(41, len(run.tests))
                    last = run.test("Scribbler." + kind).failures[-1]
                    self.assertRegex(last, "worker 'gw[0-9]+' crashed while running 'Scribbler.%s'"
                                           "( or (its next test|one of its next [0-9]+ tests)"
                                           ")?: .*damaged" % kind)

    def test_ends_in_every_mode(self):
        for mode in "worksteal", "loadscope", "loadfile", "loadgroup", "each":
            for kind in KINDS:
                with self.subTest(mode=mode, kind=kind):
                    run = self.scribble(kind, 7, 3, GTEST_XDIST_DIST=mode)
                    self.assertEqual(1, run.status, run)
                    self.assertEqual(41, len(run.tests))
                    self.assertIn("Scribbler." + kind, run.failed)

    def test_of_what_is_to_run_next_ends_the_worker_before_it_runs(self):
        run = self.scribble("SpoilsWaitingTests", 0, 1)
        self.assertEqual(1, run.status, run)
        self.assertIn("SIGABRT", run.out)
        names = [test.name for test in run.tests]
        self.assertEqual(sorted(["Scribbler.SpoilsWaitingTests", *HEALTHY]), sorted(names))
        self.assertEqual([], [test.name for test in run.tests if test.status == "notrun"])

    def test_of_a_few_bytes_ends_and_has_every_test_reported(self):
        for seed in range(30):
            with self.subTest(seed=seed):
                run = self.scribble("HereAndThere", seed, 2)
                names = [test.name for test in run.tests]
                self.assertEqual(sorted(["Scribbler.HereAndThere", *HEALTHY]), sorted(names))


if __name__ == "__main__":
    harness.main()
