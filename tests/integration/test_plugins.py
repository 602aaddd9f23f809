"""Plugins: which hook is called where and how often, and what a hook can do to a run.

The suite `recorder` notes every call of every hook. Its traces with 1 and 3 workers and without
are golden files; `APPROVE=1 ctest -R integration.plugins` writes them anew.
"""

import os
import re

from pathlib import Path

import harness

GOLDEN = Path(__file__).parent / "golden"

TESTS = ["A.Passes", "B.Fails", "C.Skips"]

# Hooks by the processes that call them, in the order of a run.
SESSION = ["configure", "sessionstart", "sessionfinish", "unconfigure"]
CONTROLLER = ["setupnodes", "configure_node", "make_scheduler", "testnodeready",
              "node_collection_finished", "testnodedown"]
COLLECTION = ["collection_modifyitems", "collection_finish"]
LOG = ["runtest_logstart", "runtest_logreport", "runtest_logfinish"]
PHASES = ["runtest_setup", "runtest_call", "runtest_teardown"]

OF_NODES = {"configure_node", "testnodeready", "node_collection_finished", "testnodedown"}


def trace(noted):
    """The notes as text. Events of different processes, and in the controller of different nodes
    and different tests, have no order between them, so each has a paragraph of its own."""
    paragraphs = {}
    for line in noted:
        process, event = line.split(" ", 1)
        words = event.split(" ")
        place = process
        if process == "controller" and words[0] in OF_NODES:
            place = "controller, of " + words[1]
        if process == "controller" and words[0].startswith("runtest_"):
            place = "controller, of " + words[1]
        paragraphs.setdefault(place, []).append(event)
    return "\n".join("%s:\n%s" % (place, "".join("  %s\n" % event for event in events))
                     for place, events in sorted(paragraphs.items()))


class PluginTest(harness.IntegrationTest):
    maxDiff = None

    def record(self, workers, plan="", **env):
        if workers == 0:
            return self.serial("recorder", env={"PLAN": plan, **env})
        return self.parallel("recorder", workers=workers, env={"PLAN": plan, **env})

    def assert_complete(self, run):
        """Every test is in the report, and as it must be, or as not run."""
        self.assertEqual(TESTS, sorted(test.name for test in run.tests), run)
        for test in run.tests:
            self.assertTrue(test.failures or test.skips or test.name == "A.Passes", run)


class TraceTest(PluginTest):
    def assert_golden(self, name, noted):
        path = GOLDEN / name
        actual = trace(noted)
        if os.environ.get("APPROVE"):
            path.write_text(actual)
        self.assertEqual(path.read_text(), actual)

    def test_golden_traces(self):
        for workers, name in (0, "serial"), (1, "1_worker"), (3, "3_workers"):
            with self.subTest(workers=workers):
                run = self.record(workers)
                self.assertEqual(1, run.status, run)
                self.assertIn("the recorder's summary\n", run.out)
                self.assert_golden("recorder_%s.txt" % name, run.noted)

    def test_order_between_processes(self):
        """What the golden files do not show."""
        noted = self.record(3).noted

        def at(start):
            found = [i for i, line in enumerate(noted) if line.startswith(start)]
            self.assertNotEqual([], found, start)
            return found

        self.assertLess(max(at("controller setupnodes")), min(at("controller configure_node")))
        self.assertLess(max(at("controller configure_node")), min(at("controller make_scheduler")))
        self.assertLess(max(at("controller testnodedown")), min(at("controller sessionfinish")))
        for i, test in enumerate(TESTS):
            self.assertLess(*at("gw%d runtest_logfinish" % i), *at("controller runtest_logstart " + test))
        for i in range(3):
            self.assertLess(*at("controller configure_node gw%d" % i), *at("gw%d configure" % i))
            self.assertLess(*at("gw%d unconfigure" % i), *at("controller testnodedown gw%d" % i))

    def test_the_summary_comes_after_that_of_gtest(self):
        for workers in 0, 2:
            out = self.record(workers).out
            self.assertRegex(out, r"1 FAILED TEST\n(.*\n)*the recorder's summary\n\Z")

    def test_a_run_with_a_plugin_is_what_it_is_without(self):
        """But for the summary."""
        serial = self.record(0)
        for workers in 1, 3:
            self.assert_same(serial, self.record(workers))

    def test_hooks_see_every_iteration(self):
        for workers in 0, 2:
            run = (self.serial("recorder", "--gtest_repeat=3") if workers == 0 else
                   self.parallel("recorder", "--gtest_repeat=3", workers=workers))
            calls = re.findall(r"^(?!controller)\w+ runtest_call (\S+)$", "\n".join(run.noted), re.M)
            self.assertEqual(sorted(3 * TESTS), sorted(calls))
            finished = [line for line in run.noted if " sessionfinish" in line]
            self.assertEqual(1 if workers == 0 else 3, len(finished), run.noted)

    def test_an_index_list_is_not_for_plugins_to_change(self):
        noted = self.serial("recorder", env={"GTEST_XDIST_INDICES": "2:0:2"}).noted
        self.assertEqual([], [line for line in noted if "collection_modifyitems" in line])
        self.assertIn("serial collection_finish 3", noted)
        self.assertEqual(["C.Skips", "A.Passes", "C.Skips"],
                         [line.split()[2] for line in noted if " runtest_logstart " in line])

    def test_no_hook_is_called_to_list_tests(self):
        for env in {}, {"GTEST_XDIST_WORKERS": "2"}:
            self.assertEqual([], self.serial("recorder", "--gtest_list_tests", env=env).noted)


