"""What a run shows and keeps of its schedule: the slowest tests, timelines, records, replays."""

import json
import os
import re
import xml.etree.ElementTree

import harness

UNITS = {"ns": 1e-9, "us": 1e-6, "ms": 1e-3, "s": 1}


class DurationsTest(harness.IntegrationTest):
    """GTEST_XDIST_DURATIONS."""

    def lists(self, run):
        """[(count, total, what, [(seconds, text)])] of all that is printed after a summary."""
        found = []
        for line in run.out.splitlines():
            header = re.fullmatch(r"slowest (\d+) of (\d+) (tests?|suites?):", line)
            entry = re.fullmatch(r" *([\d.]+) (ns|us|ms|s)  (.+)", line)
            if header:
                found.append((int(header[1]), int(header[2]), header[3], []))
            elif entry and found:
                found[-1][3].append((float(entry[1]) * UNITS[entry[2]], entry[3]))
        for count, _, _, entries in found:
            self.assertEqual(count, len(entries), run)
            self.assertEqual(sorted((seconds for seconds, _ in entries), reverse=True),
                             [seconds for seconds, _ in entries])
        return found

    def test_the_slowest_are_shown_after_the_summary(self):
        """stretches: each test sleeps for its number modulo 4 milliseconds."""
        run = self.parallel("stretches", env={"GTEST_XDIST_DURATIONS": "3"})
        self.assertEqual(0, run.status, run)
        tests, suites = self.lists(run)
        self.assertEqual((3, 24, "tests"), tests[:3])
        self.assertEqual((3, 3, "suites"), suites[:3])
        self.assertGreaterEqual(tests[3][0][0], 0.003)
        self.assertLess(run.out.index("[  PASSED  ] 24 tests."), run.out.index("slowest 3"))
        for seconds, text in suites[3]:
            self.assertRegex(text, r"^\S+: tests \S+ \S+, \d+ set-ups? and tear-downs? \S+ \S+$")

    def test_zero_is_all(self):
        for mode in "load", "each":
            run = self.parallel("numbered", env={"GTEST_XDIST_DURATIONS": "0",
                                                 "GTEST_XDIST_DIST": mode})
            tests, suites = self.lists(run)
            names = {text.split(",")[0] for _, text in tests[3]}
            self.assertEqual(set(run.started), names)
            self.assertEqual({name.split(".")[0] for name in names},
                             {text.split(":")[0] for _, text in suites[3]})
            self.assertEqual(mode == "each", all(", longest of 2 runs" in text
                                                 for _, text in tests[3]))

    def test_every_iteration_has_its_own(self):
        run = self.parallel("numbered", "--gtest_repeat=3", report=None,
                            env={"GTEST_XDIST_DURATIONS": "1"})
        self.assertEqual(["tests", "suites"] * 3, [what for _, _, what, _ in self.lists(run)])

    def test_a_run_without_tests_has_none(self):
        run = self.parallel("own_main", "--runs=2", "--then=None", report=None, env={
            "GTEST_XDIST_DURATIONS": "1", "GTEST_XDIST_RECORD": str(self._scratch / "record")})
        self.assertEqual(2, run.out.count("RUN_ALL_TESTS returned"), run)
        self.assertEqual(["tests", "suites"], [what for _, _, what, _ in self.lists(run)])

    def test_crashes_and_attempts_count(self):
        run = self.parallel("retries", "--gtest_filter=Retried.Crashes",
                            env={"GTEST_XDIST_DURATIONS": "1", "GTEST_XDIST_RETRIES": "1",
                                 "ATTEMPTS": "1"})
        self.assertEqual(0, run.status, run)
        (_, _, what, [(_, text)]), _ = self.lists(run)
        self.assertEqual("test", what)
        self.assertEqual("Retried.Crashes, longest of 2 runs", text)

    def test_everything_else_stays_as_it_is(self):
        serial = self.serial("kinds")
        run = self.parallel("kinds", env={"GTEST_XDIST_DURATIONS": "2"})
        run.out = run.out[:run.out.index("slowest 2 of")]
        self.assert_same(serial, run)

    def test_serial_runs_ignore_it(self):
        for env in {}, {"GTEST_XDIST_INDICES": "0"}:
            run = self.serial("numbered", env={"GTEST_XDIST_DURATIONS": "0", **env})
            self.assertEqual(0, run.status, run)
            self.assertEqual([], self.lists(run))


