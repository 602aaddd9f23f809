// Every variable with every kind of wrong value.
#include <cstddef>
#include <map>
#include <string>

#include <gtest/gtest.h>

#include "gtest_xdist/core/settings/variables.h"

#include "support/thrown.h"

namespace gtest_xdist::internal {
namespace {

const std::map<std::string, std::string>& wrong_values() {
  static const std::map<std::string, std::string> values = {
      {"blank", " "},
      {"blank before", " 4"},
      {"blank behind", "4 "},
      {"tab", "4\t"},
      {"end of line", "4\n"},
      {"plus", "+4"},
      {"minus", "-4"},
      {"minus one", "-1"},
      {"hexadecimal", "0x10"},
      {"fraction", "4.5"},
      {"exponent", "1e1"},
      {"thousands", "1,000"},
      {"32 bits too few", "4294967296"},
      {"64 bits too few", "18446744073709551616"},
      {"unit", "4s"},
      {"other unit", "4k"},
      {"percent", "50%"},
      {"garbage behind", "4x"},
      {"word", "nonsense"},
      {"capitals", "AUTO"},
      {"wrong truth", "True"},
      {"quotes", "'4'"},
      {"list", "4;5"},
      {"shell", "$(nproc)"},
      {"format", "%s%n"},
      {"binary", "\x01\x02\x1b[31m\x7f"},
      {"not UTF-8", "\xff\xfe\xc3"},
      {"UTF-8 digits", "\xef\xbc\x94"},
      {"very long number", std::string(100'000, '9')},
      {"very long word", std::string(100'000, 'x')},
      {"very long binary", std::string(100'000, '\n')},
  };
  return values;
}

bool none(const std::string&) { return false; }
bool any(const std::string&) { return true; }
bool fraction(const std::string& value) { return value == "4.5"; }
bool minus_one(const std::string& value) { return value == "-1"; }

struct Expectation {
  std::string choices;                          // as the message tells them
  bool (*is_right)(const std::string&) = none;  // whether one of the values above is right here
};

const std::map<std::string, Expectation>& expectations() {
  static const std::string workers = "a number from 0 to 1024, 'auto', 'logical', 'no' or 'help'";
  static const std::string seconds =
      "seconds from 0.001 to 1000000, such as 90 or 1.5, or 0 for no limit";
  static const std::map<std::string, Expectation> rows = {
      {"GTEST_XDIST_WORKERS", {workers}},
      {"GTEST_XDIST_MAXPROCESSES", {"a number from 1 to 1024"}},
      {"GTEST_XDIST_DIST", {"one of load, worksteal, loadscope, loadfile, loadgroup, each, no"}},
      {"GTEST_XDIST_MAXSCHEDCHUNK", {"a number from 1 to 1000000"}},
      {"GTEST_XDIST_LOADSCOPE_REORDER", {"'yes' or 'no'"}},
      {"GTEST_XDIST_MAX_WORKER_RESTART", {"a number from 0 to 1000000"}},
      {"GTEST_XDIST_INDICES", {"colon-separated indices and ranges such as 0-24:31:40 ("}},
      {"GTEST_XDIST_TESTRUNUID", {"", any}},
      {"GTEST_XDIST_DURATIONS_FILE", {"", any}},
      {"GTEST_XDIST_DURATIONS", {"a number from 0 to 1000000"}},
      {"GTEST_XDIST_RECORD", {"", any}},
      {"GTEST_XDIST_REPLAY", {"", any}},
      {"GTEST_XDIST_TIMELINE", {"a file whose name ends in one of .json, .svg, .html"}},
      {"GTEST_XDIST_MAXFAIL", {"a number from 0 to 1000000"}},
      {"GTEST_XDIST_RETRIES", {"a number from 0 to 100"}},
      {"GTEST_XDIST_TIMEOUT", {seconds, fraction}},
      {"GTEST_XDIST_SESSION_TIMEOUT", {seconds, fraction}},
      {"GTEST_XDIST_MAXOUTPUT", {"a number from 1 to 1000000"}},
      {"GTEST_XDIST_CAPTURE", {"'yes' or 'no'"}},
      {"GTEST_XDIST_PROGRESS", {"one of auto, never, always"}},
      {"GTEST_XDIST_VERBOSITY", {"one of -1, 0, 1, 2", minus_one}},
  };
  return rows;
}

TEST(WrongOptions, AreTriedForEveryVariable) {
  for (const std::string& name : user_variables()) {
    EXPECT_EQ(expectations().count(name), 1U) << name << " has no row in this table";
  }
  EXPECT_EQ(expectations().size(), user_variables().size());
}

TEST(WrongOptions, AreRefusedByALineThatNamesVariableValueAndChoices) {
  for (const auto& [name, expectation] : expectations()) {
    for (const auto& [kind, value] : wrong_values()) {
      SCOPED_TRACE(name + ", " + kind);
      if (expectation.is_right(value)) {
        EXPECT_NO_THROW(parse_options({{name, value}}));
        continue;
      }
      const std::string text = text_of_thrown<UsageError>([&, n = name, v = value] {
        parse_options({{n, v}});
      });
      const std::string beginning =
          name + "='" + shown(value) + "' is not valid: expected " + expectation.choices;
      EXPECT_EQ(text.substr(0, beginning.size()), beginning);
      EXPECT_LT(text.size(), 1500U);
      EXPECT_EQ(text, escape(text, "")) << "more than one line";
    }
  }
}

TEST(WrongOptions, OfUnknownVariablesAreShownShort) {
  const std::string text = text_of_thrown<UsageError>([] {
    parse_options({{"GTEST_XDIST_" + std::string(100'000, 'X'), std::string(100'000, '\n')}});
  });
  std::string escaped;
  for (int i = 0; i < 100; ++i) escaped += "\\x0a";
  const std::string beginning = "unknown variable GTEST_XDIST_" + std::string(88, 'X') +
                                "... (100012 bytes)='" + escaped +
                                "... (100000 bytes)'. GTEST_XDIST_WORKERS=help lists the variables";
  EXPECT_EQ(text.substr(0, beginning.size()), beginning);
}

}  // namespace
}  // namespace gtest_xdist::internal
