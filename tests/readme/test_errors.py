"""The page of messages and the code say the same: each message is explained, none is invented."""

import re
import sys
import unittest

from pathlib import Path

SOURCE = Path(sys.argv[1])
PAGE = "examples/errors.md"

# What has the words of a message and needs no explanation, by file: the beginning of the text, and
# why.
NO_MESSAGES = {
    "bridge/catalog.h": {"Catalog::index_of": "cannot happen: all registered tests are there"},
    "core/tests/report.h": {"\nStack trace:\n": "GoogleTest's own words"},
    "core/settings/variables.h": {"": "what GTEST_XDIST_WORKERS=help prints; its errors are checked below"},
    "hooks/hook.h": {"a hook without a name": "a static_assert on what no user can change"},
    "os/linux.h": {"the kernel must find": "a static_assert that holds on all of Linux"},
    "shim/controller_role.h": {"error: ": "stands before what is explained"},
    "shim/refusal.h": {"error: ": "likewise"},
    "process/debugger.h": {"thread apply all backtrace": "a command for gdb"},
    "testing/plugin_session.h": {"killed by": "what a test is told unless it says something else"},
    "transport/byte_ring.h": {"a lock inside an atomic": "a static_assert that holds on Linux"},
    "transport/stop_word.h": {"a lock inside an atomic": "likewise"},
    "transport/work_deque.h": {"a lock inside an atomic": "likewise"},
    "controller/view/run_lines.h": {"scheduling tests via ": "news of a run that was asked for"},
    "controller/view/who_runs_what.h": {"": "likewise"},
    "controller/node/place.h": {"hooks ": "likewise", "set-up of env": "likewise",
                                "tear-down of env": "likewise"},
    "core/schedule/slowest.h": {"": "likewise"},
    "core/timeline/svg.h": {"": "elements of a picture that is drawn"},
    "core/timeline/timeline.h": {"": "words of the picture that is drawn"},
    "core/timeline/timeline_lanes.h": {"": "likewise"},
    "core/timeline/timeline_svg.h": {"": "likewise"},
    "core/timeline/timeline_svg_lane.h": {"": "likewise"},
    "core/timeline/trace_event.h": {"": "words of the file that is written"},
    "core/schedule/record_parser.h": {"again gw": "words of the file that is read",
                                      " tests, digest ": "likewise", " for gw": "likewise"},
    "core/schedule/schedule_record.h": {"again gw": "words of the file that is written",
                                        " tests, digest ": "likewise",
                                        ", each test on every worker": "likewise"},
    "process/signals/status_request.h": {"requests are": "cannot happen: stop signals come first"},
    "process/signals/suspend_request.h": {"suspend requests are": "likewise"},
    "controller/handout/dist_modes.h": {"nothing is distributed": "cannot happen: there is no controller"},
    "controller/node/untold.h": {"a scope without a report": "cannot happen: all are matched"},
    "controller/node/worker_node.h": {" gives back ": "news of a run that was asked for"},
}

TOKEN = re.compile(r"""
    //[^\n]*|/\*.*?\*/                          # comments
  | "(?P<text>(?:\\.|[^"\\])*)"
  | '(?:\\.|[^'\\\n])+'
  | \d[\w']*                                    # the quotes in 1'000 are none
  | (?P<space>\s+|\\\n)
  | \w+|.""", re.VERBOSE | re.DOTALL)
ESCAPE = re.compile(r"\\(\n|.)", re.DOTALL)
ESCAPES = {"n": "\n", "t": "\t", "\n": ""}
WORDS = re.compile(r"[A-Za-z']+[,;:]? [A-Za-z']")

# Where a message is made.
MAKES = re.compile(r"#\s*error|\bstatic_assert\(|\bthrow \w|\bbroken = "
                   r"|\b(?:note|fatal|fail|give_up|refuse|reject|add_failure|internal_error)\(")


def anchors_of(text):
    """Those of its headings."""
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")
            for heading in re.findall(r"^#+ (.*)", text, re.MULTILINE)}


