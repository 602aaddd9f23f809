// What becomes of the units of workers that die.

#include <gtest/gtest.h>

#include "gtest_xdist/scheduler/load_scope.h"
#include "gtest_xdist/testing/fake_node.h"

#include "support/scope_crew.h"

namespace gtest_xdist {
namespace {

using Crew = ScopeCrew;
using Pace = FakeNode::Pace;

// There the test that a worker died in is run again by every replacement.
TEST(LoadScopeSchedulingDeaths, TheRestOfTheUnitIsRunWithoutTheTestThatCrashed) {
  Crew crew("AAAAA", 2);
  EXPECT_EQ(crew.take_logs(), "0-4 | S");
  crew.complete(0);
  crew.crash(0);  // in test 1
  EXPECT_EQ(crew.take_logs(), " | 2-4");
  crew.crash(1);  // in test 2
  EXPECT_TRUE(crew.scheduler.has_pending());
  EXPECT_FALSE(crew.scheduler.tests_finished());
  crew.take_logs();
  crew.add();
  crew.scheduler.schedule();
  EXPECT_EQ(crew.take_logs(), " |  | 3:4");
  crew.complete(2, 0, 2);
  EXPECT_TRUE(crew.scheduler.tests_finished());
}

TEST(LoadScopeSchedulingDeaths, WhatADeadWorkerLeftComesBeforeTheRestUnitByUnit) {
  Crew crew("ABBBCDDDEEEFFF", 2);
  EXPECT_EQ(crew.take_logs(), "0 4 | 1-3");
  crew.complete(0);
  EXPECT_EQ(crew.take_logs(), "5-7 | ");
  crew.crash(0);  // in test 4
  EXPECT_EQ(crew.take_logs(), " | ");
  crew.complete(1);
  EXPECT_EQ(crew.take_logs(), " | 5-7");
  crew.crash(1);  // in test 2
  crew.take_logs();
  crew.add();
  crew.scheduler.schedule();
  EXPECT_EQ(crew.take_logs(), " |  | 3 5-7");
}

// There finished units come back as empty lists, and a worker waits for ever.
TEST(LoadScopeSchedulingDeaths, FinishedUnitsDoNotComeBack) {
  Crew crew("AABBCC", 1);
  EXPECT_EQ(crew.take_logs(), "0:1 2:3");
  crew.complete(0, 0, 3);
  crew.crash(0);  // in test 3
  crew.take_logs();
  crew.add();
  crew.scheduler.schedule();
  EXPECT_EQ(crew.take_logs(), " | 4:5");
  crew.complete(1, 0, 2);
  EXPECT_EQ(crew.take_logs(), " | S");
  EXPECT_TRUE(crew.scheduler.tests_finished());
}

// There it gets one unit, and holds the only test of that back for ever.
TEST(LoadScopeSchedulingDeaths, AReplacementGetsWorkUntilItIsToldToSettle) {
  Crew two("AB", 1);
  two.crash(0);  // in test 0
  two.take_logs();
  two.add();
  two.scheduler.schedule();
  EXPECT_EQ(two.take_logs(), " | 1");
  two.complete(1);
  EXPECT_EQ(two.take_logs(), " | S");
  EXPECT_TRUE(two.scheduler.tests_finished());

  Crew many("ABCDEF", 1);
  many.crash(0);
  many.take_logs();
  many.add();
  many.scheduler.schedule();
  EXPECT_EQ(many.take_logs(), " | 1 2");
  many.complete(1, 0, 5);
  EXPECT_EQ(many.take_logs(), " | 3 4 5 S");
  EXPECT_TRUE(many.scheduler.tests_finished());
}

TEST(LoadScopeSchedulingDeaths, AReplacementTakesAUnitIfNoneIsLeft) {
  Crew crew("AAAABBC", 2);
  EXPECT_EQ(crew.take_logs(), "0-3 | 4:5 6");
  crew.crash(0);  // in test 0; gw1 has enough
  crew.complete(1);
  EXPECT_EQ(crew.take_logs(), " | 1-3");
  crew.add();
  crew.scheduler.schedule();
  EXPECT_EQ(crew.take_logs(), " | back 1-3 | 1-3");
}

TEST(LoadScopeSchedulingDeaths, ATestMarkedPendingJoinsItsScopeInTheQueue) {
  Crew crew("AAABBB", 1);
  crew.crash(0);  // in test 0
  crew.scheduler.mark_test_pending(0);
  crew.take_logs();
  crew.add();
  crew.scheduler.schedule();
  EXPECT_EQ(crew.take_logs(), " | 0-2");
}

TEST(LoadScopeSchedulingDeaths, ATestMarkedPendingJoinsItsScopeOnAWorker) {
  Crew crew("AAABBB", 3);
  EXPECT_EQ(crew.take_logs(), "0-2 | 3-5 | S");
  crew.crash(0);  // in test 0
  EXPECT_EQ(crew.take_logs(), " |  | 1:2");
  crew.scheduler.mark_test_pending(0);
  EXPECT_EQ(crew.take_logs(), " |  | 0");
  crew.complete(2, 0, 3);
  EXPECT_EQ(crew.take_logs(), " |  | S");
}

TEST(LoadScopeSchedulingDeaths, ATestMarkedPendingIsRunRightBehindItsScope) {
  Crew crew("AAB", 1);
  crew.add().set_ready(false);
  crew.scheduler.schedule();
  EXPECT_EQ(crew.take_logs(), "0:1 2 | S");
  crew.crash(0);  // in test 0
  EXPECT_EQ(crew.take_logs(), " | 1 2");
  crew.scheduler.mark_test_pending(0);
  EXPECT_EQ(crew.take_logs(), " | back 2 0:2");
}

TEST(LoadScopeSchedulingDeaths, ATestMarkedPendingStaysOnTheWorkerThatIsBeyondItsScope) {
  LoadScopeScheduling scheduler(1, scopes("AAB"), false);
  FakeNode dead(0, Pace::eager);
  QuickNode quick(1, Pace::eager);
  FakeNode idle(2, Pace::eager);
  quick.set_ready(false);
  for (FakeNode* node : {&dead, static_cast<FakeNode*>(&quick)}) {
    scheduler.add_node(*node);
    scheduler.add_node_collection(*node, {0, 1, 2});
  }
  scheduler.remove_node(quick, {});
  scheduler.schedule();
  EXPECT_EQ(dead.take_log(), "0:1 2");
  scheduler.add_node(quick);
  scheduler.remove_node(dead, dead.die());  // in test 0
  EXPECT_EQ(quick.take_log(), "1 2");
  quick.set_ready(true);
  scheduler.mark_test_pending(0);  // test 2 has begun when it is taken back
  EXPECT_EQ(quick.take_log(), "0");
  scheduler.mark_test_complete(quick, 1, 0);
  scheduler.add_node(idle);
  scheduler.schedule();
  EXPECT_EQ(idle.take_log(), "S") << "test 1 of the same scope has run elsewhere";
  for (const TestIndex expected : {2U, 0U}) {
    EXPECT_FALSE(scheduler.tests_finished());
    EXPECT_EQ(quick.complete(), expected);
    scheduler.mark_test_complete(quick, expected, 0);
  }
  EXPECT_TRUE(scheduler.tests_finished());
}

TEST(LoadScopeSchedulingDeaths, ATestMarkedPendingWhoseScopeIsOverIsAUnitAlone) {
  Crew crew("AB", 2);
  crew.crash(0);
  crew.complete(1);
  ASSERT_TRUE(crew.scheduler.tests_finished());
  crew.take_logs();
  crew.scheduler.mark_test_pending(0);
  EXPECT_FALSE(crew.scheduler.tests_finished());
  EXPECT_EQ(crew.take_logs(), " | 0");
  crew.complete(1);
  EXPECT_TRUE(crew.scheduler.tests_finished());
}

}  // namespace
}  // namespace gtest_xdist