class SelectionTest(PluginTest):
    def order(self, noted):
        """The tests in the order in which they ran, and what runtest_teardown said of that."""
        ran = [line.split()[2] for line in noted if " runtest_call " in line]
        said = [line.split()[2:] for line in noted if " runtest_teardown " in line]
        nextitems = [words[2] if len(words) > 1 else None for words in said]
        self.assertEqual([*ran[1:], None], nextitems, noted)
        return ran

    def test_nextitem_is_the_test_that_runs_next(self):
        for workers in 0, 1:
            for arguments in ([], ["--gtest_shuffle", "--gtest_random_seed=5"],
                              ["--gtest_filter=-B.*"]):
                with self.subTest(workers=workers, arguments=arguments):
                    run = (self.serial("recorder", *arguments) if workers == 0 else
                           self.parallel("recorder", *arguments, workers=workers))
                    self.order(run.noted)

    def test_tests_are_reordered(self):
        for workers in 0, 1:
            run = self.record(workers, ORDER="reverse")
            self.assertEqual(["C.Skips", "B.Fails", "A.Passes"], self.order(run.noted))
            self.assertEqual(1, run.status)

    def test_tests_are_left_out(self):
        serial = self.record(0, ORDER="leave out")
        self.assertEqual(["A.Passes", "C.Skips"], [test.name for test in serial.tests])
        self.assertEqual(0, serial.status)
        for workers in 1, 3:
            self.assert_same(serial, self.record(workers, ORDER="leave out"))

    def test_workers_disagree(self):
        """In one of them the hook fails, so nothing is left out there."""
        run = self.record(2, "collection_modifyitems:gw0:throw", ORDER="leave out")
        self.assertEqual(1, run.status)
        self.assertRegex(run.out, "Different tests were collected between gw[01] and gw[01]. ")
        for test in run.tests:
            self.assertRegex("".join(test.skips), "^not run: ", run)

    def test_a_collection_that_comes_too_late(self):
        """The first worker is dead and is not replaced when the second tells what it left out."""
        run = self.record(2, "configure:gw0:crash,collection_finish:gw1:wait",
                          ORDER="leave out", GTEST_XDIST_MAX_WORKER_RESTART="0")
        self.assertEqual(1, run.status, run)
        self.assert_complete(run)
        self.assertIn("controller testnodedown gw1 [] from gw1", run.noted)
        self.assertIn("controller runtest_logreport A.Passes skipped on master", run.noted)


class LateTest(harness.IntegrationTest):
    """Plugins that are registered at run time."""

    def test_before_the_run(self):
        for place in "before gtest", "main":
            serial = self.serial("late_plugin", env={"REGISTER": place})
            self.assertEqual(["A.First", "C.Third"], [test.name for test in serial.tests])
            self.assertEqual(["configure 0", "sessionfinish"], serial.noted)
            self.assertEqual(3, len(re.findall("^to |^it begins", serial.out, re.M)), serial)
            for workers in 1, 2:
                self.assert_same(serial, self.parallel("late_plugin", workers=workers,
                                                       env={"REGISTER": place}))

    def test_during_the_run(self):
        """Too late to see anything serially."""
        for place in "environment", "test":
            serial = self.serial("late_plugin", env={"REGISTER": place})
            self.assertEqual(0, serial.status, serial)
            self.assertEqual([], serial.noted)
            run = self.parallel("late_plugin", env={"REGISTER": place})
            self.assertEqual(0, run.status, run)

    def test_in_a_test_when_hooks_are_called_already(self):
        """The order of that iteration is not known to it."""
        serial = self.serial("late_plugin_once", env={"REGISTER": "test"})
        self.assertEqual((0, 4), (serial.status, len(serial.tests)), serial)

    def test_in_workers_only(self):
        run = self.parallel("late_plugin", env={"REGISTER": "workers"})
        self.assertEqual(0, run.status, run)
        self.assertIn("Running 2 tests from 2 test suites", run.out)
        self.assertEqual(["configure 2 as gw0", "configure 2 as gw1", "sessionfinish",
                          "sessionfinish"], sorted(run.noted))


