"""gtest's own flags and variables, for which gtest-xdist must not make a difference."""

import harness

FLAGS = [["--gtest_repeat=3"],
         ["--gtest_repeat=0"],
         ["--gtest_shuffle", "--gtest_random_seed=7"],
         ["--gtest_shuffle", "--gtest_random_seed=7", "--gtest_repeat=3"],
         ["--gtest_brief=1"],
         ["--gtest_print_time=0"],
         ["--gtest_color=yes"],
         ["--gtest_filter=Plain.*"],
         ["--gtest_filter=*/*-*Empty*"],
         ["--gtest_filter=No.Such"],
         ["--gtest_also_run_disabled_tests"],
         ["--gtest_also_run_disabled_tests", "--gtest_filter=*DISABLED*"],
         ["--gtest_throw_on_failure=0", "--gtest_catch_exceptions=1"],
         ["--gtest_list_tests"],
         ["--gtest_list_tests", "--gtest_filter=Typed*"],
         ["--gtest_help"]]
SHARDS = [{"GTEST_TOTAL_SHARDS": "2", "GTEST_SHARD_INDEX": "1"},
          {"GTEST_TOTAL_SHARDS": "3", "GTEST_SHARD_INDEX": "0"},
          {"GTEST_TOTAL_SHARDS": "1", "GTEST_SHARD_INDEX": "0"},
          {"GTEST_TOTAL_SHARDS": "100", "GTEST_SHARD_INDEX": "99"},
          {"GTEST_TOTAL_SHARDS": "-1", "GTEST_SHARD_INDEX": "-1"}]  # gtest's way to say none
VARIABLES = [{"GTEST_FILTER": "Typed*"},
             {"GTEST_REPEAT": "2"},
             {"GTEST_ALSO_RUN_DISABLED_TESTS": "1"},
             {"GTEST_BRIEF": "1"},
             {"GTEST_PRINT_TIME": "0"}]


class FlagsTest(harness.IntegrationTest):
    def test_flags(self):
        for suite in "kinds", "counters":
            for flags in FLAGS:
                self.assert_parallel_equals_serial(suite, *flags)

    def test_a_failure_does_not_end_the_repetitions(self):
        serial = self.assert_parallel_equals_serial("recovers", "--gtest_repeat=3")
        self.assertEqual((1, set()), (serial.status, serial.failed))

    def test_variables(self):
        for env in VARIABLES + SHARDS:
            self.assert_parallel_equals_serial("kinds", env=env)

    def test_shards_with_flags(self):
        for flag in ("--gtest_filter=Plain.*", "--gtest_repeat=2", "--gtest_list_tests",
                     "--gtest_also_run_disabled_tests"):
            self.assert_parallel_equals_serial("kinds", flag, env=SHARDS[0])

    def test_no_shard_is_no_reason_to_run_serially(self):
        run = self.parallel("identity", env=SHARDS[-1])
        self.assertEqual({"gw0", "gw1"}, {line.split()[0] for line in run.noted})

    def test_shards_together_are_everything(self):
        def ran(run):
            return [line.split()[0] for line in run.noted]

        halves = [ran(self.parallel("numbered", env={"GTEST_TOTAL_SHARDS": "2",
                                                     "GTEST_SHARD_INDEX": str(index)}))
                  for index in range(2)]
        self.assertEqual(sorted(ran(self.serial("numbered"))), sorted(halves[0] + halves[1]))


class CounterTest(harness.IntegrationTest):
    """Counts, filter and shard that tests see; the report holds them as properties."""

    def test_counters(self):
        for flag in ("--gtest_filter=*/3:Other.*", "--gtest_filter=Other.Counts",
                     "--gtest_also_run_disabled_tests"):
            for env in {}, SHARDS[0]:
                self.assert_parallel_equals_serial("counters", flag, env=env)


if __name__ == "__main__":
    harness.main()
