#include "gtest_xdist/core/tests/collection.h"

#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "support/random.h"

namespace gtest_xdist::internal {
namespace {

using Ids = std::vector<std::string>;

std::uint64_t digest(const Ids& ids) {
  Digest digest;
  for (const std::string& id : ids) digest.add(id);
  return digest.value();
}

// S.t0, S.t1, … without the ones in `left_out`.
Ids numbered(std::size_t count, const std::set<std::size_t>& left_out = {}) {
  Ids ids;
  for (std::size_t i = 0; i < count; ++i) {
    if (left_out.count(i) == 0) ids.push_back("S.t" + std::to_string(i));
  }
  return ids;
}

Ids with(Ids ids, std::size_t at, const std::string& id) {
  ids[at] = id;
  return ids;
}

TEST(Digest, StandsForTheListAndNotForItsText) {
  const std::vector<Ids> lists = {
      {},
      {""},
      {"", ""},
      {"abc"},
      {"ab", "c"},
      {"a", "bc"},
      {"a", "b", "c"},
      {"c", "ab"},
      {"abc", ""},
      {"", "abc"},
      {"ab\x01", "c"},
      {std::string(1, '\0')},
      {"S.t0", "S.t1"},
      {"S.t1", "S.t0"},
      {"S.t0", "S.t0"},
  };
  std::set<std::uint64_t> digests;
  for (const Ids& ids : lists) digests.insert(digest(ids));
  EXPECT_EQ(digests.size(), lists.size());
}

TEST(Digest, IsTheSameForTheSameList) {
  EXPECT_EQ(digest(numbered(100)), digest(numbered(100)));
  EXPECT_NE(digest(numbered(100)), digest(numbered(101)));
}

// --- the diff: expected texts are what Python's difflib.unified_diff() prints --------------------

std::string difference(const Ids& a, const Ids& b) {
  const std::string text = describe_collection_difference(a, b, "controller", "gw1");
  const std::string head =
      "Different tests were collected between controller and gw1. The difference is:\n"
      "--- controller\n\n+++ gw1\n\n";
  const std::string foot =
      "To see why this happens see 'Limits' in examples/compatibility.md of gtest-xdist, in a "
      "package below share/doc/gtest_xdist";
  EXPECT_EQ(text.substr(0, head.size()), head);
  EXPECT_EQ(text.substr(text.size() - foot.size()), foot);
  return text.substr(head.size(), text.size() - head.size() - foot.size());
}

TEST(CollectionDifference, IsOneReport) {
  EXPECT_EQ(
      describe_collection_difference({"A.x", "A.y", "A.z"}, {"A.x", "A.z"}, "gw0", "gw1"),
      "Different tests were collected between gw0 and gw1. The difference is:\n"
      "--- gw0\n"
      "\n"
      "+++ gw1\n"
      "\n"
      "@@ -1,3 +1,2 @@\n"
      "\n"
      " A.x\n"
      "-A.y\n"
      " A.z\n"
      "To see why this happens see 'Limits' in examples/compatibility.md of gtest-xdist, in a "
      "package below share/doc/gtest_xdist");
}

TEST(CollectionDifference, ShowsThreeLinesOfContext) {
  EXPECT_EQ(difference(numbered(10), numbered(10, {5})),
            "@@ -3,7 +3,6 @@\n\n"
            " S.t2\n S.t3\n S.t4\n"
            "-S.t5\n"
            " S.t6\n S.t7\n S.t8\n");
}

TEST(CollectionDifference, ShowsWhatIsThereAtTheEnds) {
  EXPECT_EQ(difference(numbered(2), numbered(3)),
            "@@ -1,2 +1,3 @@\n\n"
            " S.t0\n S.t1\n"
            "+S.t2\n");
  EXPECT_EQ(difference(numbered(3), numbered(3, {0})),
            "@@ -1,3 +1,2 @@\n\n"
            "-S.t0\n"
            " S.t1\n S.t2\n");
}

TEST(CollectionDifference, CountsEmptyAndSingleRangesAsUnifiedDiffsDo) {
  EXPECT_EQ(difference({}, numbered(2)), "@@ -0,0 +1,2 @@\n\n+S.t0\n+S.t1\n");
  EXPECT_EQ(difference(numbered(1), {}), "@@ -1 +0,0 @@\n\n-S.t0\n");
  EXPECT_EQ(difference({"S.a"}, {"S.b"}), "@@ -1 +1 @@\n\n-S.a\n+S.b\n");
}

TEST(CollectionDifference, ShowsWhatWentBeforeWhatCame) {
  EXPECT_EQ(difference({"S.t0", "S.t1", "S.t2", "S.t3"}, {"S.t0", "S.a", "S.b", "S.t3"}),
            "@@ -1,4 +1,4 @@\n\n"
            " S.t0\n"
            "-S.t1\n-S.t2\n"
            "+S.a\n+S.b\n"
            " S.t3\n");
}

TEST(CollectionDifference, SixEqualLinesJoinTwoChanges) {
  const Ids ids = numbered(12);
  EXPECT_EQ(difference(ids, with(with(ids, 2, "S.x"), 9, "S.y")),
            "@@ -1,12 +1,12 @@\n\n"
            " S.t0\n S.t1\n"
            "-S.t2\n+S.x\n"
            " S.t3\n S.t4\n S.t5\n S.t6\n S.t7\n S.t8\n"
            "-S.t9\n+S.y\n"
            " S.t10\n S.t11\n");
}

TEST(CollectionDifference, SevenEqualLinesPartTwoChanges) {
  const Ids ids = numbered(13);
  EXPECT_EQ(difference(ids, with(with(ids, 2, "S.x"), 10, "S.y")),
            "@@ -1,6 +1,6 @@\n\n"
            " S.t0\n S.t1\n"
            "-S.t2\n+S.x\n"
            " S.t3\n S.t4\n S.t5\n"
            "@@ -8,6 +8,6 @@\n\n"
            " S.t7\n S.t8\n S.t9\n"
            "-S.t10\n+S.y\n"
            " S.t11\n S.t12\n");
}

TEST(CollectionDifference, LaterHunksCountTheLinesOfEachSide) {
  EXPECT_EQ(difference(numbered(30, {20}), numbered(30, {0, 1})),
            "@@ -1,5 +1,3 @@\n\n"
            "-S.t0\n-S.t1\n"
            " S.t2\n S.t3\n S.t4\n"
            "@@ -18,6 +16,7 @@\n\n"
            " S.t17\n S.t18\n S.t19\n"
            "+S.t20\n"
            " S.t21\n S.t22\n S.t23\n");
}

TEST(CollectionDifference, OfEqualListsHasNoHunk) {
  EXPECT_EQ(difference(numbered(5), numbered(5)), "");
  EXPECT_EQ(difference({}, {}), "");
}

// Whatever the hunks show, the lines of a diff must lead from one list to the other.
TEST(CollectionDifference, LinesLeadFromOneListToTheOther) {
  Random random(4);
  for (int round = 0; round < 2000; ++round) {
    Ids lists[2];
    for (Ids& ids : lists) {
      ids.resize(random.between<std::size_t>(0, 12));
      for (std::string& id : ids) id = std::string(1, random.between('a', 'd'));
    }
    Ids before;
    Ids after;
    for (const DiffLine& line : diff_lines(lists[0], lists[1])) {
      if (line.mark != '+') before.emplace_back(line.text);
      if (line.mark != '-') after.emplace_back(line.text);
    }
    ASSERT_EQ(before, lists[0]);
    ASSERT_EQ(after, lists[1]);
  }
}

TEST(CollectionDifference, OfHugeListsIsOneReplacedBlock) {
  Ids a = numbered(kMaxExactDiffLines + 2);
  Ids b = a;
  // Between the two changes: one line too many for the exact method.
  b.front() = "S.first";
  b.back() = "S.last";
  const std::vector<DiffLine> lines = diff_lines(a, b);
  ASSERT_EQ(lines.size(), 2 * a.size());
  for (std::size_t i = 0; i < lines.size(); ++i) {
    ASSERT_EQ(lines[i].mark, i < a.size() ? '-' : '+') << i;
  }

  a = numbered(kMaxExactDiffLines);
  b = a;
  b.front() = "S.first";
  b.back() = "S.last";
  EXPECT_EQ(diff_lines(a, b).size(), a.size() + 2);
}

}  // namespace
}  // namespace gtest_xdist::internal
