#include "gtest_xdist/process/output/output_cuts.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "support/random.h"

namespace gtest_xdist::internal {
namespace {

// What is shown of a range: "0-10 (20) 30-40", with the size of a cut in its place.
std::string shown(OutputCuts& cuts, std::uint64_t begin, std::uint64_t end) {
  std::string text;
  const auto append = [&](const std::string& word) { text += (text.empty() ? "" : " ") + word; };
  for (ByteRange rest{begin, end}; rest.begin < rest.end;) {
    const OutputCuts::Piece piece = cuts.take(rest);
    if (piece.cut > 0) append("(" + std::to_string(piece.cut) + ")");
    if (piece.shown.empty()) continue;
    append(std::to_string(piece.shown.begin) + "-" + std::to_string(piece.shown.end));
  }
  return text;
}

OutputCuts cuts_of(const std::vector<ByteRange>& ranges) {
  OutputCuts cuts;
  for (const ByteRange& range : ranges) cuts.add(range);
  return cuts;
}

TEST(OutputCuts, WithoutACutAllIsShown) {
  OutputCuts cuts;
  EXPECT_EQ(shown(cuts, 0, 10), "0-10");
  EXPECT_EQ(shown(cuts, 10, 10), "");
}

TEST(OutputCuts, AreLeftOutAndToldInTheirPlace) {
  OutputCuts cuts = cuts_of({{10, 30}, {50, 51}});
  EXPECT_EQ(shown(cuts, 0, 60), "0-10 (20) 30-50 (1) 51-60");
}

TEST(OutputCuts, AreToldOnceHoweverManyRangesReachThem) {
  OutputCuts cuts = cuts_of({{10, 30}});
  EXPECT_EQ(shown(cuts, 0, 10), "0-10");
  EXPECT_EQ(shown(cuts, 10, 20), "(20)");
  EXPECT_EQ(shown(cuts, 20, 25), "");
  EXPECT_EQ(shown(cuts, 25, 35), "30-35");
  EXPECT_EQ(shown(cuts, 35, 40), "35-40");
}

TEST(OutputCuts, AreToldByTheFirstRangeThatReachesThemThoughItBeginsWithin) {
  OutputCuts cuts = cuts_of({{10, 30}});
  EXPECT_EQ(shown(cuts, 20, 40), "(20) 30-40");
}

TEST(OutputCuts, ThatARangeEndsWithAreToldAtItsEnd) {
  OutputCuts cuts = cuts_of({{10, 30}});
  EXPECT_EQ(shown(cuts, 0, 20), "0-10 (20)");
  EXPECT_EQ(shown(cuts, 20, 30), "");
  EXPECT_EQ(shown(cuts, 30, 31), "30-31");
}

TEST(OutputCuts, GrowTogether) {
  OutputCuts cuts = cuts_of({{10, 20}, {10, 30}, {30, 35}, {50, 60}, {34, 50}});
  EXPECT_EQ(shown(cuts, 0, 70), "0-10 (50) 60-70");
}

TEST(OutputCuts, KnowWhereTheyEnd) {
  const OutputCuts cuts = cuts_of({{10, 20}, {30, 40}});
  EXPECT_EQ(cuts.end_at(5), 5U);
  EXPECT_EQ(cuts.end_at(10), 20U);
  EXPECT_EQ(cuts.end_at(19), 20U);
  EXPECT_EQ(cuts.end_at(20), 20U);
  EXPECT_EQ(cuts.end_at(25), 25U);
  EXPECT_EQ(cuts.end_at(35), 40U);
}

TEST(OutputCuts, MindNoNonsense) {
  constexpr std::uint64_t kLargest = std::numeric_limits<std::uint64_t>::max();
  OutputCuts cuts = cuts_of({{20, 10}, {5, 5}, {kLargest - 1, kLargest}});
  EXPECT_EQ(shown(cuts, 0, 30), "0-30");
  EXPECT_EQ(shown(cuts, 40, kLargest), "40-" + std::to_string(kLargest - 1) + " (1)");
}

// Byte for byte, against a plain picture of the file.
TEST(OutputCuts, LeaveOutWhatWasCutAndNothingElse) {
  Random random(11);
  for (int round = 0; round < 300; ++round) {
    constexpr std::size_t kSize = 300;
    std::vector<bool> is_cut(kSize);
    OutputCuts cuts;
    for (int cut = 0; cut < 6; ++cut) {
      const std::size_t begin = random.between<std::size_t>(0, kSize - 1);
      const std::size_t end = random.between<std::size_t>(begin, kSize);
      cuts.add({begin, end});
      for (std::size_t i = begin; i < end; ++i) is_cut[i] = true;
    }
    std::size_t told = 0;
    for (std::size_t begin = 0; begin < kSize;) {
      const std::size_t end = random.between<std::size_t>(begin + 1, kSize);
      std::vector<bool> is_shown(kSize);
      for (ByteRange rest{begin, end}; rest.begin < rest.end;) {
        const OutputCuts::Piece piece = cuts.take(rest);
        told += piece.cut;
        for (std::uint64_t i = piece.shown.begin; i < piece.shown.end; ++i) is_shown[i] = true;
      }
      for (std::size_t i = 0; i < kSize; ++i) {
        ASSERT_EQ(is_shown[i], i >= begin && i < end && !is_cut[i]) << "byte " << i;
      }
      begin = end;
    }
    EXPECT_EQ(told, static_cast<std::size_t>(std::count(is_cut.begin(), is_cut.end(), true)));
  }
}

}  // namespace
}  // namespace gtest_xdist::internal
