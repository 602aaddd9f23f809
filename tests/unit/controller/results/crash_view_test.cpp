#include "gtest_xdist/controller/results/crash_view.h"

#include <cstdint>
#include <vector>

#include <gtest/gtest.h>

namespace gtest_xdist::internal {
namespace {

const Part kBefore{PartType::nonfatal_failure, "a.cpp", 7, "failed before"};
const Part kCrash{PartType::fatal_failure, "a.cpp", 5, "crashed"};

// A test that printed something, failed, and crashed.
class CrashView : public testing::Test {
 protected:
  CrashView() {
    item_.id = "A.b";
    item_.file = "a.cpp";
    item_.line = 5;
    report_.worker = 2;
    report_.add_part(2, {{0, 10}, {}}, kBefore);
    report_.add_part(2, {{10, 20}, {}}, kCrash);
    report_.properties = {{"key", "value"}};
  }

  std::vector<Part> parts_after(const TestReport& shown) {
    take_changes(shown, report_);
    return parts_of(report_);
  }

  // The bytes of output that the report tells, however many steps it takes.
  std::uint64_t output() const {
    std::uint64_t bytes = 0;
    for (const Step& step : report_.steps) bytes += step.output.out.end - step.output.out.begin;
    return bytes;
  }

  Item item_;
  Report report_;
};

TEST_F(CrashView, ShowsWhatIsKnown) {
  const TestReport shown = show_crash(item_, report_, "gw2");
  EXPECT_EQ(&shown.item, &item_);
  EXPECT_EQ(shown.outcome, Outcome::failed);
  EXPECT_EQ(shown.worker_id, "gw2");
  EXPECT_TRUE(shown.crashed);
  EXPECT_EQ(shown.parts, (std::vector<Part>{kBefore, kCrash}));
  ASSERT_EQ(shown.properties.size(), 1U);
  EXPECT_EQ(shown.longrepr(), "failed before\ncrashed");
}

TEST_F(CrashView, NoChangeChangesNothing) {
  EXPECT_EQ(parts_after(show_crash(item_, report_, "gw2")), (std::vector<Part>{kBefore, kCrash}));
  EXPECT_EQ(report_.steps.size(), 2U);
}

TEST_F(CrashView, TakesOtherWords) {
  TestReport shown = show_crash(item_, report_, "gw2");
  shown.parts.back().message = "in other words";
  const std::vector<Part> parts = parts_after(shown);
  ASSERT_EQ(parts.size(), 2U);
  EXPECT_EQ(parts[0], kBefore);
  EXPECT_EQ(parts[1].message, "in other words");
  EXPECT_EQ(output(), 20U);
}

TEST_F(CrashView, WhatPassesHasNoFailures) {
  TestReport shown = show_crash(item_, report_, "gw2");
  shown.outcome = Outcome::passed;
  EXPECT_TRUE(parts_after(shown).empty());
  EXPECT_FALSE(report_.failed());
  EXPECT_EQ(output(), 20U);
}

TEST_F(CrashView, WhatIsSkippedSaysWhy) {
  TestReport shown = show_crash(item_, report_, "gw2");
  shown.outcome = Outcome::skipped;
  const std::vector<Part> parts = parts_after(shown);
  ASSERT_EQ(parts.size(), 1U);
  EXPECT_EQ(parts[0], (Part{PartType::skip, "a.cpp", 5, "failed before\ncrashed"}));
}

TEST_F(CrashView, WhatFailsHasAFailure) {
  TestReport shown = show_crash(item_, report_, "gw2");
  shown.parts.clear();
  shown.properties.clear();
  const std::vector<Part> parts = parts_after(shown);
  ASSERT_EQ(parts.size(), 1U);
  EXPECT_EQ(parts[0], (Part{PartType::fatal_failure, "a.cpp", 5, "it ended its worker"}));
  EXPECT_TRUE(report_.properties.empty());
}

}  // namespace
}  // namespace gtest_xdist::internal
