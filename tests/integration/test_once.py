"""Values that are made once for all workers, and torn down once."""

import harness

SERVER = "Many/Once.GivesTheSameToAll/*"
MODES = "load", "worksteal", "loadscope", "loadfile", "loadgroup", "each"


class OnceTest(harness.IntegrationTest):
    def run_suite(self, workers, *arguments, mode="", tests=SERVER, env=None, **options):
        """With 0 workers: serially. Nothing must be left in either case."""
        arguments = ("--gtest_filter=" + tests, *arguments)
        env = {"MODE": mode, **(env or {})}
        if workers:
            return self.parallel("once", *arguments, workers=workers, env=env, **options)
        started = self.start("once", *arguments, env=env, **options)
        run = started.end()
        self.assert_nothing_left(started)
        return run

    def assert_made(self, times, run, tries=None):
        """That often, and as often torn down, where no test runs."""
        self.assertEqual(tries or times, run.noted.count("try to make server"), run)
        self.assertEqual(times, run.noted.count("make server"), run)
        self.assertEqual(times, run.noted.count("tear down localhost in ''"), run)

    def test_once_for_any_number_of_workers(self):
        for workers in 0, 1, 2, 4, 8:
            with self.subTest(workers=workers):
                run = self.run_suite(workers)
                self.assertEqual(0, run.status, run)
                self.assertEqual(24, len(run.tests))
                self.assert_made(1, run)
                # Whoever needs another one is made after it and torn down before it.
                for first, then in (("make directory", "make nested"),
                                    ("make nested", "tear down 3"),
                                    ("tear down 3", "tear down dir")):
                    self.assertEqual(1, run.noted.count(then))
                    self.assertLess(run.noted.index(first), run.noted.index(then))

    def test_a_user_cannot_tell(self):
        for mode in "", "tear-down throws", "tear-down asserts":
            self.assert_parallel_equals_serial("once", "--gtest_filter=" + SERVER,
                                               env={"MODE": mode})

    def test_a_run_that_is_refused(self):
        """main has made it by then."""
        same = str(self._scratch / "same.json")
        run = self.run_suite(0, "--gtest_output=json:" + same, mode="main", report=None, env={
            "GTEST_XDIST_WORKERS": "2", "GTEST_XDIST_TIMELINE": same})
        self.assertEqual(2, run.status, run)
        self.assert_made(1, run)

    def test_every_way_to_hand_tests_out(self):
        for dist in MODES:
            with self.subTest(dist=dist):
                run = self.run_suite(3, env={"GTEST_XDIST_DIST": dist})
                self.assertEqual(0, run.status, run)
                self.assert_made(1, run)

    def test_runs_without_workers(self):
        for env in {"GTEST_XDIST_DIST": "no", "GTEST_XDIST_WORKERS": "2"}, \
                {"GTEST_XDIST_INDICES": "3-5"}:
            with self.subTest(env=env):
                run = self.run_suite(0, env=env, tests="*")
                self.assertEqual(0, run.status, run)
                self.assert_made(1, run)

    def test_anywhere(self):
        for mode in ("set-up", "environment", "environment tear-down", "plugin", "plugin finish",
                     "main"):
            for workers in 0, 2:
                with self.subTest(mode=mode, workers=workers):
                    run = self.run_suite(workers, mode=mode)
                    self.assertEqual(0, run.status, run)
                    self.assert_made(1, run)

    def test_repetitions_are_one_session(self):
        for workers in 0, 2:
            for mode in "", "environment", "tear-down throws":
                with self.subTest(workers=workers, mode=mode):
                    run = self.run_suite(workers, "--gtest_repeat=3", mode=mode)
                    self.assertEqual(int(mode == "tear-down throws"), run.status, run)
                    self.assert_made(1, run)

    def test_each_call_of_run_all_tests_is_a_session(self):
        for workers in 0, 2:
            with self.subTest(workers=workers):
                run = self.run_suite(workers, mode="main again")
                self.assertEqual(0, run.status, run)
                self.assert_made(2, run)

    def test_after_the_last_session(self):
        """main has it made again, and the end of the process tears it down."""
        for workers in 0, 2:
            with self.subTest(workers=workers):
                run = self.run_suite(workers, mode="main at last")
                self.assertEqual(0, run.status, run)
                self.assert_made(2, run)

    def test_lists_of_tests(self):
        run = self.run_suite(2, "--gtest_list_tests", mode="main", report=None)
        self.assertEqual(0, run.status, run)
        self.assert_made(1, run)

    def test_a_library_that_is_loaded_at_run_time(self):
        for workers in 0, 1, 3:
            with self.subTest(workers=workers):
                run = self.serial("once_library", env={
                    "LOAD": "all", "GTEST_XDIST_WORKERS": str(workers)})
                self.assertEqual(0, run.status, run)
                self.assertEqual(["make", "tear down 7 in ''"], run.noted)

    # --- what goes wrong ---

    def test_a_library_that_only_workers_have_loaded(self):
        run = self.parallel("once_library")
        self.assertEqual(1, run.status, run)
        self.assertEqual(["make"], run.noted)
        self.assertRegex(run.out, r'\nthe tear-down of once\("of library"\) failed: it is in '
                         r"'/.*once_library\.so', which this process has not loaded\n")

    def test_making_throws(self):
        """The next one to ask makes it."""
        for workers in 0, 1, 4:
            with self.subTest(workers=workers):
                run = self.run_suite(workers, mode="throws")
                self.assertEqual(1, run.status, run)
                failures = [test.failures for test in run.tests if test.failures]
                self.assertEqual(1, len(failures), run)
                self.assertIn('C++ exception with description "no server today"', failures[0][0])
                self.assert_made(1, run, tries=2)

    def test_the_maker_dies(self):
        for workers in 1, 4:
            with self.subTest(workers=workers):
                run = self.run_suite(workers, mode="dies")
                self.assertEqual(1, run.status, run)
                failures = [test.failures for test in run.tests if test.failures]
                self.assertEqual(1, len(failures), run)
                self.assertIn("killed by signal 9 (SIGKILL)", failures[0][0])
                self.assert_made(1, run, tries=2)

    def test_all_users_die(self):
        for limit, failed in ("0", 1), ("100", 24):
            with self.subTest(limit=limit):
                run = self.run_suite(2, mode="all die",
                                     env={"GTEST_XDIST_MAX_WORKER_RESTART": limit})
                self.assertEqual(1, run.status, run)
                self.assertLessEqual(failed, len(run.failed), run)
                self.assert_made(1, run)

    def test_the_process_exits_in_the_middle(self):
        for workers in 0, 1, 2:
            with self.subTest(workers=workers):
                run = self.run_suite(workers, mode="exit")
                self.assertEqual(3, run.status, run)
                self.assert_made(1, run)

    def test_an_assertion_fails_in_the_making(self):
        """It is that test's; the value is made."""
        for workers in 0, 3:
            with self.subTest(workers=workers):
                run = self.run_suite(workers, mode="assertion")
                self.assertEqual(1, run.status, run)
                failures = [test.failures for test in run.tests if test.failures]
                self.assertEqual(1, len(failures), run)
                self.assertIn("a warning of the maker", failures[0][0])
                self.assert_made(1, run)

    def test_workers_wait_for_each_other(self):
        """One is told so, and then the other gets what it waits for."""
        run = self.run_suite(2, mode="circle", tests="Circle.*")
        self.assertEqual(1, run.status, run)
        failed, = run.failed
        asked, other = ("a", "b") if failed == "Circle.FromA" else ("b", "a")
        self.assertIn(
            'C++ exception with description "once("%s") waits for once("%s"), which another process '
            'makes and which waits for once("%s")" thrown' % (asked, other, asked),
            run.test(failed).failures[0])

    def test_tear_down_fails_the_run(self):
        text = 'the tear-down of once("server") failed: it does not stop\n'
        for workers in 0, 2:
            with self.subTest(workers=workers):
                run = self.run_suite(workers, mode="tear-down throws")
                self.assertEqual(1, run.status, run)
                self.assertEqual(set(), run.failed)
                self.assertIn("\n" + text, run.out)
                run = self.run_suite(workers, mode="tear-down asserts")
                self.assertEqual(1, run.status, run)
                self.assertRegex(run.out, r"once\.cpp:\d+: Expected equality of these values:\n"
                                 r"  server\.host")

    def test_huge_values(self):
        """100 MB."""
        for workers in 0, 2:
            with self.subTest(workers=workers):
                run = self.run_suite(workers, mode="huge", tests="*Huge*")
                self.assertEqual(0, run.status, run)
                self.assertEqual(["make huge"], run.noted)


if __name__ == "__main__":
    harness.main()
