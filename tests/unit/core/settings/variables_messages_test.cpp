// What is said of variables: that a value is wrong, that a name may be meant, what there is.
#include <iterator>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>

#include <gtest/gtest.h>

#include "gtest_xdist/core/settings/variables.h"

#include "support/parsed.h"

namespace gtest_xdist::internal {
namespace {

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
  EXPECT_EQ(parsed("GTEST_XDIST_WORKERS", "").workers.kind, WorkerCount::Kind::none);
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
  EXPECT_EQ(options.workers.kind, WorkerCount::Kind::none);
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
