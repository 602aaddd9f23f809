"""Of what is printed without measure, head and tail are kept, and no disk is filled meanwhile."""

import os
import re
import signal
import subprocess
import tempfile

import harness

MEGABYTE = 1 << 20
NEARBY = 4096  # bytes in which a cut looks for the end of a line
MARK = re.compile(r"\[gtest-xdist: (\d+\.\d) MB of output were cut here\]")


class FloodsTest(harness.IntegrationTest):
    def flood(self, selection, megabytes, limit=1, **options):
        """Runs tests that print so many megabytes, of which so many are kept."""
        env = {"FLOOD": str(megabytes), "GTEST_XDIST_MAXOUTPUT": str(limit),
               **options.pop("env", {})}
        return self.parallel("floods", "--gtest_filter=" + selection, env=env, **options)

    def assert_cut(self, expected, actual, limit=1):
        """Two lists of lines: all is there but a stretch in the middle, of which a line tells."""
        marks = [i for i, line in enumerate(actual) if MARK.fullmatch(line)]
        self.assertEqual(1, len(marks), actual[:3] + actual[-3:])
        head, tail = actual[:marks[0]], actual[marks[0] + 1:]
        self.assert_same_lines(expected[:len(head)], head, "head")
        self.assert_same_lines(expected[len(expected) - len(tail):], tail, "tail")
        half = limit * MEGABYTE // 2
        for part in head, tail:
            size = sum(len(line) + 1 for line in part if "line 0" in line)
            self.assertGreaterEqual(half, size)
            self.assertLess(half - NEARBY, size)
        missing = sum(len(line) + 1 for line in expected[len(head):len(expected) - len(tail)])
        said = float(MARK.fullmatch(actual[marks[0]]).group(1))
        self.assertEqual("%.1f" % (missing / MEGABYTE), "%.1f" % said)

    def assert_note(self, run, *whats, printed, limit=1):
        self.assertEqual(
            ["the output of %s was cut: it printed %s MB, GTEST_XDIST_MAXOUTPUT is %d"
             % (what, printed, limit) for what in whats],
            [note for note in run.notes if not note.startswith("reproduce gw")])

    def tmpfs(self, megabytes):
        """A file system of this size, as the environment that puts temporary files there."""
        directory = tempfile.mkdtemp(dir=self._scratch)
        mount = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=%dm" % megabytes, "tmpfs",
                                directory], stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        if mount.returncode != 0:
            self.skipTest("cannot mount a small file system: " + mount.stdout.decode().strip())
        self.addCleanup(lambda: subprocess.run(["umount", directory], check=True))
        return {"TMPDIR": directory, "TEST_TMPDIR": directory}

    def test_what_is_kept(self):
        """Of any limit, and nothing is missing of other tests."""
        selection = "Flood.As*:Flood.OfOneStream"
        serial = self.serial("floods", "--gtest_filter=" + selection, env={"FLOOD": "5"})
        for limit in 1, 3:
            run = self.flood(selection, 5, limit)
            self.assertEqual(0, run.status, run)
            self.assert_note(run, "Flood.OfOneStream", printed="5.0", limit=limit)
            self.assert_cut(*(r.block("Flood.OfOneStream").split("\n") for r in (serial, run)),
                            limit)
            for name in "Flood.AsBefore", "Flood.AsAfter":
                self.assertEqual(serial.block(name), run.block(name))

    def test_of_no_more_than_the_limit(self):
        """All of it; and by default that is much."""
        selection = "--gtest_filter=-*.WithoutEnd:*.OfOneLine:*.OfBothStreams"
        for limit in "3", None:
            self.assert_parallel_equals_serial(
                "floods", selection, workers=(2,),
                env={"FLOOD": "1", "GTEST_XDIST_MAXOUTPUT": limit})

    def test_in_a_serial_run(self):
        run = self.serial("floods", "--gtest_filter=Flood.OfOneStream",
                          env={"FLOOD": "3", "GTEST_XDIST_MAXOUTPUT": "1"})
        self.assertEqual([], run.notes)
        self.assertGreater(len(run.out), 3 * MEGABYTE)

    def test_of_two_streams(self):
        serial = self.serial("floods", "--gtest_filter=Flood.OfBothStreams", env={"FLOOD": "5"},
                             separate_stderr=True)
        run = self.flood("Flood.OfBothStreams", 5, separate_stderr=True)
        self.assert_note(run, "Flood.OfBothStreams", printed="10.0")
        self.assert_cut(*(r.block("Flood.OfBothStreams").split("\n") for r in (serial, run)))
        self.assert_cut(serial.err.splitlines(),
                        [line for line in run.err.splitlines()
                         if not line.startswith("gtest-xdist: ")])

    def test_of_two_streams_in_one(self):
        serial = self.serial("floods", "--gtest_filter=Flood.OfBothStreams", env={"FLOOD": "5"})
        run = self.flood("Flood.OfBothStreams", 5)
        self.assert_note(run, "Flood.OfBothStreams", printed="10.0")
        self.assert_cut(*(r.block("Flood.OfBothStreams").split("\n") for r in (serial, run)))

    def test_between_failures(self):
        """These are all told."""
        name = "Flood.BetweenFailures"
        run = self.flood(name, 100, env=self.tmpfs(40))
        self.assert_note(run, name, printed="100.0")
        self.assertEqual(["failure number %d;" % i for i in range(100)],
                         [failure.splitlines()[-1] for failure in run.test(name).failures])
        lines = run.block(name).split("\n")
        self.assertEqual(100, sum(line.startswith("failure number") for line in lines))
        self.assert_cut(["out    line %012d %038d" % (i, 0) for i in range(100 * MEGABYTE // 64)],
                        [line for line in lines if "line 0" in line or MARK.fullmatch(line)])

    def test_of_one_line(self):
        """It is cut between two characters."""
        run = self.flood("Flood.OfOneLine", 5, report=None)
        self.assert_note(run, "Flood.OfOneLine", printed="5.0")
        _, head, mark, tail, _ = run.block("Flood.OfOneLine").split("\n")
        self.assertTrue(MARK.fullmatch(mark), mark)
        self.assertEqual({"\u20ac"}, set(head))
        self.assertEqual(" at the end", tail.lstrip("\u20ac"))
        for part in head, tail:
            self.assertAlmostEqual(MEGABYTE / 2, len(part.encode()), delta=4)

    def test_of_set_ups_and_tear_downs(self):
        serial = self.serial("floods", "--gtest_filter=FloodOf*", env={"FLOOD": "5"})
        run = self.flood("FloodOf*", 5)
        self.assert_note(run, "SetUpTestSuite of FloodOfFixture",
                         "TearDownTestSuite of FloodOfFixture", printed="5.0")
        for piece in 0, 1:
            self.assert_cut(*([line for line in r.out.split("\ninside\n")[piece].split("\n")
                               if "line 0" in line or MARK.fullmatch(line)]
                              for r in (serial, run)))

    def test_on_a_small_disk(self):
        """It has room for a fifth of what one test prints; another one would notice if it filled
        up."""
        env = self.tmpfs(40)
        run = self.flood("Flood.As*:Flood.OfOneStream", 200, env=env)
        self.assertEqual(0, run.status, run)
        self.assert_note(run, "Flood.OfOneStream", printed="200.0")
        self.assertIn("line %012d" % (200 * MEGABYTE // 64 - 1), run.block("Flood.OfOneStream"))
        self.assertEqual([], os.listdir(env["TMPDIR"]))

    def test_without_end(self):
        """Until somebody ends it; then the failure comes with head and tail."""
        env = {**self.tmpfs(40), "GTEST_XDIST_WORKERS": "2", "GTEST_XDIST_MAXOUTPUT": "1"}
        started = self.start("floods", "--gtest_filter=Flood.WithoutEnd:Flood.AsAfter", env=env)
        harness.wait_until(lambda: started.noted, "the test prints")
        os.kill(int(started.noted[0]), signal.SIGKILL)
        run = started.end()
        self.assertEqual({"Flood.WithoutEnd"}, run.failed)
        block = run.block("Flood.WithoutEnd")
        self.assertIn("the beginning\n", block)
        self.assertEqual(1, len(MARK.findall(block)))
        self.assertIn("killed by signal 9 (SIGKILL)", block)
        self.assertNotIn("Expected equality", block)  # it found room
        self.assertLess(len(block), MEGABYTE + NEARBY)
        self.assertRegex(run.notes[0] + "\n" + "\n".join(run.notes),
                         r"the output of Flood\.WithoutEnd was cut: it printed \d+\.\d MB, "
                         r"GTEST_XDIST_MAXOUTPUT is 1\n")


if __name__ == "__main__":
    harness.main()
