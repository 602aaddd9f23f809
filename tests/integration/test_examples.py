"""The examples do what their first lines say, serially and with workers."""

import os
import re

from pathlib import Path

import harness

EXAMPLES = Path(os.environ.get("INTEGRATION_EXAMPLES", "examples")).absolute()


class ExampleTest(harness.IntegrationTest):
    def run_example(self, name, workers, *arguments, **env):
        if workers == 0:
            return self.serial(EXAMPLES / name, *arguments, env=env)
        return self.parallel(EXAMPLES / name, *arguments, workers=workers, env=env)

    def test_memory_usage(self):
        for workers in 0, 1, 3:
            with self.subTest(workers=workers):
                run = self.run_example("memory_usage", workers)
                self.assertEqual(0, run.status, run)
                title, *lines = run.out.splitlines()[-6:]
                self.assertRegex(title, "^=+ TOP 5 tests which took most RAM =+$")
                found = [re.fullmatch(r"setup\((\d+)Kb\) usage \((\d+)Kb\) - (\S+)", line)
                         for line in lines]
                self.assertEqual(["Sizes/Allocate.Megabytes/%d" % 2 ** i for i in (6, 5, 4, 3, 2)],
                                 [match.group(3) for match in found], run)
                for match, megabytes in zip(found, (64, 32, 16, 8, 4)):
                    self.assertAlmostEqual(megabytes, int(match.group(2)) / 1024, delta=0.5)

    def test_custom_scheduler(self):
        """What it hands out first is what it says."""
        serial = self.run_example("custom_scheduler", 0)
        for workers in 2, 3:
            run = self.run_example("custom_scheduler", workers)
            self.assert_same(serial, run)
        alone = self.run_example("custom_scheduler", 1)
        starts = [test.name for test in alone.tests]
        self.assertEqual(52, len(starts), alone)
        self.assertEqual(["Report.TakesLong", "Report.TakesLongToo"], alone.started[:2])

    def test_worker_database(self):
        serial = self.run_example("worker_database", 0)
        self.assertEqual(0, serial.status, serial)
        for workers in 2, 4:
            self.assert_same(serial, self.run_example("worker_database", workers))

    def test_merge_logs(self):
        for workers in 0, 3:
            log = self._scratch / ("log_%d" % workers)
            self.assertEqual(0, self.run_example("merge_logs", workers, MERGED_LOG=log).status)
            lines = log.read_text().splitlines()
            asked = [re.fullmatch(r"\[(\S+)\] asking for page (\d+)", line) for line in lines]
            self.assertEqual(list(range(20)),
                             sorted(int(match.group(2)) for match in asked if match))
            names = {match.group(1) for match in asked if match}
            self.assertLessEqual(names, {"gw0", "gw1", "gw2"} if workers else {"master"})
            self.assertEqual(40, len(lines))

    def test_a_log_that_cannot_be_written(self):
        run = self.run_example("merge_logs", 2, MERGED_LOG="/no/such/directory/log")
        self.assertEqual(1, run.status)
        self.assertIn("the log could not be written", run.out)

    def test_quarantine(self):
        quarantine = self._scratch / "quarantine"
        quarantine.write_text("Bad.IsBroken\n")
        for workers in 1, 3:
            trace = self._scratch / ("trace_%d" % workers)
            run = self.run_example("quarantine", workers, QUARANTINE=quarantine, TRACE=trace)
            self.assertEqual(0, run.status, run)
            self.assertTrue(trace.exists())
            self.assertEqual(["Bad.IsFlaky", "Good.Passes", "Good.PassesToo"],
                             sorted(test.name for test in run.tests))
            self.assertIn("in quarantine: Bad.IsBroken\ncrashed and run again: Bad.IsFlaky\n",
                          run.out)

    def test_what_quarantine_leaves_out_is_left_out_serially_too(self):
        quarantine = self._scratch / "quarantine"
        quarantine.write_text("Bad.IsBroken\n")
        serial = self.run_example("quarantine", 0, QUARANTINE=quarantine)
        self.assertEqual(3, len(serial.tests), serial)
        self.assert_same(serial, self.run_example("quarantine", 2, QUARANTINE=quarantine))

    def test_a_quarantine_that_is_not_there(self):
        for workers in 0, 2:
            run = self.run_example("quarantine", workers, QUARANTINE="/no/such/file")
            self.assertEqual(1, run.status)
            self.assertIn("plugin 'Quarantine' failed in configure: cannot read '/no/such/file'",
                          run.out)
            self.assertEqual({"Bad.IsBroken"}, run.failed)


if __name__ == "__main__":
    harness.main()
