"""The README and the guides keep their word: snippets build, commands run, tables are complete, links lead
somewhere.

With the first argument only, what needs no build is tested.
"""

import os
import re
import shutil
import subprocess
import sys
import unittest

from pathlib import Path

SOURCE = Path(sys.argv[1]).resolve()
BUILD, CXX, CXX_FLAGS = sys.argv[2:5] if len(sys.argv) > 2 else ("", "", "")
# The file's name, and the languages of its blocks. A snippet that no test looks at would rot.
BLOCKS = {
    "README.md": ["text", "cmake", "sh", "cmake", "cpp", "sh", "yaml", "cmake"],
    "examples/settings.md": [],
    "examples/ctest.md": ["cmake", "yaml", "sh"],  # in CI: test_ci_files.py; of several machines: tests/ctest
    "examples/sharing.md": ["cpp", "cpp", "cpp"],
    "examples/plugins.md": ["cpp", "cmake", "cpp"],
    "examples/compatibility.md": [],
    "examples/benchmarks.md": [],
}
PAGES = {name: (SOURCE / name).read_text() for name in BLOCKS}
README = PAGES["README.md"]
# Where links may lead: a package has these, and no more of the tree.
INSTALLED = ["README.md", "CHANGELOG.md", "CONTRIBUTING.md", "LICENSE", "examples"]
SUITE = 'TEST(Readme, Passes) {}\nTEST(Readme, PassesToo) {}\n'

builds = unittest.skipUnless(BUILD, "nothing is to be built")


def block(page, language, number=0):
    return re.findall(r"^```%s\n(.*?)^```" % language, PAGES[page], re.MULTILINE | re.DOTALL)[number]


INCLUDE = block("README.md", "cpp")


def run(*command, cwd, **variables):
    environment = {name: value for name, value in os.environ.items()
                   if not name.startswith("GTEST_XDIST_")}
    return subprocess.run(command, cwd=cwd, env={**environment, **variables}, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=300)


def anchors(text):
    """Those that a heading gets."""
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")
            for heading in re.findall(r"^#+ (.*)", text, re.MULTILINE)}