class WorkerCountTest(PluginTest):
    def test_a_plugin_says_what_auto_means(self):
        for workers in "auto", "logical":
            noted = self.record(workers, AUTO_NUM_WORKERS="2").noted
            self.assertIn("controller setupnodes gw0,gw1", noted)

    def test_nobody_is_asked_where_the_number_is_given(self):
        noted = self.record(1, AUTO_NUM_WORKERS="2").noted
        self.assertIn("controller setupnodes gw0", noted)
        self.assertNotIn("controller auto_num_workers", noted)

    def test_an_impossible_answer(self):
        for answer in "0", "1025":
            run = self.record("auto", AUTO_NUM_WORKERS=answer)
            self.assertIn("a plugin's auto_num_workers returned %s: expected a number from 1 to 1024" %
                          answer, run.out)
            self.assertEqual(1, run.status)
            self.assert_complete(run)


class WrapperTest(PluginTest):
    def test_a_wrapper_runs_around(self):
        """What it spans: the phases of a test, and everything in the call of other hooks."""
        plan = ",".join("%s:%s:wrap" % (hook, process) for hook in PHASES
                        for process in ("serial", "gw0"))
        for workers, process in (0, "serial"), (1, "gw0"):
            noted = [line.split(" ", 1)[1] for line in self.record(workers, plan).noted
                     if line.startswith(process)]
            start = noted.index("runtest_logstart A.Passes")
            self.assertEqual(["runtest_setup A.Passes", "SetUp", "after runtest_setup",
                              "runtest_call A.Passes", "body", "after runtest_call",
                              "runtest_teardown A.Passes before B.Fails", "TearDown",
                              "after runtest_teardown"],
                             noted[start + 1:start + 10])


class ThrowTest(PluginTest):
    def check(self, workers, hook, process, what, text):
        """A hook that throws fails the session, and every test is accounted for."""
        with self.subTest(hook=hook, process=process, what=what):
            run = self.record(workers, "%s:%s:%s" % (hook, process, what))
            self.assertEqual(1, run.status, run)
            message = "plugin 'Recorder' failed in %s: %s" % (hook, text)
            self.assertIn(message, run.out)
            self.assert_complete(run)
            return run, message

    def test_in_the_controller(self):
        for hook in SESSION + CONTROLLER + LOG + ["terminal_summary"]:
            run, message = self.check(2, hook, "controller", "throw", "as planned")
            self.assertIn("controller internalerror " + message, run.noted)
            self.assertFalse(run.test("A.Passes").failures, run)

    def test_in_a_worker(self):
        for hook in SESSION + COLLECTION + LOG:
            run, message = self.check(2, hook, "gw0", "throw", "as planned")
            for process, sentence in ("gw0", message), ("controller", "worker 'gw0': " + message):
                self.assertIn("%s internalerror %s" % (process, sentence), run.noted)
            self.assertFalse(run.test("A.Passes").failures, run)

    def test_in_a_serial_run(self):
        for hook in SESSION + COLLECTION + LOG + ["terminal_summary"]:
            run, message = self.check(0, hook, "serial", "throw", "as planned")
            self.assertIn("serial internalerror " + message, run.noted)
            self.assertFalse(run.test("A.Passes").failures, run)

    def test_in_a_phase_of_a_test(self):
        """It is the test that fails."""
        for workers, process in (0, "serial"), (2, "gw0"):
            for hook in PHASES:
                run, message = self.check(workers, hook, process, "throw", "as planned")
                self.assertIn(message, "".join(run.test("A.Passes").failures))
                self.assertEqual([hook == "runtest_teardown"],
                                 [any(" body" in line for line in run.noted)])

    def test_in_the_wrapping_part(self):
        for workers, process in (0, "serial"), (2, "gw0"):
            for hook in PHASES + ["sessionfinish"]:
                self.check(workers, hook, process, "throw after", "as planned, after")

    def test_something_that_is_no_exception(self):
        self.check(2, "sessionfinish", "gw1", "throw int", "an exception that is no std::exception")

    def test_a_test_can_be_skipped(self):
        for workers, process in (0, "serial"), (2, "gw0"):
            for hook in "runtest_setup", "runtest_call":
                run = self.record(workers, "%s:%s:skip" % (hook, process))
                self.assertIn("as planned", "".join(run.test("A.Passes").skips), run)
                self.assertFalse(any(" body" in line for line in run.noted), run.noted)


