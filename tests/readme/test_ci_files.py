"""The files for CI keep their word: those that users copy leave what they promise, and GitHub runs `.ci/run`.

A stand-in for each system runs a file's commands in a small project, in the order, the folder and the
environment that the system would give them. With the first argument only, the files are read and not run.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import unittest
import xml.etree.ElementTree

from pathlib import Path

SOURCE = Path(sys.argv[1]).resolve()
BUILD, CXX, CXX_FLAGS, SHIM_OBJECT = sys.argv[2:6] if len(sys.argv) > 2 else ("", "", "", "")
FILES = SOURCE / "examples/ci"
WORKFLOW = SOURCE / ".github/workflows/ci.yml"

# What a reader has: a suite that knows nothing of gtest-xdist. The README says how it is linked.
SUITE = """
#include <cstdlib>
#include <gtest/gtest.h>

TEST(Suite, RunsOnAWorker) {
  const char* const worker = std::getenv("GTEST_XDIST_WORKER");
  ASSERT_NE(worker, nullptr);
  RecordProperty("worker", worker);
}
TEST(Suite, FailsIfAsked) { EXPECT_EQ(std::getenv("FAIL"), nullptr); }
TEST(Suite, WasLong) {}
"""
PROJECT = """
cmake_minimum_required(VERSION 3.20)
project(my_project LANGUAGES CXX)
find_package(GTest REQUIRED)
add_executable(my_test my_test.cpp)
"""
# In place of the package, which compiles the shim in each project.
PACKAGE = """
include(%s/cmake/gtest_xdist-functions.cmake)
add_library(gtest_xdist::shim INTERFACE IMPORTED)
target_link_libraries(gtest_xdist::shim INTERFACE %s pthread rt)
"""


def run(*command, **options):
    return subprocess.run(command, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=300, **options)


def read_yaml(text):
    python = "/usr/bin/python3"
    if run(python, "-c", "import yaml").returncode != 0:
        raise unittest.SkipTest("no module yaml (on Debian: apt install python3-yaml)")
    done = run(python, "-c", "import json, sys, yaml; json.dump(yaml.safe_load(sys.stdin), sys.stdout)", input=text)
    if done.returncode != 0:
        raise ValueError(done.stdout)
    return json.loads(done.stdout)


def block(language, number=0, page="README.md"):
    text = (SOURCE / page).read_text()
    return re.findall(r"^```%s\n(.*?)^```" % language, text, re.MULTILINE | re.DOTALL)[number]


def expect_only(what, known, place):
    """What a stand-in does not know, it does not run: the test must not pass over it."""
    unknown = set(what) - set(known)
    if unknown:
        raise ValueError("%s: no stand-in for %s" % (place, sorted(unknown)))


class Job:
    """One run of a file's commands in a folder, and what it leaves."""

    left_out = {}  # commands that are not run, by file: what the machine has already

    def __init__(self, name, workspace, store, **variables):
        self.name, self.workspace, self.store = name, workspace, store
        own = {key: value for key, value in os.environ.items() if not key.startswith(("GTEST_", "CI_"))}
        self.environment = {**own, **variables}
        self.failed = False
        self.output = ""
        self.artifacts = set()
        self.cached = []

    def checkout(self, project):
        shutil.copytree(project, self.workspace, dirs_exist_ok=True)

    def shell(self, shell, commands, variables):
        kept = [command for command in commands if not re.search(r"\bapt(-get)?\b", command)]
        for command in commands:
            if command not in kept:
                if not all(re.match(r"(sudo )?apt-get ", part) for part in command.split(" && ")):
                    raise ValueError("%s: would be left out with its apt-get: %s" % (self.name, command))
                self.left_out.setdefault(self.name, set()).add(command)
        if kept:
            done = run(*shell, "\n".join(kept), cwd=self.workspace,
                       env={**self.environment, **{name: str(value) for name, value in variables.items()}})
            self.failed = done.returncode != 0
            self.output += done.stdout

    def restore(self, paths):
        self.cached = paths
        for path in paths:
            if (self.store / path).exists():
                shutil.copytree(self.store / path, self.workspace / path)

    def save(self):
        """As the systems do unless told otherwise: after success only."""
        if not self.failed:
            for path in self.cached:
                shutil.copytree(self.workspace / path, self.store / path, dirs_exist_ok=True)

    def keep(self, paths):
        for path in paths:
            if not (self.workspace / path).is_file():
                raise ValueError("%s: there is no %s to keep:\n%s" % (self.name, path, self.output))
        self.artifacts.update(paths)


