"""The README keeps its word: its snippets build, its commands run, its table is complete.

With the first argument only, what needs no build is tested.
"""

import os
import re
import subprocess
import sys
import tempfile
import unittest

from pathlib import Path

SOURCE = sys.argv[1]
BUILD, CXX, CXX_FLAGS = sys.argv[2:5] if len(sys.argv) > 2 else ("", "", "")
README = Path(SOURCE, "README.md").read_text()
SUITE = 'TEST(Readme, Passes) {}\nTEST(Readme, PassesToo) {}\n'


builds = unittest.skipUnless(BUILD, "nothing is to be built")


def blocks(language):
    return re.findall(r"^```%s\n(.*?)^```" % language, README, re.MULTILINE | re.DOTALL)


def run(*command, cwd, **variables):
    environment = {name: value for name, value in os.environ.items()
                   if not name.startswith("GTEST_XDIST_")}
    return subprocess.run(command, cwd=cwd, env={**environment, **variables}, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=300)


class ReadmeTest(unittest.TestCase):
    def must(self, *command, **options):
        result = run(*command, **options)
        self.assertEqual(0, result.returncode, "%s\n%s" % (command, result.stdout))
        return result.stdout

    def setUp(self):
        self.scratch = tempfile.TemporaryDirectory()
        self.addCleanup(self.scratch.cleanup)
        self.project = Path(self.scratch.name)

    def test_every_block_is_known_here(self):
        """A snippet that no test looks at would rot. (Of several machines: tests/ctest.)"""
        fences = re.findall(r"^```(\w*)$", README, re.MULTILINE)
        self.assertEqual(["sh", "cmake", "cpp", "sh", "sh", "cpp", "cpp", "cmake", "sh", "cpp"], fences[::2])

    def test_the_first_commands(self):
        """What they do is what CI runs; here: that they are spelt so."""
        commands = [line.split("#")[0].split() for line in blocks("sh")[0].splitlines()]
        self.assertEqual([["cmake/quickstart.sh", what] for what in ("demo", "test", "bench")],
                         commands)
        usage = run(Path(SOURCE, "cmake/quickstart.sh"), cwd=self.project)
        self.assertEqual(2, usage.returncode)
        for _, what in commands:
            self.assertRegex(usage.stdout, r"(?m)^  %s +\w" % what)

    def test_the_command_of_the_benchmark(self):
        """Its path, that is: tests/benchmark runs it."""
        self.assertIn("`tests/benchmark/run build/release --help`", README)
        usage = self.must(Path(SOURCE, "tests/benchmark/run"), "--help", cwd=self.project)
        self.assertIn("--rows", usage)

    @builds
    def test_the_include_and_the_commands_after_it(self):
        (self.project / "my_test.cpp").write_text(
            "%s#include <gtest/gtest.h>\n%s" % (blocks("cpp")[0], SUITE))
        self.must(CXX, "-std=c++17", *CXX_FLAGS.split(), "-I", SOURCE + "/include", "my_test.cpp",
                  "-o", "my_test", "-lgtest_main", "-lgtest", "-pthread", cwd=self.project)
        for line in blocks("sh")[2].splitlines():
            self.assertIn("[  PASSED  ] 2 tests.", self.must("sh", "-c", line, cwd=self.project))

    @builds
    def test_the_locks(self):
        """They do no harm to any run."""
        locks, = (block for block in blocks("cpp") if "GTEST_XDIST_LOCK" in block)
        suite = "TEST(HttpTest, Listens) {}\nTEST(CacheTest, Fills) {}\nTEST(BenchTest, Runs) {}\n"
        (self.project / "my_test.cpp").write_text(
            "%s#include <gtest/gtest.h>\n%s" % (locks, suite))
        self.must(CXX, "-std=c++17", *CXX_FLAGS.split(), "-I", SOURCE + "/include", "my_test.cpp",
                  "-o", "my_test", "-lgtest_main", "-lgtest", "-pthread", cwd=self.project)
        for workers in "0", "2":
            output = self.must("./my_test", cwd=self.project, GTEST_XDIST_WORKERS=workers)
            self.assertIn("[  PASSED  ] 3 tests.", output)

    @builds
    def test_the_plugin(self):
        """It does the same serially and with workers."""
        plugin, = (block for block in blocks("cpp") if "GTEST_XDIST_PLUGIN" in block)
        slow = ("#include <chrono>\n#include <thread>\nTEST(Readme, IsSlow) "
                "{ std::this_thread::sleep_for(std::chrono::milliseconds(1100)); }\n")
        (self.project / "plugin.cpp").write_text(plugin)
        (self.project / "my_test.cpp").write_text(
            "%s#include <gtest/gtest.h>\n%s%s" % (blocks("cpp")[0], SUITE, slow))
        self.must(CXX, "-std=c++17", *CXX_FLAGS.split(), "-I", SOURCE + "/include", "my_test.cpp",
                  "plugin.cpp", "-o", "my_test", "-lgtest_main", "-lgtest", "-pthread",
                  cwd=self.project)
        for workers in "0", "2":
            output = self.must("./my_test", cwd=self.project, GTEST_XDIST_WORKERS=workers)
            self.assertRegex(output, r"PASSED  \] 3 tests\.\nslow: Readme.IsSlow\n\Z")

    @builds
    def test_the_value_that_is_made_once(self):
        use, = (block for block in blocks("cpp") if "gtest_xdist::once(" in block)
        header, test = use.split("\n\n", 1)
        (self.project / "client.cpp").write_text(
            "%s\n#include <cstdio>\n#include <gtest/gtest.h>\n"
            'static int start_server() { std::ofstream("log", std::ios::app) << "start\\n"; '
            "return 80; }\n"
            'static void stop_server(int port) { std::printf("stop %%d\\n", port); }\n'
            "static bool connects_to(int port) { return port == 80; }\n%s"
            % ("#include <fstream>\n" + header, test + test.replace("Connects", "ConnectsToo")))
        (self.project / "my_test.cpp").write_text(
            "%s#include <gtest/gtest.h>\n%s" % (blocks("cpp")[0], SUITE))
        self.must(CXX, "-std=c++17", *CXX_FLAGS.split(), "-I", SOURCE + "/include", "my_test.cpp",
                  "client.cpp", "-o", "my_test", "-lgtest_main", "-lgtest", "-pthread",
                  cwd=self.project)
        for workers in "0", "2":
            output = self.must("./my_test", cwd=self.project, GTEST_XDIST_WORKERS=workers)
            self.assertIn("PASSED  ] 4 tests.", output)
            self.assertEqual(1, output.count("stop 80\n"), output)
        self.assertEqual("start\nstart\n", (self.project / "log").read_text())

    def test_the_hooks(self):
        """The table has a row for each hook that there is."""
        header = Path(SOURCE, "include/gtest_xdist/hooks/hook.h").read_text()
        enum = re.search(r"enum class Hook \{(.*?)\};", header, re.DOTALL).group(1)
        rows = re.findall(r"^\| `pytest_\w+` \| `(\w+)`", README, re.MULTILINE)
        self.assertEqual(sorted(re.findall(r"^  (\w+),$", enum, re.MULTILINE)), sorted(rows))

    def test_the_examples(self):
        """Each is a file, and all are named."""
        linked = re.findall(r"\((examples/\S+)\)", README)
        self.assertEqual([], [path for path in linked if not Path(SOURCE, path).is_file()])
        folders = {path.name for path in Path(SOURCE, "examples").iterdir() if path.is_dir()}
        self.assertEqual(folders - {"demo"},
                         {path.split("/")[1] for path in linked if path.count("/") > 1})

    @builds
    def test_the_target(self):
        (self.project / "gtest-xdist").symlink_to(SOURCE)
        for line in blocks("sh")[1].splitlines():
            self.must("sh", "-c", line, cwd=self.project, HOME=str(self.project), CXX=CXX)
        (self.project / "my_test.cpp").write_text("#include <gtest/gtest.h>\n" + SUITE)
        (self.project / "plugins.cpp").write_text("int plugin = 1;\n")
        (self.project / "CMakeLists.txt").write_text(
            "cmake_minimum_required(VERSION 3.20)\nproject(readme LANGUAGES CXX)\n"
            "find_package(GTest REQUIRED)\nadd_executable(my_test my_test.cpp)\n" +
            blocks("cmake")[0] + "enable_testing()\nadd_executable(my_other_test my_test.cpp)\n"
            "target_link_libraries(my_other_test PRIVATE GTest::gtest_main)\n"
            "add_library(my_plugins STATIC plugins.cpp)\n" + blocks("cmake")[1])
        self.must("cmake", "-B", "build", "-DCMAKE_PREFIX_PATH=%s/.local" % self.project,
                  "-DCMAKE_CXX_COMPILER=" + CXX, "-DCMAKE_CXX_FLAGS=" + CXX_FLAGS,
                  cwd=self.project)
        self.must("cmake", "--build", "build", cwd=self.project)
        self.must("./my_test", cwd=self.project / "build", GTEST_XDIST_WORKERS="2")
        output = self.must("ctest", "-V", cwd=self.project / "build")
        self.assertRegex(output, r"Test +#\d: my_test \.+ +Passed")
        self.assertRegex(output, r"Test +#\d: Readme \.+ +Passed")
        # The error for a misspelt variable names all there are; so must the table.
        error = run("./my_test", cwd=self.project / "build", GTEST_XDIST_WORKRES="4")
        self.assertEqual(2, error.returncode, error.stdout)
        known = error.stdout.split("The variables are: ")[1].strip().split(", ")
        rows = re.findall(r"^\| `(GTEST_XDIST_\w+)` \| (?!Hands)", README, re.MULTILINE)
        self.assertEqual(sorted(known), sorted(rows))
        error = run("./my_test", cwd=self.project / "build", GTEST_XDIST_DIST="?")
        modes = re.search(r"one of ([\w, ]+)", error.stdout).group(1).split(", ")
        table = README.split("| `GTEST_XDIST_DIST` | Hands out |")[1].split("\n\n")[0]
        self.assertEqual(modes, re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
