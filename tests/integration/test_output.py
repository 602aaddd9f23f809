"""What is printed, wherever it is printed from, appears once and where a serial run has it."""

import harness


class OutputTest(harness.IntegrationTest):
    def test_from_main_environment_and_suites(self):
        serial = self.assert_parallel_equals_serial("output", "--gtest_filter=All/Talkative.*")
        for line in ("main before the tests", "environment goes up", "suite goes up",
                     "this is number 7", "suite goes down", "environment goes down",
                     "main after the tests"):
            self.assertEqual(1, serial.out.splitlines().count(line), line)

    def test_of_both_streams_between_failures(self):
        self.assert_parallel_equals_serial("output", "--gtest_filter=Mixed.*")

    def test_of_ten_megabytes(self):
        serial = self.assert_parallel_equals_serial("output",
                                                    "--gtest_filter=Big.PrintsTenMegabytes")
        self.assertGreater(len(serial.out), 10 * 1024 * 1024)

    def test_with_a_message_of_five_megabytes(self):
        name = "Big.FailsWithFiveMegabytes"
        serial = self.assert_parallel_equals_serial("output", "--gtest_filter=" + name)
        self.assertIn("x" * (5 * 1024 * 1024) + " the end", serial.test(name).failures[0])

    def test_with_many_failures(self):
        serial = self.assert_parallel_equals_serial("output", "--gtest_filter=Big.FailsOften")
        self.assertEqual(1000, len(serial.test("Big.FailsOften").failures))

    def test_of_everything_together(self):
        for report in "xml", "json":
            self.assert_parallel_equals_serial("output", report=report)

    def test_of_the_brief_printer(self):
        """Without tests that leave a line unfinished: what goes on with it depends on the order."""
        self.assert_parallel_equals_serial("output", "--gtest_brief=1", "--gtest_filter=-Mixed.*",
                                           framed=False)

    def test_after_a_test_has_opened_its_output_anew(self):
        """What was not shown yet is lost, and is said to be; what follows is where it should be."""
        for workers in 1, 2:
            for capture in "yes", "no":
                with self.subTest(workers=workers, capture=capture):
                    run = self.parallel("reopens", workers=workers,
                                        env={"GTEST_XDIST_CAPTURE": capture,
                                             "GTEST_XDIST_DIST": "loadscope"})
                    self.assertEqual({"Last.Words"}, run.failed, run)
                    self.assert_told(run, capture == "yes")

    def assert_told(self, run, in_blocks):
        for name, lines in (
                ("InAShell", ["from a shell", "after the shell"]), ("B", ["between"]),
                ("AStream", ["from a stream", "after the stream", "from the stream again"]),
                ("C", ["between again"]), ("ItsOwn", ["from standard output"]),
                ("D", ["after all"])):
            told = run.block("Reopens." + name) if in_blocks else run.out
            for line in lines:
                if line not in told:
                    self.assertIn("of output are lost here]\n", told, run)
        self.assertIn("the last words\n", run.out)
        self.assertRegex("\n".join(run.notes), "the output of gw0 is incomplete: a test has emptied "
                                               "it by opening /dev/stdout or /dev/stderr")


if __name__ == "__main__":
    harness.main()
