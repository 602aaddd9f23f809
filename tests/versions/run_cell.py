#!/usr/bin/env python3
"""Builds one cell of versions.txt and runs its tests: run_cell.py DIR CELL

DIR/packages has what fetch.py has fetched; the cell is built in DIR/CELL, by $CMAKE_CXX_COMPILER_LAUNCHER if that is set.
Exit status: 0 if all is well, 1 if not, 2 if the cell cannot be tried.
"""

import os
import subprocess
import sys
import time

sys.dont_write_bytecode = True

import fetch  # noqa: E402
import table  # noqa: E402

HERE = os.path.dirname(os.path.abspath(__file__))
TESTS = os.path.dirname(HERE)
# What depends most on gtest's insides, on Boost, and on the standard.
INTEGRATION_TESTS = {
    "results": [],  # all of them
    "flags": ["FlagsTest"],
    "processes": ["ChildrenTest.test_death_tests_of_both_styles", "ChildrenTest.test_each_style_as_flag"],
    "crashes": [],
    "plugins": [],
    "schedulers": [],
    "values": [],
}
# Suite and arguments: what compare.py compares. Where gtest is built on Abseil, Abseil reads the flags and makes stack
# traces, which outside of tests show what the process has run before.
COMPARED = {
    "googletest-output-test_": ["googletest-output-test_", "--gtest_stack_trace_depth=0"],
    "help": ["kinds", "--help"],
    "unknown flag": ["kinds", "--no_such_flag"],
    "failure signal handler": ["kinds", "--gtest_install_failure_signal_handler"],
}


class Failed(Exception):
    pass


def step(name, command, **options):
    start = time.monotonic()
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          encoding="utf-8", errors="replace", **options)
    print("%-24s %s, %.0f s" % (name, "passed" if done.returncode == 0 else "FAILED", time.monotonic() - start), flush=True)
    if done.returncode != 0:
        raise Failed("%s\n%s" % (" ".join(command), done.stdout))


def build(versions, directory, cell):
    packages = os.path.join(directory, "packages")
    roots = {package: fetch.folder(packages, suite, package)
             for suite, package, _ in fetch.packages_of(versions, cell)}
    abseil = [roots[package] for package in fetch.ABSEIL if package in roots]
    built = os.path.join(directory, cell.name)
    step("configure", ["cmake", "-S", os.path.join(HERE, "cell"), "-B", built, "-G", "Ninja",
                       "-DCELL_GTEST=" + roots["googletest"], "-DCELL_BOOST=" + roots["libboost%s-dev" % cell.boost],
                       "-DCELL_ABSEIL=" + ";".join(abseil), "-DCMAKE_CXX_COMPILER=" + cell.compiler,
                       "-DCMAKE_CXX_STANDARD=" + cell.standard,
                       "-DBUILD_SHARED_LIBS=" + ("ON" if cell.library == "shared" else "OFF")])
    # One job, for other cells are built at the same time.
    step("build", ["cmake", "--build", built, "--parallel", "1"])
    return os.path.join(built, "suites")


def test(suites):
    failures = []

    def attempt(*arguments, **options):
        try:
            step(*arguments, **options)
        except Failed as failure:
            failures.append(str(failure))

    environment = dict(os.environ, INTEGRATION_SUITES=suites)
    for topic, tests in INTEGRATION_TESTS.items():
        script = os.path.join(TESTS, "integration", "test_%s.py" % topic)
        attempt("integration." + topic, [sys.executable, "-B", script, *tests], env=environment)
    for name, (suite, *arguments) in COMPARED.items():
        attempt(name, [sys.executable, os.path.join(TESTS, "differential", "compare.py"), "--repeat-serial",
                       os.path.join(suites, suite), "--", *arguments])
    if failures:
        raise Failed("\n".join(failures))


def main(arguments):
    if len(arguments) != 2:
        sys.exit(__doc__)
    try:
        versions = table.read()
        cell = versions.cell(arguments[1])
    except table.TableError as error:
        print("run_cell.py: error: %s" % error, file=sys.stderr)
        return 2
    try:
        test(build(versions, os.path.abspath(arguments[0]), cell))
    except Failed as failure:
        print(failure)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
