"""Processes below and above the workers: children of tests, and a controller that is killed."""

import os
import signal

import harness


class ChildrenTest(harness.IntegrationTest):
    def test_death_tests_of_both_styles(self):
        serial = self.assert_parallel_equals_serial("death")
        failing = ("FailsToDie", "DiesWithOtherWords", "ExitsWithOtherStatus")
        self.assertEqual({"Both/StyleDeathTest.%s/%d" % (test, style)
                          for test in failing for style in range(2)}, serial.failed)

    def test_each_style_as_flag(self):
        for style in "fast", "threadsafe":
            self.assert_parallel_equals_serial("death", "--gtest_death_test_style=" + style)

    def test_children_of_tests(self):
        serial = self.assert_parallel_equals_serial("forks")
        self.assertEqual(0, serial.status, serial)

    def test_a_child_that_is_left_behind_lives_on(self):
        for workers in None, "2":
            with self.subTest(workers=workers):
                started = self.start("forks", env={"LEAVES": "yes", "GTEST_XDIST_WORKERS": workers})
                # The child keeps the run's output open.
                self.assertEqual(0, started.process.wait(harness.PATIENCE))
                child, = started.noted
                self.assertEqual({int(child)}, harness.processes(started.token))
                harness.kill_all(started.token)

    def test_a_child_that_returns_from_its_test(self):
        run = self.parallel("forks", env={"RETURNS": "yes"})
        self.assertEqual(0, run.status, run)
        self.assertEqual(1, run.out.count("printed before\n"), run)
        self.assertEqual(["a child process has returned from 'Fork.ChildReturns': it ends here, with status 1"],
                         run.notes)


class KilledControllerTest(harness.IntegrationTest):
    def start_hanging(self, tests):
        started = self.start("hang", "--gtest_filter=All/Quick.*:" + ":".join(tests),
                             env={"GTEST_XDIST_WORKERS": str(len(tests))})
        harness.wait_until(lambda: len(started.noted) == len(tests), "%s have not started" % tests)
        return started

    def test_takes_its_workers_along(self):
        for tests in (["Hang.InALoop"], ["Hang.Asleep"], ["Hang.DeafToSignals"],
                      ["Hang.Asleep", "Hang.DeafToSignals"], ["Hang.WithoutADeathSignal"],
                      ["Hang.InAnotherGroup"], ["Hang.WithAChild"]):
            with self.subTest(tests=tests):
                started = self.start_hanging(tests)
                self.assertGreater(len(harness.processes(started.token)), len(tests))
                self.assertNotIn(str(started.process.pid), started.noted)
                started.process.kill()
                started.process.wait(harness.PATIENCE)
                harness.wait_until(lambda: not harness.processes(started.token),
                                   "workers go on without their controller")
                # Nobody is left to remove the directory; the next run does.
                left, = started.temporary.iterdir()
                files = [path for path in left.rglob("*") if not path.is_dir()]
                self.assertEqual([left / "alive", left / "claim"], sorted(files))
                run = self.parallel("hang", "--gtest_filter=All/Quick.*",
                                    env={"TMPDIR": str(started.temporary), "TEST_TMPDIR": str(started.temporary)})
                self.assertEqual(0, run.status, run)
                self.assertEqual([], list(started.temporary.iterdir()))

    def test_a_living_run_keeps_its_directory(self):
        started = self.start_hanging(["Hang.Asleep"])
        living = list(started.temporary.iterdir())
        self.parallel("hang", "--gtest_filter=All/Quick.*",
                      env={"TMPDIR": str(started.temporary), "TEST_TMPDIR": str(started.temporary)})
        self.assertEqual(living, list(started.temporary.iterdir()))
        self.assertEqual(1, len(living))

    def test_no_shared_memory_has_a_name(self):
        """Nothing can be left of what has no name while it is in use."""
        started = self.start_hanging(["Hang.Asleep", "Hang.DeafToSignals"])
        for pid in harness.processes(started.token):
            self.assertEqual(set(), harness.named_shared_memory(pid))

    def test_a_killed_worker_is_a_crashed_one(self):
        started = self.start_hanging(["Hang.Asleep"])
        os.kill(int(started.noted[0]), signal.SIGKILL)
        run = started.end()
        self.assertEqual(1, run.status, run)
        self.assertEqual({"Hang.Asleep"}, run.failed)
        self.assertIn("worker 'gw0' crashed while running 'Hang.Asleep': "
                      "killed by signal 9 (SIGKILL)", run.test("Hang.Asleep").failures[-1])
        self.assert_nothing_left(started)


if __name__ == "__main__":
    harness.main()
