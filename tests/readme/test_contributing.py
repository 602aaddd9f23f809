"""CONTRIBUTING.md keeps its word: its commands are CI's or run here, and no folder is forgotten.

With a build directory as second argument the commands that need one are run in it.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

from pathlib import Path

SOURCE = Path(sys.argv[1])
BUILD = sys.argv[2] if len(sys.argv) > 2 else None
TEXT = (SOURCE / "CONTRIBUTING.md").read_text()
CI = (SOURCE / ".ci/run").read_text() + (SOURCE / ".ci/quick").read_text()
DAILY = {"dev", "ci", "full"}  # presets of which CI builds more than is needed at a time
PRESETS = json.loads((SOURCE / "CMakePresets.json").read_text())


def commands():
    block, = re.findall(r"^```sh\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL)
    for line in block.splitlines():
        yield from (command.strip() for command in re.sub(r"\s+# .*", "", line).split(" && "))


def presets(kind):
    return {preset["name"]: preset for preset in PRESETS[kind] if not preset.get("hidden")}


class ContributingTest(unittest.TestCase):
    def expect_preset(self, command, kind, name):
        self.assertIn(name, presets(kind))
        if name not in DAILY:
            is_argument = re.search(r"^  step \d+ .*\b%s$|\b\w+=%s\b" % (name, name), CI, re.MULTILINE)
            said = CI.replace('"$1"', name).replace('"$2"', name) if is_argument else CI
            self.assertTrue(command in said, "CI does not do that")

    def test_each_command(self):
        for command in commands():
            with self.subTest(command):
                self.check(command)

    def check(self, command):
        words = command.split()
        preset = re.search(r"--preset (\w+)", command)
        if words[:2] == ["cmake", "--preset"]:
            self.expect_preset(command, "configurePresets", preset[1])
        elif words[:2] == ["cmake", "--build"]:
            self.expect_preset(command, "buildPresets", preset[1])
            target = re.search(r"--target (\S+)", command)
            if target:
                files = "".join(path.read_text() for path in SOURCE.glob("tests/*/CMakeLists.txt"))
                self.assertRegex(files, r"add_custom_target\(\s*%s\s" % target[1])
        elif words[0] == "ctest":
            self.expect_preset(command, "testPresets", preset[1])
            label = re.search(r"-L (\w+)", command)
            if label:
                self.assertTrue((SOURCE / "tests" / label[1]).is_dir())
        elif words[0] == "ln":
            # The hook's own words.
            self.assertIn("#   %s\n" % command, CI)
            self.assertTrue((SOURCE / ".git/hooks" / words[2]).resolve().is_file())
        elif "build/dev" in command:
            self.run_by_hand(command)
        else:
            self.assertTrue((SOURCE / words[0]).is_file(), "no such command")
            self.assertTrue((SOURCE / words[0]).stat().st_mode & 0o100, "not executable")
            if len(words) > 1 and words[0].startswith("cmake"):
                self.assertRegex((SOURCE / words[0]).read_text(), r"(?m)^  %s +\w" % words[1])

    def run_by_hand(self, command):
        if BUILD is None:
            self.skipTest("nothing is built")
        command = command.replace("build/dev", BUILD)
        done = subprocess.run(["sh", "-c", command], cwd=SOURCE, text=True, timeout=300,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.assertEqual(0, done.returncode, done.stdout)
        self.assertRegex(done.stdout, r"(?m)^\[  PASSED  \] [1-9]|^Ran [1-9]")

    @unittest.skipUnless(shutil.which("git"), "there is no git")
    def test_the_tag_of_a_release(self):
        """Its text is the changelog's section of this version, of at most fifteen lines."""
        header = (SOURCE / "include/gtest_xdist/version.h").read_text()
        version = ".".join(re.findall(r"^#define \w+ (\d+)$", header, re.MULTILINE))
        command, = re.findall(r"`(awk .* -F -)`", TEXT)
        self.assertIn(" v%s " % version, command)
        changelog = (SOURCE / "CHANGELOG.md").read_text()
        git = "git -c user.name=nobody -c user.email=nobody@example.com "
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "CHANGELOG.md").write_text(changelog)
            lines = ["git init --quiet .", git + "commit --quiet --allow-empty --no-verify -m text",
                     command.replace("git ", git), "git tag -l --format='%(contents)'"]
            # A hook's variables would lead to the repository that is committed to.
            environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
            done = subprocess.run(["sh", "-ec", "\n".join(lines)], cwd=folder, text=True, env=environment,
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.assertEqual(0, done.returncode, done.stdout)
        self.assertRegex(done.stdout, r"\A## \[%s\] - \d{4}-\d\d-\d\d\n" % re.escape(version))
        unreleased, section = changelog.split("\n## ")[1:3]
        self.assertTrue(unreleased.startswith("[Unreleased]\n"))
        self.assertEqual("## " + section.strip(), done.stdout.strip())
        entries = [line for line in section.splitlines() if line and not line.startswith("#")][1:]
        self.assertIn(len(entries), range(1, 15 + 1))

    def test_what_ci_does_is_there(self):
        """All presets, and the part of CI that is a script."""
        for name in presets("configurePresets"):
            self.assertTrue(re.search(r"\b%s\b" % name, TEXT), "no word on the preset " + name)
        self.assertIn(".ci/quick --all", CI)

    def test_how_a_run_goes(self):
        """Its functions are there, in the classes that it says."""
        story = TEXT.split("\n## How a run goes\n")[1].split("\n## ")[0]
        headers = {path: path.read_text() for path in (SOURCE / "include").rglob("*.h")}
        steps = re.findall(r"^\d+\. ", story, re.MULTILINE)
        self.assertIn(len(steps), range(9, 12 + 1))
        functions = re.findall(r"`(\w+)::(\w+)`", story)
        self.assertGreater(len(functions), 15)
        for owner, function in functions:
            with self.subTest("%s::%s" % (owner, function)):
                if owner == "TestSuite":
                    continue  # GoogleTest's
                bodies = [text for text in headers.values()
                          if re.search(r"^ *(?:class|struct) %s\b[^;]*\{" % owner, text, re.MULTILINE)]
                self.assertTrue(any(re.search(r"\b%s\(" % function, text) for text in bodies))
        for file in re.findall(r"`((?:\w+/)*\w+\.h)`", story):
            self.assertTrue(any(path.as_posix().endswith("/" + file) for path in headers), file)

    def test_no_folder_is_forgotten(self):
        def folders(path, pattern="*"):
            return sorted(entry.relative_to(path).as_posix() for entry in path.glob(pattern)
                          if entry.is_dir() and entry.name != "__pycache__")

        def rows(heading):
            table = TEXT.split("\n| %s |" % heading)[1].split("\n\n")[0]
            return sorted(re.findall(r"^\| `([^`]+)` \|", table, re.MULTILINE))

        self.assertEqual(folders(SOURCE / "include/gtest_xdist", "**/*"), rows("`include/gtest_xdist/`"))
        self.assertEqual(folders(SOURCE / "tests"), rows("`tests/`"))
        self.assertEqual(sorted(set(folders(SOURCE)) - {".git", "build", "include", "tests"}),
                         rows("Elsewhere"))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
