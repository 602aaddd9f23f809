"""Workers that collect other tests than the controller: they run none, the difference is shown."""

import difflib
import re

import harness

COMMON = ["Common.Test%d" % i for i in range(10)]
LATER = ["Later.Test%d" % i for i in range(10)]


def difference(worker):
    """The report as pytest-xdist words it, up to its last line."""
    lines = difflib.unified_diff(COMMON + LATER, COMMON + ["Odd.One"] + LATER, "controller", worker)
    text = "\n".join(line.rstrip(" ") for line in lines)
    return ("Different tests were collected between controller and %s. The difference is:\n%s\n" %
            (worker, text))


def ran(run):
    return [line.split()[-1] for line in run.noted]


class CollectionTest(harness.IntegrationTest):
    def run_differing(self, workers, **env):
        return self.parallel("differs", workers=workers, env=env, separate_stderr=True)

    def everything_said(self, run):
        return re.sub(r"^gtest-xdist: ?(error: )?", "", run.out + run.err, flags=re.MULTILINE)

    def assert_run_is_stopped(self, run):
        """The others may have run tests by then."""
        self.assertEqual(1, run.status, run)
        self.assertEqual(set(COMMON + LATER), {test.name for test in run.tests})
        for test in run.tests:
            not_run = ["not run: the workers did not collect the same tests"]
            self.assertEqual([] if test.name in ran(run) else not_run, test.skips, run)

    def test_one_worker_differs(self):
        for workers, odd in (2, "gw1"), (2, "gw0"), (4, "gw3"):
            with self.subTest(workers=workers, odd=odd):
                run = self.run_differing(workers, ODD_ONE=odd)
                self.assert_run_is_stopped(run)
                self.assertNotIn(odd, [line.split()[0] for line in run.noted])
                self.assertIn(difference(odd), self.everything_said(run))

    def test_all_workers_differ(self):
        run = self.run_differing(1, ODD_ONE="gw0")
        self.assert_run_is_stopped(run)
        self.assertEqual([], run.noted)
        self.assertIn(difference("gw0"), self.everything_said(run))

    def test_all_workers_differ_from_one_another(self):
        run = self.run_differing(2, ODD_ONE="pid")
        self.assertEqual(1, run.status, run)
        self.assertEqual([], run.noted)
        said = self.everything_said(run)
        for worker in "gw0", "gw1":
            self.assertRegex(said, (r"between controller and %s\. The difference is:\n"
                                    r"--- controller\n\n\+\+\+ %s\n\n@@ -8,7 \+8,7 @@\n\n"
                                    r"( .*\n){3}-Odd\.Process\d+\n\+Odd\.Process\d+\n( .*\n){3}") %
                             (worker, worker))

    def test_each_mode_minds_too(self):
        run = self.run_differing(2, ODD_ONE="gw1", GTEST_XDIST_DIST="each")
        self.assert_run_is_stopped(run)
        self.assertIn(difference("gw1"), self.everything_said(run))

    def test_a_replacement_differs(self):
        """What it would run is something else, so it runs nothing, and nothing is lost."""
        run = self.run_differing(1, ODD_ONE="gw1", ABORT="1")
        self.assertEqual(1, run.status, run)
        self.assertIn(difference("gw1"), self.everything_said(run))
        self.assertEqual(["Common.Test0"], ran(run)[:1])
        reported = {test.name for test in run.tests if test.status == "run"}
        self.assertEqual(set(COMMON + LATER), reported)
        for test in run.tests:
            not_run = any("not run: " in text for text in test.skips)
            self.assertNotEqual(test.name in ran(run), not_run, test)

    def test_none_differs(self):
        self.assert_parallel_equals_serial("differs")


if __name__ == "__main__":
    harness.main()
