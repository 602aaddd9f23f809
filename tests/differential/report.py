"""GoogleTest's XML and JSON reports as sorted lines, one fact a line.

Times and timestamps are left out, suites and tests are sorted; everything else (counts of every level, attributes,
properties, messages, the order of the failures within a test) stays. Two reports say the same if and only if their lines
are equal.
"""

import collections
import json
import re
import xml.etree.ElementTree

Node = collections.namedtuple("Node", "tag attributes text children")
Report = collections.namedtuple("Report", "lines failed tests problem")

TIMED_TAGS = ("testsuites", "testsuite", "testcase")
TIME_ATTRIBUTES = ("time", "timestamp")
RAW_TIME = re.compile(r"""(\btime(?:stamp)?(?:="|": "))[^"]*(")""")

# gtest 1.12 omits the comma before the entry for failures outside of all suites. A string stands on one line with its
# quotes, so a line of braces only is never part of one.
MISSING_COMMA = re.compile(r"^( *\})( +\{)$", re.MULTILINE)


def read(path, kind, mask):
    """The report in the file `path`, of kind "xml" or "json", as it is after `mask`, a function of text.

    Never raises: without a file, or with one that cannot be parsed, the lines say so (the latter followed by the raw
    text), for that too must be the same in both runs.
    """
    try:
        with open(path, "rb") as file:
            text = file.read().decode("utf-8", "backslashreplace")
    except FileNotFoundError:
        return Report(["no report written"], set(), 0, "no report written")
    text = mask(text)
    try:
        if kind == "xml":
            root = _from_xml(xml.etree.ElementTree.fromstring(text))
        else:
            root = _from_json("testsuites", json.loads(MISSING_COMMA.sub(r"\1,\2", text)))
    except (xml.etree.ElementTree.ParseError, ValueError) as error:
        problem = "report cannot be parsed: %s" % error
        return Report(RAW_TIME.sub(r"\1<time>\2", text).split("\n"), set(), 0, problem)
    lines, failed = [], set()
    tests = _flatten(root, "", lines, failed)
    return Report(lines, failed, tests, None)


def _from_xml(element):
    return Node(element.tag, element.attrib, element.text or "", [_from_xml(child) for child in element])


# The JSON report calls the list of suites "testsuites" and the list of a suite's tests "testsuite".
JSON_TAGS = {("testsuites", "testsuites"): "testsuite", ("testsuite", "testsuite"): "testcase"}


def _from_json(tag, value):
    if not isinstance(value, dict):
        return Node(tag, {}, json.dumps(value), [])
    attributes, children = {}, []
    for name, member in value.items():
        if isinstance(member, list):
            children += [_from_json(JSON_TAGS.get((tag, name), name), item) for item in member]
        elif isinstance(member, dict):
            children.append(_from_json(name, member))
        else:
            # A number stays distinguishable from a string of digits.
            attributes[name] = member if isinstance(member, str) else "(json) " + json.dumps(member)
    return Node(tag, attributes, "", children)


def _flatten(node, path, lines, failed):
    """Appends the lines of `node`, adds the paths of failed tests to `failed`, returns the number of tests."""
    lines.append("%s <%s>" % (path, node.tag))
    for name in sorted(node.attributes):
        if not (node.tag in TIMED_TAGS and name in TIME_ATTRIBUTES):
            _add_value(path, name, node.attributes[name], lines)
    if node.text.strip():
        _add_value(path, "text", node.text, lines)
    tests = 1 if node.tag == "testcase" else 0
    if tests and any(child.tag in ("failure", "failures") for child in node.children):
        failed.add(path)
    seen = collections.Counter()
    for child in _in_order(node.children):
        label = _label(child)
        seen[label] += 1
        if child.tag in ("testsuite", "testcase"):
            # Two tests of the same name are two tests.
            label += "#%d" % seen[label] if seen[label] > 1 else ""
            separator = "." if child.tag == "testcase" else ""
        else:
            label, separator = "%s[%d]" % (label, seen[label] - 1), " "
        tests += _flatten(child, path + separator + label, lines, failed)
    return tests


def _add_value(path, name, value, lines):
    parts = value.split("\n")
    if len(parts) == 1:
        lines.append("%s %s=%s" % (path, name, value))
    else:
        lines.extend("%s %s:%d| %s" % (path, name, number, part) for number, part in enumerate(parts, 1))


def _label(node):
    return node.attributes.get("name", "?") if node.tag in ("testsuite", "testcase") else node.tag


def _in_order(children):
    # Sorted by what identifies a test, not by what happened to it: the sort is stable, so of tests that share name and
    # place, the first stays the first, and results swapped between them are seen.
    def identity(child):
        if child.tag not in ("testsuite", "testcase"):
            return (0, "", "", "", 0)
        attributes = child.attributes
        line = attributes.get("line", "")
        digits = "".join(character for character in line if character.isdigit())
        return (1, _label(child), attributes.get("classname", ""), attributes.get("file", ""), int(digits or 0))

    return sorted(children, key=identity)