class GitHub(Job):
    """A new folder for each run; the cache is looked up by the beginning of its key."""

    def expand(self, value):
        known = {"github.workspace": str(self.workspace), "github.run_id": self.environment["GITHUB_RUN_ID"]}
        return re.sub(r"\$\{\{ ([\w.]+) \}\}", lambda found: known[found[1]], str(value))

    def run(self, text, project):
        job, = read_yaml(text)["jobs"].values()
        expect_only(job, {"runs-on", "steps"}, self.name)
        for step in job["steps"]:
            expect_only(step, {"uses", "with", "if", "run", "env"}, self.name)
            expect_only([step.get("if", "always()")], {"always()"}, self.name)
            if self.failed and "if" not in step:
                continue
            if "run" in step:
                variables = {name: self.expand(value) for name, value in step.get("env", {}).items()}
                self.shell(["bash", "-e", "-c"], step["run"].splitlines(), variables)
            elif step["uses"] == "actions/checkout@v4":
                self.checkout(project)
            elif step["uses"] == "actions/cache@v4":
                # A key is written once: it must be another one each time, and begin as what is looked for.
                if "${{ github.run_id }}" not in step["with"]["key"]:
                    raise ValueError("the cache is never written again")
                if self.expand(step["with"]["key"]).startswith(step["with"]["restore-keys"]):
                    self.restore(step["with"]["path"].split())
            elif step["uses"] == "actions/upload-artifact@v4":
                self.keep(step["with"]["path"].split())
            else:
                expect_only([step["uses"]], [], self.name)
        self.save()


class GitLab(Job):
    """A new folder for each run; one shell for all commands."""

    def expand(self, value):
        return re.sub(r"\$\{?(\w+)\}?", lambda found: {"CI_PROJECT_DIR": str(self.workspace)}[found[1]], str(value))

    def run(self, text, project):
        job, = read_yaml(text).values()
        expect_only(job, {"image", "variables", "cache", "before_script", "script", "artifacts"}, self.name)
        self.checkout(project)
        expect_only(job["cache"], {"key", "paths"}, self.name)
        expect_only([job["cache"]["key"]], {"durations"}, self.name)  # one for all runs
        self.restore(job["cache"]["paths"])
        variables = {name: self.expand(value) for name, value in job["variables"].items()}
        self.shell(["bash", "-eo", "pipefail", "-c"], job["before_script"] + job["script"], variables)
        kept = job["artifacts"]
        expect_only(kept, {"when", "paths", "reports"}, self.name)
        if not self.failed or kept.get("when") == "always":
            self.keep([*kept["paths"], kept["reports"]["junit"]])
        self.save()


class Jenkins(Job):
    """The folder stays, with what earlier runs have left; a shell for each step."""

    def expand(self, value):
        return re.sub(r"\$\{(?:env\.)?(\w+)\}", lambda found: {"WORKSPACE": str(self.workspace)}[found[1]], value)

    def section(self, name, code):
        """What stands between its braces."""
        start = re.search(r"^ *%s \{\n" % re.escape(name), code, re.MULTILINE).end()
        depth = 1
        for brace in re.finditer(r"[{}]", re.sub(r"\$\{[^}]*\}", lambda found: "_" * len(found[0]), code[start:])):
            depth += 1 if brace[0] == "{" else -1
            if depth == 0:
                return code[start:start + brace.start()]
        raise ValueError("%s: '%s' has no end" % (self.name, name))

    def run(self, text, project):
        code = self.section("pipeline", re.sub(r"^//.*\n", "", text, flags=re.MULTILINE))
        variables = {}
        for line in self.section("environment", code).strip().splitlines():
            name, literal, expanded = re.fullmatch(r""" *(\w+) = (?:'([^'\\]*)'|"([^"\\]*)")""", line).groups()
            variables[name] = self.expand(expanded) if literal is None else literal
        stages, post = self.section("stages", code), self.section("always", self.section("post", code))
        self.checkout(project)
        steps = re.findall(r"^ *sh (?:'''([^\\]*?)'''|'([^'\\\n]+)')$", stages, re.MULTILINE)
        expect_only(re.findall(r"^ *(\w+)\b(?!.*\{$)", re.sub(r"'''.*?'''", "''", stages, flags=re.DOTALL), re.MULTILINE),
                    {"sh"}, self.name)
        if len(steps) != len(re.findall(r"^ *sh\b", stages, re.MULTILINE)):
            raise ValueError("%s: a step is not understood" % self.name)
        for step in steps:
            if not self.failed:
                self.shell(["sh", "-xe", "-c"], [line.strip() for line in "".join(step).strip().splitlines()], variables)
        expect_only(re.findall(r"^ *(\w+)\b", post, re.MULTILINE), {"junit", "archiveArtifacts"}, self.name)
        for path in re.findall(r"^ *(?:junit|archiveArtifacts artifacts:) '([^']+)'$", post, re.MULTILINE):
            self.keep([path])


