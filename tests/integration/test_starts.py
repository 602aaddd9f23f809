"""What a worker finds when it starts is what a serial run finds; what differs is named here, and under Limits."""

import os

import harness

LINE_OF_PIPE = "standard input is no file: workers find it empty"


class StartsTest(harness.IntegrationTest):
    # A shell that changes what a program inherits.
    launcher = ("/bin/sh", "-c", "umask 027; trap '' USR2; ulimit -S -c 0; ulimit -S -n 200; exec 7</dev/zero; "
                                 "exec nice -n 3 \"$@\"", "sh")

    def facts(self, run):
        """{worker: {fact: value}}; the worker '' is the process that was started."""
        found = {}
        for line in run.noted:
            worker, fact, value = line.split("|")
            found.setdefault(worker, {})[fact] = value
        return found

    def test_as_serially(self):
        with open("/dev/zero") as zero:
            serial = self.facts(self.serial("starts", launcher=self.launcher, inherited=[zero.fileno()]))[""]
            found = self.facts(self.parallel("starts", launcher=self.launcher, inherited=[zero.fileno()]))
        self.assertEqual({"", "gw0", "gw1"}, set(found))
        self.assertEqual(("23", str(min(os.nice(0) + 3, 19))), (serial["umask"], serial["nice"]))
        self.assertEqual(2, serial["descriptors"].count("/dev/zero"))
        names = serial.pop("environment").split()
        for worker, facts in sorted(found.items()):
            with self.subTest(worker=worker):
                self.assertEqual(found[""]["session"], facts["session"])
                # The folder and the session are the run's own.
                same = set(serial) - {"directory", "session", "descriptors"}
                self.assertEqual({fact: serial[fact] for fact in same}, {fact: facts[fact] for fact in same})
                self.assertEqual(found[""]["directory"], facts["directory"])
                mine = facts["environment"].split()
                kept = [name for name in names if name != "TEST_TMPDIR"]  # each worker has one of its own
                self.assertEqual(kept, [name for name in mine if name in kept])
                self.assertLessEqual(set(serial["descriptors"].split(",")), set(facts["descriptors"].split(",")))
                more = set(facts["descriptors"].split(",")) - set(serial["descriptors"].split(","))
                if not worker:
                    self.assertEqual(({"GTEST_XDIST_WORKERS", "GTEST_XDIST_PRIVATE_SHARD", "GTEST_TOTAL_SHARDS",
                                       "GTEST_SHARD_INDEX"}, set()), (set(mine) - set(names), more))
                    continue
                self.assertEqual({"GTEST_XDIST_WORKER", "GTEST_XDIST_WORKER_COUNT", "GTEST_XDIST_TESTRUNUID"},
                                 set(mine) - set(names))
                # What its parent has opened for it, and nothing else.
                self.assertEqual([], [path for path in more if "memfd:" not in path and "/gtest-xdist-" not in path])


class StandardInputTest(harness.IntegrationTest):
    def input_of(self, text, run, **options):
        path = self._scratch / "input"
        path.write_text(text)
        with open(path) as file:
            file.seek(options.pop("begin", 0))
            return run("starts", standard_input=file, **options)

    def test_a_file(self):
        for begin, wanted in (0, "first"), (6, "second"):
            for run in self.serial, self.parallel:
                with self.subTest(begin=begin, run=run.__name__):
                    result = self.input_of("first\nsecond\n", run, begin=begin, env={"WANTED": wanted})
                    self.assertEqual((0, []), (result.status, result.notes), result)
        run = self.input_of("first\n", self.parallel, env={"WANTED": "first"}, workers=4)
        self.assertEqual((0, []), (run.status, run.notes), run)

    def test_a_file_that_has_no_name_any_more(self):
        path = self._scratch / "input"
        path.write_text("first\n")
        with open(path) as file:
            path.unlink()
            run = self.parallel("starts", standard_input=file, env={"WANTED": "first"})
        self.assertEqual((0, []), (run.status, run.notes), run)

    def test_a_pipe(self):
        for text, lines in (b"first\n", [LINE_OF_PIPE]), (b"", []):
            with self.subTest(text=text):
                read, write = os.pipe()
                os.write(write, text)
                os.close(write)
                run = self.parallel("starts", standard_input=read)
                os.close(read)
                self.assertEqual(lines, run.notes, run)

    def test_a_pipe_that_stays_open(self):
        """Nothing waits for it."""
        read, write = os.pipe()
        run = self.parallel("hang", "--gtest_filter=All/Quick.*", standard_input=read)
        os.close(read)
        os.close(write)
        self.assertEqual((0, []), (run.status, run.notes), run)


if __name__ == "__main__":
    harness.main()
