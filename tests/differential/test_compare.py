#!/usr/bin/env python3
"""Tests of compare.py with scripts that pretend to be GoogleTest binaries, and of table.py with what it leaves.

The most important property of the tool is that it can fail, so there is a test for every kind of difference.
"""

import contextlib
import copy
import io
import json
import os
import re
import stat
import sys
import tempfile
import textwrap
import unittest

sys.dont_write_bytecode = True

import compare  # noqa: E402
import lines  # noqa: E402
import table  # noqa: E402

# Started without site packages, since it is started often. Plays one of several results, chosen by the environment like the shim would do, and writes it as gtest would.
FAKE_BINARY = r'''#!{python} -IS
import json, os, sys, time

RESULTS = {results!r}
WORKERS = os.environ.get("GTEST_XDIST_WORKERS")
if WORKERS == "differential-probe":
    sys.exit({probe_status})
if "GTEST_XDIST_INDICES" in os.environ:
    result = RESULTS["history"]
elif WORKERS:
    result = RESULTS["parallel"]
else:
    result = RESULTS["serial"]

def quoteattr(text):
    return '"%s"' % text.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;").replace("\n", "&#x0A;")

def expand(text):
    return text.format(tmp=os.environ["TEST_TMPDIR"], random="0x" + os.urandom(5).hex(), number=time.time_ns() % 10**8)

def clock():
    return str(time.time_ns())

def xml_tests(tests):
    for test in tests:
        properties = "".join("<property name=%s value=%s/>" % (quoteattr(k), quoteattr(v))
                             for k, v in test.get("properties", {{}}).items())
        failures = "".join("<failure message=%s type=\"\"/>" % quoteattr(expand(m))
                           for m in test.get("failures", []))
        yield "<testcase name=%s classname=%s line=\"%d\" time=\"%s\">%s%s</testcase>" % (
            quoteattr(test["name"]), quoteattr(test["suite"]), test.get("line", 1), clock(), properties, failures)

def as_xml():
    suites = "".join("<testsuite name=%s tests=\"%s\" timestamp=\"%s\">%s</testsuite>" % (
        quoteattr(s["name"]), s["count"], clock(), "".join(xml_tests(s["tests"]))) for s in result["suites"])
    return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites tests=\"%s\" time=\"%s\">%s</testsuites>" % (
        result["count"], clock(), suites)

def as_json():
    suites = []
    for suite in result["suites"]:
        tests = []
        for test in suite["tests"]:
            entry = dict(test.get("properties", {{}}), name=test["name"], classname=test["suite"],
                         line=test.get("line", 1), time=clock())
            if test.get("failures"):
                entry["failures"] = [{{"failure": expand(m), "type": ""}} for m in test["failures"]]
            tests.append(entry)
        suites.append({{"name": suite["name"], "tests": suite["count"], "timestamp": clock(), "testsuite": tests}})
    return json.dumps({{"tests": result["count"], "time": clock(), "testsuites": suites}})

{code}

for argument in sys.argv[1:]:
    if argument.startswith("--gtest_output="):
        kind, path = argument[len("--gtest_output="):].split(":", 1)
        with open(path, "w") as file:
            file.write(as_xml() if kind == "xml" else as_json())
sys.stdout.write("".join(expand(line) + "\n" for line in result["stdout"]))
sys.stdout.flush()
sys.stderr.write("".join(expand(line) + "\n" for line in result["stderr"]))
sys.stderr.flush()
if result["status"] < 0:
    os.kill(os.getpid(), -result["status"])
sys.exit(result["status"])
'''


def suite(name, *tests):
    return {"name": name, "count": len(tests), "tests": [dict(test, suite=name) for test in tests]}


def result():
    """A small run: two suites, a failure, a property, two tests of the same name."""
    return {
        "suites": [
            suite("Math", {"name": "Adds", "properties": {"speed": "high"}},
                  {"name": "Divides", "failures": ["math.cc:7\nExpected: 2\n  Actual: 3"]}),
            suite("Twin", {"name": "Same", "line": 5}, {"name": "Same", "line": 5, "failures": ["twin.cc:9\nFailed"]})],
        "count": 4,
        "stdout": ["[ RUN      ] Math.Adds", "adding", "[       OK ] Math.Adds ({number} ms)",
                   "[ RUN      ] Math.Divides", "[  FAILED  ] Math.Divides ({number} ms)",
                   "[==========] 4 tests from 2 test suites ran. ({number} ms total)"],
        "stderr": ["a warning"],
        "status": 1}