class AssertTest(PluginTest):
    """An assertion that fails in a hook that is not about a test fails the session."""

    def check(self, workers, hook, process):
        with self.subTest(hook=hook, process=process):
            run = self.record(workers, "%s:%s:assert" % (hook, process))
            self.assertEqual(1, run.status, run)
            self.assertIn("as planned", run.out)
            self.assertEqual({"B.Fails"}, run.failed, run)

    def test_in_the_controller(self):
        for hook in CONTROLLER + SESSION + LOG:
            self.check(3, hook, "controller")

    def test_in_a_worker(self):
        for hook in SESSION + COLLECTION + LOG:
            self.check(3, hook, "gw0")

    def test_in_a_serial_run(self):
        for hook in SESSION + COLLECTION + LOG:
            self.check(0, hook, "serial")

    def test_in_a_phase_it_is_the_tests(self):
        for workers, process in (0, "serial"), (2, "gw0"):
            for hook in PHASES:
                run = self.record(workers, "%s:%s:assert" % (hook, process))
                self.assertLessEqual({"A.Passes", "B.Fails"}, run.failed, run)


class ForkTest(PluginTest):
    def test_a_child_that_runs_on(self):
        """It takes no test from its parent."""
        for hook in PHASES:
            run = self.record(1, "%s:gw0:fork" % hook)
            self.assert_complete(run)
            calls = [line.split()[2] for line in run.noted if " runtest_call " in line]
            self.assertEqual(set(TESTS), set(calls))
            self.assertEqual(1, run.noted.count("gw0 sessionfinish 1"), run.noted)

    def test_a_child_that_exits(self):
        """It is not the run that ends."""
        for hook in "testnodeready", "runtest_logreport":
            run = self.record(2, hook + ":controller:child exits")
            self.assertEqual({"B.Fails"}, run.failed, run)
            self.assertNotIn("did not exit", run.out)
            self.assertNotIn("error: ", "".join(run.notes))

    def test_the_controller_exits(self):
        """Nobody is to think that all is well."""
        for hook in "configure_node", "testnodedown", "runtest_logreport":
            run = self.serial("recorder", env={"GTEST_XDIST_WORKERS": "2",
                                               "PLAN": hook + ":controller:exit 0"})
            self.assertEqual(1, run.status, run)
            self.assertIn("error: the process ended before all tests were reported", run.notes)


class CrashTest(PluginTest):
    def test_of_a_worker_in_each_hook(self):
        for hook in SESSION + COLLECTION + LOG + PHASES:
            for what, how in (("crash", "killed by signal 11 (SIGSEGV)"),
                              ("exit", "exited with status 3")):
                with self.subTest(hook=hook, what=what):
                    run = self.record(2, "%s:gw1:%s" % (hook, what))
                    self.assertEqual(1, run.status, run)
                    self.assertIn("[gw1] node down: " + how, run.notes)
                    self.assertIn("controller testnodedown gw1 [%s] no workeroutput" % how,
                                  run.noted)
                    self.assertIn("controller testnodedown gw0 [] from gw0", run.noted)
                    self.assert_complete(run)

    def test_the_place_is_told(self):
        for hook, place in (("configure", "in a plugin's hook before its tests"),
                            ("collection_finish", "in a plugin's hook before its tests"),
                            ("sessionfinish", "in a plugin's hook after its tests")):
            run = self.record(2, hook + ":gw1:crash")
            self.assertIn("worker 'gw1' crashed %s: killed by signal 11 (SIGSEGV)" % place, run.out)

    def test_the_crash_item_is_shown_to_plugins(self):
        run = self.record(2, "runtest_call:gw1:crash")
        self.assertIn("controller handlecrashitem B.Fails worker 'gw1' crashed while running "
                      "'B.Fails': killed by signal 11 (SIGSEGV)", run.noted)


if __name__ == "__main__":
    harness.main()
