"""The modes of GTEST_XDIST_DIST: what is kept together, and that nothing else changes."""

import harness

MODES = ("load", "worksteal", "loadscope", "loadfile", "loadgroup")
TESTS = 3 + 4 + 20 + 5 + 5
FIRST = ["First/Small.Test/%d" % i for i in range(3)] + ["Second/Small.Test/3"]
LARGE = ["Third/Large.Test/%d" % i for i in (1, *range(10, 20))]


class ModeTest(harness.IntegrationTest):
    def distribute(self, mode, workers=3, crashes="", **env):
        """{test: worker}, of a run in which each test ran once."""
        run = self.parallel("grouped", workers=workers,
                            env={"GTEST_XDIST_DIST": mode, "CRASHES": crashes, **env})
        self.assertEqual({crashes} - {""}, run.failed, run)
        ran = [line.split() for line in run.noted]
        self.assertEqual(TESTS, len(ran), run.noted)
        workers = dict(ran)
        self.assertEqual(TESTS, len(workers), run.noted)
        return workers

    def assert_together(self, workers, key, except_for=None):
        """All tests of which `key` says the same ran on one worker."""
        scopes = {}
        for test, worker in workers.items():
            if test != except_for:
                scopes.setdefault(key(test), set()).add(worker)
        self.assertEqual([], [scope for scope, used in scopes.items() if len(used) > 1], workers)

    @staticmethod
    def suite(test):
        return test.split(".")[0]

    @staticmethod
    def file(test):
        return "elsewhere" if "Elsewhere" in test else "here"

    @staticmethod
    def group(test):
        return "first" if test in FIRST else "large" if test in LARGE else test

    KEYS = {"loadscope": suite, "loadfile": file, "loadgroup": group}

    def test_results_are_those_of_a_serial_run(self):
        for mode in MODES:
            for suite in "kinds", "duplicates", "grouped", "stretches":
                self.assert_parallel_equals_serial(suite, workers=(1, 3),
                                                   env={"GTEST_XDIST_DIST": mode})

    def test_every_test_runs_once(self):
        for mode in MODES:
            for workers in 1, 2, 3, 8, 64:
                with self.subTest(mode=mode, workers=workers):
                    self.distribute(mode, workers)

    def test_what_is_kept_together(self):
        for mode, key in self.KEYS.items():
            for env in {}, {"GTEST_XDIST_LOADSCOPE_REORDER": "no"}:
                with self.subTest(mode=mode, **env):
                    self.assert_together(self.distribute(mode, **env), key.__func__)

    def test_a_crash(self):
        """The test fails once; the rest of what it was kept together with runs."""
        for mode in MODES:
            for test in "Third/Large.Test/11", "First/Small.Test/0", "Second/Small.Test/3":
                with self.subTest(mode=mode, test=test):
                    self.distribute(mode, workers=2, crashes=test)

    def test_no_distribution(self):
        run = self.serial("grouped", env={"GTEST_XDIST_WORKERS": "4", "GTEST_XDIST_DIST": "no"})
        self.assertEqual(0, run.status, run)
        self.assertEqual(TESTS, len(run.noted))
        self.assertEqual({1}, {len(line.split()) for line in run.noted}, "no worker")

    def test_the_number_of_workers_has_a_limit(self):
        for workers, most, expected in ("4", 2, 2), ("2", 4, 2), ("auto", 1, 1):
            run = self.parallel("identity", workers=workers, env={
                "GTEST_XDIST_DIST": "each", "GTEST_XDIST_MAXPROCESSES": str(most)})
            self.assertEqual(expected, len({line.split()[0] for line in run.noted}), run.noted)

    def test_chunks(self):
        for chunk in 1, 2, 1000:
            self.distribute("load", GTEST_XDIST_MAXSCHEDCHUNK=str(chunk))


class OrderTest(harness.IntegrationTest):
    def test_a_few_tests(self):
        """Which worker is there first is a matter of luck, so it runs many times."""
        for workers in 2, 3, 4:
            for _ in range(15):
                run = self.parallel("ordered", workers=workers, report=None)
                self.assertEqual(0, run.status, run)


if __name__ == "__main__":
    harness.main()