class PagesTest(unittest.TestCase):
    """What needs no build."""

    def test_every_block_is_known_here(self):
        for name, text in PAGES.items():
            with self.subTest(name):
                self.assertEqual(BLOCKS[name], re.findall(r"^```(\w*)$", text, re.MULTILINE)[::2])
        self.assertEqual({path.name for path in (SOURCE / "examples").glob("*.md")},
                         {name.split("/")[1] for name in BLOCKS if "/" in name} | {"errors.md"})

    def test_the_readme_is_short(self):
        self.assertLessEqual(len(README.split()), 2200)
        self.assertLessEqual(len(README.splitlines()), 180)

    def test_links_lead_somewhere(self):
        others = {name: (SOURCE / name).read_text() for name in ("CONTRIBUTING.md", "examples/errors.md")}
        for name, text in {**PAGES, **others}.items():
            text = re.sub("`[^`]*`", "", re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL))
            for path, anchor in re.findall(r"\]\((?!https?:)([^)#]*)#?([^)]*)\)", text):
                with self.subTest("%s: %s#%s" % (name, path, anchor)):
                    target = (SOURCE / name).parent / path if path else SOURCE / name
                    self.assertTrue(target.exists())
                    self.assertIn(target.resolve().relative_to(SOURCE).parts[0], INSTALLED)
                    if anchor:
                        self.assertIn(anchor, anchors(target.read_text()))

    def test_messages_lead_somewhere(self):
        """They name guides as a package has them, below its folder of documents."""
        files = [*(SOURCE / "include").rglob("*.h"), *(SOURCE / "cmake").iterdir()]
        code = re.sub(r"^ *//.*\n", "", "".join(path.read_text() for path in files), flags=re.MULTILINE)
        said = re.sub(r'"\s*"|\\n', "", code)  # a literal that is broken over lines is one text
        guides = re.findall(r"(?:'([^'\n]+)' in )?([\w/]+\.md) of gtest-xdist, in a package below ?share/doc/gtest_xdist\b", said)
        self.assertEqual({"examples/settings.md", "examples/compatibility.md"}, {guide for _, guide in guides})
        for section, guide in guides:
            self.assertIn(guide, PAGES)
            if section:
                self.assertIn("\n## %s\n" % section, PAGES[guide])
        others = re.sub(r"^ *#.*\n", "", said, flags=re.MULTILINE)
        self.assertEqual(len(guides), len(re.findall(r"\w\.md\b|\bREADME\b", others)))

    def test_each_guide_is_named(self):
        for name in BLOCKS:
            if name != "README.md":
                self.assertIn("](%s)" % name, README)
        self.assertIn("](examples/errors.md)", README)

    def test_commands_that_ci_runs(self):
        """Here: that they are spelt so."""
        usage = run(SOURCE / "cmake/quickstart.sh", cwd=SOURCE)
        self.assertEqual(2, usage.returncode)
        told = re.findall(r"`cmake/quickstart.sh ([\w ]+)`", "".join(PAGES.values()))
        self.assertEqual({"demo", "test", "bench", "bench compile"}, set(told))
        for what in set(told):
            self.assertIn(what, usage.stdout)
        self.assertIn("`tests/benchmark/run build/release --help`", PAGES["examples/benchmarks.md"])
        usage = run(SOURCE / "tests/benchmark/run", "--help", cwd=SOURCE)
        self.assertEqual(0, usage.returncode, usage.stdout)
        self.assertIn("--rows", usage.stdout)

    def test_what_a_run_looks_like(self):
        """Is a capture, and none of an older suite or picture."""
        demo = SOURCE / "examples/demo"
        self.assertEqual((demo / "terminal.txt").read_text(), block("README.md", "text"))
        self.assertEqual(run(sys.executable, demo / "capture", "--digest", cwd=SOURCE).stdout,
                         (demo / "made_from.txt").read_text(), "run examples/demo/capture, and update the README")

    def test_the_hooks(self):
        """The table has a row for each hook that there is, as it is declared."""
        header = (SOURCE / "include/gtest_xdist/hooks/hook.h").read_text()
        enum = re.search(r"enum class Hook \{(.*?)\};", header, re.DOTALL).group(1)
        rows = dict(re.findall(r"^\| `pytest_\w+` \| `([^`]*? (\w+)\([^`]*)`", PAGES["examples/plugins.md"], re.MULTILINE))
        self.assertEqual(sorted(re.findall(r"^  (\w+),$", enum, re.MULTILINE)), sorted(rows.values()))
        plugin = re.sub(r"/\*|\*/", "", (SOURCE / "include/gtest_xdist/hooks/plugin.h").read_text())
        plugin = re.sub(r"\s+", " ", plugin)
        for declaration in rows:
            self.assertIn("virtual %s {" % declaration, plugin)

    def test_what_hooks_get(self):
        """The guide names each member of the classes that an author of plugins and schedulers meets."""
        for path, classes in (
                ("hooks/session.h", ("Item", "Config", "Session", "WorkerController", "TestReport", "TerminalReporter")),
                ("core/tests/report.h", ("Part", "Property")), ("scheduler/scheduler.h", ("Node", "Scheduler")),
                ("testing/workload.h", ("Workload",)), ("hooks/hook.h", ("Order",))):
            header = re.sub(r"//.*|<.*>", "", (SOURCE / "include/gtest_xdist" / path).read_text())
            for name in classes:
                body = re.search(r"^(?:struct|class|enum class) %s \{\n(.*?)^\}" % name, header, re.DOTALL | re.MULTILINE).group(1)
                members = set(re.findall(r"^  (?! )[^=(;{]*?\b(\w+)(?:,| = |;|\()", body, re.MULTILINE))
                # These are conveniences of the library's own.
                members -= {name, "failed", "tells_the_same_as", "summary"}
                self.assertGreater(len(members), 1, name)
                for member in members:
                    with self.subTest(type=name, member=member):
                        self.assertRegex(PAGES["examples/plugins.md"], r"`%s\b" % member)

    def test_the_examples(self):
        """Each is a page, and all are named."""
        linked = re.findall(r"\]\((\w+)/\w+\.(?:cpp|h)\)", PAGES["examples/plugins.md"])
        folders = {path.name for path in (SOURCE / "examples").iterdir() if path.is_dir()}
        self.assertEqual(folders - {"demo", "ci"}, set(linked))

    def test_the_modes(self):
        """Those of the code, in its order."""
        table = README.split("| `GTEST_XDIST_DIST` | Hands out |")[1].split("\n\n")[0]
        code = (SOURCE / "include/gtest_xdist/core/settings/options.h").read_text()
        names = re.search(r"names = \{(.*?)\}", code, re.DOTALL).group(1)
        self.assertEqual(re.findall(r'"(\w+)"', names), re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE))