class RecordedTest(harness.IntegrationTest):
    """GTEST_XDIST_RECORD and GTEST_XDIST_REPLAY."""

    def setUp(self):
        super().setUp()
        self.path = self._scratch / "record"

    def record(self, suite, *arguments, env=None, **options):
        run = self.parallel(suite, *arguments, env={"GTEST_XDIST_RECORD": str(self.path),
                                                    **(env or {})}, **options)
        return run, self.path.read_text()


class ReplayTest(RecordedTest):
    def replay(self, suite, *arguments, worker="", env=None, **options):
        """The run, and what it has recorded itself."""
        again = self._scratch / "again"
        run = self.parallel(suite, *arguments, workers=7, env={
            "GTEST_XDIST_REPLAY": str(self.path) + worker, "GTEST_XDIST_RECORD": str(again),
            **(env or {})}, **options)
        return run, again.read_text() if again.exists() else None

    def lists(self, record):
        """{(iteration, worker): [index]}"""
        found, iteration = {}, 0
        for line in record.splitlines():
            if line.startswith("iteration "):
                iteration = int(line.split()[1])
            worker = re.fullmatch(r"(gw\d+)(?: for gw\d+)?: ([\d:-]+)", line)
            if worker:
                ends = [piece.split("-") for piece in worker[2].split(":")]
                found[iteration, worker[1]] = [
                    i for end in ends for i in range(int(end[0]), int(end[-1]) + 1)]
        return found

    def test_every_mode_is_run_again_as_it_was(self):
        for mode in "load", "worksteal", "loadscope", "each":
            with self.subTest(mode):
                first, record = self.record("stretches", "--gtest_repeat=2", report=None,
                                            workers=3, env={"GTEST_XDIST_DIST": mode})
                second, again = self.replay("stretches", "--gtest_repeat=2", report=None)
                self.assertEqual(0, second.status, second)
                self.assertEqual(record, again)
                self.assertEqual(2 * 24 * (3 if mode == "each" else 1),
                                 sum(map(len, self.lists(record).values())))

    def test_results_are_those_of_a_serial_run(self):
        for suite in "kinds", "grouped", "locks":
            serial = self.serial(suite)
            first, record = self.record(suite)
            self.assert_same(serial, first)
            second, again = self.replay(suite)
            self.assert_same(serial, second)
            if suite != "locks":  # whose tests wait for each other
                self.assertEqual(record, again)

    def test_a_part_is_run_in_this_process(self):
        _, record = self.record("numbered", "--gtest_repeat=2", report=None)
        lists = self.lists(record)
        names = ["Alpha.Zero", "Alpha.One", "Alpha.Two", "Beta.Three", None, "Beta.Five",
                 "Gamma.Six", "Gamma.Seven", "Gamma.Eight"]
        for worker in {worker for _, worker in lists}:
            run = self.serial("numbered", "--gtest_repeat=2", report=None,
                              env={"GTEST_XDIST_REPLAY": "%s:%s" % (self.path, worker)})
            self.assertEqual(0, run.status, run)
            wanted = [names[i] for n in (1, 2) for i in lists.get((n, worker), [])]
            self.assertEqual(wanted, run.started)

    def test_a_crash_is_replayed_with_its_replacement(self):
        arguments = ["--gtest_filter=Crash.Aborts:*Healthy*"]
        first, record = self.record("crash", *arguments)
        second, again = self.replay("crash", *arguments)
        self.assertEqual(first.status, second.status)
        self.assertEqual({"Crash.Aborts"}, second.failed)
        self.assertEqual(record, again)

    def test_attempts_are_recorded(self):
        env = {"GTEST_XDIST_RETRIES": "1", "ATTEMPTS": "1"}
        _, record = self.record("retries", "--gtest_filter=Retried.Fails", workers=1, env=env)
        self.assertRegex(record, r"\ngw0: (\d+):\1\nagain gw0: \1\nend\n$")
        run, _ = self.replay("retries", "--gtest_filter=Retried.Fails", env={"ATTEMPTS": "0"})
        self.assertEqual(0, run.status, run)

    def test_what_was_not_run_is_named(self):
        _, record = self.record("numbered", workers=1)
        self.path.write_text(record.replace("gw0: 0-3:5-8", "gw0: 3:2:1:5-8"))
        run, again = self.replay("numbered")
        self.assertEqual(0, run.status, run)
        self.assertEqual(["not run: it was not run when '%s' was recorded" % self.path],
                         [skip.strip() for skip in run.test("Alpha.Zero").skips])
        self.assertEqual({(1, "gw0"): [3, 2, 1, 5, 6, 7, 8]}, self.lists(again))

    def test_each_run_of_all_tests_is_recorded(self):
        """own_main calls RUN_ALL_TESTS twice."""
        arguments = ["--word=a word, \"quoted\"", "--runs=2"]
        _, record = self.record("own_main", *arguments, report=None)
        self.assertEqual(2, record.count("\nrun "))
        _, again = self.replay("own_main", *arguments, report=None)
        self.assertEqual(record, again)

    def test_it_is_written_after_an_interruption(self):
        started = self.start("hang", env={"GTEST_XDIST_WORKERS": "2",
                                          "GTEST_XDIST_RECORD": str(self.path)})
        harness.wait_until(lambda: started.noted, "a test runs")
        started.process.terminate()
        started.end()
        self.assertTrue(self.path.read_text().endswith("end\n"))


