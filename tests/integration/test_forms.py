"""Programs that were compiled and linked in other ways than the usual one."""

import unittest

import harness

# Type information that is hidden, or not there, is no sign of a wrong object.
with_hidden_types = unittest.skipIf("undefined" in harness.SANITIZER,
                                    "UndefinedBehaviorSanitizer compares the types of objects")

LOADED, LOADED_PLAIN = (str(harness.SUITES / name) for name in ("Loaded.so", "LoadedPlain.so"))


class FormsTest(harness.IntegrationTest):
    def parts(self, run):
        return {line.rpartition(" ")[2] for line in run.out.splitlines()
                if line.startswith("the plugin of ")}

    def test_the_header_in_several_units(self):
        self.assert_parallel_equals_serial("several_units")

    @with_hidden_types
    def test_units_without_exceptions_and_type_information(self):
        """They link the shim."""
        self.assert_parallel_equals_serial("plain", report="json")

    @with_hidden_types
    def test_the_header_in_a_program_and_its_libraries(self):
        """They hide their symbols, and have but one gtest-xdist."""
        for library in "", LOADED:
            parts = {"Own", "Linked", "Loaded"} if library else {"Own", "Linked"}
            serial = self.assert_parallel_equals_serial("forms", env={"LOADS": library})
            self.assertEqual(18 * len(parts), len(serial.tests))
            env = {"LOADS": library, "ONCE": "1", "PLUGIN": "1"}
            serial = self.assert_parallel_equals_serial("forms", env=env)
            self.assertEqual(parts, self.parts(serial))
            for run in serial, self.parallel("forms", env=env):
                self.assertEqual(1, run.noted.count("make"), run)

    def test_a_library_with_a_copy_of_its_own(self):
        """Its tests are run; what only its copy would know of is refused."""
        self.assert_parallel_equals_serial("forms_apart", env={"LOADS": LOADED_PLAIN})
        run = self.parallel("forms_apart", env={"LOADS": LOADED}, report=None)
        self.assertEqual(2, run.status, run)
        self.assertEqual(
            ["error: a library has plugins or values of once() that the program cannot see: "
             "link the program so that it exports its symbols (-rdynamic, in CMake ENABLE_EXPORTS)"],
            run.notes)


if __name__ == "__main__":
    harness.main()
