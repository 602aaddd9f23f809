"""Runs that lack something: open files, disk space, shared memory, memory."""

import shlex
import shutil
import subprocess
import tempfile
import unittest

import harness

PRINTS_MUCH = "Resources.Prints*:All/*"
IN_NEW_MOUNTS = ["unshare", "--mount", "/bin/sh", "-c"]


def without_mounts():
    """Why no file system can be mounted here; empty if one can."""
    folder = tempfile.mkdtemp()
    try:
        tried = subprocess.run([*IN_NEW_MOUNTS, "mount -t tmpfs -o size=4k tmpfs " + folder],
                               stderr=subprocess.PIPE, text=True)
        return "" if tried.returncode == 0 else "cannot mount a tmpfs: " + tried.stderr.strip()
    except OSError as error:
        return "cannot mount a tmpfs: %s" % error
    finally:
        shutil.rmtree(folder)


class ResourcesTest(harness.IntegrationTest):
    def line(self, suite, *arguments):
        """A command line for /bin/sh."""
        return "exec " + " ".join(shlex.quote(str(word))
                                  for word in (harness.SUITES / suite, *arguments))

    def run_with(self, preparation, line, workers, **env):
        return self.shell("%s && %s" % (preparation, line),
                          {"GTEST_XDIST_WORKERS": str(workers), **env})

    def in_new_mounts(self, preparation, line, workers, **env):
        command = " ".join(map(shlex.quote, [*IN_NEW_MOUNTS, "%s && %s" % (preparation, line)]))
        return self.shell("exec " + command, {"GTEST_XDIST_WORKERS": str(workers), **env})

    # --- open files ---

    def test_four_workers_live_with_few_open_files(self):
        for option in "-Sn", "-n":
            run = self.run_with("ulimit %s 64" % option, self.line("crash"), 4)
            self.assertEqual(1, run.status, run)
            self.assertIn("maximum crashed workers reached: 16", run.notes)

    def test_tests_see_the_limit_of_the_user(self):
        line = self.line("resources", "--gtest_filter=*TellsItsLimit:All/*")
        for workers in 2, 20:  # with enough, and raised
            run = self.run_with("ulimit -Sn 64", line, workers)
            self.assertEqual(0, run.status, run)
            self.assertEqual(["descriptors 64"], run.noted)

    def test_too_few_open_files_are_said_before_any_test(self):
        run = self.run_with("ulimit -n 32", self.line("resources"), 20)
        self.assertEqual(2, run.status, run)
        self.assertEqual([], run.started)
        self.assertEqual(1, len(run.notes), run)
        self.assertRegex(run.notes[0], r"^error: cannot start \d+ workers: they need \d+ open files, "
                                       r"but the limit \(ulimit -n\) is 32; \d+ of them would fit$")
        self.assert_nothing_left(self._runs[-1])

    # --- disk space and shared memory ---

    @unittest.skipIf(without_mounts(), without_mounts())
    def test_a_full_disk_is_told_and_results_are_right(self):
        with tempfile.TemporaryDirectory() as folder:
            run = self.in_new_mounts(
                "mount -t tmpfs -o size=1m tmpfs " + folder,
                self.line("resources", "--gtest_filter=" + PRINTS_MUCH), 2, TMPDIR=folder,
                TEST_TMPDIR=folder)
        self.assertEqual(0, run.status, run)
        self.assertIn("[  PASSED  ] 22 tests.", run.out)
        notes = [note for note in run.notes if "incomplete" in note]
        self.assertGreater(len(notes), 0, run)
        self.assertEqual(len(set(notes)), len(notes), "once for each worker")
        for note in notes:
            # A worker that starts when the other has filled the disk loses what its main prints.
            self.assertRegex(note, "^the output of gw[01] is incomplete(, first in 'Resources.Prints\\w+')?: "
                                   "No space left on device in '%s/gtest-xdist-.{6}'$" % folder)
        self.assertIn("first in", "".join(notes), run)

    def test_what_is_printed_after_a_loss_is_there(self):
        """The test makes its files too large, as tests of full disks do, and ignores the signal."""
        for how in "buffered", "unbuffered", "streams alone", "hides the error":
            with self.subTest(how=how):
                run = self.parallel("resources", "--gtest_filter=Limited.*", env={"HOW": how}, workers=1)
                self.assertEqual(0, run.status, run)
                self.assertIn("printed later", run.out)
                self.assertEqual(1, len(run.notes), run)
                self.assertRegex(run.notes[0], "^the output of gw0 is incomplete, first in 'Limited.FindsNoRoom': "
                                 + ("Input/output error" if how == "hides the error" else "File too large"))

    def test_a_file_that_is_too_large_ends_a_worker_by_name(self):
        run = self.parallel("resources", "--gtest_filter=Limited.*", env={"HOW": "signal"})
        self.assertEqual({"Limited.FindsNoRoom"}, run.failed, run)
        self.assertIn("SIGXFSZ", run.test("Limited.FindsNoRoom").failures[-1])
        self.assertIn("printed later", run.out)

    @unittest.skipIf(without_mounts(), without_mounts())
    def test_no_space_for_the_directory_is_an_error(self):
        with tempfile.TemporaryDirectory() as folder:
            run = self.in_new_mounts(
                "mount -t tmpfs -o size=1m,nr_inodes=1 tmpfs " + folder, self.line("resources"), 2,
                TMPDIR=folder, TEST_TMPDIR=folder)
        self.assertEqual(2, run.status, run)
        self.assertEqual(["error: cannot make a temporary directory in '%s': No space left on device"
                          % folder], run.notes)

    @unittest.skipIf(without_mounts(), without_mounts())
    def test_shared_memory_may_be_small_or_full_or_absent(self):
        small = "mount -t tmpfs -o size=16k tmpfs /dev/shm"
        full = small + " && (cat /dev/zero > /dev/shm/filler 2> /dev/null || true)"
        absent = "mount -t tmpfs -o size=16k,mode=0 tmpfs /dev"
        line = self.line("many", "--tests=1000")
        for preparation in small, full, absent:
            with self.subTest(preparation=preparation):
                if preparation is absent:
                    preparation += " && mknod -m 666 /dev/null c 1 3"
                run = self.in_new_mounts(preparation, line, 16)
                self.assertEqual(1, run.status, run)
                self.assertIn("[  PASSED  ] 999 tests.", run.out)

    # --- what a bare chroot lacks ---

    @unittest.skipIf(without_mounts(), without_mounts())
    def test_there_may_be_no_device(self):
        line = self.line("crash", "--gtest_filter=Crash.Segfaults:All/Healthy*")
        for closed in "", " <&-", " 2>&-", " <&- >&- 2>&-":
            with self.subTest(closed=closed):
                run = self.in_new_mounts("mount -t tmpfs -o size=16k tmpfs /dev", line + closed, 2)
                self.assertEqual(1, run.status, run)
                if not closed:
                    self.assertIn("[  PASSED  ] 40 tests.", run.out, run)

    @unittest.skipIf(without_mounts(), without_mounts())
    @harness.without_sanitizer("sanitizers need /proc")
    def test_there_must_be_the_file_system_of_processes(self):
        run = self.in_new_mounts("mount -t tmpfs -o size=16k tmpfs /proc", self.line("crash"), 2)
        self.assertEqual(2, run.status, run)
        self.assertEqual(["error: cannot start workers: there is no /proc/self/cmdline, which says "
                          "how this program was started"], run.notes)

    # --- memory ---

    @harness.without_sanitizer("no suite of a sanitizer runs in a million kilobytes")
    def test_a_test_that_takes_all_memory_fails_alone(self):
        limit = "ulimit -v 1000000"
        run = self.run_with(limit, self.line("resources", "--gtest_filter=*Allocates*:All/*"), 2)
        self.assertEqual(1, run.status, run)
        self.assertIn("[  PASSED  ] 20 tests.", run.out)
        self.assertRegex(run.out, r"\[  FAILED  \] Resources\.AllocatesUntilItIsOver")
        self.assertIn("bad_alloc", run.out)

    def test_long_messages_arrive_whole(self):
        size = 8_000_000
        run = self.parallel("resources", "--gtest_filter=*LongMessage:All/*",
                            env={"MESSAGE_SIZE": str(size)})
        self.assertEqual({"Resources.FailsWithALongMessage"}, run.failed)
        self.assertIn("m" * size, run.test("Resources.FailsWithALongMessage").failures[0])


if __name__ == "__main__":
    harness.main()
