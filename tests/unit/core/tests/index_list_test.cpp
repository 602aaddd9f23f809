#include "gtest_xdist/core/tests/index_list.h"

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <stdexcept>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "support/random.h"
#include "support/thrown.h"

namespace gtest_xdist {
namespace {

using Indices = std::vector<TestIndex>;

TEST(IndexList, IsPrintedWithRangesFromThreeOn) {
  struct Row {
    Indices indices;
    const char* text;
  };
  const Row rows[] = {
      {{}, ""},
      {{0}, "0"},
      {{7, 8}, "7:8"},
      {{7, 8, 9}, "7-9"},
      {{0, 1, 2, 3, 31, 40}, "0-3:31:40"},
      {{40, 31, 0, 1, 2}, "40:31:0-2"},
      {{3, 2, 1}, "3:2:1"},
      {{5, 5, 5}, "5:5:5"},
      {{1, 2, 3, 3, 4, 5}, "1-3:3-5"},
      {{1, 2, 4, 5, 7, 8}, "1:2:4:5:7:8"},
      {{kNoTest - 3, kNoTest - 2, kNoTest - 1}, "4294967292-4294967294"},
  };
  for (const Row& row : rows) EXPECT_EQ(format_index_list(row.indices), row.text);
}

TEST(IndexList, IsReadAsAPersonMayTypeIt) {
  struct Row {
    const char* text;
    Indices indices;
  };
  const Row rows[] = {
      {"0", {0}},
      {"007", {7}},
      {"5-5", {5}},
      {"5-6", {5, 6}},
      {"0-2:1:1:0-1", {0, 1, 2, 1, 1, 0, 1}},
      {"9:3-4", {9, 3, 4}},
      {"4294967294", {kNoTest - 1}},
      {"4294967293-4294967294", {kNoTest - 2, kNoTest - 1}},
  };
  for (const Row& row : rows) EXPECT_EQ(parse_index_list(row.text), row.indices) << row.text;
}

TEST(IndexList, SaysWhatIsWrongWithText) {
  struct Row {
    std::string text;
    std::string error;
  };
  const Row rows[] = {
      {"", "an index is missing"},
      {":", "an index is missing"},
      {"1:", "an index is missing"},
      {":1", "an index is missing"},
      {"1::2", "an index is missing"},
      {"-", "an index is missing"},
      {"1-", "an index is missing"},
      {"-1", "an index is missing"},
      {"x", "'x' is not an index"},
      {"0:1x", "'1x' is not an index"},
      {"0x10", "'0x10' is not an index"},
      {" 1", "' 1' is not an index"},
      {"1 ", "'1 ' is not an index"},
      {"+1", "'+1' is not an index"},
      {"1.5", "'1.5' is not an index"},
      {"1,2", "'1,2' is not an index"},
      {"1-2-3", "'2-3' is not an index"},
      {"1--2", "'-2' is not an index"},
      {std::string("1\0", 2), "'1\\x00' is not an index"},
      {"1\n", "'1\\x0a' is not an index"},
      {"1:" + std::string(1000, 'x') + ":2",
       "'" + std::string(100, 'x') + "... (1000 bytes)' is not an index"},
      {std::string(1000, '9'),
       "'" + std::string(100, '9') + "... (1000 bytes)' is too large for an index"},
      {"3-" + std::string(1000, '0') + "1",
       "the range '3-" + std::string(98, '0') + "... (1003 bytes)' is reversed"},
      {"3-1", "the range '3-1' is reversed"},
      {"0-9:7-6", "the range '7-6' is reversed"},
      {"4294967295", "'4294967295' is too large for an index"},
      {"4294967296", "'4294967296' is too large for an index"},
      {"18446744073709551616", "'18446744073709551616' is too large for an index"},
      {"0-4294967295", "'4294967295' is too large for an index"},
      {"0-4294967294", "more than 16000000 tests"},
      {"0-4000000000", "more than 16000000 tests"},
      {"0-16000000", "more than 16000000 tests"},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(text_of_thrown<std::invalid_argument>([&] { parse_index_list(row.text); }), row.error)
        << row.text;
  }
}

TEST(IndexList, LengthLimitCountsTheWholeList) {
  const std::size_t limit = kMaxIndexListLength;
  EXPECT_EQ(parse_index_list("0-15999997:0:0").size(), limit);
  EXPECT_EQ(text_of_thrown<std::invalid_argument>([] { parse_index_list("0-15999997:0:0:0"); }),
            "more than 16000000 tests");
  EXPECT_EQ(text_of_thrown<std::invalid_argument>([] { parse_index_list("0-15999997:0-2"); }),
            "more than 16000000 tests");
}

TEST(IndexList, AnyListSurvivesTheRoundTrip) {
  Random random(1);
  for (int round = 0; round < 3000; ++round) {
    // Few different numbers: many neighbours and repetitions.
    const TestIndex largest = random.one_in(2) ? 6 : kNoTest - 1;
    Indices indices(random.between<std::size_t>(1, 20));
    for (TestIndex& index : indices) {
      const bool follows = &index != &indices.front() && random.one_in(2);
      index = random.between<TestIndex>(0, largest);
      if (follows && *(&index - 1) < kNoTest - 1) index = *(&index - 1) + 1;
    }
    const std::string text = format_index_list(indices);
    ASSERT_EQ(parse_index_list(text), indices) << text;
  }
}

TEST(IndexList, AMillionEntriesSurviveTheRoundTrip) {
  Indices indices(1'000'000);
  std::iota(indices.begin(), indices.end(), 0U);
  EXPECT_EQ(format_index_list(indices), "0-999999");
  EXPECT_EQ(parse_index_list("0-999999"), indices);

  std::reverse(indices.begin(), indices.end());
  const std::string text = format_index_list(indices);
  EXPECT_EQ(std::count(text.begin(), text.end(), ':'), 999'999);
  EXPECT_EQ(parse_index_list(text), indices);

  std::fill(indices.begin(), indices.end(), 4'000'000'000U);
  EXPECT_EQ(parse_index_list(format_index_list(indices)), indices);
}

}  // namespace
}  // namespace gtest_xdist
