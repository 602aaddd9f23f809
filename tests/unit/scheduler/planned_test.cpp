#include "gtest_xdist/scheduler/planned.h"

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "gtest_xdist/scheduler/units/scopes.h"
#include "gtest_xdist/testing/fake_node.h"

#include "support/fake_crew.h"
#include "support/thrown.h"

namespace gtest_xdist {
namespace {

using Pace = FakeNode::Pace;
using Rules = PlannedScheduling::Rules;
using Seconds = std::vector<double>;

constexpr double kUnknown = Forecast::kUnknown;

// A letter for each test: the tests of one letter are a unit.
std::vector<std::uint32_t> units(const std::string& letters) {
  std::vector<std::uint32_t> numbers;
  for (const char letter : letters) numbers.push_back(static_cast<std::uint32_t>(letter - 'A'));
  return numbers;
}

class Crew : public FakeCrew<PlannedScheduling> {
 public:
  Crew(const std::vector<std::uint32_t>& unit_of, const Forecast& forecast, std::size_t workers,
       const Rules& rules = {})
      : FakeCrew(unit_of.size(), workers, Pace::eager, unit_of, forecast, rules) {}

  Crew(const Seconds& seconds, std::size_t workers, const Rules& rules = {})
      : Crew(internal::lone_scopes(seconds.size()), Forecast{seconds, {}, {}}, workers, rules) {}
};

// Of these eight take a little less than a millisecond. Sums of it are exact.
constexpr double kShort = 1.0 / 8192;

Seconds equal(std::size_t tests, double seconds) { return Seconds(tests, seconds); }

TEST(PlannedScheduling, HandsOutTheLongestFirst) {
  Crew crew({1, 5, 2, 4, 3}, 1);
  EXPECT_EQ(crew.take_logs(), "1 3");
  crew.complete(0, 5);
  EXPECT_EQ(crew.take_logs(), "4");
  crew.complete(0, 4, 4);
  EXPECT_EQ(crew.take_logs(), "2 0 S");
  EXPECT_TRUE(crew.scheduler.tests_finished());
}

TEST(PlannedScheduling, PutsNothingBehindALongTestThatOthersCanDo) {
  Crew crew({1, 1, 1, 1, 1, 10}, 2);
  EXPECT_EQ(crew.take_logs(), "5 | 0 1");
  crew.complete(1, 1, 2);
  EXPECT_EQ(crew.take_logs(), " | 2 3");
  crew.complete(1, 1, 3);
  EXPECT_EQ(crew.take_logs(), " | 4 S");
}

TEST(PlannedScheduling, GivesToWhoIsThroughFirst) {
  Crew crew({9, 8, 6, 5, 4, 4}, 3);
  // 9 and later nothing, 8 and 4, 6 and 5; 4 is left.
  EXPECT_EQ(crew.take_logs(), "0 | 1 4 | 2 3");
  crew.complete(0, 9);
  EXPECT_EQ(crew.take_logs(), "5 |  | ");
}

TEST(PlannedScheduling, BeginsWithTestsOfWhichNothingIsKnown) {
  Crew crew({1, kUnknown, 100, kUnknown, 2}, 1);
  EXPECT_EQ(crew.take_logs(), "1 3");
  crew.complete(0, 1);
  EXPECT_EQ(crew.take_logs(), "2");
}

TEST(PlannedScheduling, TestsAsGoodAsEquallyLongKeepTheirOrder) {
  Crew crew({5, 100, 103, 99, 101, 200}, 1);
  std::string order = crew.take_logs();
  for (int i = 0; i < 6; ++i) {
    crew.complete(0, 100);
    order += ' ' + crew.take_logs();
  }
  EXPECT_EQ(order, "5 1 2 3 4 0  S");
}

// A test no longer than 1/256 of a share.
TEST(PlannedScheduling, SendsShortTestsInRunsOfNeighbours) {
  Crew crew(equal(1000, kShort), 2);
  // A quarter of a share: at first of 500 tests, then of what is left.
  EXPECT_EQ(crew.take_logs(), "0-124 | 125-233");
  // No more before a millisecond is left.
  crew.complete(0, kShort, 116);
  EXPECT_EQ(crew.take_logs(), " | ");
  crew.complete(0, kShort);
  EXPECT_EQ(crew.take_logs(), "234-328 | ");
}

TEST(PlannedScheduling, SendsNoMoreAtOnceThanItMay) {
  Rules rules;
  rules.max_chunk = 3;
  Crew crew(equal(1000, kShort), 2, rules);
  EXPECT_EQ(crew.take_logs(), "0-2 6-8 12-14 | 3-5 9-11 15-17");
}

// A first run by the number of tests, as the mode `load`; later ones by what is learnt.
TEST(PlannedScheduling, LearnsWhatIsNotKnown) {
  Crew crew(Seconds(1000, kUnknown), 2);
  EXPECT_EQ(crew.take_logs(), "0-124 | 125-233");
  crew.complete(0, kShort / 8, 59);
  EXPECT_EQ(crew.take_logs(), " | ");
  // What it has left now takes less than a millisecond. Two milliseconds are more than a quarter of
  // a share.
  crew.complete(0, kShort / 8);
  EXPECT_EQ(crew.take_logs(), "234-364 | ");
}

TEST(PlannedScheduling, WantsToBeToldInTime) {
  Crew crew(equal(1000, kShort), 2);
  EXPECT_EQ(crew.scheduler.wake_below(crew.node(0)), 9U);
  Crew slow(equal(1000, 0.1), 2);
  EXPECT_EQ(slow.scheduler.wake_below(slow.node(0)), 2U);
  Crew all_out({1, 1}, 2);
  EXPECT_EQ(all_out.scheduler.wake_below(all_out.node(0)), 1U);
}

TEST(PlannedScheduling, TestsOfAUnitStayTogether) {
  Crew crew(units("ABABC"), Forecast{{1, 2, 1, 2, 3.9}, {}, {}}, 2);
  EXPECT_EQ(crew.take_logs(), "1:3 | 4");
}

TEST(PlannedScheduling, UnitsMayKeepTheirOrder) {
  Rules rules;
  rules.reorder = false;
  Crew crew(units("ABABC"), Forecast{{1, 2, 1, 2, 3.9}, {}, {}}, 1, rules);
  EXPECT_EQ(crew.take_logs(), "0:2");
  crew.complete(0, 1);
  EXPECT_EQ(crew.take_logs(), "1:3");
}

// Without a forecast those of several tests are likely to take long.
TEST(PlannedScheduling, BlindlyBeginsWithTheLargestUnits) {
  Crew crew(units("ABCDDEEEF"), Forecast{}, 2);
  EXPECT_EQ(crew.take_logs(), "5-7 | 3:4");
}

TEST(PlannedScheduling, RefusesATestWithoutAUnit) {
  PlannedScheduling scheduler(1, {0, 1}, {}, {});
  FakeNode node(0);
  scheduler.add_node(node);
  EXPECT_EQ(text_of_thrown<std::invalid_argument>([&] {
              scheduler.add_node_collection(node, {0, 1, 2});
            }),
            "test 2 has no scope: only 2 tests have one; give a scope for each registered test");
}

// --- the end -------------------------------------------------------------------------------------

TEST(PlannedScheduling, AnIdleWorkerTakesHalfOfTheTimeThatIsLeft) {
  // 0 was to be long, 1 to 5 are sent to the other.
  Crew crew({5, 1, 1, 1, 1, 1}, 2);
  EXPECT_EQ(crew.take_logs(), "0 | 1 2");
  crew.complete(0, 0.1);
  EXPECT_EQ(crew.take_logs(), "3 4 | ");
  crew.complete(0, 0.1, 2);
  EXPECT_EQ(crew.take_logs(), "5 | ");
  crew.complete(0, 0.1);
  EXPECT_EQ(crew.take_logs(), "2 | back 2");
  crew.complete(0, 0.1);
  EXPECT_EQ(crew.take_logs(), "S | ");
}

TEST(PlannedScheduling, AUnitMovesAsAWhole) {
  Crew crew(units("ABBB"), Forecast{{9, 1, 1, 1}, {}, {}}, 2);
  EXPECT_EQ(crew.take_logs(), "0 | 1-3");
  crew.complete(0, 9);
  EXPECT_EQ(crew.take_logs(), "S | ");
}

TEST(PlannedScheduling, ASuiteWithADearSetUpIsDividedIfThatPays) {
  const Forecast forecast{{1, 1, 1, 1, 1, 1, 9}, {0, 0, 0, 0, 0, 0, 1}, {1, 0}};
  Crew crew(internal::lone_scopes(7), forecast, 2);
  EXPECT_EQ(crew.take_logs(), "6 | 0-5");
  crew.complete(0, 0.1);
  // The other has 7 seconds to do, its set-up included: 1 + 3 here, 4 there.
  EXPECT_EQ(crew.take_logs(), "3-5 | back 3-5");
  crew.complete(0, 1, 3);
  EXPECT_EQ(crew.take_logs(), "2 | back 2");
}

TEST(PlannedScheduling, ASuiteWithADearSetUpIsNotDividedOtherwise) {
  const Forecast forecast{{1, 1, 1, 9}, {0, 0, 0, 1}, {30, 0}};
  Crew crew(internal::lone_scopes(4), forecast, 2);
  EXPECT_EQ(crew.take_logs(), "0-2 | 3");
  crew.complete(0, 31);
  crew.complete(1, 9);
  EXPECT_EQ(crew.take_logs(), " | S");
}

// --- deaths --------------------------------------------------------------------------------------

TEST(PlannedScheduling, WhatADeadWorkerLeavesComesNext) {
  Crew crew({9, 8, 7, 6, 5, 4}, 2);
  EXPECT_EQ(crew.take_logs(), "0 3 | 1 2");
  crew.crash(1);
  EXPECT_EQ(crew.take_logs(), " | ");
  EXPECT_TRUE(crew.scheduler.has_pending());
  crew.complete(0, 9);
  EXPECT_EQ(crew.take_logs(), "2 | ");
}

TEST(PlannedScheduling, ATestThatIsPutBackComesNext) {
  Crew crew({9, 8, 7, 6, 5, 4}, 2);
  crew.take_logs();
  crew.crash(1);
  crew.scheduler.mark_test_pending(1);
  crew.complete(0, 9);
  EXPECT_EQ(crew.take_logs(), "1 | ");
}

}  // namespace
}  // namespace gtest_xdist
