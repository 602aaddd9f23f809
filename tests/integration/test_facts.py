"""What real suites do: share file names, and change directory."""

import os

import harness


class TemporaryDirectoryTest(harness.IntegrationTest):
    def directories(self, run):
        """{worker: directory} as the tests saw it."""
        pairs = [tuple(line.split(" ", 1)) for line in run.noted]
        found = dict(pairs)
        self.assertEqual(len(found), len(set(pairs)), "a worker keeps its directory")
        return found

    def test_each_worker_has_its_own(self):
        self.assert_parallel_equals_serial("tempdir")
        for workers in 2, 4:
            started = self.start("tempdir", env={"GTEST_XDIST_WORKERS": str(workers)})
            run = started.end()
            found = self.directories(run)
            self.assertEqual(len(found), len(set(found.values())), found)
            for worker, directory in found.items():
                self.assertTrue(directory.endswith("/"), directory)
                self.assertTrue(directory.startswith(str(started.temporary) + "/"), directory)
                self.assertNotEqual(str(started.temporary) + "/", directory)
            self.assertEqual([], os.listdir(started.temporary))

    def test_a_crashed_worker_leaves_none(self):
        run = self.parallel("tempdir", env={"ABORT": "1"})
        self.assertEqual({"All/SameFile.KeepsWhatWasWritten/3"}, run.failed)

    def test_without_the_variable(self):
        """gtest then chooses a place, and the workers must not collide there either."""
        started = self.start("tempdir", env={"TEST_TMPDIR": None, "GTEST_XDIST_WORKERS": "2"})
        run = started.end()
        self.assertEqual(0, run.status, run)
        for directory in self.directories(run).values():
            self.assertFalse(os.path.exists(directory), directory)


class WorkingDirectoryTest(harness.IntegrationTest):
    def test_a_relative_report_stays_where_the_run_began(self):
        for kind in "xml", "json":
            for workers in None, "2":
                with self.subTest(kind=kind, workers=workers):
                    env = {"GTEST_XDIST_WORKERS": workers} if workers else {}
                    output = "--gtest_output=%s:reports/relative.%s" % (kind, kind)
                    started = self.start("chdir", output, env=env, report=None)
                    self.assertEqual(0, started.end().status)
                    self.assertEqual(["relative." + kind], os.listdir(started.working / "reports"))
                    self.assertEqual(["reports"], os.listdir(started.working))

    def test_results_are_as_serially(self):
        self.assert_parallel_equals_serial("chdir")


if __name__ == "__main__":
    harness.main()