class Literal:
    """A string of the code, with those that follow it at once."""

    def __init__(self, file, line, start, text):
        self.file, self.line, self.start, self.text = file, line, start, text

    def pieces(self):
        """What of it stands in a line: what printf or CMake puts in is cut out, and what each line
        begins with."""
        text = re.sub("^gtest-xdist: (error: )?", "", self.text)
        pieces = re.split(r"%[-.\d]*[a-z]|\$\{\w+\}|\n", text)
        return [piece for piece in pieces if piece.strip()]

    def is_exception(self):
        known = NO_MESSAGES.get(self.file.replace("include/gtest_xdist/", ""), {})
        return any(map(self.text.startswith, known))

    def is_message(self):
        return bool(WORDS.search(self.text)) and not self.is_exception()


def literals_of(file, code):
    found = []
    follows = False
    for token in TOKEN.finditer(code):
        if token["space"] or token[0].startswith(("//", "/*")):
            continue
        if token["text"] is not None:
            text = ESCAPE.sub(lambda escape: ESCAPES.get(escape[1], escape[1]), token["text"])
            if follows:
                found[-1].text += text
            else:
                line = code.count("\n", 0, token.start()) + 1
                found.append(Literal(file, line, token.start(), text))
        follows = token["text"] is not None
    return found


def literals_of_cmake(file, code):
    """Of the messages that are no mere news."""
    message = re.compile(r'(?:message\((?:FATAL_ERROR|SEND_ERROR|WARNING)|_gtest_xdist_reject\()\s*'
                         r'((?:"(?:\\.|[^"\\])*"|[^")])*)')
    for call in message.finditer(code):
        for literal in literals_of(file, call[1]):
            literal.line += code.count("\n", 0, call.start(1))
            yield literal


def literals_of_script(file, code):
    for line, text in enumerate(code.splitlines(), 1):
        for said in re.findall(r'^ *echo "(gtest_xdist.*)"$', text):
            # One line for each part between variables, and for the text in place of an empty one.
            said = re.sub(r"\$\{\w+:-([^}]*)\}|\$\w+", lambda part: "\n" + (part[1] or ""), said)
            yield Literal(file, line, 0, said)


class Code:
    def __init__(self):
        self.files = {path.relative_to(SOURCE).as_posix(): path.read_text()
                      for path in sorted(Path(SOURCE, "include").rglob("*.h"))}
        self.literals = [literal for file, code in self.files.items()
                         for literal in literals_of(file, code)]
        for path in [SOURCE / "CMakeLists.txt", *sorted(SOURCE.glob("cmake/*.cmake*"))]:
            file = path.relative_to(SOURCE).as_posix()
            self.literals += literals_of_cmake(file, path.read_text())
        for path in sorted(SOURCE.glob("cmake/gtest_xdist*.sh")):
            file = path.relative_to(SOURCE).as_posix()
            self.literals += literals_of_script(file, path.read_text())
        self.pieces = {piece for literal in self.literals for piece in literal.pieces()}
        self.all_of_them = "\n".join(sorted(self.pieces))
        self.ends = tuple(sorted(self.pieces))

    def says(self, text):
        """Whether the text can come of literals that follow one another."""
        return text in self.all_of_them or any(
            self.ends_with_a_literal(text[:i]) and self.continues(text[i:])
            for i in range(1, len(text)) if self.is_seam(text, i))

    def ends_with_a_literal(self, text):
        return any(piece.endswith(text) for piece in self.pieces)

    def continues(self, text):
        return any(piece.startswith(text) for piece in self.pieces) or any(
            text[:i] in self.pieces and self.continues(text[i:])
            for i in range(1, len(text)) if self.is_seam(text, i))

    @staticmethod
    def is_seam(text, i):
        return not (text[i - 1].isalnum() and text[i].isalnum())