class CompareTest(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.binary = os.path.join(directory.name, "fake_test")
        self.serial = result()
        self.parallel = result()
        self.history = result()
        self.code = ""
        self.probe_status = 2

    def compare(self, *options, arguments=()):
        """(exit status, output) of a comparison with two workers."""
        results = {"serial": self.serial, "parallel": self.parallel, "history": self.history}
        with open(self.binary, "w") as file:
            file.write(FAKE_BINARY.format(python=sys.executable, results=results, code=textwrap.dedent(self.code),
                                          probe_status=self.probe_status))
        os.chmod(self.binary, stat.S_IRWXU)
        command = ["--workers", "2", *options, self.binary, *(["--", *arguments] if arguments else [])]
        output = io.StringIO()
        with contextlib.redirect_stdout(output), contextlib.redirect_stderr(output):
            try:
                status = compare.main(command)
            except SystemExit as usage:
                status = usage.code
        return status, output.getvalue()

    def assert_different(self, *expected, options=()):
        status, output = self.compare(*options)
        self.assertEqual(1, status, output)
        for text in expected:
            self.assertIn(text, output)
        return output

    def assert_equal(self, *options):
        status, output = self.compare(*options)
        self.assertEqual(0, status, output)
        return output


class EqualRuns(CompareTest):
    def test_say_so_once_for_each_kind_of_report(self):
        output = self.assert_equal()
        self.assertRegex(output, r"(?m)^equal +fake_test: 2 workers, xml: 4 tests, exit status 1, serial [\d.]+ s, "
                                 r"parallel [\d.]+ s$")
        self.assertRegex(output, r"(?m)^equal +fake_test: 2 workers, json: 4 tests, ")

    def test_may_differ_in_order(self):
        self.parallel["suites"].reverse()
        self.parallel["suites"][1]["tests"].reverse()
        self.parallel["stdout"].reverse()
        self.assert_equal()

    def test_may_differ_in_times_and_in_the_directory_of_a_worker(self):
        for run, path in ((self.serial, "{tmp}/file"), (self.parallel, "{tmp}/gw1/file")):
            run["stdout"].append("wrote " + path)
            run["suites"][0]["tests"][1]["failures"].append("cannot read " + path)
        self.assert_equal()

    def test_do_not_inherit_settings_but_get_those_asked_for(self):
        self.code = '''
            result["stdout"].append("flag %s shard %s" % (os.environ.get("MY_FLAG"), os.environ.get("GTEST_SHARD_INDEX")))
            result["stdout"] += sys.argv[1:-1]
            if WORKERS and os.environ.get("GTEST_XDIST_DIST") != "loadscope":
                sys.exit(7)
            '''
        os.environ["GTEST_SHARD_INDEX"] = "1"
        self.addCleanup(os.environ.pop, "GTEST_SHARD_INDEX")
        self.serial["stdout"] = self.parallel["stdout"] = []
        self.assert_equal("--env", "MY_FLAG=on", "--dist", "loadscope", "--filter", "Math.*")
        self.code += '''
            assert result["stdout"] == ["flag on shard None", "one", "--gtest_filter=Math.*"], result["stdout"]
            '''
        status, output = self.compare("--env", "MY_FLAG=on", "--dist", "loadscope", "--filter", "Math.*",
                                      arguments=["one"])
        self.assertEqual(0, status, output)
        self.assertIn("exit status 1,", output)

    def test_run_in_the_directory_asked_for(self):
        self.code = 'result["stdout"] = [] if os.path.exists("fake_test") else ["%d" % os.getpid()]'
        self.assert_equal("--cwd", os.path.dirname(self.binary))

    def test_show_the_librarys_notes_only_when_asked(self):
        self.parallel["stderr"].append("gtest-xdist: 2 workers")
        self.assertNotIn("2 workers\n", self.assert_equal())
        self.assertIn("gtest-xdist: 2 workers\n", self.assert_equal("-v"))


class Differences(CompareTest):
    def test_missing_test(self):
        del self.parallel["suites"][0]["tests"][0]
        self.assert_different("-Math.Adds <testcase>")

    def test_additional_test(self):
        self.parallel["suites"][0]["tests"].append({"suite": "Math", "name": "Subtracts"})
        self.assert_different("+Math.Subtracts <testcase>")

    def test_missing_suite(self):
        del self.parallel["suites"][0]
        self.assert_different("-Math <testsuite>")

    def test_changed_message(self):
        self.parallel["suites"][0]["tests"][1]["failures"] = ["math.cc:7\nExpected: 2\n  Actual: 4"]
        output = self.assert_different("-Math.Divides failure[0] message:3|   Actual: 3",
                                       "+Math.Divides failure[0] message:3|   Actual: 4")
        self.assertIn("-Math.Divides failures[0] failure:3|   Actual: 3", output)

    def test_lost_failure(self):
        self.parallel["suites"][0]["tests"][1]["failures"] = []
        self.assert_different("-Math.Divides failure[0] <failure>")

    def test_swapped_failures_within_a_test(self):
        for run, failures in ((self.serial, ["one", "two"]), (self.parallel, ["two", "one"])):
            run["suites"][0]["tests"][1]["failures"] = failures
        self.assert_different("-Math.Divides failure[0] message=one")

    def test_lost_property(self):
        del self.parallel["suites"][0]["tests"][0]["properties"]
        output = self.assert_different("-Math.Adds property[0] name=speed")
        self.assertIn("-Math.Adds speed=high", output)

    def test_changed_count_of_a_suite(self):
        self.parallel["suites"][0]["count"] = 3
        self.assert_different("-Math tests=2", "+Math tests=3", "-Math tests=(json) 2")

    def test_changed_count_of_the_program(self):
        self.parallel["count"] = 3
        self.assert_different("- tests=4", "+ tests=3")

    def test_number_that_became_a_string(self):
        self.parallel["count"] = "4"
        status, output = self.compare()
        self.assertEqual(1, status)
        self.assertIn("equal     fake_test: 2 workers, xml", output)
        self.assertIn("DIFFERENT fake_test: 2 workers, json", output)

    def test_results_swapped_between_tests_of_the_same_name(self):
        first, second = self.parallel["suites"][1]["tests"]
        first["failures"], second["failures"] = second["failures"], []
        self.assert_different("-Twin.Same#2 failure[0]", "+Twin.Same failure[0]")

    def test_changed_failure_of_a_suite(self):
        # gtest reports a failure in SetUpTestSuite as a test without a name.
        for run, message in ((self.serial, "set-up failed"), (self.parallel, "tear-down failed")):
            run["suites"][0]["tests"].insert(0, {"suite": "Math", "name": "", "failures": [message]})
        self.assert_different("-Math. failure[0] message=set-up failed", "+Math. failure[0] message=tear-down failed")

    def test_missing_line_on_stdout(self):
        self.parallel["stdout"].remove("adding")
        self.assert_different("stdout differs:", "\n    -adding\n")

    def test_doubled_line_on_stdout(self):
        self.parallel["stdout"].append("adding")
        self.assert_different("stdout differs:", "\n    +adding\n")

    def test_missing_line_on_stderr(self):
        self.parallel["stderr"] = []
        self.assert_different("stderr differs:", "\n    -a warning\n")

    def test_other_exit_status(self):
        self.parallel["status"] = 0
        self.assert_different("exit: serial exit status 1, 2 workers exit status 0")

    def test_death_by_a_signal(self):
        self.parallel["status"] = -9
        self.assert_different("2 workers killed by SIGKILL")

    def test_missing_report(self):
        self.code = 'if WORKERS: sys.argv = sys.argv[:1]'
        self.assert_different("+no report written")

    def test_broken_report(self):
        self.code = 'if WORKERS: as_xml = as_json = lambda: "garbage"'
        self.assert_different("+garbage")

    def test_run_without_end(self):
        self.code = 'if WORKERS: time.sleep(60)'
        self.assert_different("2 workers no end within 1 s", options=["--timeout", "1"])

    def test_binary_without_shim(self):
        self.probe_status = 0
        self.assert_different("it was built without the shim")
        self.assert_equal("--without-shim")

    def test_line_printed_during_another_test(self):
        self.parallel["stdout"].remove("adding")
        self.parallel["stdout"].insert(3, "adding")
        self.assert_equal()
        self.assert_different("-Math.Adds: adding", "+Math.Divides: adding", options=["--by-test"])

    def test_of_any_size_are_shown_in_at_most_60_lines_each(self):
        self.parallel["stdout"] += ["line %d" % number for number in range(1000)]
        output = self.assert_different("1000 only in stdout, 2 workers")
        self.assertEqual(2 * 60, sum(line.startswith("    ") and "differs:" not in line for line in output.split("\n")))


class Instability(CompareTest):
    def test_is_masked_and_named(self):
        for run in (self.serial, self.parallel):
            run["stdout"].append("object at {random}")
            run["suites"][0]["tests"][1]["failures"] = ["leak in process {number}\nof many"]
        output = self.assert_equal("--repeat-serial")
        self.assertIn("unstable  fake_test: stdout differs between two serial runs already; masked:\n"
                      "    object at <word>\n", output)
        self.assertIn("    Math.Divides failure[0] message:1| leak in process <number>\n", output)

    def test_is_a_difference_unless_serial_runs_were_compared(self):
        for run in (self.serial, self.parallel):
            run["stdout"].append("object at {random}")
        self.assert_different("+object at 0x")

    def test_does_not_hide_other_changes_of_the_same_line(self):
        self.serial["stdout"].append("object at {random} alive")
        self.parallel["stdout"].append("object at {random} dead")
        self.assert_different("-object at", "+object at", options=["--repeat-serial"])

    def test_does_not_hide_other_lines(self):
        for run in (self.serial, self.parallel):
            run["stdout"].append("object at {random}")
        self.parallel["stdout"].append("object at {random}")
        self.assert_different("+object at <word>", options=["--repeat-serial"])

    def test_of_the_exit_status_is_no_basis(self):
        self.code = 'if not WORKERS: result["status"] = len(os.listdir(os.environ["COUNTER"]))\n' \
                    'open(os.path.join(os.environ["COUNTER"], clock()), "w").close()'
        with tempfile.TemporaryDirectory() as counter:
            self.assert_different("no basis for a comparison", options=["--repeat-serial", "--env", "COUNTER=" + counter])


class IgnoredLines(CompareTest):
    def test_are_named_with_their_reason(self):
        self.parallel["stdout"].append("random seed 5")
        output = self.assert_equal("--ignore-line", r"random seed \d+", "--because", "seeds are random")
        self.assertIn("ignored   fake_test: 2 lines like /random seed \\d+/, because seeds are random\n", output)

    def test_are_whole_lines(self):
        self.parallel["stdout"].append("my random seed 5")
        self.assert_different("+my random seed 5", options=["--ignore-line", r"random seed \d+", "--because", "of it"])

    def test_that_do_not_occur_are_pointed_out(self):
        self.assertIn("matches nothing", self.assert_equal("--ignore-line", "x", "--because", "of it"))

    def test_need_a_reason(self):
        self.assertEqual(2, self.compare("--ignore-line", "x")[0])
        self.assertEqual(2, self.compare("--ignore-line", "x", "--because", " ")[0])


class TestsThatFailOnlyInParallel(CompareTest):
    def setUp(self):
        super().setUp()
        self.parallel["suites"][0]["tests"][0]["failures"] = ["math.cc:3\nno table"]

    def test_and_in_one_process_after_the_same_tests_depend_on_their_order(self):
        self.parallel["stderr"].append("GTEST_XDIST_INDICES=0:2-3 ./fake_test")
        self.history = copy.deepcopy(self.parallel)
        output = self.assert_different("suite Math depends on the order of its tests: Math.Adds passes in a serial run")
        self.assertIn("(GTEST_XDIST_INDICES=0:2-3)", output)
        self.assertNotIn("stderr differs", output)

    def test_and_kill_a_single_process_depend_on_their_order(self):
        self.parallel["stderr"].append("GTEST_XDIST_INDICES=0 ./fake_test")
        self.history = dict(self.parallel, stdout=["[ RUN      ] Math.Adds", "adding"], status=-11)
        self.code = 'if "GTEST_XDIST_INDICES" in os.environ: sys.argv = sys.argv[:1]'
        self.assert_different("suite Math depends on the order of its tests: Math.Adds passes in a serial run")

    def test_but_not_in_one_process_share_something(self):
        self.parallel["stderr"].append("gtest-xdist: gw0: GTEST_XDIST_INDICES=0:2-3 ./fake_test")
        output = self.assert_different("failed only in parallel: Math.Adds; not when the same tests run in the same order")
        self.assertNotIn("depends on the order", output)

    def test_without_a_line_to_repeat_them_are_named(self):
        self.assert_different("failed only in parallel: Math.Adds; no line GTEST_XDIST_INDICES=...")


class Results(CompareTest):
    def setUp(self):
        super().setUp()
        self.results = os.path.join(os.path.dirname(self.binary), "results")

    def compare_into(self, name):
        """The result of a comparison, as table.py finds it."""
        path = os.path.join(self.results, name)
        self.compare("--result", path)
        with open(path) as file:
            return json.load(file)

    def test_say_how_many_tests_took_how_long_and_were_equal(self):
        equal = self.compare_into("fake/equal")
        self.assertEqual(["0", "2"], sorted(equal.pop("seconds")))
        self.assertEqual({"name": "fake_test", "tests": 4, "equal": True}, equal)
        self.parallel["stderr"] = []
        self.assertFalse(self.compare_into("fake/different")["equal"])

    def test_become_a_table_with_a_line_for_each_package(self):
        for name in ("other/one", "fake/one", "fake/two"):
            self.compare_into(name)
        self.parallel["stderr"] = []
        self.compare_into("fake/two")
        output = io.StringIO()
        with contextlib.redirect_stdout(output):
            self.assertEqual(0, table.main([self.results]))
        self.assertRegex(output.getvalue(), r"\A"
                         r"package +binaries +tests +serial +2 workers +equal\n"
                         r"fake +2 +8 +[\d.]+ s +[\d.]+ s +no: two\n"
                         r"other +1 +4 +[\d.]+ s +[\d.]+ s +yes\n\Z")

    def test_must_be_there_for_a_table(self):
        with contextlib.redirect_stderr(io.StringIO()) as output, self.assertRaises(SystemExit) as missing:
            table.main(["/does/not/exist"])
        self.assertEqual(2, missing.exception.code)
        self.assertIn("/does/not/exist: nothing has been compared yet", output.getvalue())


class Usage(CompareTest):
    def test_errors_end_with_status_2(self):
        for options in (["--workers", "0"], ["--workers", "x"], ["--env", "NAME"], ["--cwd", "/does/not/exist"],
                        ["--unknown"], ["--ignore-line", "(", "--because", "x"]):
            self.assertEqual(2, self.compare(*options)[0], options)
        with contextlib.redirect_stderr(io.StringIO()), self.assertRaises(SystemExit) as missing:
            compare.main(["/does/not/exist"])
        self.assertEqual(2, missing.exception.code)


class Lines(unittest.TestCase):
    def test_end_with_a_newline_only_and_keep_undecodable_bytes(self):
        self.assertEqual(["a\rb\x0c", "", "\\xff"], lines.split(b"a\rb\x0c\n\n\xff", []))
        self.assertEqual(["a (<time>), (<time> total)"], lines.split(b"a (7 ms), (81 ms total)\n", []))
        self.assertEqual(["<here>/x"], lines.split(b"/tmp/5/x", [(re.compile("/tmp/5"), "<here>")]))

    def test_in_another_order_are_no_difference(self):
        self.assertEqual([], lines.render_difference(["a", "b", "a"], ["b", "a", "a"], ("one", "two")))

    def test_that_differ_are_shown_where_they_stand(self):
        diff = lines.render_difference(list("abcdefgh"), list("abcxegh"), ("one", "two"), context=1)
        self.assertEqual(["--- one", "+++ two", "@@ line 3 @@", " c", "+x", "-d", " e", "-f", " g"], diff)


if __name__ == "__main__":
    unittest.main()