class WrongFileTest(RecordedTest):
    EXPECTED = ("gtest-xdist: error: %s='%s' is not valid: expected a file that %s; %s\n")

    def assert_refused(self, why, *arguments, suite="numbered", worker="", path=None):
        value = str(path or self.path) + worker
        run = self.serial(suite, *arguments, env={"GTEST_XDIST_REPLAY": value},
                          separate_stderr=True)
        self.assertEqual((2, []), (run.status, run.noted), run)
        self.assertEqual(self.EXPECTED % ("GTEST_XDIST_REPLAY", value, "GTEST_XDIST_RECORD has "
                                          "written for this program", why), run.err)

    def test_it_must_fit(self):
        self.record("numbered", env={"GTEST_XDIST_DIST": "each"})
        self.assert_refused("it was made by 'numbered' when it had 9 tests; here are 65",
                            suite="crash")
        self.assert_refused("it has 1 iteration, and --gtest_repeat is 2", "--gtest_repeat=2")
        self.assert_refused("it has 1 iteration, and --gtest_repeat is -1", "--gtest_repeat=-1")
        self.assert_refused("'Beta.Three' was selected then and is not now",
                            "--gtest_filter=Alpha*")
        self.assert_refused("gw7 has run no test in it; those that have: gw0, gw1", worker=":gw7")
        text = self.path.read_text()
        self.path.write_text(re.sub("digest [0-9a-f]{16}", "digest " + 16 * "0", text))
        for worker in "", ":gw0":
            self.assert_refused("it was made by 'numbered' when its tests had other names or "
                                "another order", worker=worker)

    def test_it_must_fit_also_where_nothing_is_selected(self):
        self.record("numbered")
        self.assert_refused("'Alpha.Zero' was selected then and is not now",
                            "--gtest_filter=NoSuch.*")

    def test_a_part_must_be_of_what_is_run(self):
        _, text = self.record("numbered", "--gtest_repeat=2", report=None)
        first, second = (re.sub(r"(?s)gw\d+: .*", "", part) for part in text.split("iteration 2"))
        self.path.write_text("%sgw0: 0-3:5-8\niteration 2%sgw0: 0-3\ngw1: 5-8\nend\n"
                             % (first, second))
        self.assert_refused("gw1 has run no test in iteration 1, and --gtest_repeat is 1",
                            worker=":gw1")

    def test_it_must_be_right(self):
        self.path.write_text("mine\n")
        self.assert_refused("its first line is not 'gtest-xdist schedule 1'")
        self.assert_refused("it cannot be read: No such file or directory",
                            path=self._scratch / "none")
        os.mkfifo(self._scratch / "pipe")
        for path in self._scratch / "pipe", "/dev/zero":
            self.assert_refused("it is not a regular file", path=path)
        _, text = self.record("numbered", workers=1)
        for old, new, why in (
                ("gw0: 0-3", "gw0: 0-4", "line 6 is wrong: test 4 is not selected"),
                ("gw0: 0-3", "gw0: 0:0-3", "line 6 is wrong: test 0 is there twice"),
                ("5-8\nend", "5-9\nend", "line 6 is wrong: there is no test 9 among 9"),
                ("end\n", "", "it is not complete: its last line is not 'end'")):
            self.path.write_text(text.replace(old, new))
            self.assert_refused(why)

    def test_a_record_that_cannot_be_written(self):
        for path, why in ((self._scratch, "it is a directory"),
                          (self._scratch / "no" / "record", "'%s' is not a writable directory: "
                           "No such file or directory" % (self._scratch / "no"))):
            run = self.serial("numbered", separate_stderr=True, env={
                "GTEST_XDIST_WORKERS": "2", "GTEST_XDIST_RECORD": str(path)})
            self.assertEqual(2, run.status, run)
            self.assertEqual("gtest-xdist: error: GTEST_XDIST_RECORD='%s' is not valid: expected "
                             "a file that can be written; %s\n" % (path, why), run.err)

    def test_each_file_is_written_for_one_purpose(self):
        (self._scratch / "x.json").touch()
        (self._scratch / "link").symlink_to(self._scratch / "x.json")
        for one, other, report in (
                ("GTEST_XDIST_TIMELINE=x.json", "GTEST_XDIST_RECORD=./x.json", None),
                ("GTEST_XDIST_RECORD=%s/x.json" % self._scratch,
                 "GTEST_XDIST_DURATIONS_FILE=%s/link" % self._scratch, None),
                ("GTEST_XDIST_TIMELINE=%s/x.json" % self._scratch, "--gtest_output",
                 "--gtest_output=json:%s/./x.json" % self._scratch)):
            (name, value), owner = one.split("="), other.split("=")
            env = {name: value, "GTEST_XDIST_WORKERS": "2"}
            if len(owner) == 2:
                env[owner[0]] = owner[1]
            run = self.serial("numbered", *([report] if report else []), env=env, report=None,
                              separate_stderr=True)
            self.assertEqual((2, []), (run.status, run.noted), run)
            self.assertEqual("gtest-xdist: error: %s='%s' is not valid: expected another file than "
                             "that of %s\n" % (name, value, owner[0]), run.err)

    def test_files_that_nothing_is_written_to_are_told_of(self):
        self.path.write_text("old\n")
        run = self.parallel("numbered", "--gtest_filter=NoSuch.*",
                            env={"GTEST_XDIST_RECORD": str(self.path)})
        self.assertEqual(0, run.status, run)
        self.assertEqual(["GTEST_XDIST_RECORD: '%s' is not written: no test has run on a worker"
                          % self.path], run.notes)
        self.assertEqual("old\n", self.path.read_text())

    def test_a_record_that_cannot_be_written_in_the_end_leaves_the_results(self):
        run = self.parallel("numbered", env={"GTEST_XDIST_RECORD": "/dev/full"})
        self.assertEqual(0, run.status, run)
        self.assertEqual(["GTEST_XDIST_RECORD: '/dev/full' is not written: No space left on "
                          "device"], run.notes)


