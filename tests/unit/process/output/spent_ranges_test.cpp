#include "gtest_xdist/process/output/spent_ranges.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "gtest_xdist/core/lean/narrow.h"

#include "support/random.h"

namespace gtest_xdist::internal {
namespace {

std::string text(const ByteRange& range) {
  return range.empty() ? "" : std::to_string(range.begin) + "-" + std::to_string(range.end);
}

TEST(SpentRanges, PutsTogetherWhatTouches) {
  SpentRanges spent;
  EXPECT_EQ(text(spent.add({0, 5}, 10)), "");
  EXPECT_EQ(text(spent.add({5, 9}, 10)), "");
  EXPECT_EQ(text(spent.add({9, 12}, 10)), "0-12");
}

TEST(SpentRanges, WaitsForWhatIsMissing) {
  SpentRanges spent;
  EXPECT_EQ(text(spent.add({0, 6}, 10)), "");
  EXPECT_EQ(text(spent.add({8, 13}, 10)), "");
  EXPECT_EQ(text(spent.add({20, 25}, 10)), "");
  EXPECT_EQ(text(spent.add({6, 8}, 10)), "0-13");
}

TEST(SpentRanges, ForgetsWhatItHasGivenOut) {
  SpentRanges spent;
  EXPECT_EQ(text(spent.add({0, 10}, 10)), "0-10");
  EXPECT_EQ(text(spent.add({10, 15}, 10)), "");
  EXPECT_EQ(text(spent.add({15, 20}, 10)), "10-20");
}

TEST(SpentRanges, MindsNoOverlapAndNoNonsense) {
  SpentRanges spent;
  EXPECT_EQ(text(spent.add({5, 5}, 0)), "");
  EXPECT_EQ(text(spent.add({9, 2}, 0)), "");
  EXPECT_EQ(text(spent.add({2, 6}, 10)), "");
  EXPECT_EQ(text(spent.add({3, 5}, 10)), "");
  EXPECT_EQ(text(spent.add({4, 11}, 10)), "");
  EXPECT_EQ(text(spent.add({1, 3}, 10)), "1-11");
}

TEST(SpentRanges, GivesEveryByteOutOnce) {
  Random random(7);
  for (int round = 0; round < 200; ++round) {
    std::vector<ByteRange> pieces;
    std::uint64_t end = 0;
    while (end < 1000) {
      const std::uint64_t begin = end;
      end += random.between<std::uint64_t>(1, 40);
      pieces.push_back({begin, end});
    }
    for (std::size_t i = pieces.size(); i > 1; --i) {
      std::swap(pieces[i - 1], pieces[random.between<std::size_t>(0, i - 1)]);
    }
    SpentRanges spent;
    std::vector<int> given(narrow<std::size_t>(end));
    for (const ByteRange& piece : pieces) {
      const ByteRange range = spent.add(piece, 100);
      for (std::uint64_t i = range.begin; i < range.end; ++i) ++given[i];
    }
    EXPECT_LE(*std::max_element(given.begin(), given.end()), 1);
    EXPECT_GT(std::count(given.begin(), given.end(), 1), 0);
  }
}

}  // namespace
}  // namespace gtest_xdist::internal
