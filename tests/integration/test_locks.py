"""GTEST_XDIST_LOCK and GTEST_XDIST_SERIAL: what excludes each other never runs at the same time.

The tests of the suite fail if another has what they lock; here their order is looked at too.
"""

import collections

import harness

MODES = ("load", "worksteal", "loadscope", "loadfile", "loadgroup")
WAYS = [{"GTEST_XDIST_DIST": mode} for mode in MODES] + [{"SCHEDULER": "in turn"}]
EACH = {"GTEST_XDIST_DIST": "each"}
LOCKS = {
    "meet": ("Meet.",),
    "port": ("All/Port.", "All/Mixed.Port/", "All/Mixed.Both/", "Middle.After"),
    "file": ("All/Mixed.File/", "All/Mixed.Both/"),
}
SERIAL = ("Middle.Alone", "Alone.")
TESTS = 2 + 6 + 4 * 4 + 4 + 2 + 12


def locks(test):
    return {lock for lock, prefixes in LOCKS.items() if test.startswith(prefixes)}


def exclude(one, other):
    return one.startswith(SERIAL) or other.startswith(SERIAL) or locks(one) & locks(other)


class LocksTest(harness.IntegrationTest):
    def run_locks(self, *arguments, workers, way, **env):
        """Runs the suite, in which whatever does not crash must pass."""
        run = self.parallel("locks", *arguments, workers=workers, env={**way, **env})
        self.assert_apart(run.noted)
        return run

    def assert_apart(self, noted):
        events = [line.split() for line in noted]
        ended = collections.Counter((test, worker) for what, test, worker in events
                                    if what == "end")
        running = []
        for what, test, worker in events:
            if what == "end":
                running.remove((test, worker))
                ended[test, worker] -= 1
                continue
            beside = [other for other, elsewhere in running
                      if elsewhere != worker and exclude(test, other)]
            self.assertEqual([], beside, "beside %s in %s" % (test, worker))
            if ended[test, worker]:  # otherwise the worker dies in it
                running.append((test, worker))

    def counts(self, run, what="end"):
        """How often each test was run, by how many."""
        found = collections.Counter(line.split()[1] for line in run.noted
                                    if line.startswith(what + " "))
        return collections.Counter(found.values())

    def test_each_test_runs_once(self):
        for way in WAYS:
            for workers in 1, 2, 4, 8:
                with self.subTest(workers=workers, **way):
                    run = self.run_locks(workers=workers, way=way)
                    self.assertEqual(0, run.status, run)
                    self.assertEqual({1: TESTS}, self.counts(run), run.noted)

    def test_the_modes_plan_for_it(self):
        """What shares a lock stays on one worker, and what runs alone comes last: nothing waits."""
        for mode in MODES:
            with self.subTest(mode=mode):
                run = self.run_locks(workers=4, way={"GTEST_XDIST_DIST": mode})
                begun = [line.split()[1:] for line in run.noted if line.startswith("begin ")]
                for lock in LOCKS:
                    workers = {worker for test, worker in begun if lock in locks(test)}
                    self.assertEqual(1, len(workers), (lock, run.noted))
                serial = [test.startswith(SERIAL) for test, _ in begun]
                self.assertEqual(sorted(serial), serial, run.noted)

    def test_each_worker_runs_each_test(self):
        for workers in 1, 2, 4, 8:
            with self.subTest(workers=workers):
                run = self.run_locks(workers=workers, way=EACH)
                self.assertEqual(0, run.status, run)
                self.assertEqual({workers: TESTS}, self.counts(run), run.noted)

    def test_results_are_those_of_a_serial_run(self):
        for way in (*WAYS, EACH):
            self.assert_parallel_equals_serial("locks", workers=(2, 4), env=way)

    def test_iterations(self):
        for way in ({}, {"SCHEDULER": "in turn"}, EACH):
            with self.subTest(**way):
                run = self.run_locks("--gtest_repeat=3", "--gtest_shuffle", workers=3, way=way)
                self.assertEqual(0, run.status, run)
                self.assertEqual({9 if way is EACH else 3: TESTS}, self.counts(run), run.noted)

    def test_serial_tests_alone(self):
        """There is nothing else to hand out."""
        for way in (*WAYS, EACH):
            with self.subTest(**way):
                run = self.run_locks("--gtest_filter=*Alone*", workers=3, way=way)
                self.assertEqual(0, run.status, run)
                self.assertEqual({3 if way is EACH else 1: 4}, self.counts(run), run.noted)

    def test_no_worker_waits_for_a_lock_while_it_can_do_other_things(self):
        """The test that has the lock ends only when another worker has run another test."""
        for way in (*WAYS, EACH):
            if way.get("GTEST_XDIST_DIST") == "loadfile":
                continue  # the suite is one file
            for workers in 2, 4:
                with self.subTest(workers=workers, **way):
                    run = self.run_locks(workers=workers, way=way, MEET="1")
                    self.assertEqual(0, run.status, run)

    def test_a_crash(self):
        """The lock is free again; the rest runs."""
        for way in (*WAYS, EACH):
            for test in "All/Port.Uses/1", "All/Mixed.Both/0", "Middle.Alone", "Alone.First":
                with self.subTest(test=test, **way):
                    run = self.run_locks(workers=3, way=way, CRASHES=test)
                    self.assertEqual({test}, run.failed, run)
                    each = 3 if way is EACH else 1
                    expected = collections.Counter({each: TESTS - 1})
                    if way is EACH:
                        expected[each - 1] += 1
                    self.assertEqual(expected, self.counts(run), run.noted)

    def test_a_crashed_test_that_is_run_again(self):
        for way in (*WAYS, EACH):
            for test in "All/Port.Uses/1", "Middle.Alone":
                with self.subTest(test=test, **way):
                    run = self.run_locks(workers=3, way=way, CRASHES=test, RERUN="1")
                    self.assertEqual(0, run.status, run)
                    self.assertEqual({3 if way is EACH else 1: TESTS}, self.counts(run), run.noted)

    def test_after_a_failure_nothing_starts(self):
        """What is held back is given up as well; and nothing hangs."""
        for way in (*WAYS, EACH):
            with self.subTest(**way):
                run = self.run_locks("--gtest_fail_fast", workers=3, way=way,
                                     CRASHES="All/Mixed.File/2")
                self.assertEqual({"All/Mixed.File/2"}, run.failed, run)
                begun = {line.split()[1] for line in run.noted if line.startswith("begin ")}
                given_up = {test.name for test in run.tests if test.skips}
                self.assertEqual({test.name for test in run.tests} - begun, given_up, run.noted)

    def test_no_worker_is_left(self):
        for way in (*WAYS, EACH):
            with self.subTest(**way):
                run = self.run_locks(workers=3, way={**way, "GTEST_XDIST_MAX_WORKER_RESTART": "0"},
                                     CRASHES="Middle.After")
                self.assertEqual(1, run.status, run)
                self.assertIn("Middle.After", run.failed)

    def test_an_index_list_is_not_affected(self):
        run = self.serial("locks", env={"GTEST_XDIST_INDICES": "3:24-27:0:28"})
        self.assertEqual(0, run.status, run)
        self.assertEqual(7, len(run.tests))


if __name__ == "__main__":
    harness.main()
