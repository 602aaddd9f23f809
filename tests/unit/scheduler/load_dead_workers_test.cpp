// What becomes of the tests of workers that die.
#include <cstddef>
#include <vector>

#include <gtest/gtest.h>

#include "gtest_xdist/scheduler/load.h"
#include "gtest_xdist/testing/fake_node.h"

#include "support/fake_crew.h"

namespace gtest_xdist {
namespace {

using Crew = FakeCrew<LoadScheduling>;
using Pace = FakeNode::Pace;

TEST(LoadSchedulingDeaths, WhatADeadWorkerLeftGoesBehindTheRest) {
  Crew crew(16, 2, Pace::eager);
  crew.take_logs();
  crew.crash(0);  // in test 0; it had test 1 as well
  EXPECT_EQ(crew.scheduler.nodes().size(), 1U);
  for (int completed = 0; completed < 13; ++completed) crew.complete(1);
  EXPECT_FALSE(crew.scheduler.tests_finished());
  EXPECT_EQ(crew.node(1).running(), TestIndex{15});
  crew.complete(1);
  EXPECT_EQ(crew.node(1).running(), TestIndex{1});
  crew.complete(1);
  EXPECT_TRUE(crew.scheduler.tests_finished());
}

TEST(LoadSchedulingDeaths, AReplacementGetsWork) {
  Crew crew(16, 2, Pace::eager);
  crew.take_logs();
  crew.crash(0);
  crew.add();
  crew.scheduler.schedule();
  EXPECT_EQ(crew.take_logs(), " | 4-7 | 8:9");
}

TEST(LoadSchedulingDeaths, WithoutWorkersKeepsTheTests) {
  Crew crew(8, 2, Pace::eager);
  crew.crash(0);
  crew.crash(1);
  EXPECT_TRUE(crew.scheduler.nodes().empty());
  EXPECT_TRUE(crew.scheduler.has_pending());
  EXPECT_FALSE(crew.scheduler.tests_finished());
  crew.add();
  crew.scheduler.schedule();
  std::size_t completed = 0;
  for (; crew.node(2).pending() > 0; ++completed) crew.complete(2);
  EXPECT_EQ(completed, 6U);
  EXPECT_TRUE(crew.scheduler.tests_finished());
}

TEST(LoadSchedulingDeaths, ATestMarkedPendingComesNext) {
  Crew crew(16, 1, Pace::eager);
  EXPECT_EQ(crew.take_logs(), "0-3");
  crew.complete(0, 0, 1);
  crew.scheduler.mark_test_pending(0);
  // Behind what the worker has already, before what has not been handed out.
  std::vector<TestIndex> order;
  while (crew.node(0).pending() > 0) {
    order.push_back(crew.node(0).running().value());
    crew.complete(0);
  }
  ASSERT_EQ(order.size(), 16U);
  EXPECT_EQ(format_index_list(order), "1-3:0:4-15");
}

TEST(LoadSchedulingDeaths, ATestMarkedPendingAtTheEndIsRun) {
  Crew crew(1, 2, Pace::eager);
  crew.complete(0);
  ASSERT_TRUE(crew.scheduler.tests_finished());
  crew.take_logs();
  crew.scheduler.mark_test_pending(0);
  EXPECT_FALSE(crew.scheduler.tests_finished());
  EXPECT_EQ(crew.node(0).running(), TestIndex{0});
  crew.complete(0);
  EXPECT_TRUE(crew.scheduler.tests_finished());
}

TEST(LoadSchedulingDeaths, ATestMarkedPendingWithoutWorkersWaitsForOne) {
  Crew crew(2, 1, Pace::eager);
  FakeNode& dead = crew.node(0);
  crew.crash(0);  // in test 0
  crew.scheduler.mark_test_pending(0);
  EXPECT_FALSE(crew.scheduler.tests_finished());
  EXPECT_EQ(crew.scheduler.wake_below(dead), 2U);
  crew.take_logs();
  crew.add();
  crew.scheduler.schedule();
  EXPECT_EQ(crew.take_logs(), " | 0:1");
}

}  // namespace
}  // namespace gtest_xdist
