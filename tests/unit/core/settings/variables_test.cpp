#include "gtest_xdist/core/settings/variables.h"

#include <chrono>
#include <cstdint>
#include <iterator>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "support/thrown.h"

namespace gtest_xdist::internal {
namespace {

using Kind = WorkerCount::Kind;

Options parsed(const std::string& name, const std::string& value) {
  return parse_options({{"HOME", "/root"}, {name, value}, {"PATH", ""}});
}

std::string usage_error(const Environment& environment) {
  return text_of_thrown<UsageError>([&] { parse_options(environment); });
}

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

TEST(Variables, SayWhatAValueMayBe) {
  const std::string workers =
      "' is not valid: expected a number from 0 to 1024, 'auto', 'logical', 'no' or 'help'";
  const std::string dist =
      "' is not valid: expected one of load, worksteal, loadscope, loadfile, "
      "loadgroup, each, no";
  const std::string seconds =
      "' is not valid: expected seconds from 0.001 to 1000000, such as 90 or 1.5, or 0 for no "
      "limit";
  const std::string restarts = "' is not valid: expected a number from 0 to 1000000";
  const std::string indices =
      "' is not valid: expected colon-separated indices and ranges such as 0-24:31:40 (";
  struct Row {
    std::string name;
    std::string value;
    std::string after_value;
  };
  const Row rows[] = {
      {"GTEST_XDIST_WORKERS", "-1", workers},
      {"GTEST_XDIST_WORKERS", "+4", workers},
      {"GTEST_XDIST_WORKERS", "4 ", workers},
      {"GTEST_XDIST_WORKERS", "4x", workers},
      {"GTEST_XDIST_WORKERS", "1025", workers},
      {"GTEST_XDIST_WORKERS", "18446744073709551620", workers},
      {"GTEST_XDIST_WORKERS", "many", workers},
      {"GTEST_XDIST_WORKERS", "AUTO", workers},
      {"GTEST_XDIST_WORKERS", "atuo", workers + "; did you mean auto?"},
      {"GTEST_XDIST_WORKERS", "logicall", workers + "; did you mean logical?"},
      {"GTEST_XDIST_WORKERS", "non", workers + "; did you mean no?"},
      {"GTEST_XDIST_DIST", "loadscop", dist + "; did you mean loadscope?"},
      {"GTEST_XDIST_DIST", "laod", dist + "; did you mean load?"},
      {"GTEST_XDIST_DIST", "Each", dist + "; did you mean each?"},
      {"GTEST_XDIST_MAXPROCESSES", "0", "' is not valid: expected a number from 1 to 1024"},
      {"GTEST_XDIST_MAXPROCESSES", "auto", "' is not valid: expected a number from 1 to 1024"},
      {"GTEST_XDIST_MAXSCHEDCHUNK", "0", "' is not valid: expected a number from 1 to 1000000"},
      {"GTEST_XDIST_MAXOUTPUT", "0", "' is not valid: expected a number from 1 to 1000000"},
      {"GTEST_XDIST_MAXOUTPUT", "1000001", "' is not valid: expected a number from 1 to 1000000"},
      {"GTEST_XDIST_MAXOUTPUT", "64M", "' is not valid: expected a number from 1 to 1000000"},
      {"GTEST_XDIST_VERBOSITY", "3", "' is not valid: expected one of -1, 0, 1, 2"},
      {"GTEST_XDIST_PROGRESS", "yes", "' is not valid: expected one of auto, never, always"},
      {"GTEST_XDIST_PROGRESS", "alway",
       "' is not valid: expected one of auto, never, always; did you mean always?"},
      {"GTEST_XDIST_LOADSCOPE_REORDER", "true", "' is not valid: expected 'yes' or 'no'"},
      {"GTEST_XDIST_MAX_WORKER_RESTART", "-1", restarts},
      {"GTEST_XDIST_MAX_WORKER_RESTART", "1000001", restarts},
      {"GTEST_XDIST_MAX_WORKER_RESTART", "no", restarts},
      {"GTEST_XDIST_MAXFAIL", "-1", restarts},
      {"GTEST_XDIST_MAXFAIL", "1000001", restarts},
      {"GTEST_XDIST_DURATIONS", "all", restarts},
      {"GTEST_XDIST_DURATIONS", "1000001", restarts},
      {"GTEST_XDIST_RETRIES", "101", "' is not valid: expected a number from 0 to 100"},
      {"GTEST_XDIST_INDICES", "1:", indices + "an index is missing)"},
      {"GTEST_XDIST_INDICES", "1,2", indices + "'1,2' is not an index)"},
      {"GTEST_XDIST_INDICES", "9-3", indices + "the range '9-3' is reversed)"},
      {"GTEST_XDIST_INDICES", "0-4294967294", indices + "more than 16000000 tests)"},
      {"GTEST_XDIST_TIMEOUT", ".", seconds},
      {"GTEST_XDIST_TIMEOUT", ".5", seconds},
      {"GTEST_XDIST_TIMEOUT", "5.", seconds},
      {"GTEST_XDIST_TIMEOUT", "-1", seconds},
      {"GTEST_XDIST_TIMEOUT", "1e3", seconds},
      {"GTEST_XDIST_TIMEOUT", "10s", seconds},
      {"GTEST_XDIST_TIMEOUT", "0.0001", seconds},
      {"GTEST_XDIST_TIMEOUT", "1,5", seconds},
      {"GTEST_XDIST_TIMEOUT", "1.5.1", seconds},
      {"GTEST_XDIST_TIMEOUT", "1000001", seconds},
      {"GTEST_XDIST_SESSION_TIMEOUT", "never", seconds},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(usage_error({{row.name, row.value}}), row.name + "='" + row.value + row.after_value);
  }
}

TEST(Variables, AreAsIfNotSetWhenEmpty) {
  for (const std::string& name : user_variables()) EXPECT_NO_THROW(parsed(name, "")) << name;
  EXPECT_NO_THROW(parsed("GTEST_XDIST_FOO", ""));
  EXPECT_EQ(parsed("GTEST_XDIST_WORKERS", "").workers.kind, Kind::none);
  EXPECT_FALSE(parsed("GTEST_XDIST_INDICES", "").indices);
  EXPECT_FALSE(parsed("GTEST_XDIST_TESTRUNUID", "").testrunuid);
  EXPECT_FALSE(parsed("GTEST_XDIST_DURATIONS_FILE", "").durations_file);
  EXPECT_FALSE(parsed("GTEST_XDIST_RECORD", "").record);
  EXPECT_FALSE(parsed("GTEST_XDIST_REPLAY", "").replay);
  EXPECT_FALSE(parsed("GTEST_XDIST_TIMELINE", "").timeline);
}

TEST(Variables, SayWhichVariableMayBeMeant) {
  const std::string known =
      " GTEST_XDIST_WORKERS=help lists the variables; the guide is examples/settings.md of "
      "gtest-xdist, in a package below share/doc/gtest_xdist";
  struct Row {
    std::string name;
    std::string value;
    std::string meant;
  };
  const Row rows[] = {
      {"GTEST_XDIST_WORKER", "4", "GTEST_XDIST_WORKERS"},
      {"GTEST_XDIST_WROKERS", "4", "GTEST_XDIST_WORKERS"},
      {"GTEST_XDIST_DITS", "load", "GTEST_XDIST_DIST"},
      {"GTEST_XDIST_MAX_WORKER_RESTARTS", "1", "GTEST_XDIST_MAX_WORKER_RESTART"},
      {"GTEST_XDIST_MAX_FAIL", "1", "GTEST_XDIST_MAXFAIL"},
      {"GTEST_XDIST_INDEXES", "0", "GTEST_XDIST_INDICES"},
      {"GTEST_XDIST_RETRY", "2", "GTEST_XDIST_RETRIES"},
      {"GTEST_XDIST_TESTRUN_UID", "1", "GTEST_XDIST_TESTRUNUID"},
      {"GTEST_XDIST_NUMPROCESSES", "4", "GTEST_XDIST_WORKERS"},
      {"GTEST_XDIST_RERUNS", "2", "GTEST_XDIST_RETRIES"},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(usage_error({{row.name, row.value}}), "unknown variable " + row.name + "='" +
                                                        row.value + "'; did you mean " + row.meant +
                                                        "?" + known);
  }
}

TEST(Variables, MakeNoSuggestionForAVariableThatResemblesNone) {
  for (const char* name : {"GTEST_XDIST_FOO", "GTEST_XDIST_", "GTEST_XDIST_PLUGIN_PATH"}) {
    const std::string text = usage_error({{name, "1"}});
    EXPECT_EQ(text.find("did you mean"), std::string::npos) << text;
    EXPECT_EQ(text.rfind(std::string("unknown variable ") + name + "='1'", 0), 0U) << text;
  }
}

// A process that a worker's test starts inherits what the worker was told.
TEST(Variables, PassOverWhatAWorkerWasTold) {
  const Options options = parse_options({{"GTEST_XDIST_WORKER", "gw12"},
                                         {"GTEST_XDIST_WORKER_COUNT", "4"},
                                         {"GTEST_XDIST_TESTRUNUID", "u"}});
  EXPECT_EQ(options.workers.kind, Kind::none);
  for (const Environment& environment :
       {Environment{{"GTEST_XDIST_WORKER", "gw"}}, Environment{{"GTEST_XDIST_WORKER", "gw1x"}},
        Environment{{"GTEST_XDIST_WORKER", "wg1"}},
        Environment{{"GTEST_XDIST_WORKER_COUNT", "four"}},
        Environment{{"GTEST_XDIST_WORKER_COUNT", "1025"}},
        Environment{{"GTEST_XDIST_PRIVATE_WORKER", "1:2:3:4:5"}}}) {
    const std::string& name = environment[0].first;
    EXPECT_EQ(usage_error(environment).rfind("unknown variable " + name + "='", 0), 0U) << name;
  }
}

TEST(Variables, AreListedByGroupsInLinesThatATerminalHolds) {
  std::istringstream list(describe_variables());
  std::string found;
  for (std::string line; std::getline(list, line);) {
    EXPECT_LE(line.size(), 80U) << line;
    if (!line.empty() && line.back() == ':') found += line + " ";
    if (line.rfind("  ", 0) == 0) found += line.substr(2, line.find(' ', 2) - 2) + " ";
  }
  std::string expected;
  const char* heading = "";
  for (const Variable& variable : kVariables) {
    const char* const here = kVariableHeadings[static_cast<std::size_t>(variable.group)];
    if (std::string_view(std::exchange(heading, here)) != here)
      expected += std::string(here) + ": ";
    expected += std::string(variable.name).substr(std::string_view(kVariablePrefix).size()) + " ";
  }
  EXPECT_EQ(found, expected);
}

TEST(Variables, AreListedWhateverTheOthersSay) {
  EXPECT_TRUE(asks_for_variables({{"GTEST_XDIST_FOO", "1"}, {"GTEST_XDIST_WORKERS", "help"}}));
  EXPECT_FALSE(asks_for_variables({{"GTEST_XDIST_WORKERS", "2"}, {"GTEST_XDIST_DIST", "help"}}));
  EXPECT_FALSE(asks_for_variables({}));
}

}  // namespace
}  // namespace gtest_xdist::internal
