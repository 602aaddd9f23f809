#include "gtest_xdist/scheduler/each.h"

#include <cstddef>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "support/fake_crew.h"
#include "support/fake_node.h"

namespace gtest_xdist::internal {
namespace {

using Crew = FakeCrew<EachScheduling>;
using Pace = FakeNode::Pace;

TEST(EachScheduling, SendsEverythingToEverybody) {
  Crew crew(5, 3, Pace::eager);
  EXPECT_EQ(crew.take_logs(), "0-4 S | 0-4 S | 0-4 S");
  EXPECT_EQ(crew.scheduler.wake_below(crew.node(0)), 1U);
  EXPECT_TRUE(crew.scheduler.collection_is_completed());
}

TEST(EachScheduling, IsFinishedWhenEverybodyIs) {
  Crew crew(2, 2, Pace::eager);
  crew.complete(0, 0, 2);
  EXPECT_FALSE(crew.scheduler.tests_finished());
  crew.complete(1, 0, 2);
  EXPECT_TRUE(crew.scheduler.tests_finished());
  EXPECT_EQ(crew.take_logs(), "0:1 S | 0:1 S");
}

TEST(EachScheduling, IsNotFinishedBeforeItHasBegun) {
  EachScheduling scheduler(1);
  FakeNode node(0);
  EXPECT_FALSE(scheduler.tests_finished());
  scheduler.add_node(node);
  scheduler.add_node_collection(node, {0});
  EXPECT_TRUE(scheduler.has_pending());
  EXPECT_EQ(node.take_log(), "");
}

TEST(EachScheduling, AReplacementGetsWhatTheDeadWorkerLeft) {
  Crew crew(5, 2, Pace::eager);
  crew.take_logs();
  crew.complete(0);
  crew.crash(0);  // in test 1
  EXPECT_TRUE(crew.scheduler.has_pending());
  crew.add();
  crew.scheduler.schedule();
  EXPECT_EQ(crew.take_logs(), " |  | 2-4 S");
  crew.complete(1, 0, 5);
  EXPECT_FALSE(crew.scheduler.tests_finished());
  crew.complete(2, 0, 3);
  EXPECT_TRUE(crew.scheduler.tests_finished());
}

TEST(EachScheduling, TheReplacementOfAWorkerThatLeftNothingGetsNothing) {
  Crew crew(2, 2, Pace::eager);
  crew.take_logs();
  crew.complete(0);
  crew.crash(0);  // in its last test, while the other one is still busy
  crew.add();
  crew.scheduler.schedule();
  EXPECT_EQ(crew.node(2).pending(), 0U);
  crew.complete(1, 0, 2);
  EXPECT_TRUE(crew.scheduler.tests_finished());
}

TEST(EachScheduling, AWorkerThatDiesBeforeTheStartLeavesEverything) {
  EachScheduling scheduler(2);
  FakeNode first(0);
  FakeNode second(1);
  FakeNode replacement(2);
  scheduler.add_node(first);
  scheduler.add_node_collection(first, {0, 1, 2});
  scheduler.remove_node(first, first.die());
  EXPECT_TRUE(scheduler.has_pending());
  scheduler.add_node(second);
  scheduler.add_node_collection(second, {0, 1, 2});
  scheduler.schedule();
  scheduler.add_node(replacement);
  scheduler.add_node_collection(replacement, {0, 1, 2});
  scheduler.schedule();
  EXPECT_EQ(second.take_log(), "0-2 S");
  EXPECT_EQ(replacement.take_log(), "0-2 S");
}

TEST(EachScheduling, ATestMarkedPendingGoesToTheReplacement) {
  Crew crew(4, 2, Pace::eager);
  crew.take_logs();
  crew.crash(0);  // in test 0
  crew.scheduler.mark_test_pending(0);
  crew.add();
  crew.scheduler.schedule();
  EXPECT_EQ(crew.take_logs(), " |  | 0-3 S");
}

TEST(EachScheduling, ATestMarkedPendingFindsAWorkerAtAnyTime) {
  Crew crew(1, 1, Pace::eager);
  crew.complete(0);
  ASSERT_TRUE(crew.scheduler.tests_finished());
  crew.scheduler.mark_test_pending(0);  // a worker is there
  EXPECT_EQ(crew.node(0).running(), TestIndex{0});
  crew.crash(0);
  crew.scheduler.mark_test_pending(0);  // none is
  EXPECT_TRUE(crew.scheduler.has_pending());
  crew.add();
  crew.scheduler.schedule();
  EXPECT_EQ(crew.node(1).running(), TestIndex{0});
}

TEST(EachScheduling, CancelGivesUpEachTestOnce) {
  Crew crew(4, 3, Pace::eager);
  crew.complete(1);
  crew.crash(2);  // in test 0; nobody replaces it
  crew.take_logs();
  EXPECT_EQ(format_index_list(crew.scheduler.cancel()), "1-3");
  EXPECT_EQ(crew.take_logs(), "back 1-3 | back 2:3 | ");
  EXPECT_TRUE(crew.scheduler.cancel().empty());
  crew.complete(0);
  crew.complete(1);
  EXPECT_TRUE(crew.scheduler.tests_finished());
}

}  // namespace
}  // namespace gtest_xdist::internal