class TimelineTest(harness.IntegrationTest):
    """GTEST_XDIST_TIMELINE."""

    def timeline(self, suite, *arguments, ending="json", env=None, **options):
        path = self._scratch / ("timeline." + ending)
        run = self.parallel(suite, *arguments, env={"GTEST_XDIST_TIMELINE": str(path),
                                                    **(env or {})}, **options)
        return run, path.read_text(encoding="utf-8")

    def events(self, text):
        """All events of a trace; the spans of each lane do not overlap."""
        events = json.loads(text)["traceEvents"]
        lanes = {}
        for event in events:
            if event["ph"] == "X":
                lanes.setdefault((event["pid"], event["tid"]), []).append(event)
        for spans in lanes.values():
            spans.sort(key=lambda event: event["ts"])
            for before, after in zip(spans, spans[1:]):
                self.assertLessEqual(round(before["ts"] + before["dur"], 3), after["ts"])
        return events

    def runs_of_tests(self, events):
        return [event for event in events if event.get("cat") == "test"]

    def test_every_test_is_there_once(self):
        for mode in "load", "each":
            run, text = self.timeline("stretches", workers=3, env={"GTEST_XDIST_DIST": mode})
            self.assertEqual(0, run.status, run)
            events = self.events(text)
            names = [event["name"] for event in self.runs_of_tests(events)]
            self.assertEqual(sorted(run.started * (3 if mode == "each" else 1)), sorted(names))
            self.assertEqual({"passed"}, {event["args"]["result"]
                                          for event in self.runs_of_tests(events)})
            self.assertEqual(
                ["gw0", "gw1", "gw2"],
                [event["args"]["name"] for event in events if event["name"] == "thread_name"])
            self.assertEqual({"start", "environments", "suite", "test"},
                             {event["cat"] for event in events if event["ph"] == "X"} - {"idle"})
            starts = [event["dur"] for event in events if event.get("cat") == "start"]
            self.assertEqual(3, len(starts))
            self.assertGreater(min(starts), 0)

    def test_results_are_told(self):
        run, text = self.timeline("kinds")
        results = {event["name"]: event["args"]["result"] for event in self.runs_of_tests(
            self.events(text))}
        self.assertEqual("failed", results["Plain.FailsTwice"])
        self.assertEqual("skipped", results["Plain.IsSkipped"])

    def test_crashes_and_attempts_are_told(self):
        env = {"GTEST_XDIST_RETRIES": "1", "ATTEMPTS": "1"}
        run, text = self.timeline("retries", "--gtest_filter=Retried.Crashes", env=env)
        events = self.events(text)
        tests = sorted(self.runs_of_tests(events), key=lambda event: event["ts"])
        self.assertEqual([("crashed", "1 of 2"), ("passed", "2 of 2")],
                         [(test["args"]["result"], test["args"]["attempt"]) for test in tests])
        self.assertEqual(["node down: killed by signal 6 (SIGABRT)"],
                         [event["name"] for event in events if event["ph"] == "i"])

    def test_all_iterations_and_runs_are_in_one_file(self):
        _, text = self.timeline("numbered", "--gtest_repeat=3", report=None)
        tests = self.runs_of_tests(self.events(text))
        self.assertEqual([8] * 3, [sum(test["args"]["iteration"] == i for test in tests)
                                   for i in (1, 2, 3)])
        _, text = self.timeline("own_main", "--word=a word, \"quoted\"", "--runs=2", report=None)
        self.assertEqual({1, 2}, {test["pid"] for test in self.runs_of_tests(self.events(text))})

    def test_a_picture_is_xml(self):
        for ending in "svg", "html":
            for suite, arguments in (("stretches", []), ("kinds", []),
                                     ("crash", ["--gtest_filter=Crash.Aborts:*Healthy*"])):
                run, text = self.timeline(suite, *arguments, ending=ending)
                document = re.sub("^<!DOCTYPE html>", "", text)
                root = xml.etree.ElementTree.fromstring(document)
                self.assertTrue(root.tag.endswith(ending), root.tag)
                for name in run.failed - {"SkippedInSetUp.NeverRuns"}:
                    self.assertIn(name + ": ", text)
                if suite == "crash":
                    self.assertIn("crashed on gw", text)
                    self.assertIn("killed by signal 6 (SIGABRT)", text)

    def test_it_is_written_after_an_interruption(self):
        path = self._scratch / "timeline.json"
        started = self.start("hang", env={"GTEST_XDIST_WORKERS": "2",
                                          "GTEST_XDIST_TIMELINE": str(path)})
        harness.wait_until(lambda: started.noted, "a test runs")
        started.process.terminate()
        started.end()
        results = {event["args"]["result"]
                   for event in self.runs_of_tests(self.events(path.read_text()))}
        self.assertIn("interrupted", results)

    def test_the_results_are_those_of_a_serial_run(self):
        serial = self.serial("kinds")
        for ending in "json", "svg":
            self.assert_same(serial, self.timeline("kinds", ending=ending)[0])


if __name__ == "__main__":
    harness.main()
