#include "gtest_xdist/core/tests/report.h"

#include <gtest/gtest.h>

namespace gtest_xdist {
namespace {

TEST(Report, FailsByItsParts) {
  struct Row {
    PartType type;
    bool failed;
  };
  for (const Row& row : {Row{PartType::success, false}, Row{PartType::nonfatal_failure, true},
                         Row{PartType::fatal_failure, true}, Row{PartType::skip, false}}) {
    Report report;
    report.add_part(0, {}, {PartType::success, "a.cpp", 1, "fine"});
    EXPECT_FALSE(report.failed());
    report.add_part(0, {}, {row.type, "a.cpp", 2, "text"});
    EXPECT_EQ(report.failed(), row.failed) << static_cast<int>(row.type);
  }
}

TEST(Report, DoesNotFailByPartsThatWereDropped) {
  Report report;
  report.add_output(0, {{0, 10}, {}});  // no part
  report.add_part(0, {}, {PartType::fatal_failure, "a.cpp", 1, "dropped"});
  report.add_part(0, {}, {PartType::success, "a.cpp", 2, "fine"});
  EXPECT_TRUE(report.failed());
  report.dropped_parts = 1;
  EXPECT_FALSE(report.failed());
  report.add_part(0, {}, {PartType::fatal_failure, "a.cpp", 3, "bad"});
  EXPECT_TRUE(report.failed());
  report.dropped_parts = 3;
  EXPECT_FALSE(report.failed());
}

TEST(Report, IsSkippedUnlessItFails) {
  Report report;
  report.add_part(0, {}, {PartType::success, "a.cpp", 1, "fine"});
  EXPECT_FALSE(report.skipped());
  report.add_part(0, {}, {PartType::skip, "a.cpp", 2, "not today"});
  EXPECT_TRUE(report.skipped());
  report.add_part(0, {}, {PartType::fatal_failure, "a.cpp", 3, "bad"});
  EXPECT_FALSE(report.skipped());
}

TEST(Report, KeepsOutputAndPartsInOrder) {
  Report report;
  report.add_output(3, {{0, 0}, {5, 5}});  // empty: no step
  report.add_output(3, {{0, 10}, {}});
  report.add_part(3, {{10, 10}, {}}, {PartType::skip, "a.cpp", 7, "why"});
  report.add_output(3, {{10, 10}, {0, 2}});
  ASSERT_EQ(report.steps.size(), 3U);

  EXPECT_FALSE(report.steps[0].has_part);
  EXPECT_EQ(report.steps[0].worker, 3);
  EXPECT_EQ(report.steps[0].output.out.end, 10U);
  EXPECT_TRUE(report.steps[1].has_part);
  EXPECT_TRUE(report.steps[1].part == (Part{PartType::skip, "a.cpp", 7, "why"}));
  EXPECT_FALSE(report.steps[2].has_part);
  EXPECT_EQ(report.steps[2].output.err.end, 2U);
}

TEST(Report, PartsDifferByEachOfTheirFields) {
  const Part part{PartType::skip, "a.cpp", 7, "why"};
  EXPECT_TRUE(part == (Part{PartType::skip, "a.cpp", 7, "why"}));
  EXPECT_FALSE(part == (Part{PartType::success, "a.cpp", 7, "why"}));
  EXPECT_FALSE(part == (Part{PartType::skip, "b.cpp", 7, "why"}));
  EXPECT_FALSE(part == (Part{PartType::skip, "a.cpp", 8, "why"}));
  EXPECT_FALSE(part == (Part{PartType::skip, "a.cpp", 7, "because"}));
}

TEST(Report, PartsTellTheSameWhateverTheirStackTraces) {
  const Part part{PartType::skip, "a.cpp", 7, "why\nStack trace:\n  0x5: f()\n"};
  EXPECT_TRUE(
      part.tells_the_same_as({PartType::skip, "a.cpp", 7, "why\nStack trace:\n  0x6: f()\n"}));
  EXPECT_TRUE(part.tells_the_same_as({PartType::skip, "a.cpp", 7, "why"}));
  EXPECT_FALSE(part.tells_the_same_as({PartType::success, "a.cpp", 7, "why"}));
  EXPECT_FALSE(part.tells_the_same_as({PartType::skip, "b.cpp", 7, "why"}));
  EXPECT_FALSE(part.tells_the_same_as({PartType::skip, "a.cpp", 8, "why"}));
  EXPECT_FALSE(
      part.tells_the_same_as({PartType::skip, "a.cpp", 7, "because\nStack trace:\n  0x5: f()\n"}));
}

}  // namespace
}  // namespace gtest_xdist
