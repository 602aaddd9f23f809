"""Suites that define functions of the C library themselves, each in turn and all at once.

A library is found at run time, so that the suite is linked once; an executable is linked for each function, and only for
some of them unless INTEGRATION_EACH_SEAM is set.
"""

import os
import re
import subprocess
import unittest

from pathlib import Path

import harness

from transcript import mask

SOURCE = Path(__file__).resolve().parents[2]
LINK = os.environ.get("INTEGRATION_LINK", "").split(":")  # compiler, objects, library of GoogleTest
FUNCTIONS = (re.findall(r"GTEST_XDIST_NEEDS\((\w+)\)[,}]", (SOURCE / "include/gtest_xdist/process/link_seams.h").read_text()) +
             re.findall(r'^ {6}{"(\w+)", reinterpret_cast', (SOURCE / "include/gtest_xdist/os/linux.h").read_text(), re.MULTILINE))
RESULTS = {"getcwd": "strcpy(a, \"/\")",
           **dict.fromkeys(("calloc", "fdopendir", "fopen64", "getenv", "mkdtemp", "opendir", "pthread_mutex_lock",
                            "pthread_mutex_unlock", "readdir", "realloc"), "0")}  # of others: -1


def definition(function):
    """In C; such as suites have that only want to see the call."""
    return "long %s(void *a) { return (long)%s; }\n" % (function, RESULTS.get(function, "-1"))


@harness.without_sanitizer("it replaces such functions itself")
class LinkSeamsTest(harness.IntegrationTest):
    def compile(self, functions, *options):
        source = self._scratch / "seams.c"
        source.write_text("char *strcpy(char *, const char *);\n" + "".join(map(definition, functions)))
        subprocess.run([LINK[0], "-x", "c", "-w", "-fno-builtin", str(source), "-x", "none", *options], check=True)

    def check(self, functions, program, env):
        for failing in "0", "1":
            serial = self.serial(program, report=None, env={"FAIL": failing, **env})
            self.assertIn(serial.status, (0, 1), serial)
            run = self.parallel(program, report=None, env={"FAIL": failing, **env})
            self.assertEqual(serial.status, run.status, run)
            self.assertEqual(mask(serial.out), mask(run.out))
            self.assertIn("the program has its own %s, and workers need the C library's: running serially" %
                          ", ".join(functions), run.notes)

    def in_a_library(self, functions):
        folder = self._scratch / ("library-%d-%s" % (len(functions), functions[0]))
        folder.mkdir()
        self.compile(functions, "-shared", "-fPIC", "-o", str(folder / "libseams.so"))
        self.check(functions, "seams", {"LD_LIBRARY_PATH": str(folder)})

    def in_the_program(self, functions, *options):
        program = self._scratch / ("program-%d-%s" % (len(functions), functions[0]))
        self.compile(functions, *LINK[1:], *options, "-o", str(program))
        self.check(functions, program, {})

    def test_there_are_some(self):
        self.assertGreater(len(FUNCTIONS), 60)
        self.assertLessEqual({"kill", "waitid", "write", "syscall", "pthread_create"}, set(FUNCTIONS))

    def test_in_a_library(self):
        for function in FUNCTIONS:
            if not function.startswith("pthread_mutex_"):  # GoogleTest needs both, or none
                with self.subTest(function=function):
                    self.in_a_library([function])
        self.in_a_library(["pthread_mutex_lock", "pthread_mutex_unlock"])
        self.in_a_library(FUNCTIONS)

    def test_in_the_program(self):
        some = FUNCTIONS if os.environ.get("INTEGRATION_EACH_SEAM") else FUNCTIONS[::12]
        for function in set(some) - {"pthread_mutex_lock", "pthread_mutex_unlock"}:
            with self.subTest(function=function):
                self.in_the_program([function])
        self.in_the_program(FUNCTIONS)
        self.in_the_program(["kill"], "-no-pie")

    def test_clocks(self):
        """Ours goes on, so that nothing is said of them and a limit ends a test that hangs."""
        folder = self._scratch / "clocks"
        folder.mkdir()
        source = self._scratch / "clocks.c"
        source.write_text("""
            struct time { long seconds, rest; };
            int clock_gettime(int clock, struct time *now) { now->seconds = 1000; now->rest = 0; return 0; }
            int gettimeofday(struct time *now, void *zone) { return clock_gettime(0, now); }
            long time(long *now) { if (now) *now = 1000; return 1000; }""")
        subprocess.run([LINK[0], "-x", "c", "-w", str(source), "-shared", "-fPIC", "-o", str(folder / "libseams.so")],
                       check=True)
        clocks = {"LD_LIBRARY_PATH": str(folder)}
        self.assert_parallel_equals_serial("seams", env={"FAIL": "1", **clocks})
        run = self.parallel("seams", env={"HANG": "1", "GTEST_XDIST_TIMEOUT": "1", **clocks})
        self.assertEqual(({"Plain.Passes"}, 6), (run.failed, len(run.tests)), run)
        self.assertRegex(run.out, r"worker 'gw\d' timed out while running 'Plain.Passes'")
        for each in "MAXFAIL", "RETRIES":
            self.assert_parallel_equals_serial("seams", env={"GTEST_XDIST_" + each: "2", **clocks})

    def test_what_is_loaded_before_all(self):
        """Such a library does what the function does, and something beside it: nothing is said of it."""
        folder = self._scratch / "preload"
        folder.mkdir()
        library = folder / "libwatches.so"
        source = self._scratch / "watches.c"
        source.write_text("#define _GNU_SOURCE\n#include <dlfcn.h>\n"
                          "int kill(int p, int s) { return ((int (*)(int, int))dlsym(RTLD_NEXT, \"kill\"))(p, s); }\n")
        subprocess.run([LINK[0], "-x", "c", str(source), "-shared", "-fPIC", "-o", str(library)], check=True)
        run = self.parallel("seams", env={"LD_PRELOAD": str(library)})
        self.assertEqual((0, []), (run.status, run.notes), run)


if __name__ == "__main__":
    harness.main()
