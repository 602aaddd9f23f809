"""What a header may include and call: only what lies below it and is used, and of Linux only os/ knows."""

import re
import sys
import unittest

from pathlib import Path

INCLUDE = Path(sys.argv[1], "include")
WINDOWS = Path(sys.argv[1], "tests/windows/CMakeLists.txt")

# From the bottom. Folders of one level know nothing of each other.
LEVELS = [{"core", "os"}, {"scheduler"}, {"hooks"}, {"transport"}, {"process"}, {"bridge"},
          {"worker", "controller"}, {"shim", "testing"}]
# Within them, again from the bottom; a folder of LEVELS stands for what lies in none of its rooms.
ROOMS = [{"core/build", "core/lean", "core/text", "core/wire"}, {"core/tests"}, {"core", "core/settings"},
         {"core/messages", "core/schedule"}, {"core/timeline"},
         {"scheduler/units"}, {"scheduler"},
         {"process/files", "process/signals"}, {"process", "process/output"}, {"process/once"},
         {"bridge/insides"}, {"bridge"},
         {"controller/locks"}, {"controller/node"},
         {"controller/crew", "controller/records", "controller/results"},
         {"controller/handout", "controller/view"}, {"controller/session"}]
MOST_HEADERS = 15  # of a room: with more it is several
MOST_LINES = 350  # of a header: with more it is two
PUBLIC = {"gtest_xdist.h", "once.h", "plugin.h", "testing.h"}
FREE = {"version.h"}  # includes nothing
FOR_EFFECT = {"core/build/same_build.h"}  # adds to each file that includes it

# Headers of POSIX, and the folders that may include them.
POSIX = {"dirent.h", "fcntl.h", "limits.h", "poll.h", "pthread.h", "stdio.h", "sys/file.h", "sys/mman.h",
         "sys/resource.h", "sys/socket.h", "sys/stat.h", "sys/statvfs.h", "sys/types.h", "sys/wait.h", "unistd.h"}
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

# What a header declares for others: at namespace scope, so at the beginning of a line.
DECLARED = re.compile(r"""
    ^(?:class|struct|union|enum[ ]class|enum)[ ](?:\[\[.*?\]\][ ])?(\w+)[^;{]*\{
    | ^using[ ](\w+)[ ]=
    | ^\#[ ]*define[ ](\w+)
    | ^[A-Z_]+\((\w+),                                                # by a macro
    | ^(?=[a-zA-Z\[])(?!static_assert)(?:(?:decltype\(auto\)|[^\n;={(]*)[ &*])?(\w+)\(  # a function
    | ^(?:inline|const|constexpr)[ ][^\n;={(]*\b(\w+)[ ]?[=;{\[]      # a constant
    """, re.MULTILINE | re.VERBOSE)


def level(folder, levels):
    return next(i for i, folders in enumerate(levels) if folder in folders)


def room(header):
    return header.rpartition("/")[0]


def is_below(included, header):
    """Whether a header's layer lies below that of another, or its room in the same layer."""
    layers = [path.split("/")[0] for path in (included, header)]
    if layers[0] != layers[1]:
        return level(layers[0], LEVELS) < level(layers[1], LEVELS)
    rooms = [room(included), room(header)]
    return rooms[0] == rooms[1] or level(rooms[0], ROOMS) < level(rooms[1], ROOMS)


def without_comments(text):
    return re.sub(r"(?<!:)//.*", "", text)


def words(text):
    strings = r'"(?:[^"\\\n]|\\.)*"'
    return set(re.findall(r"\w+", re.sub(strings, '""', without_comments(text))))