class ReadTest(unittest.TestCase):
    """What needs no build."""

    def test_variables(self):
        """They name those that there are."""
        guide = (SOURCE / "examples/settings.md").read_text()
        known = set(re.findall(r"^\| `(GTEST_XDIST_\w+)` \|", guide, re.MULTILINE))
        self.assertEqual({"Jenkinsfile", "github.yml", "gitlab.yml"}, {file.name for file in FILES.iterdir()})
        for file in [*FILES.iterdir(), WORKFLOW]:
            with self.subTest(file.name):
                self.assertLessEqual(set(re.findall(r"\bGTEST_XDIST_\w+", file.read_text())), known)

    def test_lines_in_the_readme(self):
        """They are steps of the whole file, which may set more variables."""
        job, = read_yaml((FILES / "github.yml").read_text())["jobs"].values()
        for step in read_yaml(block("yaml")):
            same, = [other for other in job["steps"]
                     if {**other, "env": 0} == {**step, "env": 0}]
            self.assertLessEqual(step.get("env", {}).items(), same.get("env", {}).items())

    def test_workflow_of_this_repository(self):
        """Each submission runs what it must pass; the rest is run by night, and by hand."""
        workflow = read_yaml(WORKFLOW.read_text())
        events = workflow["true"]  # YAML's way to read `on`
        commands = {event: [] for event in events}
        for name, job in workflow["jobs"].items():
            condition = job["if"].split(" || ")
            of_job = [re.fullmatch(r"github\.event_name == '(\w+)'", part).group(1) for part in condition]
            self.assertLessEqual(set(of_job), set(events), name)
            self.assertEqual("debian:12", job["container"])
            for step in job["steps"]:
                for event in of_job:
                    commands[event] += step.get("run", "").splitlines()
        install = "apt-get update && apt-get install --yes git"
        self.assertEqual({"push": [install, ".ci/run"], "pull_request": [install, ".ci/run"],
                          "schedule": [install, ".ci/run full"], "workflow_dispatch": [install, ".ci/run full"]}, commands)
        time, = events["schedule"]
        minute, hour, *days = time["cron"].split()
        self.assertEqual(["*"] * 3, days)
        self.assertLess(int(hour), 6)
        self.assertLess(int(minute), 60)

    def test_commands_of_the_workflow(self):
        """.ci/run knows them."""
        script = SOURCE / ".ci/run"
        self.assertTrue(os.access(script, os.X_OK))
        usage = run(script, "no-such-run")
        self.assertEqual((2, "usage: .ci/run [full|tools]\n"), (usage.returncode, usage.stdout))


