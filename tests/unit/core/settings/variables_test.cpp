#include "gtest_xdist/core/settings/variables.h"

#include <chrono>
#include <cstdint>
#include <iterator>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "support/parsed.h"

namespace gtest_xdist::internal {
namespace {

using Kind = WorkerCount::Kind;

TEST(Variables, WithoutVariablesHaveDefaults) {
  for (const Environment& environment :
       {Environment{}, Environment{{"HOME", "/"},
                                   {"GTEST_FILTER", "x"},
                                   {"MY_GTEST_XDIST_X", "1"},
                                   {"GTEST_XDIST", "1"},
                                   {"gtest_xdist_workers", "x"}}}) {
    const Options options = parse_options(environment);
    EXPECT_EQ(options.workers.kind, Kind::none);
    EXPECT_EQ(options.dist, DistMode::load);
    EXPECT_FALSE(options.max_worker_restart);
    EXPECT_FALSE(options.indices);
    EXPECT_FALSE(options.testrunuid);
    EXPECT_FALSE(options.durations_file);
    EXPECT_FALSE(options.durations);
    EXPECT_EQ(options.maxoutput, 64U);
  }
}

TEST(Variables, DurationsFileIsAnyPath) {
  for (const char* path : {"durations", "/tmp/with space", "no"}) {
    EXPECT_EQ(parsed("GTEST_XDIST_DURATIONS_FILE", path).durations_file, path);
  }
}

TEST(Variables, LimitsAreSeconds) {
  using std::chrono::milliseconds;
  struct Row {
    const char* value;
    std::int64_t milliseconds;
  };
  for (const Row& row : {Row{"1", 1000}, Row{"090", 90'000}, Row{"1.5", 1500}, Row{"0.001", 1},
                         Row{"2.25", 2250}, Row{"1000000.999", 1'000'000'999}}) {
    EXPECT_EQ(parsed("GTEST_XDIST_TIMEOUT", row.value).timeout, milliseconds(row.milliseconds));
    EXPECT_EQ(parsed("GTEST_XDIST_SESSION_TIMEOUT", row.value).session_timeout,
              milliseconds(row.milliseconds));
  }
  for (const char* none : {"0", "0.0", "00.000"}) {
    EXPECT_FALSE(parsed("GTEST_XDIST_TIMEOUT", none).timeout);
    EXPECT_FALSE(parsed("GTEST_XDIST_SESSION_TIMEOUT", none).session_timeout);
  }
}

TEST(Variables, WorkersAreANumberOrAWord) {
  struct Row {
    const char* value;
    Kind kind;
    unsigned number;
  };
  for (const Row& row :
       {Row{"no", Kind::none, 0}, Row{"0", Kind::none, 0}, Row{"1", Kind::fixed, 1},
        Row{"004", Kind::fixed, 4}, Row{"1024", Kind::fixed, 1024}, Row{"auto", Kind::automatic, 0},
        Row{"logical", Kind::logical, 0}}) {
    const WorkerCount workers = parsed("GTEST_XDIST_WORKERS", row.value).workers;
    EXPECT_EQ(workers.kind, row.kind) << row.value;
    EXPECT_EQ(workers.number, row.number) << row.value;
  }
}

TEST(Variables, DistIsAMode) {
  const std::pair<const char*, DistMode> modes[] = {{"load", DistMode::load},
                                                    {"worksteal", DistMode::worksteal},
                                                    {"loadscope", DistMode::loadscope},
                                                    {"loadfile", DistMode::loadfile},
                                                    {"loadgroup", DistMode::loadgroup},
                                                    {"each", DistMode::each},
                                                    {"no", DistMode::no}};
  EXPECT_EQ(dist_mode_names().size(), std::size(modes));
  for (const auto& [name, mode] : modes) {
    EXPECT_EQ(parsed("GTEST_XDIST_DIST", name).dist, mode);
    EXPECT_EQ(name_of(mode), name);
  }
}

TEST(Variables, MaxProcessesAndMaxSchedChunkAreNumbers) {
  EXPECT_EQ(parsed("GTEST_XDIST_MAXPROCESSES", "1").maxprocesses, 1U);
  EXPECT_EQ(parsed("GTEST_XDIST_MAXPROCESSES", "1024").maxprocesses, 1024U);
  EXPECT_EQ(parsed("GTEST_XDIST_MAXSCHEDCHUNK", "1").maxschedchunk, 1U);
  EXPECT_EQ(parsed("GTEST_XDIST_MAXSCHEDCHUNK", "1000000").maxschedchunk, 1'000'000U);
}

TEST(Variables, MaxOutputIsANumberOfMegabytes) {
  EXPECT_EQ(parsed("GTEST_XDIST_MAXOUTPUT", "1").maxoutput, 1U);
  EXPECT_EQ(parsed("GTEST_XDIST_MAXOUTPUT", "1000000").maxoutput, 1'000'000U);
}

TEST(Variables, VerbosityIsALevel) {
  EXPECT_EQ(parse_options({}).verbosity, 0);
  for (const int level : {-1, 0, 1, 2}) {
    EXPECT_EQ(parsed("GTEST_XDIST_VERBOSITY", std::to_string(level)).verbosity, level);
  }
}

TEST(Variables, ProgressIsAMode) {
  EXPECT_EQ(parse_options({}).progress, ProgressMode::automatic);
  EXPECT_EQ(parsed("GTEST_XDIST_PROGRESS", "auto").progress, ProgressMode::automatic);
  EXPECT_EQ(parsed("GTEST_XDIST_PROGRESS", "never").progress, ProgressMode::never);
  EXPECT_EQ(parsed("GTEST_XDIST_PROGRESS", "always").progress, ProgressMode::always);
}

TEST(Variables, CaptureIsYesOrNo) {
  EXPECT_TRUE(parse_options({}).capture);
  EXPECT_TRUE(parsed("GTEST_XDIST_CAPTURE", "yes").capture);
  EXPECT_FALSE(parsed("GTEST_XDIST_CAPTURE", "no").capture);
}

TEST(Variables, LoadscopeReorderIsYesOrNo) {
  EXPECT_TRUE(parsed("GTEST_XDIST_LOADSCOPE_REORDER", "yes").loadscope_reorder);
  EXPECT_TRUE(parsed("GTEST_XDIST_LOADSCOPE_REORDER", "1").loadscope_reorder);
  EXPECT_FALSE(parsed("GTEST_XDIST_LOADSCOPE_REORDER", "no").loadscope_reorder);
  EXPECT_FALSE(parsed("GTEST_XDIST_LOADSCOPE_REORDER", "0").loadscope_reorder);
}

TEST(Variables, MaxWorkerRestartIsANumber) {
  EXPECT_EQ(parsed("GTEST_XDIST_MAX_WORKER_RESTART", "0").max_worker_restart, 0U);
  EXPECT_EQ(parsed("GTEST_XDIST_MAX_WORKER_RESTART", "17").max_worker_restart, 17U);
  EXPECT_EQ(parsed("GTEST_XDIST_MAX_WORKER_RESTART", "1000000").max_worker_restart, 1'000'000U);
}

TEST(Variables, MaxFailIsANumber) {
  EXPECT_EQ(parse_options({}).maxfail, 0U);
  EXPECT_EQ(parsed("GTEST_XDIST_MAXFAIL", "0").maxfail, 0U);
  EXPECT_EQ(parsed("GTEST_XDIST_MAXFAIL", "1000000").maxfail, 1'000'000U);
}

TEST(Variables, RetriesAreANumber) {
  EXPECT_EQ(parse_options({}).retries, 0U);
  EXPECT_EQ(parsed("GTEST_XDIST_RETRIES", "0").retries, 0U);
  EXPECT_EQ(parsed("GTEST_XDIST_RETRIES", "100").retries, 100U);
}

TEST(Variables, DurationsAreANumber) {
  EXPECT_EQ(parsed("GTEST_XDIST_DURATIONS", "0").durations, 0U);
  EXPECT_EQ(parsed("GTEST_XDIST_DURATIONS", "1000000").durations, 1'000'000U);
}

TEST(Variables, RecordIsAnyPath) {
  EXPECT_EQ(parsed("GTEST_XDIST_RECORD", "/tmp/a b").record, "/tmp/a b");
}

TEST(Variables, ReplayIsAPathAndMaybeAWorker) {
  struct Row {
    const char* value;
    const char* file;
    std::optional<unsigned> worker;
  };
  for (const Row& row :
       {Row{"file", "file", std::nullopt}, Row{"file:gw3", "file", 3},
        Row{"a:gw1:gw12", "a:gw1", 12}, Row{"file:gw", "file:gw", std::nullopt},
        Row{"file:gw1x", "file:gw1x", std::nullopt}, Row{"file:3", "file:3", std::nullopt},
        Row{":gw3", ":gw3", std::nullopt}}) {
    const std::optional<ReplayTarget> target = parsed("GTEST_XDIST_REPLAY", row.value).replay;
    ASSERT_TRUE(target);
    EXPECT_EQ(target->value, row.value);
    EXPECT_EQ(target->file, row.file);
    EXPECT_EQ(target->worker, row.worker);
  }
  EXPECT_EQ(usage_error({{"GTEST_XDIST_REPLAY", "f"}, {"GTEST_XDIST_INDICES", "0"}}),
            "GTEST_XDIST_REPLAY='f' is not valid: expected no GTEST_XDIST_INDICES beside it");
}

TEST(Variables, TimelineIsAPathWithOneOfItsEndings) {
  for (const char* path : {"a.json", "/tmp/a b.svg", "a.json.html"}) {
    EXPECT_EQ(parsed("GTEST_XDIST_TIMELINE", path).timeline, path);
  }
  for (const char* path : {"a", ".svg", "a.png", "a.SVG", "json"}) {
    EXPECT_EQ(usage_error({{"GTEST_XDIST_TIMELINE", path}}),
              std::string("GTEST_XDIST_TIMELINE='") + path +
                  "' is not valid: expected a file whose name ends in one of .json, .svg, .html");
  }
}

TEST(Variables, RecordNamesNoWorker) {
  EXPECT_EQ(usage_error({{"GTEST_XDIST_RECORD", "r:gw1"}}),
            "GTEST_XDIST_RECORD='r:gw1' is not valid: expected a path that GTEST_XDIST_REPLAY "
            "does not read as a path and a worker");
}

TEST(Variables, FilesDiffer) {
  const char* const names[] = {"GTEST_XDIST_DURATIONS_FILE", "GTEST_XDIST_RECORD",
                               "GTEST_XDIST_TIMELINE"};
  for (const char* first : names) {
    for (const char* second : names) {
      if (std::string(first) >= second) continue;
      EXPECT_EQ(usage_error({{first, "a.svg"}, {second, "a.svg"}}),
                std::string(second) + "='a.svg' is not valid: expected another file than that of " +
                    first);
    }
  }
  EXPECT_NO_THROW(parse_options({{"GTEST_XDIST_RECORD", "a"}, {"GTEST_XDIST_TIMELINE", "a.svg"}}));
}

TEST(Variables, IndicesAreAList) {
  EXPECT_EQ(parsed("GTEST_XDIST_INDICES", "3:0-2:3").indices,
            (std::vector<TestIndex>{3, 0, 1, 2, 3}));
}

TEST(Variables, TestrunuidIsAnyText) {
  EXPECT_EQ(parsed("GTEST_XDIST_TESTRUNUID", "a b\n").testrunuid, "a b\n");
}

TEST(Variables, AreReadTogether) {
  const Options options = parse_options({{"GTEST_XDIST_TESTRUNUID", "u"},
                                         {"GTEST_XDIST_MAX_WORKER_RESTART", "3"},
                                         {"GTEST_XDIST_DIST", "each"},
                                         {"GTEST_XDIST_WORKERS", "2"}});
  EXPECT_EQ(options.workers.number, 2U);
  EXPECT_EQ(options.dist, DistMode::each);
  EXPECT_EQ(options.max_worker_restart, 3U);
  EXPECT_EQ(options.testrunuid, "u");
}

}  // namespace
}  // namespace gtest_xdist::internal