def declared(text):
    found = DECLARED.findall(without_comments(text))
    return {name for names in found for name in names if name and not name.endswith("_H_")}


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

    def test_every_room_has_a_level(self):
        rooms = {room(header) for header in self.headers} - {""}
        with_rooms = {folder.split("/")[0] for folder in rooms if "/" in folder}
        self.assertEqual(set.union(*ROOMS),
                         {folder for folder in rooms if folder.split("/")[0] in with_rooms})

    def test_no_room_is_too_full(self):
        rooms = [room(header) for header in self.headers]
        self.assertEqual([], [folder for folder in sorted(set(rooms)) if rooms.count(folder) > MOST_HEADERS])

    def test_no_header_is_too_long(self):
        lengths = {header: text.count("\n") for header, text in self.headers.items()}
        self.assertEqual({}, {header: lines for header, lines in lengths.items() if lines > MOST_LINES})

    def test_includes_point_down(self):
        for header, _, included in self.each_include(r'"gtest_xdist/(.*)"'):
            if header in PUBLIC or included in FREE:
                continue
            with self.subTest(header=header, included=included):
                self.assertNotIn(included, PUBLIC)
                self.assertTrue(is_below(included, header))

    def test_guards_are_paths(self):
        for header, text in self.headers.items():
            with self.subTest(header=header):
                guard = "GTEST_XDIST_%s_" % re.sub(r"\W", "_", header).upper()
                self.assertIn("\n#ifndef %s\n#define %s\n" % (guard, guard), text)
                self.assertTrue(text.endswith("#endif  // %s\n" % guard))

    def test_layers_are_folders(self):
        """What a header says of its place."""
        for header, text in self.headers.items():
            if header in PUBLIC | FREE:
                continue
            with self.subTest(header=header):
                self.assertEqual([room(header)], re.findall(r"^// Layer: ([\w/]+)", text, re.MULTILINE))

    def test_paths_in_comments_exist(self):
        layers = "|".join(set.union(*LEVELS))
        for header, text in self.headers.items():
            for path in re.findall(r"(?<![\w/.])((?:%s)/[\w/]+\.h)\b" % layers, text):
                with self.subTest(header=header, path=path):
                    self.assertIn(path, self.headers)

    def test_what_is_included_is_used(self):
        names = {header: declared(text) for header, text in self.headers.items()}
        # A header without declarations in the namespace stands for those that it includes.
        standing = {header for header, text in self.headers.items() if "\nnamespace " not in text}
        for header, _, included in self.each_include(r'"gtest_xdist/(.*)"'):
            if header in standing:
                names[header] = names[header] | names[included]
        used = {header: words(text) for header, text in self.headers.items()}
        for header, _, included in self.each_include(r'"gtest_xdist/(.*)"'):
            if header in PUBLIC | standing or included in FOR_EFFECT:
                continue
            with self.subTest(header=header, included=included):
                self.assertTrue(names[included] & used[header], "nothing of it is used")

    def test_a_system_is_picked_by_os_alone(self):
        picked = {("os/os.h", header) for header in self.headers if header.startswith("os/linux")}
        self.assertEqual(picked | {("os/linux.h", "os/linux_modules.h"), ("os/linux_clock.h", "os/linux_modules.h"),
                                   ("os/linux.h", "os/linux_processes.h"),
                                   ("os/linux_open_files.h", "os/linux_processes.h"),
                                   ("os/linux_processes.h", "os/linux_clock.h")},
                         {(header, included)
                          for header, _, included in self.each_include(r'"gtest_xdist/(os/.*)"')
                          if included != "os/os.h"})

    def test_what_compiles_for_windows_is_above_no_system(self):
        lists = {name: words.split() for name, words in
                 re.findall(r"^set\((pure_layers|headers|tested_headers)\s([^)]*)\)",
                            WINDOWS.read_text(), re.MULTILINE)}
        seen = lists["headers"] + [header + ".h" for header in lists["tested_headers"]]
        seen += [header for header in self.headers if header.split("/")[0] in lists["pure_layers"]]
        included = {}
        for header, _, below in self.each_include(r'"gtest_xdist/(.*)"'):
            included.setdefault(header, []).append(below)
        for header in seen:  # grows
            self.assertNotIn("os/os.h", included.get(header, []), header)
            seen += [below for below in included.get(header, []) if below not in seen]

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