@unittest.skipUnless(BUILD, "nothing is to be built")
class RunTest(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.folder = Path(BUILD) / "tests/readme" / self._testMethodName
        shutil.rmtree(self.folder, ignore_errors=True)
        self.project, self.store = self.make("project"), self.make("store")
        (self.project / "my_test.cpp").write_text(SUITE)
        (self.project / "CMakeLists.txt").write_text(PROJECT + block("cmake", 1))
        self.package = self.make("package")
        (self.package / "gtest_xdist-config.cmake").write_text(PACKAGE % (SOURCE, SHIM_OBJECT))

    def make(self, name):
        folder = self.folder / name
        folder.mkdir(parents=True)
        return folder

    def run_file(self, system, name, times, text=None, **variables):
        workspace = self.folder / "workspace"
        if system is not Jenkins:
            shutil.rmtree(workspace, ignore_errors=True)
        job = system(name, workspace, self.store, CXX=CXX, CXXFLAGS=CXX_FLAGS, gtest_xdist_DIR=str(self.package),
                     GITHUB_RUN_ID=str(times), CI_PROJECT_DIR=str(workspace), WORKSPACE=str(workspace), **variables)
        job.run(text or (FILES / name).read_text(), self.project)
        return job

    def report(self, job):
        """How often each of its tests failed, by name. All have run, on workers."""
        self.assertEqual({"my_test.xml", "timeline.html"}, job.artifacts)
        root = xml.etree.ElementTree.parse(job.workspace / "my_test.xml").getroot()
        workers = [found.get("value") for found in root.iter("property") if found.get("name") == "worker"]
        self.assertEqual(1, len(workers))
        self.assertRegex(workers[0], r"^gw\d+$")
        picture = (job.workspace / "timeline.html").read_text()
        self.assertIn("gw0", picture)
        self.assertIn("Suite.WasLong", picture)
        return {"%s.%s" % (case.get("classname"), case.get("name")): len(case.findall("failure"))
                for case in root.iter("testcase")}

    def seconds_of(self, durations):
        lines = [line.split(" ") for line in durations.read_text().splitlines()[1:]]
        return {name: float(seconds) for seconds, name, program in lines if program == "my_test"}

    def check(self, system, name, durations):
        tests = {"Suite.RunsOnAWorker": 0, "Suite.FailsIfAsked": 0, "Suite.WasLong": 0}
        job = self.run_file(system, name, 1)
        self.assertFalse(job.failed, job.output)
        self.assertEqual(tests, self.report(job))
        kept = self.folder / durations
        seconds = self.seconds_of(kept)
        self.assertLessEqual(set(tests), set(seconds))

        # In the next run a test fails. The file that was kept is the one that is read: what this run measures
        # counts as much as what stood there.
        text = kept.read_text()
        kept.write_text(re.sub(r"^\S+ (?=Suite\.WasLong )", "100000 ", text, flags=re.MULTILINE))
        job = self.run_file(system, name, 2, FAIL="1")
        self.assertTrue(job.failed, job.output)
        self.assertEqual({**tests, "Suite.FailsIfAsked": 1}, self.report(job))
        self.assertIn("[  FAILED  ] Suite.FailsIfAsked", job.output)
        written = job.workspace / Path(durations).relative_to(Path(durations).parts[0])
        self.assertAlmostEqual(50000, self.seconds_of(written)["Suite.WasLong"], delta=100)

    def test_github(self):
        self.check(GitHub, "github.yml", "store/.durations/all")
        self.assertEqual(1, len(Job.left_out["github.yml"]))

    def test_gitlab(self):
        self.check(GitLab, "gitlab.yml", "store/.durations/all")
        self.assertEqual(1, len(Job.left_out["gitlab.yml"]))

    def test_jenkins(self):
        self.check(Jenkins, "Jenkinsfile", "workspace/.durations")

    def test_the_guide_to_ctest(self):
        """Its step in the place of the last one of the file for GitHub."""
        file = self.project / "CMakeLists.txt"
        picture = "PROPERTIES ENVIRONMENT GTEST_XDIST_TIMELINE=my_test.html"
        guide = (SOURCE / "examples/ctest.md").read_text()
        tests, = re.findall(r"`(set_tests_properties\(.*\))`", guide)
        self.assertIn(picture, tests)
        file.write_text(file.read_text() + "enable_testing()\n" + block("cmake", 2) + tests)
        workflow = read_yaml((FILES / "github.yml").read_text())
        steps = workflow["jobs"]["tests"]["steps"]
        place, = [number for number, step in enumerate(steps) if "build/my_test" in step.get("run", "")]
        step, = read_yaml(block("yaml", page="examples/ctest.md"))
        steps[place:] = [step, {"uses": "actions/upload-artifact@v4", "if": "always()",
                                "with": {"path": "build/my_test.xml build/my_test.html"}}]
        for times, fails in (1, {}), (2, {"FAIL": "1"}):
            job = self.run_file(GitHub, "ctest.md", times, json.dumps(workflow), **fails)
            self.assertEqual(bool(fails), job.failed, job.output)
            report = (job.workspace / "build/my_test.xml").read_text()
            self.assertRegex(report, r'<property name="worker" value="gw\d+"/>')
            self.assertIn('tests="3" failures="%d"' % len(fails), report)
            self.assertIn("gw0", (job.workspace / "build/my_test.html").read_text())
        self.assertIn("gtest_xdist_add_test: exit status 1; 1 of 3 failed: Suite.FailsIfAsked", job.output)
        self.assertIn("Suite.WasLong", self.seconds_of(self.store / ".durations/all"))

    @classmethod
    def tearDownClass(cls):
        for name, commands in sorted(Job.left_out.items()):
            for command in sorted(commands):
                print("%s: not run: %s" % (name, command), file=sys.stderr)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
