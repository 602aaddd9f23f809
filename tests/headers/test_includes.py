"""What a header may include and call: only what lies below it, and of Linux only os/ knows."""

import re
import sys
import unittest

from pathlib import Path

INCLUDE = Path(sys.argv[1], "include")

# From the bottom. Folders of one level know nothing of each other.
LEVELS = [{"core", "os"}, {"scheduler"}, {"hooks"}, {"transport"}, {"process"}, {"bridge"},
          {"worker", "controller"}, {"shim", "testing"}]
PUBLIC = {"gtest_xdist.h", "once.h", "plugin.h", "testing.h"}
FREE = {"version.h"}  # includes nothing

# Headers of POSIX, and the folders that may include them.
POSIX = {"dirent.h", "fcntl.h", "limits.h", "poll.h", "pthread.h", "stdio.h", "sys/file.h",
         "sys/resource.h", "sys/stat.h", "sys/statvfs.h", "sys/types.h", "sys/wait.h", "unistd.h"}
POSIX_FOLDERS = {"transport", "process", "worker", "controller", "shim"}

# Of other libraries: what may be included, and in which folders or files.
OTHERS = {"gtest/": {"bridge", "worker", "controller", "shim"},
          "boost/interprocess/": {"transport"},
          "boost/process/": {"process/child_process.h"},
          "boost/fusion/": {"process/child_process.h"},
          "boost/version.hpp": {"process/child_process.h"}}

# Linux's and glibc's own calls and constants that headers of POSIX bring along, and its files.
LINUX = re.compile(r"""
    \b(memfd_create|MFD_\w+|F_(ADD|GET)_SEALS|F_SEAL_\w+|syscall|SYS_\w+|futex|FUTEX_\w+|inotify_\w+
      |eventfd\w*|epoll_\w+|signalfd|timerfd_\w+|prctl|PR_[A-Z]\w*|pipe2|accept4|dup3|O_TMPFILE|O_PATH
      |fallocate|FALLOC_\w+|sendfile|copy_file_range|sched_\w+|cpu_set_t|CPU_\w+
      |dl_iterate_phdr|dladdr|gettid|tgkill|unshare|setns|getrandom|secure_getenv|on_exit
      |program_invocation_\w+|get_nprocs\w*|sysinfo|mremap|MAP_POPULATE|close_range|pidfd_\w+
      |process_vm_\w+|__linux__|__GLIBC__)\b
    |"/proc\b|"/sys\b|"/dev/shm\b""", re.VERBOSE)


def level(folder):
    return next(i for i, folders in enumerate(LEVELS) if folder in folders)


def without_comments(text):
    return re.sub(r"(?<!:)//.*", "", text)


class IncludesTest(unittest.TestCase):
    def setUp(self):
        self.headers = {path.relative_to(INCLUDE / "gtest_xdist").as_posix(): path.read_text()
                        for path in (INCLUDE / "gtest_xdist").rglob("*.h")}

    def each_include(self, pattern):
        for header, text in self.headers.items():
            for included in re.findall(r"^#include " + pattern, text, re.MULTILINE):
                yield header, header.split("/")[0], included

    def test_every_folder_has_a_level(self):
        folders = {header.split("/")[0] for header in self.headers}
        self.assertEqual(set.union(PUBLIC, FREE, *LEVELS), folders)

    def test_includes_point_down(self):
        for header, folder, included in self.each_include(r'"gtest_xdist/(.*)"'):
            if header in PUBLIC or included in FREE:
                continue
            other = included.split("/")[0]
            with self.subTest(header=header, included=included):
                self.assertNotIn(included, PUBLIC)
                self.assertTrue(other == folder or level(other) < level(folder))

    def test_a_system_is_picked_by_os_alone(self):
        self.assertEqual({("os/os.h", "os/linux.h")},
                         {(header, included)
                          for header, _, included in self.each_include(r'"gtest_xdist/(os/.*)"')
                          if included != "os/os.h"})

    def test_headers_of_the_system_are_posix(self):
        for header, folder, included in self.each_include(r"<([^>]*\.h(?:pp)?)>"):
            allowed = next((places for prefix, places in OTHERS.items()
                            if included.startswith(prefix)),
                           POSIX_FOLDERS if included in POSIX else set())
            with self.subTest(header=header, included=included):
                self.assertTrue({folder, header} & ({"os"} | allowed))

    def test_calls_are_posix(self):
        for header, text in self.headers.items():
            if header.startswith("os/"):
                continue
            with self.subTest(header=header):
                self.assertEqual([], [found.group() for found in
                                      LINUX.finditer(without_comments(text))])


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
