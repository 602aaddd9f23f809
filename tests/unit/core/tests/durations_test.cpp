#include "gtest_xdist/core/tests/durations.h"

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace gtest_xdist::internal {
namespace {

const std::string kHeader = "gtest-xdist durations 1\n";

Durations parsed(const std::string& text) {
  std::vector<std::size_t> damaged;
  const Durations durations = parse_durations(text, damaged);
  EXPECT_EQ(damaged, std::vector<std::size_t>{});
  return durations;
}

MeasuredDuration measured(const std::vector<double>& runs) {
  MeasuredDuration duration;
  for (const double seconds : runs) duration.add(seconds);
  return duration;
}

TEST(Durations, AreTextAndBack) {
  const Durations durations = {
      {"a b\nSuite", 0.5},
      {"a b\nSuite.Test", 12},
      {"other\nI/P.V/0", 0.000001},
  };
  const std::string text = kHeader +
                           "0.500000 Suite a b\n"
                           "12.000000 Suite.Test a b\n"
                           "0.000001 I/P.V/0 other\n";
  EXPECT_EQ(format_durations(durations), text);
  EXPECT_EQ(parsed(text), durations);
}

TEST(Durations, MayHaveLineEndsOfElsewhere) {
  EXPECT_EQ(parsed("gtest-xdist durations 1\r\n0.5 Suite.Test program\r\n"),
            (Durations{{"program\nSuite.Test", 0.5}}));
}

TEST(Durations, AreToldFromOtherTexts) {
  for (const char* text : {"", "gtest-xdist durations 1", "gtest-xdist durations 1\n",
                           "gtest-xdist durations 1\r\n", "gtest-xdist durations 1\nnonsense"}) {
    EXPECT_TRUE(is_durations_text(text)) << text;
  }
  for (const char* text : {"\n", "x", "gtest-xdist durations 2\n", "gtest-xdist durations 11\n",
                           "gtest-xdist durations 1\r\r\n", " gtest-xdist durations 1\n"}) {
    EXPECT_FALSE(is_durations_text(text)) << text;
  }
}

TEST(Durations, PassOverDamagedLines) {
  std::vector<std::size_t> damaged;
  const Durations durations = parse_durations(kHeader +
                                                  "1 A.a p\n"
                                                  "\n"
                                                  "1\n"
                                                  "1 A.b\n"
                                                  "1 A.b \n"
                                                  "1  p\n"
                                                  " A.b p\n"
                                                  "-1 A.b p\n"
                                                  "1e3 A.b p\n"
                                                  "nan A.b p\n"
                                                  "1. A.b p\n"
                                                  ".5 A.b p\n"
                                                  "1,5 A.b p\n"
                                                  "1.0000001 A.b p\n"
                                                  "1234567890 A.b p\n"
                                                  "1 A.\tb p\n"
                                                  "1 A.b p\r\r\n"
                                                  "1 A.b \x7f\n"
                                                  "2.5 A.c p q",
                                              damaged);
  EXPECT_EQ(durations, (Durations{{"p\nA.a", 1}, {"p q\nA.c", 2.5}}));
  EXPECT_EQ(damaged, (std::vector<std::size_t>{3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17,
                                               18, 19}));
}

TEST(Durations, OfTwoLinesTheLastCounts) {
  EXPECT_EQ(parsed(kHeader + "1 A.a p\n2 A.a p\n"), (Durations{{"p\nA.a", 2}}));
}

TEST(Durations, SecondsArePlainNumbers) {
  const std::pair<double, const char*> rows[] = {
      {0, "0.000000"},         {0.0000004, "0.000000"},    {0.0000005, "0.000001"},
      {0.9999999, "1.000000"}, {1.25, "1.250000"},         {3600.000001, "3600.000001"},
      {-1, "0.000000"},        {1e300, "999999999.000000"}};
  for (const auto& [seconds, text] : rows) EXPECT_EQ(format_seconds(seconds), text);
  EXPECT_EQ(parse_seconds("12"), 12);
  EXPECT_EQ(parse_seconds("12.5"), 12.5);
  EXPECT_EQ(parse_seconds("999999999.999999"), 999999999.999999);
}

TEST(Durations, NamesFitIntoALine) {
  EXPECT_EQ(duration_name_of_test("S.T/0"), "S.T/0");
  EXPECT_EQ(duration_name_of_test("S x.T\n\\\x7f"), "S\\x20x.T\\x0a\\x5c\\x7f");
  EXPECT_EQ(duration_name_of_suite("a.b c"), "a\\x2eb\\x20c");
  EXPECT_EQ(duration_name_of_program("/usr/bin/my test\n"), "my test\\x0a");
  EXPECT_EQ(duration_name_of_program("my_test"), "my_test");
  EXPECT_EQ(duration_name_of_test("\xc3\xa4.b"), "\xc3\xa4.b");
}

// A suite is called as it likes: its entry is not that of a test.
TEST(Durations, ASuiteIsNotATest) {
  EXPECT_NE(duration_name_of_suite("A.b"), duration_name_of_test("A.b"));
  EXPECT_NE(duration_name_of_suite("A."), duration_name_of_test("A."));
  EXPECT_NE(duration_name_of_suite("A"), duration_name_of_suite("A."));
}

TEST(Durations, AMeasurementWeighsAHalf) {
  EXPECT_EQ(measured({4}).merged({}), 4);
  EXPECT_EQ(measured({4}).merged(2), 3);
  EXPECT_EQ(measured({4, 8}).merged(2), 5.5);
  EXPECT_EQ(measured({}).merged(2), 2);
  EXPECT_NEAR(measured({4, 8}).merged({}), (4 * 0.25 + 8 * 0.5) / 0.75, 1e-12);
  EXPECT_TRUE(measured({}).empty());
  EXPECT_FALSE(measured({0}).empty());
}

// Merges the runs of each test into the entries of the program "p".
Durations merged(Durations durations,
                 const std::vector<std::pair<std::string, std::vector<double>>>& tests) {
  const std::string program = "p";
  DurationsMerger merger(durations, program);
  for (const auto& [name, runs] : tests) merger.add(name, measured(runs));
  return durations;
}

TEST(Durations, AreMerged) {
  EXPECT_EQ(merged({{"other\nA.a", 7},
                    {"other\ngone", 8},
                    {"p\nA.a", 2},
                    {"p\nA.b", 3},
                    {"p\nA.gone", 4},
                    {"p\nGone", 5},
                    {"p q\nA.a", 9}},
                   {{"A.a", {4}}, {"A.b", {}}, {"A.new", {6}}, {"A.never", {}}, {"A", {0.5}}}),
            (Durations{{"other\nA.a", 7},
                       {"other\ngone", 8},
                       {"p\nA", 0.5},
                       {"p\nA.a", 3},
                       {"p\nA.b", 3},
                       {"p\nA.new", 6},
                       {"p q\nA.a", 9}}));
}

TEST(Durations, OfTestsWithOneNameAreOneEntry) {
  EXPECT_EQ(merged({}, {{"A.a", {4}}, {"A.a", {8}}}), (Durations{{"p\nA.a", 6}}));
}

TEST(Durations, AProgramWithoutEntriesIsNotMentioned) {
  EXPECT_EQ(merged({{"p\nA.gone", 4}}, {{"A.a", {}}}), Durations{});
}

}  // namespace
}  // namespace gtest_xdist::internal
