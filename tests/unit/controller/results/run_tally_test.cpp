#include "gtest_xdist/controller/results/run_tally.h"

#include <chrono>

#include <gtest/gtest.h>

namespace gtest_xdist::internal {
namespace {

TEST(RunTally, CountsWhatHasEndedForGood) {
  const auto now = std::chrono::steady_clock::now();
  RunTally tally = {5, 0, 0, {}, {}};
  EXPECT_EQ(tally.percent(), 0U);
  for (const Outcome outcome :
       {Outcome::passed, Outcome::failed, Outcome::rerun, Outcome::skipped, Outcome::failed}) {
    tally.add({0, 0, outcome}, now);
  }
  EXPECT_EQ(tally.last_end, now);
  EXPECT_EQ(tally.done, 4U);
  EXPECT_EQ(tally.failed, 2U);
  EXPECT_EQ(tally.percent(), 80U);
}

TEST(RunTally, OfNothingIsComplete) { EXPECT_EQ(RunTally().percent(), 100U); }

TEST(RunTally, RoundsDown) {
  RunTally tally = {1000, 999, 0, {}, {}};
  EXPECT_EQ(tally.percent(), 99U);
  tally.add({}, {});
  EXPECT_EQ(tally.percent(), 100U);
}

}  // namespace
}  // namespace gtest_xdist::internal
