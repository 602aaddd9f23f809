"""What a program and its tests do to their processes ends no run and changes no result."""

import os
import signal

import harness


class SurroundingsTest(harness.IntegrationTest):
    def test_what_a_process_does_to_itself(self):
        for what in ("nothing", "interrupt waits", "ignore children", "close descriptors",
                     "signal the process group", "run on in a child", "fail in a child"):
            self.assert_parallel_equals_serial("surroundings", env={"DO": what})

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


if __name__ == "__main__":
    harness.main()
