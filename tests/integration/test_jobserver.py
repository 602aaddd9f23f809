"""Under make: a worker beyond the first needs one of its jobs, and gives it back."""

import fcntl
import json
import os
import shlex
import shutil
import signal
import unittest

import harness


class Jobserver:
    """What make has for its jobs, with some tokens in it."""

    def __init__(self, tokens, path=None):
        if path:
            os.mkfifo(path)
            self.ends = (os.open(path, os.O_RDWR),)
            self.place = "fifo:%s" % path
        else:
            self.ends = os.pipe()
            self.place = "%d,%d" % self.ends
        self.put(tokens)

    def put(self, tokens):
        os.write(self.ends[-1], tokens.encode())

    def left(self):
        """The tokens that are there, in alphabetical order; none is there any more then."""
        flags = fcntl.fcntl(self.ends[0], fcntl.F_GETFL)
        fcntl.fcntl(self.ends[0], fcntl.F_SETFL, flags | os.O_NONBLOCK)
        try:
            return "".join(sorted(os.read(self.ends[0], 100).decode()))
        except BlockingIOError:
            return ""

    def close(self):
        for end in self.ends:
            os.close(end)


class JobserverTest(harness.IntegrationTest):
    def offer(self, tokens, named=False):
        path = self._scratch / ("fifo%d" % len(self._runs))
        jobserver = Jobserver(tokens, path if named else None)
        self.addCleanup(jobserver.close)
        return jobserver

    def start_job(self, jobserver, *arguments, suite="jobs", workers=4,
                  flags="k -j9 --jobserver-auth=%s", **env):
        pipe = jobserver.ends if len(jobserver.ends) == 2 else ()
        return self.start(suite, *arguments, inherited=pipe,
                          env={"GTEST_XDIST_WORKERS": str(workers), "MAKEFLAGS": flags % jobserver.place,
                               **env})

    def end(self, started, status=0):
        run = started.end()
        self.assert_nothing_left(started)
        self.assertEqual(status, run.status, run)
        self.assertEqual(36, len(run.tests), run)
        return run

    @staticmethod
    def workers(noted):
        return {line.split(" ")[1] for line in noted if line.startswith("begins")}

    @staticmethod
    def most_at_once(noted, begin="begins", end="ends"):
        alive = most = 0
        for line in noted:
            alive += {begin: 1, end: -1}.get(line.split(" ")[0], 0)
            most = max(most, alive)
        return most

    def test_a_worker_for_each_token(self):
        for tokens, workers in ("", 1), ("x", 2), ("ab", 3), ("abcdefg", 4):
            for named in False, True:
                with self.subTest(tokens=tokens, named=named):
                    jobserver = self.offer(tokens, named)
                    run = self.end(self.start_job(jobserver))
                    self.assertLessEqual(self.most_at_once(run.noted), workers)
                    self.assertEqual(tokens, jobserver.left())

    def test_all_modes(self):
        for mode in "load", "worksteal", "loadscope", "loadfile", "loadgroup":
            for arguments in (), ("--gtest_repeat=2",), ("--gtest_shuffle",):
                with self.subTest(mode=mode, arguments=arguments):
                    jobserver = self.offer("ab")
                    started = self.start_job(jobserver, *arguments, GTEST_XDIST_DIST=mode)
                    run = self.end(started)
                    self.assertLessEqual(self.most_at_once(run.noted), 3)
                    self.assertEqual("ab", jobserver.left())

    def test_each_asks_nobody(self):
        jobserver = self.offer("ab")
        run = self.end(self.start_job(jobserver, workers=2, GTEST_XDIST_DIST="each",
                                      MAKEFLAGS="--jobserver-auth=" + jobserver.place))
        self.assertEqual({"gw0", "gw1"}, self.workers(run.noted))

    def end_of_four(self, started, jobserver):
        """For each worker that has begun comes a token."""
        for number, token in enumerate("xyz", 1):
            harness.wait_until(lambda: len(self.workers(started.noted)) == number,
                               "worker %d has not begun" % number)
            jobserver.put(token)
        harness.wait_until(lambda: len(self.workers(started.noted)) == 4, "the last has not begun")
        started.release()
        return self.end(started)

    def test_a_token_that_comes_later(self):
        """Workers are started as tokens come, while others run tests."""
        for named in False, True:
            with self.subTest(named=named):
                jobserver = self.offer("", named)
                run = self.end_of_four(self.start_job(jobserver, JOBS="wait"), jobserver)
                self.assertEqual(4, self.most_at_once(run.noted))
                self.assertEqual("xyz", jobserver.left())

    def test_a_schedule_shows_workers_that_come_later(self):
        jobserver = self.offer("")
        timeline = self._scratch / "timeline.json"
        record = self._scratch / "record"
        self.end_of_four(self.start_job(jobserver, JOBS="wait", GTEST_XDIST_TIMELINE=str(timeline),
                                        GTEST_XDIST_RECORD=str(record)), jobserver)
        events = json.loads(timeline.read_text())["traceEvents"]
        self.assertEqual(["gw0", "gw1", "gw2", "gw3"],
                         [event["args"]["name"] for event in events if event["name"] == "thread_name"])
        self.assertEqual(36, sum(event.get("cat") == "test" for event in events))
        run = self.start("jobs", env={"GTEST_XDIST_REPLAY": str(record)}).end()
        self.assertEqual((0, {"gw0", "gw1", "gw2", "gw3"}), (run.status, self.workers(run.noted)), run)

    def test_a_token_that_comes_too_late(self):
        """It stays there, or goes back, when there is nothing to do for another worker."""
        jobserver = self.offer("")
        started = self.start_job(jobserver, "--gtest_filter=All/Later.*/0", JOBS="wait")
        harness.wait_until(lambda: self.workers(started.noted), "the worker has not begun")
        jobserver.put("x")
        started.release()
        run = started.end()
        self.assertEqual((0, {"gw0"}), (run.status, self.workers(run.noted)))
        self.assertEqual("x", jobserver.left())

    def test_a_scheduler_of_a_plugin(self):
        """It is told of as many workers as there are."""
        serial = self.serial("recorder")
        for tokens in "", "a", "abcd":
            with self.subTest(tokens):
                jobserver = self.offer(tokens)
                run = self.start_job(jobserver, suite="recorder").end()
                self.assertEqual((serial.status, serial.failed), (run.status, run.failed), run)
                self.assertEqual([test.skips for test in serial.tests],
                                 [test.skips for test in run.tests])
                self.assertEqual(tokens, jobserver.left())

    def test_a_crash(self):
        """The one that takes its place has its token."""
        for tokens in "", "a", "abc":
            with self.subTest(tokens):
                jobserver = self.offer(tokens)
                run = self.end(self.start_job(jobserver, JOBS="crash"), status=1)
                self.assertEqual({"All/Later.WaitsOrCrashes/3"}, run.failed)
                self.assertEqual(tokens, jobserver.left())

    def test_an_interrupt(self):
        jobserver = self.offer("ab")
        started = self.start_job(jobserver, "--gtest_filter=All/Later.*", JOBS="wait")
        harness.wait_until(lambda: len(self.workers(started.noted)) == 3, "not all have begun")
        started.process.send_signal(signal.SIGINT)
        self.assertEqual(130, started.end().status)
        self.assertEqual("ab", jobserver.left())

    def test_an_impatient_interrupt(self):
        jobserver = self.offer("ab")
        started = self.start_job(jobserver, "--gtest_filter=All/Later.*", JOBS="deaf")
        harness.wait_until(lambda: started.noted.count("deaf") == 3, "not all are deaf")
        started.process.send_signal(signal.SIGTERM)
        harness.wait_until(lambda: "ending the workers" in started.text, "it has not heard")
        started.process.send_signal(signal.SIGTERM)
        self.assertEqual(-signal.SIGTERM, started.end().status)
        self.assertEqual("ab", jobserver.left())

    def test_an_exit_in_the_middle(self):
        jobserver = self.offer("ab")
        started = self.start_job(jobserver, workers=3, JOBS="exit")
        self.assertEqual(3, started.end().status)
        self.assertEqual("ab", jobserver.left())

    def test_a_worker_that_ends_before_others(self):
        jobserver = self.offer("a")
        started = self.start_job(jobserver, workers=2, JOBS="linger")
        harness.wait_until(lambda: jobserver.left() == "a", "the other worker has not given it back")
        self.assertNotIn("ends gw0", started.noted)
        started.release()
        self.end(started)

    def test_a_worker_with_nothing_left_to_do(self):
        jobserver = self.offer("a")
        started = self.start_job(jobserver, "--gtest_filter=All/Later.*/0:All/Jobs.*/0", workers=2,
                                 JOBS="wait")
        harness.wait_until(lambda: len(self.workers(started.noted)) == 2, "not both have begun")
        harness.wait_until(lambda: jobserver.left() == "a", "the idle worker has not given it back")
        self.assertNotIn("ends", "".join(started.noted))
        started.release()
        run = started.end()
        self.assertEqual((0, 2), (run.status, len(run.tests)), run)
        self.assertEqual("", jobserver.left())

    def test_tests_of_a_dead_worker_for_one_that_was_idle(self):
        jobserver = self.offer("ab")
        run = self.start_job(jobserver, "--gtest_filter=All/Later.*:All/Jobs.*/0", workers=3,
                             JOBS="crash").end()
        self.assertEqual((1, {"All/Later.WaitsOrCrashes/3"}), (run.status, run.failed), run)
        self.assertEqual("ab", jobserver.left())

    def test_what_tests_see(self):
        """Nothing of the jobserver, but what else make says."""
        for named in False, True:
            with self.subTest(named=named):
                jobserver = self.offer("ab", named)
                run = self.end(self.start_job(jobserver))
                seen = {line.split(" ", 2)[2] for line in run.noted if line.startswith("runs")}
                self.assertEqual({"MAKEFLAGS='k' fifos=''"}, seen)

    def test_a_serial_run_sees_it(self):
        jobserver = self.offer("ab")
        run = self.end(self.start_job(jobserver, workers=0))
        seen = {line.split(" ", 2)[2] for line in run.noted if line.startswith("runs")}
        self.assertEqual({"MAKEFLAGS='k -j9 --jobserver-auth=%s' fifos='%d %d '"
                          % (jobserver.place, *jobserver.ends)}, seen)

    def test_one_that_is_closed(self):
        """As for a recipe that does not say that it is for it: then all workers are started."""
        jobserver = self.offer("")
        for flags in (" -j9 --jobserver-auth=%s", " -j9 --jobserver-auth=-2,-2", " -j9"):
            with self.subTest(flags):
                flags = flags % jobserver.place if "%s" in flags else flags
                run = self.end(self.start("jobs", env={"GTEST_XDIST_WORKERS": "3", "MAKEFLAGS": flags}))
                self.assertEqual({"gw0", "gw1", "gw2"}, self.workers(run.noted))
                seen = {line.split("'")[1] for line in run.noted if line.startswith("runs")}
                self.assertEqual({flags}, seen)

    @unittest.skipUnless(shutil.which("make"), "make is not installed")
    def test_make(self):
        """Several suites at once run no more tests together than make has jobs."""
        targets = " ".join("job%d" % i for i in range(4))
        for plus, limit in ("+", 4), ("", 12):
            with self.subTest(plus=plus):
                makefile = self._scratch / "Makefile"
                makefile.write_text("all: %s\n%s:\n\t%sGTEST_XDIST_WORKERS=3 %s\n"
                                    % (targets, targets, plus,
                                       shlex.quote(str((harness.SUITES / "jobs").resolve()))))
                run = self.shell("make -j4 -f %s" % makefile, env={"MAKEFLAGS": None, "MAKELEVEL": None})
                self.assertEqual(0, run.status, run)
                self.assertNotIn("INTERNAL", run.out)
                self.assertEqual(4, run.out.count("[  PASSED  ] 36 tests."))
                self.assertLessEqual(self.most_at_once(run.noted, "runs", "has_run"), limit)
                began = sum(line.startswith("begins") for line in run.noted)
                self.assertEqual(began, sum(line.startswith("ends") for line in run.noted))
                self.assertTrue(plus or began == 12, began)


if __name__ == "__main__":
    unittest.main()
