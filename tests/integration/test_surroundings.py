"""What a program and its tests do to their processes ends no run and changes no result."""

import os
import shutil
import signal

import harness


class SurroundingsTest(harness.IntegrationTest):
    def test_what_a_process_does_to_itself(self):
        for what in ("nothing", "interrupt waits", "ignore children", "close descriptors",
                     "signal the process group", "run on in a child", "fail in a child",
                     "close standard input", "wait for any child"):
            self.assert_parallel_equals_serial("surroundings", env={"DO": what})

    @harness.without_sanitizer("a sanitizer has a clock of its own")
    def test_a_clock_that_is_not_the_kernels(self):
        for clock in "far back", "stands still", "stands still before its epoch":
            self.assert_parallel_equals_serial("clock", "--gtest_filter=*Clock*",
                                               env={"CLOCK": clock})

    @harness.without_sanitizer("a sanitizer has a clock of its own")
    def test_limits_count_by_a_clock_that_is_far_back(self):
        run = self.parallel("clock", env={"CLOCK": "far back", "GTEST_XDIST_TIMEOUT": "3"})
        self.assertEqual({"Late.NeverEnds"}, run.failed, run)

    def test_a_listener_that_exits(self):
        run = self.start("surroundings", env={"DO": "exit in a listener",
                                              "GTEST_XDIST_WORKERS": "2"}, report=None).end()
        self.assertEqual(7, run.status, run)

    def test_a_listener_that_crashes(self):
        started = self.start("surroundings", env={"DO": "crash in a listener",
                                                  "GTEST_XDIST_WORKERS": "4"}, report=None)
        run = started.end()
        self.assertEqual(-signal.SIGSEGV, run.status, run)
        harness.wait_until(lambda: not harness.processes(started.token),
                           "workers go on without their controller")
        self.assertEqual([], [name for name in os.listdir("/dev/shm")
                              if name.startswith("gtest-xdist-%d-" % run.pid)])

    def test_closed_standard_descriptors(self):
        for closed in "<&-", ">&-", "2>&-", "<&- >&-", "<&- >&- 2>&-":
            with self.subTest(closed=closed):
                run = self.shell("'%s' %s" % (harness.SUITES / "surroundings", closed),
                                 env={"GTEST_XDIST_WORKERS": "2"})
                self.assertEqual(0, run.status, run)

    def test_a_program_that_clears_its_environment(self):
        run = self.parallel("surroundings", env={"DO": "clear the environment"})
        self.assertEqual(0, run.status, run)
        self.assertEqual(6, len(run.started), run)
        # It has to be told where GoogleTest looks at the variables of shards after that.
        self.assertIn([note.partition(":")[0] for note in run.notes], (
            [], ["the program has set the flags total_shards and shard_index after "
                 "InitGoogleTest(), or has removed the variables GTEST_TOTAL_SHARDS and "
                 "GTEST_SHARD_INDEX"]))

    def test_a_program_that_redirects_its_output(self):
        def log_of(run):
            log = self._scratch / run.__name__
            result = run("surroundings", env={"DO": "redirect its output", "LOG": str(log)})
            self.assertEqual((0, ""), (result.status, result.out), result)
            return log.read_text()
        serial, parallel = log_of(self.serial), log_of(self.parallel)
        self.assertIn("before 3\nafter 3\n", serial)
        self.assert_same_lines(harness.normal_form(serial), harness.normal_form(parallel), "log")

    def test_a_program_that_makes_a_namespace_of_processes(self):
        """Such a process can have no thread, and no child after its first has ended."""
        run = self.parallel("surroundings", workers=4, report=None,
                            env={"DO": "make a namespace of processes"})
        if run.status == 77:
            self.skipTest("only root may make such a namespace")
        self.assertIn(run.status, (1, 2), run)
        self.assertIn("cannot start", "".join(run.notes), run)

    def test_a_directory_that_is_renamed_meanwhile(self):
        """Workers that start later begin there all the same."""
        started = self.start("hang", "--gtest_filter=Hang.Asleep:*Quick.*",
                             env={"GTEST_XDIST_WORKERS": "1"})
        harness.wait_until(lambda: started.noted, "the test does not start")
        started.working.rename(started.directory / "elsewhere")
        os.kill(int(started.noted[0]), signal.SIGKILL)
        run = started.end()
        self.assertEqual({"Hang.Asleep"}, run.failed, run)
        self.assertIn("[       OK ] All/Quick.Passes/9", run.out)

    def test_a_program_that_is_built_anew_meanwhile(self):
        """Workers that start later are of the program that was started."""
        program = self._scratch / "program"
        for replace in (lambda: (self._scratch / "other").rename(program), program.unlink):
            shutil.copy(harness.SUITES / "hang", program)
            shutil.copy("/bin/false", self._scratch / "other")
            started = self.start(program, "--gtest_filter=Hang.Asleep:*Quick.*",
                                 env={"GTEST_XDIST_WORKERS": "1"})
            harness.wait_until(lambda: started.noted, "the test does not start")
            replace()
            os.kill(int(started.noted[0]), signal.SIGKILL)
            run = started.end()
            self.assertEqual({"Hang.Asleep"}, run.failed, run)
            self.assertIn("[       OK ] All/Quick.Passes/9", run.out)


if __name__ == "__main__":
    harness.main()
