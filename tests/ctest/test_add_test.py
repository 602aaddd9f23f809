"""gtest_xdist_add_test(): one test of ctest for a whole suite on workers."""

import os
import re
import time
import unittest

from pathlib import Path

from project import CMAKE, SOURCE, SUITE, ProjectTest

PLAIN = "ARGS --gtest_filter=Plain.*"


def environment_of(process):
    try:
        return Path("/proc", process, "environ").read_bytes().split(b"\0")
    except OSError:
        return []


class AddTest(ProjectTest):
    def test_what_is_run(self):
        self.configure('gtest_xdist_add_test(NAME all TARGET suite WORKERS 3 DIST loadscope TIMEOUT 1.5 '
                       'ARGS --gtest_repeat=1 "a;b" "c d" LABELS one two WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})')
        command, properties = self.known_tests()["all"]
        report = str(self.folder / "build/all.xml")
        self.assertEqual(["/bin/sh", str(SOURCE / "cmake/gtest_xdist-run_test.sh"), report, "3",
                          "GTEST_XDIST_WORKERS=3", "GTEST_XDIST_DIST=loadscope",
                          "GTEST_XDIST_TIMEOUT=1.5", "--", SUITE, "--gtest_repeat=1", "a;b", "c d",
                          "--gtest_output=xml:" + report], command)
        self.assertEqual({"PROCESSORS": 3, "LABELS": ["one", "two"], "ATTACHED_FILES_ON_FAIL": [report],
                          "WORKING_DIRECTORY": str(self.folder)}, properties)
        self.ctest()
        self.assertEqual(["3"] * 3, self.recorded("begins"))
        self.assertEqual(1, len(self.recorded("starts")))

    def test_the_workers_unless_they_are_given(self):
        self.configure("gtest_xdist_add_test(NAME all TARGET suite)")
        _, properties = self.known_tests()["all"]
        cpus = len(os.sched_getaffinity(0))
        self.assertLessEqual(properties.get("PROCESSORS", 1), cpus)
        self.ctest()
        self.assertLessEqual(len(self.recorded("begins")), cpus)
        self.assertNotIn("alone", self.recorded("begins"))

    def test_never_more_workers_than_ctest_may_start(self):
        """Several at once: a worker has begun when it says so, and has not ended before it does."""
        self.configure("".join("gtest_xdist_add_test(NAME t%d TARGET suite WORKERS 3)\n" % i
                               for i in range(4)))
        self.ctest("-j7")
        alive = most = 0
        for line in self.record.read_text().splitlines():
            alive += {"begins": 1, "ends": -1}.get(line.split(" ")[0], 0)
            most = max(most, alive)
        self.assertEqual(12, len(self.recorded("begins")))
        self.assertLessEqual(most, 6)

    def test_fewer_workers_than_it_has_processors(self):
        """ctest runs such a test alone; and with as many workers as it was told to."""
        self.configure("gtest_xdist_add_test(NAME all TARGET suite WORKERS 4)")
        for options, variables, workers in (((), {}, 4), (("-j2",), {}, 2), (("-j", "3"), {}, 3),
                                            (("-j8",), {}, 4), (("--parallel", "1"), {}, 1),
                                            ((), {"CTEST_PARALLEL_LEVEL": "2"}, 2),
                                            (("-j3",), {"CTEST_PARALLEL_LEVEL": "2"}, 3),
                                            ((), {"GTEST_XDIST_MAXPROCESSES": "1"}, 1),
                                            (("-j3",), {"GTEST_XDIST_MAXPROCESSES": ""}, 3)):
            with self.subTest(options=options, variables=variables):
                self.ctest(*options, **variables)
                self.assertEqual([str(workers)] * workers, self.recorded("begins"))
                self.forget()

    def test_a_wrong_variable_is_not_hidden(self):
        self.configure("gtest_xdist_add_test(NAME all TARGET suite WORKERS 2)")
        for wrong in "few", "0", "1025", "99999999999999999999":
            output = self.ctest("--output-on-failure", must=False, GTEST_XDIST_MAXPROCESSES=wrong)
            self.assertIn("GTEST_XDIST_MAXPROCESSES='%s' is not valid" % wrong, output)
            self.assertIn("gtest_xdist_add_test: exit status 2; there is no report\n", output)

    def test_a_failure(self):
        """Its name is in all that ctest writes, however much the test has printed."""
        self.configure('gtest_xdist_add_test(NAME "all of it" TARGET suite WORKERS 2 %s '
                       'XML_OUTPUT_DIR reports)' % PLAIN)
        output = self.ctest("--output-on-failure", "-T", "Test", must=False, SUITE="fail")
        line = "exit status 1; 1 of 7 failed: Plain.Fails\n"
        self.assertIn("\ngtest_xdist_add_test: " + line, output)
        log = next((self.folder / "build/Testing/Temporary").glob("LastTest_*.log")).read_text()
        self.assertIn(line, log)
        dashboard = next((self.folder / "build/Testing").glob("*/Test.xml")).read_text()
        self.assertIn("Exit " + line[5:-1], dashboard)
        report, = (self.folder / "build/reports").glob("*.xml")
        self.assertRegex(report.name, r"^all_of_it-[0-9a-f]{8}\.xml$")
        self.assertIn("<Value>Exit s", dashboard)
        self.assertRegex(dashboard, r'name="Attached File"[^>]*filename="%s"' % re.escape(report.name))
        self.assertIn("Plain.Fails", self.ctest("--rerun-failed", "-V", must=False, SUITE="fail"))
        self.ctest()

    def test_other_ends(self):
        self.configure("gtest_xdist_add_test(NAME all TARGET suite WORKERS 2)")
        for what, summary in (
                ("crash", "exit status 1; 1 of 67 failed: Plain.Crashes"),
                ("fail outside", "exit status 1; 1 of 67 failed: what is outside of tests"),
                ("exit", "exit status 3; no test failed"),
                ("end", "exit status 4; there is no report")):
            with self.subTest(what):
                self.ctest(must=False, SUITE="fail")
                output = self.ctest("--output-on-failure", must=False, SUITE=what)
                self.assertIn("gtest_xdist_add_test: %s\n" % summary, output)

    def test_the_limit_of_ctest(self):
        """It ends all processes."""
        self.configure("gtest_xdist_add_test(NAME all TARGET suite WORKERS 2)\n"
                       "set_tests_properties(all PROPERTIES TIMEOUT 1)")
        self.assertIn("(Timeout)", self.ctest(must=False, SUITE="hang"))
        wanted = ("RECORD=%s" % self.record).encode()
        deadline = time.monotonic() + 60
        while left := [entry for entry in os.listdir("/proc")
                       if entry.isdigit() and wanted in environment_of(entry)]:
            self.assertLess(time.monotonic(), deadline, left)
            time.sleep(0.05)

    def test_many_failures(self):
        self.configure("gtest_xdist_add_test(NAME all TARGET suite WORKERS 2 "
                       "ARGS --gtest_repeat=1 --gtest_filter=Many/*)")
        output = self.ctest("--output-on-failure", must=False, SUITE="fail")
        names = ", ".join("Many/Numbered.Works/%d" % i for i in range(20))
        self.assertIn("exit status 1; 30 of 30 failed: %s, and 10 more\n" % names, output)

    def test_arguments_that_are_empty(self):
        self.configure('gtest_xdist_add_test(NAME a TARGET suite WORKERS 2 ARGS "" %s "" "x;\\\\]")\n'
                       'gtest_xdist_add_test(NAME b TARGET suite WORKERS 2 ARGS "")'
                       % PLAIN.split(" ")[1])
        tests = self.known_tests()
        words = [command[command.index(SUITE) + 1:-1] for command, _ in tests.values()]
        self.assertEqual([["", "--gtest_filter=Plain.*", "", "x;\\]"], [""]], words)

    def test_a_report_for_each(self):
        """Tests of one name, in two folders, would write the same."""
        for folder in "one", "two":
            (self.folder / folder).mkdir()
            (self.folder / folder / "CMakeLists.txt").write_text(
                "gtest_xdist_add_test(NAME same TARGET suite XML_OUTPUT_DIR ${REPORTS})\n")
        project = "set_target_properties(suite PROPERTIES IMPORTED_GLOBAL TRUE)\n%s" \
                  "add_subdirectory(one)\nadd_subdirectory(two)"
        self.configure(project % "set(REPORTS reports)\n")
        self.assert_rejects(
            project % "set(REPORTS ${CMAKE_BINARY_DIR}/reports)\n",
            "gtest_xdist_add_test: XML_OUTPUT_DIR '%s/build/reports' is not valid: expected another folder, "
            "because 'same' of %s/one writes same.xml there" % (self.folder, self.folder))

    def test_properties_of_the_user(self):
        self.configure("gtest_xdist_add_test(NAME all TARGET suite WORKERS 2)\n"
                       "set_tests_properties(all PROPERTIES ENVIRONMENT "
                       '"GTEST_XDIST_DIST=each;GTEST_XDIST_MAXPROCESSES=3" TIMEOUT 60)')
        self.ctest()
        self.assertEqual(["2"] * 2, self.recorded("begins"))
        self.assertEqual(60, self.known_tests()["all"][1]["TIMEOUT"])

    def test_the_modes(self):
        """All that there are, and no other."""
        header = (SOURCE / "include/gtest_xdist/core/settings/options.h").read_text()
        modes = re.findall(r"\w+", re.search(r"enum class DistMode \{(.*?)\}", header).group(1))
        self.configure("".join("gtest_xdist_add_test(NAME %s TARGET suite WORKERS 2 DIST %s)\n"
                               % (mode, mode) for mode in modes))
        tests = self.known_tests()
        self.assertEqual(1, tests["no"][1].get("PROCESSORS", 1))
        self.assertEqual({2}, {properties["PROCESSORS"] for name, (_, properties) in tests.items()
                               if name != "no"})
        self.assert_rejects(
            "gtest_xdist_add_test(NAME all TARGET suite DIST lode)",
            "gtest_xdist_add_test: DIST 'lode' is not valid: expected one of " + ", ".join(modes))

    def test_errors(self):
        for arguments, message in (
                ("TARGET suite", "NAME is missing"),
                ("NAME all", "TARGET is missing"),
                ("NAME all TARGET", "no value for: TARGET"),
                ("NAME all TARGET other",
                 "TARGET 'other' is not valid: expected the name of an executable of this project"),
                ("NAME all TARGET library", "TARGET 'library' is not valid: expected an executable, "
                                            "and this is one of type INTERFACE_LIBRARY"),
                ("NAME all TARGET suite WORKER 3", "unknown argument: WORKER;3"),
                ("NAME all TARGET suite WORKERS abc",
                 "WORKERS 'abc' is not valid: expected auto, or a number from 1 to 1024"),
                ("NAME all TARGET suite WORKERS 0",
                 "WORKERS '0' is not valid: expected auto, or a number from 1 to 1024"),
                ("NAME all TARGET suite WORKERS 1025",
                 "WORKERS '1025' is not valid: expected auto, or a number from 1 to 1024"),
                ("NAME all TARGET suite TIMEOUT 1m", "TIMEOUT '1m' is not valid: expected seconds for "
                                                     "each test, such as 90 or 1.5, or 0 for no limit"),
                ("NAME all TARGET suite ARGS --gtest_output=json:x",
                 "ARGS must not contain --gtest_output: XML_OUTPUT_DIR is the report's folder")):
            with self.subTest(arguments):
                self.assert_rejects("add_library(library INTERFACE)\ngtest_xdist_add_test(%s)" % arguments,
                                    "gtest_xdist_add_test: " + message)

    def test_errors_of_plugins(self):
        for arguments, message in (
                ("TARGET suite", "LIBRARIES is missing"),
                ("LIBRARIES library", "TARGET is missing"),
                ("TARGET suite LIBRARIES other", "LIBRARIES 'other' is not valid: expected static, shared or object "
                                                 "libraries of this project, and this is no target"),
                ("TARGET suite LIBRARIES library", "LIBRARIES 'library' is not valid: expected static, shared or object "
                                                   "libraries of this project, and this is INTERFACE_LIBRARY")):
            with self.subTest(arguments):
                self.assert_rejects("add_library(library INTERFACE)\ngtest_xdist_link_plugins(%s)" % arguments,
                                    "gtest_xdist_link_plugins: " + message)


if __name__ == "__main__":
    unittest.main(verbosity=2)
