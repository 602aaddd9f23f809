"""gtest_xdist_discover_tests(): a test of ctest for each suite, or each test."""

import os
import re
import shutil
import unittest

from project import SUITE, ProjectTest

MAP = "std::map<int, long, std::less<int>, std::allocator<std::pair<int const, long> > >"
SUITES = ["Plain", "Whole", "AllDisabled", "Typed<int>", "Typed<char [4]>", "Typed<%s>" % MAP, "Typed/3",
          "Named<int>", "Named<char [4]>", "Named<%s>" % MAP, "Named/std::type-3",
          "Spaced<unsigned int>", "Spaced<std::pair<int, int>>", "Spaced<char*>", "Spaced<short>",
          "Odd/Valued", "Odd/DISABLED_Valued", "Many/Numbered"]
DISABLED_SUITES = {"Whole", "AllDisabled", "Odd/DISABLED_Valued"}
VALUES = ['""', '"two words"', '"a;b"', r'"a\\;b\\"', '"["', '"]==]"', '"${HOME}"', '"$<1:x>"',
          r'''"\"#\n'"''', '"last"', "10"]


def asked(starts):
    return len([line for line in starts if "--gtest_list_tests" in line])


class DiscoverTests(ProjectTest):
    def test_suites(self):
        self.configure("gtest_xdist_discover_tests(TARGET suite)")
        tests = self.known_tests()
        self.assertEqual(SUITES, list(tests))
        self.assertEqual(DISABLED_SUITES,
                         {name for name, (_, p) in tests.items() if p.get("DISABLED")})
        self.forget()
        # Workers of ctest's own environment would be one too many.
        self.ctest("-j4", GTEST_XDIST_WORKERS="4")
        self.assertEqual({"alone"}, set(self.recorded("begins")))
        starts = self.recorded("starts")
        self.assertEqual(len(SUITES) - len(DISABLED_SUITES), len(starts))
        self.assertEqual(len(starts), len(set(starts)))
        # What one runs, no other does, and nothing is left out.
        log = (self.folder / "build/Testing/Temporary/LastTest.log").read_text()
        ran = re.findall(r"^\[ RUN      \] (.*)", log, re.MULTILINE)
        self.assertEqual(sorted(set(ran)), sorted(ran))
        self.assertEqual(6 + 4 + 4 + 4 + 11 + 30, len(ran))

    def test_tests(self):
        self.configure("gtest_xdist_discover_tests(TARGET suite PER TEST)")
        tests = self.known_tests()
        types = ["<int>", "<char [4]>", "<%s>" % MAP]
        self.assertEqual(
            ["Plain." + test for test in
             ("Passes", "Fails", "Crashes", "PrintsMuch", "Waits", "Skips")] +
            ["Plain.FailsToo", "Whole.Fails", "AllDisabled.Fails"] +
            ["Typed.%s%s" % (test, t) for t in types for test in ("Works", "Fails")] +
            ["Typed/3.Works", "Typed/3.Fails"] +
            ["Named.Works" + t for t in types] + ["Named/std::type-3.Works"] +
            ["Spaced.Works<%s>" % t
             for t in ("unsigned int", "std::pair<int, int>", "char*", "short")] +
            ["Odd/Valued.Works/" + value for value in VALUES] +
            ["Odd/DISABLED_Valued.Fails/1"] +
            ["Many/Numbered.Works/%d" % i for i in range(30)], list(tests))
        disabled = {"Plain.FailsToo", "Whole.Fails", "AllDisabled.Fails", "Typed/3.Fails",
                    *("Typed.Fails" + t for t in types), "Odd/DISABLED_Valued.Fails/1"}
        self.assertEqual(disabled, {name for name, (_, p) in tests.items() if p.get("DISABLED")})
        self.forget()
        output = self.ctest("-j4")
        self.assertRegex(output, r"Plain.Skips \(Skipped\)")
        starts = self.recorded("starts")
        self.assertEqual(len(tests) - len(disabled), len(starts))
        self.assertEqual(len(starts), len(set(starts)))
        log = (self.folder / "build/Testing/Temporary/LastTest.log").read_text()
        self.assertEqual(len(starts), log.count("[ RUN      ]"))

    def test_a_failure(self):
        self.configure("gtest_xdist_discover_tests(TARGET suite)")
        output = self.ctest("-j4", must=False, SUITE="fail")
        failed = re.findall(r"- (\S+) \(Failed\)", output)
        self.assertEqual({"Plain", "Odd/Valued", "Many/Numbered"}, set(failed))

    def test_what_is_skipped(self):
        """Only a test that says so last, in whichever form."""
        self.configure("gtest_xdist_discover_tests(TARGET suite PER TEST ARGS --gtest_filter=Plain.*s)")
        for variables in ({}, {"GTEST_COLOR": "yes"}, {"GTEST_BRIEF": "1"}):
            with self.subTest(variables):
                output = self.ctest(must=False, SUITE="fail", **variables)
                self.assertEqual(["Plain.Skips"], re.findall(r"- (\S+) \(Skipped\)", output))
                self.assertEqual(["Plain.Fails"], re.findall(r"- (\S+) \(Failed\)", output))
        for end in ("abort at the end", "find a leak"):
            with self.subTest(end):
                self.assertNotIn("(Skipped)", self.ctest("-R", "Skips", must=False, SUITE=end))

    def test_it_is_asked_only_when_it_is_another(self):
        copy = self.folder / "copy"
        os.link(SUITE, copy)
        project = ("set_target_properties(suite PROPERTIES IMPORTED_LOCATION \"%s\")\n"
                   "gtest_xdist_discover_tests(TARGET suite TEST_PREFIX %%s)" % copy)
        self.configure(project % "a.")
        self.assertEqual([], self.recorded("starts"))
        for _ in range(2):
            self.assertEqual(["a." + name for name in SUITES], list(self.known_tests()))
            self.assertEqual(1, asked(self.recorded("starts")))
        self.configure(project % "a.")
        self.ctest()
        self.assertEqual(1, asked(self.recorded("starts")))
        self.configure(project % "b.")
        self.assertEqual(["b." + name for name in SUITES], list(self.known_tests()))
        self.assertEqual(2, asked(self.recorded("starts")))
        # Built again: the new file has another age than any that ctest has written.
        os.unlink(copy)
        shutil.copy(SUITE, copy)
        self.ctest()
        self.ctest()
        self.assertEqual(3, asked(self.recorded("starts")))

    def test_another_that_is_older(self):
        """As `cp -p` or a restored cache has it."""
        program = self.folder / "program"
        self.configure("set_target_properties(suite PROPERTIES IMPORTED_LOCATION \"%s\")\n"
                       "gtest_xdist_discover_tests(TARGET suite)" % program)

        def become(pattern, age):
            program.write_text("#!/bin/sh\nexec %s --gtest_filter='%s' \"$@\"\n" % (SUITE, pattern))
            program.chmod(0o700)
            os.utime(program, (age, age))
            return list(self.known_tests())

        self.assertEqual(["Plain"], become("Plain.*", 2000))
        self.assertEqual(["Odd/Valued"], become("Odd/V*", 1000))
        # Only the age is another, and only the size.
        self.assertEqual(["Plain"], become("P*.*", 900))
        self.assertEqual(["Many/Numbered"], become("M*.*", 901))
        self.assertEqual(["Spaced<unsigned int>", "Spaced<short>"],
                         become("Spaced/unsigned int.*:Spaced/abc.*", 901))

    def test_the_environment_of_the_first_ctest(self):
        """It is not remembered."""
        self.configure("gtest_xdist_discover_tests(TARGET suite)")

        def forget_tests():
            for path in (self.folder / "build").glob("suite-1_tests*"):
                path.unlink()

        for variables in ({"GTEST_FILTER": "Plain.*"}, {"TESTBRIDGE_TEST_ONLY": "Plain.*"},
                          {"GTEST_TOTAL_SHARDS": "3", "GTEST_SHARD_INDEX": "1"},
                          {"GTEST_ALSO_RUN_DISABLED_TESTS": "1", "GTEST_FILTER": ""},
                          {"GTEST_XDIST_WORKERS": "2", "GTEST_XDIST_INDICES": "1"}):
            with self.subTest(variables):
                forget_tests()
                self.assertEqual(SUITES, list(self.known_tests(**variables)))
        # It is given back to the tests, of which this shard has none.
        forget_tests()
        self.ctest("-R", "^Plain$", GTEST_TOTAL_SHARDS="7", GTEST_SHARD_INDEX="6", SUITE="fail")

    def test_what_is_not_built(self):
        project = ("add_executable(another IMPORTED)\nset_target_properties(another PROPERTIES "
                   "IMPORTED_LOCATION \"%s/nowhere\")\n" % self.folder)
        self.configure(project + "gtest_xdist_discover_tests(TARGET another)")
        self.assertIn("another_NOT_BUILT (Not Run)", self.ctest(must=False))

    def test_what_cannot_be_asked(self):
        self.configure("gtest_xdist_discover_tests(TARGET suite)")
        output = self.ctest("-N", must=False, SUITE="end")
        self.assertIn("gtest_xdist_discover_tests: cannot list the tests of suite: '%s "
                      "--gtest_list_tests' ended with 4:" % SUITE, " ".join(output.split()))
        self.assertIn("This.line", output)
        output = " ".join(self.ctest("-N", must=False, SUITE="list nothing").split())
        self.assertRegex(output, "gtest_xdist_discover_tests: cannot list the tests of suite: '%s "
                                 "--gtest_list_tests --gtest_output=xml:[^ ]*' has not written the list:"
                         % re.escape(SUITE))
        self.assertEqual([], list((self.folder / "build").glob("suite*.xml")))

    def test_arguments(self):
        self.configure(
            "gtest_xdist_discover_tests(TARGET suite TEST_PREFIX \"[p;\" TEST_SUFFIX \" [s\" "
            "ARGS \"a;b\" --gtest_filter=Plain.* LABELS one two WORKING_DIRECTORY %s "
            "PROPERTIES ENVIRONMENT \"A=1;B=2\" COST 3 FAIL_REGULAR_EXPRESSION \"^[[]a\")\n"
            "gtest_xdist_discover_tests(TARGET suite PER TEST ARGS --gtest_filter=Plain.Wait*)"
            % self.folder)
        tests = self.known_tests()
        self.assertEqual(["[p;Plain [s", "Plain.Waits"], list(tests))
        command, properties = tests["[p;Plain [s"]
        self.assertEqual([SUITE, "a;b", "--gtest_filter=Plain.*", "--gtest_filter=Plain.*"], command)
        self.assertEqual({"COST": 3, "FAIL_REGULAR_EXPRESSION": ["^[[]a"],
                          "ENVIRONMENT": ["GTEST_XDIST_WORKERS=no", "A=1", "B=2"],
                          "LABELS": ["one", "two"], "WORKING_DIRECTORY": str(self.folder)},
                         properties)

    def test_reports(self):
        """Each test writes its own, in the folder of the project, or that of the variable for GoogleTest."""
        def reports(folder):
            found = {path.name: path.read_text() for path in (self.folder / folder).iterdir()}
            shutil.rmtree(self.folder / folder)
            self.assertEqual({"1"}, {re.search(r'<testsuites tests="(\d+)"|"tests": (\d+)', text).group(0).strip('<testsui=": ')
                                     for text in found.values()})
            return found

        call = ("gtest_xdist_discover_tests(TARGET suite PER TEST ARGS --gtest_filter=Odd/Valued.*:Plain.Passes "
                "WORKING_DIRECTORY %s %%s)" % self.folder)
        self.configure(call % "XML_OUTPUT_DIR my_reports")
        self.ctest("-j4", GTEST_OUTPUT="xml:elsewhere/")
        found = reports("build/my_reports")
        self.assertIn("Plain.Passes.xml", found)
        self.assertEqual(12, len(found))
        self.assertFalse((self.folder / "elsewhere").exists())
        self.configure(call % "")
        self.ctest("-j4", GTEST_OUTPUT="json:elsewhere/")
        found = reports("elsewhere")
        self.assertIn("Plain.Passes.json", found)
        self.assertEqual(12, len(found))
        self.ctest("-j4")
        self.assertFalse((self.folder / "elsewhere").exists())
        self.assert_rejects("gtest_xdist_discover_tests(TARGET suite XML_OUTPUT_DIR a ARGS --gtest_output=xml:b)",
                            "gtest_xdist_discover_tests: ARGS must not contain --gtest_output: "
                            "XML_OUTPUT_DIR is the reports' folder")

    def test_two_tests_of_one_name(self):
        call = "gtest_xdist_discover_tests(TARGET suite ARGS --gtest_filter=Plain.*%s)\n"
        self.configure(call % "" + call % "")
        self.assertIn("gtest_xdist_discover_tests: two tests of ctest have the name 'Plain', one of suite and one "
                      "of suite: give one of them a TEST_PREFIX", " ".join(self.ctest(must=False).split()))
        self.configure(call % "" + call % " TEST_PREFIX b.")
        self.assertEqual(["Plain", "b.Plain"], list(self.known_tests()))

    def test_launchers(self):
        """As add_test() of CMake 3.29 has them; they also run the program when it is asked for its tests."""
        self.configure("set_target_properties(suite PROPERTIES TEST_LAUNCHER \"/usr/bin/env;A=a b\"\n"
                       "  CROSSCOMPILING_EMULATOR \"/usr/bin/env;C=;D=\")\n"
                       "gtest_xdist_discover_tests(TARGET suite ARGS --gtest_filter=Plain.*)\n"
                       "gtest_xdist_add_test(NAME all TARGET suite ARGS --gtest_filter=Plain.*)\n")
        tests = self.known_tests()
        launched = ["/usr/bin/env", "A=a b", "/usr/bin/env", "C=", "D=", SUITE]
        for name in "Plain", "all":
            self.assertIn(" ".join(launched), " ".join(tests[name][0]))

    def test_properties(self):
        """Pairs, also of names that are keywords as well; another keyword ends them."""
        self.configure('gtest_xdist_discover_tests(LABELS one ARGS --gtest_filter=Plain.* a PROPERTIES '
                       'TIMEOUT 7 LABELS "two;three" DISABLED TRUE FIXTURES_SETUP LABELS '
                       'FIXTURES_CLEANUP TARGET FIXTURES_REQUIRED "" WORKING_DIRECTORY %s '
                       'ENVIRONMENT "A=b;C=" TEST_PREFIX p. TARGET suite PROPERTIES COST 3)' % self.folder)
        command, properties = self.known_tests()["p.Plain"]
        self.assertEqual([SUITE, "--gtest_filter=Plain.*", "a", "--gtest_filter=Plain.*"], command)
        self.assertEqual({"TIMEOUT": 7, "LABELS": ["one", "three", "two"], "DISABLED": True, "COST": 3,
                          "FIXTURES_SETUP": ["LABELS"], "FIXTURES_CLEANUP": ["TARGET"],
                          "ENVIRONMENT": ["GTEST_XDIST_WORKERS=no", "A=b", "C="],
                          "WORKING_DIRECTORY": str(self.folder)}, properties)

    def test_the_filter_of_the_user(self):
        """What it leaves out is not run, and what it selects is."""
        for per in ("SUITE", "TEST"):
            with self.subTest(per):
                self.configure("gtest_xdist_discover_tests(TARGET suite PER %s ARGS "
                               "\"--gtest_filter=Plain.*:*unsigned int*:*abc*:Many/*-*.Pa*:*2*\")" % per)
                self.ctest("-j4")
                log = (self.folder / "build/Testing/Temporary/LastTest.log").read_text()
                ran = re.findall(r"^\[ RUN      \] (.*)", log, re.MULTILINE)
                self.assertEqual(
                    sorted(["Plain." + test
                            for test in ("Fails", "Crashes", "PrintsMuch", "Waits", "Skips")] +
                           ["Spaced/unsigned int.Works", "Spaced/abc.Works"] +
                           ["Many/Numbered.Works/%d" % i for i in range(30) if "2" not in str(i)]),
                    sorted(ran))

    def test_a_suite_of_which_a_part_is_selected(self):
        """By the shorter of two filters."""
        for pattern, expected in (("Many/*-*/7", "Many/Numbered.*-Many/Numbered.Works/7"),
                                  ("Many/*/7", "Many/Numbered.Works/7")):
            self.configure("gtest_xdist_discover_tests(TARGET suite ARGS --gtest_filter=%s)" % pattern)
            command, _ = self.known_tests()["Many/Numbered"]
            self.assertEqual("--gtest_filter=" + expected, command[-1])

    def test_several_configurations(self):
        self.configure("gtest_xdist_discover_tests(TARGET suite)", "-G", "Ninja Multi-Config")
        self.assertEqual(SUITES, list(self.known_tests("-C", "Debug")))
        self.assertEqual(["suite_NOT_BUILT"], list(self.known_tests()))

    def test_errors(self):
        for arguments, message in (
                ("suite", "unknown argument: suite"),
                ("PER TEST", "TARGET is missing"),
                ("TARGET suite PER CASE", "PER 'CASE' is not valid: expected SUITE or TEST"),
                ("TARGET suite DISCOVERY_TIMEOUT 0", "DISCOVERY_TIMEOUT '0' is not valid: expected "
                                                     "seconds for the list of all tests, such as 60"),
                ("TARGET suite PROPERTIES COST 3 DISABLED",
                 "PROPERTIES 'DISABLED' is not valid: expected a value after each name"),
                ("PROPERTIES", "TARGET is missing"),
                ("TARGET suite WORKERS 3", "unknown argument: WORKERS;3")):
            with self.subTest(arguments):
                self.assert_rejects("gtest_xdist_discover_tests(%s)" % arguments,
                                    "gtest_xdist_discover_tests: " + message)


if __name__ == "__main__":
    unittest.main(verbosity=2)