@builds
class SnippetsTest(unittest.TestCase):
    def must(self, *command, **options):
        result = run(*command, **options)
        self.assertEqual(0, result.returncode, "%s\n%s" % (command, result.stdout))
        return result.stdout

    def setUp(self):
        self.project = self.make_folder(self._testMethodName)

    @classmethod
    def setUpClass(cls):
        """The include is compiled once, as the README recommends, in a file of its own."""
        folder = cls.make_folder("include")
        (folder / "xdist.cpp").write_text(INCLUDE)
        cls.xdist = str(folder / "xdist.o")
        done = run(*cls.compile_command("xdist"), cwd=folder)
        if done.returncode != 0:
            raise RuntimeError(done.stdout)

    @staticmethod
    def make_folder(name):
        """An empty one, at the same place each time, so that a compiler cache finds what it knows."""
        folder = Path(BUILD) / "tests/readme" / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        return folder

    @staticmethod
    def compile_command(name):
        launcher = os.environ.get("CMAKE_CXX_COMPILER_LAUNCHER")
        return [*([launcher] if launcher else []), CXX, "-std=c++17", *CXX_FLAGS.split(),
                "-I", str(SOURCE / "include"), "-c", name + ".cpp", "-o", name + ".o"]

    def build(self, **sources):
        for name, text in sources.items():
            (self.project / (name + ".cpp")).write_text(text)
            self.must(*self.compile_command(name), cwd=self.project)
        self.must(CXX, *CXX_FLAGS.split(), *(name + ".o" for name in sources), self.xdist, "-o", "my_test",
                  "-lgtest_main", "-lgtest", "-pthread", cwd=self.project)

    def test_the_include_and_the_commands_after_it(self):
        self.build(my_test="#include <gtest/gtest.h>\n" + SUITE)
        for line in block("README.md", "sh", 1).splitlines():
            self.assertIn("[  PASSED  ] 2 tests.", self.must("sh", "-c", line, cwd=self.project))

    def test_the_lines_for_ci(self):
        """They run, with the paths that GitHub would give, and leave what they say."""
        step = block("README.md", "yaml")
        command = re.search(r"- run: (.*)", step).group(1)
        variables = dict(re.findall(r"^ +(GTEST_XDIST_\w+): (.*)", step, re.MULTILINE))
        variables = {name: value.replace("${{ github.workspace }}", str(self.project)) for name, value in variables.items()}
        self.build(my_test="#include <gtest/gtest.h>\n" + SUITE)
        (self.project / "build").mkdir()
        (self.project / "my_test").rename(self.project / "build/my_test")
        self.must("sh", "-c", command, cwd=self.project, **variables)
        self.assertTrue((self.project / "my_test.xml").is_file())
        self.assertTrue((self.project / ".durations/all").is_file())

    def test_the_listener(self):
        """Its report is that of a serial run."""
        include, line = block("examples/sharing.md", "cpp", 2).split("\n\n", 1)
        self.build(my_test=(
            "%s\n#include <fstream>\n#include <gtest/gtest.h>\n%s"
            "struct TapReport : testing::EmptyTestEventListener {\n"
            "  explicit TapReport(const char* path) : file(path) {}\n"
            "  void OnTestEnd(const testing::TestInfo& test) override { file << test.name() << std::endl; }\n"
            "  std::ofstream file;\n};\n"
            "int main(int argc, char** argv) {\n  testing::InitGoogleTest(&argc, argv);\n"
            "  auto& listeners = testing::UnitTest::GetInstance()->listeners();\n  %s  return RUN_ALL_TESTS();\n}\n"
            % (include, SUITE, line)))
        reports = []
        for workers in "0", "2":
            self.must("./my_test", cwd=self.project, GTEST_XDIST_WORKERS=workers)
            reports.append(sorted((self.project / "results.tap").read_text().splitlines()))
        self.assertEqual(2, len(reports[0]))
        self.assertEqual(*reports)

    def test_the_locks(self):
        """They do no harm to any run."""
        suite = "TEST(HttpTest, Listens) {}\nTEST(CacheTest, Fills) {}\nTEST(BenchTest, Runs) {}\n"
        self.build(my_test="%s#include <gtest/gtest.h>\n%s" % (block("examples/sharing.md", "cpp", 1), suite))
        for workers in "0", "2":
            output = self.must("./my_test", cwd=self.project, GTEST_XDIST_WORKERS=workers)
            self.assertIn("[  PASSED  ] 3 tests.", output)

    def test_the_plugin(self):
        """It does the same serially and with workers."""
        slow = ("#include <chrono>\n#include <thread>\nTEST(Readme, IsSlow) "
                "{ std::this_thread::sleep_for(std::chrono::milliseconds(1100)); }\n")
        self.build(plugin=block("examples/plugins.md", "cpp"), my_test="#include <gtest/gtest.h>\n" + SUITE + slow)
        for workers in "0", "2":
            output = self.must("./my_test", cwd=self.project, GTEST_XDIST_WORKERS=workers)
            self.assertRegex(output, r"PASSED  \] 3 tests\.\nslow: Readme.IsSlow\n\Z")

    def test_the_test_of_the_plugin(self):
        """It passes, also on a worker, where the plugin is registered as well."""
        self.build(my_test=block("examples/plugins.md", "cpp") + block("examples/plugins.md", "cpp", 1))
        for workers in "0", "1":
            output = self.must("./my_test", cwd=self.project, GTEST_XDIST_WORKERS=workers)
            self.assertIn("[  PASSED  ] 1 test.", output)

    def test_the_value_that_is_made_once(self):
        header, test = block("examples/sharing.md", "cpp").split("\n\n", 1)
        self.build(my_test="#include <gtest/gtest.h>\n" + SUITE, client=(
            "%s\n#include <cstdio>\n#include <gtest/gtest.h>\n"
            'static int start_server() { std::ofstream("log", std::ios::app) << "start\\n"; '
            "return 80; }\n"
            'static void stop_server(int port) { std::printf("stop %%d\\n", port); }\n'
            "static bool connects_to(int port) { return port == 80; }\n%s"
            % ("#include <fstream>\n" + header, test + test.replace("Connects", "ConnectsToo"))))
        for workers in "0", "2":
            output = self.must("./my_test", cwd=self.project, GTEST_XDIST_WORKERS=workers)
            self.assertIn("PASSED  ] 4 tests.", output)
            self.assertEqual(1, output.count("stop 80\n"), output)
        self.assertEqual("start\nstart\n", (self.project / "log").read_text())

    def test_the_targets(self):
        (self.project / "gtest-xdist").symlink_to(SOURCE)
        for line in block("README.md", "sh").splitlines():
            self.must("sh", "-c", line, cwd=self.project, HOME=str(self.project), CXX=CXX)
        for name, text in {"my_test": "#include <gtest/gtest.h>\n" + SUITE,
                           "plugins": block("examples/plugins.md", "cpp")}.items():
            (self.project / (name + ".cpp")).write_text(text)
        (self.project / "CMakeLists.txt").write_text(
            "cmake_minimum_required(VERSION 3.20)\nproject(readme LANGUAGES CXX)\nenable_testing()\n"
            "find_package(GTest REQUIRED)\nadd_executable(my_test my_test.cpp)\n" + block("README.md", "cmake", 1) +
            "add_executable(my_other_test my_test.cpp)\n"
            "target_link_libraries(my_other_test PRIVATE GTest::gtest_main)\n" +
            block("examples/plugins.md", "cmake") + block("examples/ctest.md", "cmake"))
        self.assertIn(block("README.md", "cmake", 2), block("examples/ctest.md", "cmake"))
        self.must("cmake", "-B", "build", "-DCMAKE_PREFIX_PATH=%s/.local" % self.project,
                  "-DCMAKE_CXX_COMPILER=" + CXX, "-DCMAKE_CXX_FLAGS=" + CXX_FLAGS,
                  cwd=self.project)
        self.must("cmake", "--build", "build", cwd=self.project)
        self.must("./my_test", cwd=self.project / "build", GTEST_XDIST_WORKERS="2")
        output = self.must("ctest", "-V", cwd=self.project / "build")
        self.assertRegex(output, r"Test +#\d: my_test \.+ +Passed")
        self.assertRegex(output, r"Test +#\d: Readme \.+ +Passed")

    def test_fetching(self):
        """Configures; the source is this folder, in place of the address that a reader has."""
        (self.project / "CMakeLists.txt").write_text(
            "cmake_minimum_required(VERSION 3.20)\nproject(readme LANGUAGES CXX)\n" + block("README.md", "cmake") +
            "if(NOT TARGET gtest_xdist::shim)\n  message(FATAL_ERROR \"no shim\")\nendif()\n")
        version = re.search(r"GIT_TAG v([\d.]+)", README).group(1)
        header = (SOURCE / "include/gtest_xdist/version.h").read_text()
        self.assertEqual(".".join(re.findall(r"^#define \w+ (\d+)$", header, re.MULTILINE)), version)
        self.must("cmake", "-B", "build", "-DFETCHCONTENT_SOURCE_DIR_GTEST_XDIST=%s" % SOURCE,
                  "-DCMAKE_CXX_COMPILER=" + CXX, cwd=self.project)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
