"""GoogleTest's flags and variables: one test for each row of the table in the guide to compatibility."""

import functools
import os
import re
import signal
import socket
import threading

from pathlib import Path

import harness

from transcript import mask

GUIDE = Path(__file__).resolve().parents[2] / "examples/compatibility.md"
ROWS = {}  # what a row of the table is about: the name of its test
RUNS_ON = {"GTEST_XDIST_MAX_WORKER_RESTART": "100"}  # however many workers die


def row(*names, needs=None):
    """The test is that of a row; without the flag `needs` in this GoogleTest it is skipped."""
    def mark(test):
        ROWS.update({name: test.__name__ for name in names})

        @functools.wraps(test)
        def checked(self):
            if needs and not self.knows(needs):
                self.skipTest("this GoogleTest has no --gtest_%s" % needs)
            test(self)
        return checked
    return mark


class FlagsTest(harness.IntegrationTest):
    def knows(self, flag):
        run = self.serial("flags", "--gtest_%s=1" % flag, "--gtest_list_tests", report=None)
        return "This program contains tests written using" not in run.out

    def on_abseil(self):
        """Whether it is Abseil that reads flags."""
        return b"16ParseCommandLine" in (harness.SUITES / "flags").read_bytes()

    def check(self, flag, *values, suite="kinds", variable=True, also=(), **options):
        """Each value makes no other difference than serially, as a flag and as a variable."""
        for value in values:
            self.assert_parallel_equals_serial(suite, "--gtest_%s=%s" % (flag, value), *also,
                                               **options)
        if variable:
            env = {"GTEST_" + flag.upper(): values[0]}
            options = {"workers": (2,), **options}
            self.assert_parallel_equals_serial(suite, *also, env=env, **options)

    def processes(self, run):
        """How many processes there were, as {worker: number}; '' is whom the user started."""
        mains = [line.split(" ")[1] for line in run.noted if line.startswith("main ")]
        return {name: mains.count(name) for name in mains}

    # --- what is run -------------------------------------------------------------------------

    @row("--gtest_filter", "TESTBRIDGE_TEST_ONLY")
    def test_filter(self):
        self.check("filter", "Plain.*", "-Typed*:*Fails*", "*/*-*Empty*", "Plain.?asses",
                   "No.Such", "-*")
        self.check("filter", "*/3:Other.*", "Other.Counts", suite="counters")
        self.assert_parallel_equals_serial("kinds", env={"TESTBRIDGE_TEST_ONLY": "Typed*"})

    @row("--gtest_also_run_disabled_tests")
    def test_also_run_disabled_tests(self):
        self.check("also_run_disabled_tests", "1", "0")
        self.check("also_run_disabled_tests", "1", also=["--gtest_filter=*DISABLED*"])
        self.check("also_run_disabled_tests", "1", suite="counters")

    @row("--gtest_list_tests")  # the one flag that is no variable
    def test_list_tests(self):
        for report in None, "xml", "json":
            self.assert_listed(["--gtest_list_tests"], {}, report)
            self.assert_listed(["--gtest_list_tests=1", "--gtest_filter=Text*"], {}, report)
        self.assert_parallel_equals_serial("kinds", workers=(2,), env={"GTEST_LIST_TESTS": "1"})
        self.assert_listed(["--gtest_list_tests"], {"GTEST_TOTAL_SHARDS": "2",
                                                    "GTEST_SHARD_INDEX": "0"}, "xml")

    def assert_listed(self, flags, env, report):
        serial = self.serial("flags", *flags, env=env, report=report)
        run = self.parallel("flags", *flags, env=env, report=report)
        self.assertEqual((serial.status, serial.out), (run.status, run.out))
        self.assertEqual([Path(path).read_text() for path in serial.reports.values()],
                         [Path(path).read_text() for path in run.reports.values()])
        self.assertEqual({"": 1}, self.processes(run), "no worker starts")

    @row("--gtest_help")
    def test_help(self):
        if self.on_abseil():  # where --gtest_help is nothing that is known
            serial, run = self.serial("flags", "--help"), self.parallel("flags", "--help")
            self.assertEqual((serial.status, serial.out), (run.status, run.out))
            self.assertEqual(["main "], run.noted)
            return
        for flag in "--gtest_help", "--help", "--gtest_no_such_flag":
            for run in self.serial("flags", flag), self.parallel("flags", flag):
                self.assertIn("--gtest_also_run_disabled_tests", run.out)
                self.assertEqual(["main "], run.noted)

    @row("--gtest_total_shards", "--gtest_shard_index", "GTEST_TOTAL_SHARDS", "GTEST_SHARD_INDEX")
    def test_shards(self):
        shards = [("2", "1"), ("3", "0"), ("1", "0"), ("100", "99"), ("-1", "-1"),  # none, that is
                  ("2", "2"), ("0", "0")]
        for total, index in shards:
            self.check_shard({"GTEST_TOTAL_SHARDS": total, "GTEST_SHARD_INDEX": index})
        for env in {"GTEST_TOTAL_SHARDS": "2"}, {"GTEST_SHARD_INDEX": "0"}:
            self.check_shard(env)
        env = {"GTEST_TOTAL_SHARDS": "2", "GTEST_SHARD_INDEX": "1"}
        for flag in "filter=Plain.*", "repeat=2", "also_run_disabled_tests":
            self.check_shard(env, "--gtest_" + flag)
        self.assert_distributed(env)
        self.assert_distributed({"GTEST_TOTAL_SHARDS": "-1", "GTEST_SHARD_INDEX": "-1"})
        if not self.knows("total_shards"):
            return
        for total, index in shards:
            self.check_shard({}, "--gtest_total_shards=" + total, "--gtest_shard_index=" + index)
        self.check_shard(env, "--gtest_shard_index=0")
        self.check_shard(env, "--gtest_total_shards=5", "--gtest_repeat=2")
        self.check_shard({}, "--gtest_total_shards=2")
        self.assert_distributed({}, "--gtest_total_shards=2", "--gtest_shard_index=0")
        self.assert_distributed(env, "--gtest_shard_index=0")

    def check_shard(self, env, *flags):
        for suite in "kinds", "counters":
            # Where there is none, gtest ends the process with a word of its own.
            self.assert_parallel_equals_serial(suite, *flags, env=env, workers=(2,))

    def assert_distributed(self, env, *flags):
        run = self.parallel("flags", *flags, env=env)
        self.assertEqual({"": 1, "gw0": 1, "gw1": 1}, self.processes(run), run)

    @row("GTEST_SHARD_STATUS_FILE")
    def test_shard_status_file(self):
        for workers in None, "2":
            started = self.start("flags", env={"GTEST_XDIST_WORKERS": workers,
                                               "GTEST_SHARD_STATUS_FILE": "status"})
            started.end()
            self.assertEqual(["status"], os.listdir(started.working))

    @row("--gtest_fail_if_no_test_linked", needs="fail_if_no_test_linked")
    def test_fail_if_no_test_linked(self):
        self.check("fail_if_no_test_linked", "1", "0", suite="many", also=["--tests=0"])
        self.check("fail_if_no_test_linked", "1")

    @row("--gtest_fail_if_no_test_selected", needs="fail_if_no_test_selected")
    def test_fail_if_no_test_selected(self):
        for flags in [], ["--gtest_filter=No.Such"], ["--gtest_repeat=2"]:
            self.check("fail_if_no_test_selected", "1", "0", also=flags)

    @row("TEST_WARNINGS_OUTPUT_FILE", needs="fail_if_no_test_linked")
    def test_warnings_output_file(self):
        for flag in "--gtest_filter=No.Such", "--gtest_filter=All*":
            written = set()
            for workers in None, "2":
                started = self.start("flags", flag, env={"GTEST_XDIST_WORKERS": workers,
                                                         "TEST_WARNINGS_OUTPUT_FILE": "warnings"})
                started.end()
                path = started.working / "warnings"
                written.add(path.read_text() if path.exists() else None)
            self.assertEqual(1, len(written), written)

    # --- how often, and in which order -------------------------------------------------------

    @row("--gtest_repeat")
    def test_repeat(self):
        self.check("repeat", "3", "0", "1")
        self.check("repeat", "2", suite="counters")
        serial = self.assert_parallel_equals_serial("recovers", "--gtest_repeat=3")
        self.assertEqual((1, set()), (serial.status, serial.failed))
        run = self.parallel("flags", "--gtest_repeat=3")
        self.assertEqual({"": 1, "gw0": 1, "gw1": 1}, self.processes(run), "workers live on")

    def test_repeat_without_end(self):
        """Until Ctrl-C."""
        started = self.start("flags", "--gtest_repeat=-1", env={"GTEST_XDIST_WORKERS": "2"})
        harness.wait_until(lambda: "iteration 5" in started.text, "it does not go on")
        started.process.send_signal(signal.SIGINT)
        run = started.end()
        self.assertEqual(130, run.status, run)
        self.assertEqual({"": 1, "gw0": 1, "gw1": 1}, self.processes(run), "workers live on")
        self.assert_nothing_left(started)

    @row("--gtest_recreate_environments_when_repeating",
         needs="recreate_environments_when_repeating")
    def test_recreate_environments_when_repeating(self):
        for value, times in ("0", 1), ("1", 3):
            flags = ["--gtest_recreate_environments_when_repeating=" + value, "--gtest_repeat=3"]
            self.assert_parallel_equals_serial("kinds", *flags)
            run = self.parallel("flags", *flags)
            for what in "set-up", "tear-down":
                for worker in "gw0", "gw1":
                    self.assertEqual(times, run.noted.count("%s %s" % (what, worker)), run)
        self.check("recreate_environments_when_repeating", "0", "1", also=["--gtest_repeat=2"],
                   workers=(2,))

    @row("--gtest_shuffle", "--gtest_random_seed")
    def test_shuffle(self):
        self.check("shuffle", "1", also=["--gtest_random_seed=7"])
        self.check("random_seed", "9", also=["--gtest_shuffle", "--gtest_repeat=3"])
        self.check("random_seed", "99999", also=["--gtest_shuffle", "--gtest_repeat=2"],
                   suite="counters")

    def test_the_order_of_a_seed(self):
        """In every mode tests are handed out in the order of a serial run."""
        for dist in "load", "worksteal", "loadscope", "loadfile", "loadgroup", "each":
            env = {"GTEST_XDIST_DIST": dist, "GTEST_XDIST_LOADSCOPE_REORDER": "no"}
            for seed in "1", "99999":
                flags = ["--gtest_shuffle", "--gtest_random_seed=" + seed, "--gtest_repeat=3"]
                serial = self.ran(self.serial("flags", *flags))
                with self.subTest(dist=dist, seed=seed):
                    run = self.parallel("flags", *flags, env=env, workers=1)
                    ran = [line.replace(" gw0 ", "  ") for line in self.ran(run)]
                    self.assertEqual(serial, ran)

    def ran(self, run):
        return [line for line in run.noted if line.startswith("ran ")]

    def test_every_process_knows_the_seed(self):
        """Whether it was chosen or given, in each iteration, and where a worker has died."""
        for given in [], ["--gtest_random_seed=0"], ["--gtest_random_seed=41"]:
            for env in {}, {"ABORTS_IN": "gw0 5"}:
                with self.subTest(given=given, env=env):
                    run = self.parallel("flags", "--gtest_shuffle", "--gtest_repeat=3", *given,
                                        workers=1, env=env)
                    told = re.findall(r"orders with a seed of (\d+) \.", run.out)
                    self.assertEqual(3, len(set(told)), run)
                    lines = self.ran(run)
                    for iteration, seed in enumerate(told):
                        for line in lines[11 * iteration:11 * (iteration + 1)]:
                            self.assertEqual(seed, line.split()[3], lines)

    # --- what is printed and reported --------------------------------------------------------

    @row("--gtest_brief")
    def test_brief(self):
        self.check("brief", "1", "0", framed=False)

    @row("--gtest_print_time")
    def test_print_time(self):
        self.check("print_time", "0", "1")

    @row("--gtest_print_utf8")
    def test_print_utf8(self):
        self.check("print_utf8", "0", "1", suite="flags")

    @row("--gtest_color")
    def test_color(self):
        self.check("color", "yes", "no", "auto")
        for term in "xterm", "dumb":
            serial, run = (self.on_terminal({"TERM": term, "GTEST_XDIST_WORKERS": workers})
                           for workers in (None, "2"))
            self.assertEqual(term == "xterm", "\x1b[" in serial)
            self.assertEqual(*(sorted(mask(text).split("\n")) for text in (serial, run)))

    def on_terminal(self, env):
        """What is written to a terminal, without anything of gtest-xdist's."""
        reader, terminal = os.openpty()
        started = self.start("kinds", "--gtest_filter=*:-Plain.*", report=None, terminal=terminal,
                             env={"GTEST_XDIST_PROGRESS": "never", "GTEST_XDIST_VERBOSITY": "-1",
                                  "NO_COLOR": None, **env})
        os.close(terminal)
        written = b""
        try:
            while True:
                written += os.read(reader, 65536)
        except OSError:  # nobody has the other end any more
            os.close(reader)
        started.end()
        return written.decode()

    @row("--gtest_output", "XML_OUTPUT_FILE")
    def test_output(self):
        for kind in "xml", "json":
            self.assert_files(["--gtest_output=" + kind], {}, ["test_detail." + kind])
            self.assert_files(["--gtest_output=%s:there/" % kind], {}, ["there/flags." + kind])
            self.assert_files(["--gtest_output=%s:there/x.y" % kind], {}, ["there/x.y"])
            self.assert_files([], {"GTEST_OUTPUT": kind + ":here." + kind}, ["here." + kind])
        self.assert_files([], {"XML_OUTPUT_FILE": "bazel.xml"}, ["bazel.xml"])
        self.assert_files(["--gtest_output=json"], {"XML_OUTPUT_FILE": "bazel.xml"},
                          ["test_detail.json"])
        self.assert_files(["--gtest_output=html:page"], {}, [])

    def assert_files(self, flags, env, expected):
        texts = []
        for workers in None, "2":
            started = self.start("flags", *flags, env={"GTEST_XDIST_WORKERS": workers, **env},
                                 report=None)
            run = started.end()
            found = [path for path in started.working.rglob("*") if path.is_file()]
            self.assertEqual(expected, [str(path.relative_to(started.working)) for path in found])
            texts.append((run.status, sorted(mask(run.out).split("\n"))))
            for path in found:
                self.assertIn("ProgramDeathTest", path.read_text())
        self.assertEqual(*texts)

    def test_a_directory_with_reports(self):
        """The next one gets a number."""
        for env in {}, {"GTEST_XDIST_WORKERS": "2"}:
            command = "'%s' --gtest_output=xml:there/" % (harness.SUITES / "flags")
            run = self.shell("; ".join([command] * 3 + ["ls there"]), env=env)
            self.assertTrue(run.out.endswith("\nflags.xml\nflags_1.xml\nflags_2.xml\n"), run)

    @row("--gtest_stream_result_to")
    def test_stream_result_to(self):
        flags = ["--gtest_filter=Plain.*:Typed*"]
        serial, = self.streams("kinds", *flags)
        self.assertIn("event=TestProgramEnd&passed=0", serial[-2])
        for way in "flag", "variable", "file":
            stream, = self.streams("kinds", *flags, workers="1", way=way)
            self.assertEqual(serial, stream)
            stream, = self.streams("kinds", *flags, workers="3", way=way)
            self.assertEqual(sorted(serial), sorted(stream))

    def streams(self, *command, workers=None, way="flag"):
        """The lines that came over each connection."""
        server = socket.create_server(("127.0.0.1", 0))
        streams, readers, last = [], [], []

        def read(connection):
            with connection, connection.makefile() as file:
                lines = file.read().split("\n")
            streams.append([mask(re.sub(r"elapsed_time=\d+ms", "elapsed_time", line))
                            for line in lines])

        def accept():
            while True:
                connection, peer = server.accept()
                if peer in last:  # those of the run were there before
                    return connection.close()
                readers.append(threading.Thread(target=read, args=(connection,)))
                readers[-1].start()

        acceptor = threading.Thread(target=accept)
        acceptor.start()
        address = "127.0.0.1:%d" % server.getsockname()[1]
        env = {"GTEST_XDIST_WORKERS": workers}
        if way == "flag":
            command += ("--gtest_stream_result_to=" + address,)
        elif way == "variable":
            env["GTEST_STREAM_RESULT_TO"] = address
        else:
            command += (self.flagfile("stream_result_to=" + address),)
        try:
            self.start(*command, env=env).end()
        finally:
            with socket.socket() as end:
                end.bind(("127.0.0.1", 0))
                last.append(end.getsockname())
                end.connect(server.getsockname())
                acceptor.join()
            server.close()
            for reader in readers:
                reader.join()
        return streams

    def flagfile(self, *flags):
        path = self._scratch / ("flags%d" % len(self._runs))
        path.write_text("".join("--gtest_%s\n" % flag for flag in flags))
        return "--%sflagfile=%s" % ("" if self.on_abseil() else "gtest_", path)

    @row("--gtest_stack_trace_depth", "--gtest_show_internal_stack_frames")
    def test_stack_traces(self):
        self.check("stack_trace_depth", "0", "3", suite="flags", workers=(2,))
        if self.knows("show_internal_stack_frames"):
            self.check("show_internal_stack_frames", "1", suite="flags", workers=(2,))

    # --- what becomes of a failure -----------------------------------------------------------

    @row("--gtest_fail_fast", "TESTBRIDGE_TEST_RUNNER_FAIL_FAST")
    def test_fail_fast(self):
        self.check("fail_fast", "1", "0", workers=(1,))
        self.assert_parallel_equals_serial("kinds", env={"TESTBRIDGE_TEST_RUNNER_FAIL_FAST": "1"},
                                           workers=(1,))

    @row("--gtest_break_on_failure")
    def test_break_on_failure(self):
        self.check("break_on_failure", "0", variable=False)
        run = self.assert_ends_workers("--gtest_break_on_failure", self.serial("kinds").failed,
                                       signal.SIGTRAP)
        for line in run.reproductions.values():
            self.assertIn(self.shell(line).status, (-signal.SIGTRAP, 128 + signal.SIGTRAP))

    @row("--gtest_throw_on_failure")
    def test_throw_on_failure(self):
        self.check("throw_on_failure", "0", variable=False)
        self.assert_ends_workers("--gtest_throw_on_failure", self.serial("kinds").failed,
                                 signal.SIGABRT)

    @row("--gtest_catch_exceptions")
    def test_catch_exceptions(self):
        self.check("catch_exceptions", "1", variable=False)
        self.check("catch_exceptions", "0", also=["--gtest_filter=-*.Throws"])
        self.assert_ends_workers("--gtest_catch_exceptions=0", {"Plain.Throws"}, signal.SIGABRT)

    def assert_ends_workers(self, flag, deadly, number):
        """What ends a serial run fails by name, and the rest is run."""
        plain = self.serial("kinds")
        serial = self.serial("kinds", flag)
        self.assertEqual(-number, serial.status)
        self.assertLess(len(serial.started), len(plain.started))
        harmless = "--gtest_filter=-" + ":".join(deadly)
        self.assert_parallel_equals_serial("kinds", flag, harmless, workers=(2,))
        run = self.parallel("kinds", flag, env=RUNS_ON)
        self.assertEqual((plain.status, plain.failed), (run.status, run.failed))
        self.assertEqual(sorted(plain.started), sorted(run.started))
        for name in deadly:
            before, failures = plain.test(name).failures, run.test(name).failures
            self.assertIn("killed by signal %d (%s)" % (number, number.name), failures[-1])
            if flag != "--gtest_catch_exceptions=0":
                first = [[mask(text) for text in found[:1]] for found in (before, failures)]
                self.assertEqual(*first, "what was wrong")
        return run

    @row("--gtest_death_test_style", "--gtest_death_test_use_fork")
    def test_death_tests(self):
        for style, mains in ("fast", 0), ("threadsafe", 1):
            flag = "--gtest_death_test_style=" + style
            serial = self.assert_parallel_equals_serial("flags", flag)
            run = self.parallel("flags", flag)
            self.assertEqual({"": 1 + mains}, self.processes(serial))
            self.assertEqual(3 + mains, sum(self.processes(run).values()), run)
        self.check("death_test_style", "threadsafe", "fast", suite="death", workers=(2,))
        for style in "fast", "threadsafe":
            self.check("death_test_use_fork", "1", "0", suite="flags", workers=(2,),
                       also=["--gtest_death_test_style=" + style])

    @row("--gtest_internal_run_death_test")
    def test_internal_run_death_test(self):
        """Such a process is one statement of a test, whatever it inherits."""
        flags = ["--gtest_filter=ProgramDeathTest.Dies",
                 "--gtest_internal_run_death_test=flags.cpp|1|0|1"]
        serial = self.serial("flags", *flags)
        run = self.parallel("flags", *flags)
        self.assertEqual((serial.status, serial.out), (run.status, run.out))
        self.assertEqual({"": 1}, self.processes(run))

    @row("--gtest_install_failure_signal_handler")
    def test_install_failure_signal_handler(self):
        self.check("install_failure_signal_handler", "1", "0", suite="flags", workers=(2,))

    @row("TEST_PREMATURE_EXIT_FILE")
    def test_premature_exit_file(self):
        """It is there while the controller runs, and left if that is killed."""
        for killed in False, True:
            started = self.start("hang", "--gtest_filter=Hang.Asleep", report=None,
                                 env={"GTEST_XDIST_WORKERS": "1", "TEST_PREMATURE_EXIT_FILE": "x"})
            harness.wait_until(lambda: started.noted, "the test does not start")
            self.assertEqual(["x"], os.listdir(started.working))
            if killed:
                started.process.kill()
            else:
                os.kill(int(started.noted[0]), signal.SIGKILL)
            started.end()
            self.assertEqual(["x"] if killed else [], os.listdir(started.working))

    # --- where flags come from ---------------------------------------------------------------

    @row("--gtest_flagfile")
    def test_flagfile(self):
        for flags in (["filter=Plain.*", "repeat=2"], ["also_run_disabled_tests", "brief"],
                      ["shuffle", "random_seed=5"]):
            self.assert_parallel_equals_serial("kinds", self.flagfile(*flags),
                                               framed="brief" not in flags)
        self.assert_listed([self.flagfile("list_tests")], {}, None)

    def test_flags_are_as_given(self):
        """The `flags` suite reports what its tests see."""
        self.assert_parallel_equals_serial(
            "flags", "--gtest_color=no", "--gtest_filter=Flags*:Num*", "--gtest_print_time=0",
            "--gtest_stack_trace_depth=7", "--gtest_death_test_style=threadsafe",
            "--gtest_catch_exceptions=0", "--gtest_also_run_disabled_tests", "--gtest_repeat=2",
            env={"GTEST_SHARD_STATUS_FILE": "/dev/null"})


class TableTest(harness.IntegrationTest):
    def setUp(self):
        super().setUp()
        section = GUIDE.read_text().partition("\n## GoogleTest's flags\n")[2].partition("\n## ")[0]
        cells = re.findall(r"^\| (`[^|]+) \| [^|]+ \|$", section, re.MULTILINE)
        self.names = [name for cell in cells for name in re.findall(r"`(--\w+|\w+)`", cell)]

    def test_each_row_has_a_test(self):
        self.assertEqual(sorted(ROWS), sorted(self.names))

    def test_each_flag_has_a_row(self):
        """What --help lists, and the names that the linker knows."""
        text = self.serial("flags", "--gtest_help").out
        listed = set(re.findall(r"^  --gtest_(\w+)", text, re.MULTILINE))
        self.assertLess(10, len(listed), text)
        linked = re.findall(rb"_ZN7testing\d+FLAGS_gtest_(\w+?)(?:B5cxx11)?E",
                            (harness.SUITES / "flags").read_bytes())
        known = listed | {name.decode() for name in linked}
        self.assertEqual(set(), {"--gtest_" + name for name in known} - set(self.names))


if __name__ == "__main__":
    harness.main()