class Page:
    def __init__(self):
        text = (SOURCE / PAGE).read_text()
        # Blocks of messages, each with the text behind it.
        parts = re.split(r"^```text\n(.*?)^```$", text, flags=re.MULTILINE | re.DOTALL)
        self.blocks = [(block.splitlines(), after)
                       for block, after in zip(parts[1::2], parts[2::2])]
        self.lines = [line.strip() for lines, _ in self.blocks for line in lines]
        self.pieces = [piece for line in self.lines for piece in self.fixed(line)]
        self.all_of_it = "\n".join(self.pieces)

    @staticmethod
    def fixed(line):
        """What stands between the <...>, if there is a word in it."""
        return [piece for piece in re.split(r"<[^<>]+>", line) if re.search("[A-Za-z]", piece)]


class ErrorsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.code = Code()
        cls.page = Page()

    def test_what_is_explained_is_said(self):
        for line in self.page.lines:
            for piece in self.page.fixed(line):
                with self.subTest(line):
                    self.assertTrue(self.code.says(piece),
                                    "%s has '%s', which no message in the code contains: correct "
                                    "the words, or write <...> for what varies" % (PAGE, piece))

    def is_explained(self, literal):
        return all(piece.strip(" ,;:.'") in self.page.all_of_it for piece in literal.pieces()
                   if re.search("[A-Za-z]", piece))

    def test_what_is_said_is_explained(self):
        for literal in self.code.literals:
            if literal.is_message() and not self.is_explained(literal):
                with self.subTest(literal.text):
                    self.fail("%s:%d says '%s', and %s does not: add the message "
                              "there, with its cause and cure"
                              % (literal.file, literal.line, literal.text.strip(), PAGE))

    def test_each_place_that_makes_a_message(self):
        """Also where the words are few: one of the texts of the statement is on the page."""
        places = 0
        for file, code in self.code.files.items():
            texts = [literal for literal in self.code.literals if literal.file == file]
            comments = [match.span() for match in re.finditer(r"//[^\n]*", code)]
            for match in MAKES.finditer(code):
                if any(begin <= match.start() < end for begin, end in comments):
                    continue
                end = code.find("\n#" if match[0][0] == "#" else ";", match.end())
                said = [literal for literal in texts if match.start() <= literal.start < end
                        and re.search("[a-z]{2}", literal.text)]
                if not said or any(literal.is_exception() for literal in said):
                    continue
                places += 1
                with self.subTest(match[0]):
                    self.assertTrue(
                        any(self.is_explained(literal) for literal in said),
                        "%s:%d makes a message of '%s', which is not in %s: add it "
                        "there, with its cause and cure"
                        % (file, said[0].line, said[0].text, PAGE))
        self.assertGreater(places, 90, "the places are not found any more")

    def test_each_entry_has_cause_and_cure(self):
        """Messages of one block, or of blocks that follow one another, share them."""
        for i, (lines, after) in enumerate(self.page.blocks):
            if not after.strip() and i + 1 < len(self.page.blocks):
                continue
            with self.subTest(lines[0]):
                self.assertRegex(after.split("\n#")[0], r"(?s)^\s*\*Cause:\*.*\*Cure:\*")

    def test_the_list_of_exceptions_is_needed(self):
        for file, beginnings in NO_MESSAGES.items():
            for beginning in beginnings:
                self.assertTrue(any(literal.file == "include/gtest_xdist/" + file
                                    and literal.text.startswith(beginning)
                                    for literal in self.code.literals),
                                "%s does not say '%s' any more" % (file, beginning))

    def test_the_links(self):
        text = re.sub("`[^`]*`", "", (SOURCE / PAGE).read_text())
        headings = anchors_of(text)
        self.assertEqual([], [link for link in re.findall(r"\]\(#([^)]*)\)", text)
                              if link not in headings])
        for path, anchor in re.findall(r"\]\(([^#)][^)#]*)#?([^)]*)\)", text):
            target = (SOURCE / PAGE).parent / path
            self.assertTrue(target.is_file(), path)
            if anchor:
                self.assertIn(anchor, anchors_of(target.read_text()))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
