#include "gtest_xdist/scheduler/work_stealing.h"

#include <algorithm>
#include <cstddef>
#include <vector>

#include <gtest/gtest.h>

#include "gtest_xdist/testing/fake_node.h"

#include "support/fake_crew.h"

namespace gtest_xdist {
namespace {

using Crew = FakeCrew<WorkStealingScheduling>;
using Pace = FakeNode::Pace;

// --- by pytest-xdist's rules ---------------------------------------------------------------------

TEST(WorkStealingScheduling, DealsAsPytestXdistDoes) {
  struct Row {
    std::size_t tests;
    std::size_t workers;
    const char* sent;
  };
  const Row rows[] = {
      {0, 2, "S | S"},
      {2, 3, "S | 0 | 1"},
      {5, 3, "0 | 1:2 | 3:4"},
      {16, 3, "0-4 | 5-9 | 10-15"},
      {100, 4, "0-24 | 25-49 | 50-74 | 75-99"},
  };
  for (const Row& row : rows) {
    for (const Pace pace : {Pace::eager, Pace::lazy}) {
      Crew crew(row.tests, row.workers, pace);
      EXPECT_EQ(crew.take_logs(), row.sent) << row.tests << " tests, " << row.workers << " workers";
    }
  }
}

TEST(WorkStealingScheduling, AWorkerWithItsLastTestGetsHalf) {
  Crew crew(16, 2, Pace::eager);
  EXPECT_EQ(crew.take_logs(), "0-7 | 8-15");
  crew.complete(0, 0, 6);
  EXPECT_EQ(crew.take_logs(), " | ");
  crew.complete(0);  // test 6; runs test 7
  EXPECT_EQ(crew.take_logs(), "12-15 | back 12-15");
}

// By how many tests the fullest has, the one that it runs included.
TEST(WorkStealingScheduling, TakesHalfOfWhatTheFullestHas) {
  struct Row {
    std::size_t tests;
    const char* taken;
  };
  // pytest-xdist takes none of two: a single test is not worth moving to a worker that has one.
  const Row rows[] = {
      {2, ""},         {3, "back 5"},   {4, "back 5:6"},  {5, "back 6:7"},
      {6, "back 6-8"}, {7, "back 7-9"}, {8, "back 7-10"},
  };
  for (const Row& row : rows) {
    Crew crew(6, 2, Pace::eager);
    crew.node(1).send({6, 7, 8, 9, 10});
    while (crew.node(1).pending() > row.tests) crew.node(1).take_back(1);
    crew.take_logs();
    crew.complete(0, 0, 2);
    EXPECT_EQ(crew.node(1).take_log(), row.taken) << row.tests;
  }
}

TEST(WorkStealingScheduling, OfEquallyFullWorkersTheFirstGives) {
  Crew crew(15, 3, Pace::eager);
  EXPECT_EQ(crew.take_logs(), "0-4 | 5-9 | 10-14");
  crew.complete(2, 0, 4);
  EXPECT_EQ(crew.take_logs(), "back 3:4 |  | 3:4");
}

// --- what this one does besides ------------------------------------------------------------------

TEST(WorkStealingScheduling, ASingleTestMovesOnlyToAnIdleWorker) {
  Crew crew(4, 2, Pace::eager);
  EXPECT_EQ(crew.take_logs(), "0:1 | 2:3");
  crew.complete(1);  // runs test 3, while test 1 waits behind test 0
  EXPECT_EQ(crew.take_logs(), " | ");
  crew.complete(1);
  EXPECT_EQ(crew.take_logs(), "back 1 | 1");
  crew.complete(1);
  EXPECT_EQ(crew.take_logs(), " | S");
  crew.complete(0);
  EXPECT_EQ(crew.take_logs(), "S | ");
  EXPECT_TRUE(crew.scheduler.tests_finished());
}

// Any number of thefts at once, each from the one that is fullest then.
TEST(WorkStealingScheduling, AllIdleWorkersAreServedAtOnce) {
  WorkStealingScheduling scheduler(4);
  FakeNode first(0, Pace::eager);
  FakeNode second(1, Pace::eager);
  FakeNode full(2, Pace::eager);
  FakeNode fullest(3, Pace::eager);
  for (FakeNode* node : {&first, &second, &full, &fullest}) {
    scheduler.add_node(*node);
    scheduler.add_node_collection(*node, {});
  }
  full.send({0, 1, 2, 3, 4});
  fullest.send({10, 11, 12, 13, 14, 15, 16});
  for (FakeNode* node : {&full, &fullest}) node->take_log();
  scheduler.schedule();
  EXPECT_EQ(fullest.take_log(), "back 14-16");
  EXPECT_EQ(first.take_log(), "14-16");
  EXPECT_EQ(full.take_log(), "back 3:4");
  EXPECT_EQ(second.take_log(), "3:4");
}

TEST(WorkStealingScheduling, AWorkerIsNotPassedOverBecauseItHasNotBegunItsLastTest) {
  Crew crew(12, 2, Pace::lazy);
  crew.node(0).start();
  crew.node(1).start();
  crew.take_logs();
  crew.complete(0, 0, 5);  // test 5 is not begun yet
  EXPECT_EQ(crew.take_logs(), "9-11 | back 9-11");
}

TEST(WorkStealingScheduling, AWorkerThatIsAloneRunsAllInOrder) {
  for (const std::size_t tests : {1U, 3U, 5U, 8U, 21U, 200U}) {
    for (const std::size_t workers : {2U, 3U, 4U}) {
      Crew crew(tests, workers, Pace::lazy);
      const std::vector<TestIndex> order = crew.complete_alone();
      EXPECT_EQ(order.size(), tests) << workers << " workers";
      EXPECT_TRUE(std::is_sorted(order.begin(), order.end())) << tests << ", " << workers;
    }
  }
}

TEST(WorkStealingScheduling, AWorkerThatIsNotReadyGivesEverythingAndGetsNothing) {
  WorkStealingScheduling scheduler(2);
  FakeNode slow(0, Pace::eager);
  FakeNode quick(1, Pace::eager);
  slow.set_ready(false);
  for (FakeNode* node : {&slow, &quick}) {
    scheduler.add_node(*node);
    scheduler.add_node_collection(*node, {0, 1, 2, 3});
  }
  scheduler.schedule();
  EXPECT_EQ(slow.take_log() + " | " + quick.take_log(), "0:1 | 2:3");
  for (int completed = 0; completed < 3; ++completed) {
    scheduler.mark_test_complete(quick, quick.complete(), 0);
  }
  EXPECT_EQ(slow.take_log(), "back 0:1 1 back 1");
  quick.send({5, 6, 7, 8});
  scheduler.schedule();
  EXPECT_EQ(slow.take_log(), "S");
  slow.set_ready(true);
  scheduler.schedule();
  EXPECT_EQ(slow.take_log(), "7:8");
}

TEST(WorkStealingScheduling, AsksForAttentionBeforeAWorkerRunsDry) {
  Crew crew(100, 2, Pace::eager);
  EXPECT_EQ(crew.scheduler.wake_below(crew.node(0)), 2U);
}

TEST(WorkStealingScheduling, HandsOutTheTestsInTheOrderOfTheCollection) {
  WorkStealingScheduling scheduler(1);
  FakeNode node(0);
  scheduler.add_node(node);
  EXPECT_FALSE(scheduler.collection_is_completed());
  scheduler.add_node_collection(node, {7, 3, 5});
  EXPECT_TRUE(scheduler.collection_is_completed());
  EXPECT_FALSE(scheduler.tests_finished());
  scheduler.schedule();
  EXPECT_EQ(node.take_log(), "7:3:5");
}

// --- workers that die ----------------------------------------------------------------------------

TEST(WorkStealingScheduling, WhatADeadWorkerLeftIsDividedAmongThoseThatRunDry) {
  Crew crew(12, 3, Pace::eager);
  EXPECT_EQ(crew.take_logs(), "0-3 | 4-7 | 8-11");
  crew.crash(0);  // in test 0
  EXPECT_EQ(crew.take_logs(), " |  | ") << "both have enough";
  EXPECT_EQ(crew.scheduler.nodes().size(), 2U);
  crew.complete(2, 0, 3);
  EXPECT_EQ(crew.take_logs(), " |  | 1-3");
  crew.complete(1, 0, 3);
  EXPECT_EQ(crew.take_logs(), " | 2:3 | back 2:3");
}

TEST(WorkStealingScheduling, AReplacementGetsWhatWasLeft) {
  Crew crew(12, 2, Pace::eager);
  crew.take_logs();
  crew.crash(0);
  crew.add();
  crew.scheduler.schedule();
  EXPECT_EQ(crew.take_logs(), " |  | 1-5");
}

TEST(WorkStealingScheduling, AReplacementStealsIfNothingWasLeft) {
  Crew crew(12, 2, Pace::eager);
  crew.complete(0, 0, 4);
  crew.complete(1, 0, 1);
  crew.take_logs();
  crew.complete(0);
  EXPECT_EQ(crew.take_logs(), "10:11 | back 10:11");
  crew.node(0).take_back(2);
  crew.crash(0);  // in test 5
  crew.take_logs();
  crew.add();
  crew.scheduler.schedule();
  EXPECT_EQ(crew.take_logs(), " | back 9 | 9");
}

TEST(WorkStealingScheduling, WithoutWorkersKeepsTheTests) {
  Crew crew(8, 2, Pace::eager);
  crew.crash(0);
  crew.crash(1);
  EXPECT_TRUE(crew.scheduler.nodes().empty());
  EXPECT_TRUE(crew.scheduler.has_pending());
  EXPECT_FALSE(crew.scheduler.tests_finished());
  crew.take_logs();
  crew.add();
  crew.scheduler.schedule();
  EXPECT_EQ(crew.take_logs(), " |  | 1-3:5-7");
  crew.complete(2, 0, 6);
  EXPECT_TRUE(crew.scheduler.tests_finished());
}

TEST(WorkStealingScheduling, ATestMarkedPendingComesBeforeWhatWasLeft) {
  Crew crew(6, 1, Pace::eager);
  crew.crash(0);  // in test 0
  crew.scheduler.mark_test_pending(0);
  crew.take_logs();
  crew.add();
  crew.scheduler.schedule();
  EXPECT_EQ(crew.take_logs(), " | 0-5");
}

TEST(WorkStealingScheduling, ATestMarkedPendingAtTheEndIsRun) {
  Crew crew(2, 2, Pace::eager);
  crew.crash(0);
  crew.complete(1);
  ASSERT_TRUE(crew.scheduler.tests_finished());
  crew.scheduler.mark_test_pending(0);
  EXPECT_FALSE(crew.scheduler.tests_finished());
  EXPECT_EQ(crew.node(1).running(), TestIndex{0});
  crew.complete(1);
  EXPECT_TRUE(crew.scheduler.tests_finished());
}

TEST(WorkStealingScheduling, DoesNotRunTestsOnEveryWorker) {
  EXPECT_FALSE(WorkStealingScheduling(3).runs_on_every_worker());
}

}  // namespace
}  // namespace gtest_xdist
