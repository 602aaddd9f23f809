#!/usr/bin/env python3
"""Prints what compare.py --result has left in DIR/<package>/<name>: a line for each package.

The times are those of all binaries of a package together, each the shortest that was measured; they assert nothing.
"""

import argparse
import json
import os
import sys

WORKERS = "2"
HEAD = ("package", "binaries", "tests", "serial", WORKERS + " workers", "equal")


def read(directory):
    """{package: [(name, result of a comparison), ...]}, sorted by name."""
    return {package: [(name, _load(os.path.join(directory, package, name)))
                      for name in sorted(os.listdir(os.path.join(directory, package)))]
            for package in sorted(os.listdir(directory))}


def _load(path):
    with open(path) as file:
        return json.load(file)


def row(package, results):
    """The columns of HEAD, as texts."""
    timed = [result for _, result in results if WORKERS in result["seconds"]]
    different = [name for name, result in results if not result["equal"]]
    return (package, str(len(results)), str(sum(result["tests"] for _, result in results)),
            "%.1f s" % sum(result["seconds"]["0"] for result in timed),
            "%.1f s" % sum(result["seconds"][WORKERS] for result in timed),
            "no: " + ", ".join(different) if different else "yes")


def render(rows):
    """Lines with all columns but the first and last aligned to the right."""
    widths = [max(len(line[column]) for line in rows) for column in range(len(HEAD))]
    for line in rows:
        middle = "  ".join(text.rjust(width) for text, width in zip(line[1:-1], widths[1:-1]))
        yield "  ".join((line[0].ljust(widths[0]), middle, line[-1]))


def main(arguments):
    parser = argparse.ArgumentParser(prog="table.py", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("directory", metavar="DIR")
    directory = parser.parse_args(arguments).directory
    if not os.path.isdir(directory):
        parser.error("%s: nothing has been compared yet (ctest --label-regex differential)" % directory)
    print("\n".join(render([HEAD] + [row(package, results) for package, results in read(directory).items()])))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
