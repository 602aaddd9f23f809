#include "gtest_xdist/scheduler/each.h"

#include <gtest/gtest.h>

#include "gtest_xdist/testing/fake_node.h"

#include "support/fake_crew.h"

namespace gtest_xdist {
namespace {

using Crew = FakeCrew<EachScheduling>;
using Pace = FakeNode::Pace;

TEST(EachScheduling, SendsEverythingToEverybody) {
  Crew crew(5, 3, Pace::eager);
  EXPECT_EQ(crew.take_logs(), "0-4 S | 0-4 S | 0-4 S");
  EXPECT_EQ(crew.scheduler.wake_below(crew.node(0)), 1U);
  EXPECT_TRUE(crew.scheduler.collection_is_completed());
  EXPECT_TRUE(crew.scheduler.runs_on_every_worker());
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
  scheduler.remove_node(first, {0, 1, 2});
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

TEST(EachScheduling, AWorkerThatIsOfNoUseBeforeTheStartLeavesNothing) {
  EachScheduling scheduler(2);
  FakeNode first(0);
  FakeNode second(1);
  for (FakeNode* node : {&first, &second}) {
    scheduler.add_node(*node);
    scheduler.add_node_collection(*node, {0, 1, 2});
  }
  scheduler.remove_node(first, {});
  scheduler.schedule();
  EXPECT_EQ(first.take_log(), "");
  EXPECT_EQ(second.take_log(), "0-2 S");
  for (int i = 0; i < 3; ++i) second.complete();
  EXPECT_TRUE(scheduler.tests_finished());
}

// --- tests that are put back ---------------------------------------------------------------------

TEST(EachScheduling, ATestMarkedPendingGoesToTheReplacement) {
  Crew crew(4, 2, Pace::eager);
  crew.take_logs();
  crew.crash(0);  // in test 0
  crew.scheduler.mark_test_pending(0);
  crew.add();
  crew.scheduler.schedule();
  EXPECT_EQ(crew.take_logs(), " |  | 0-3 S");
}

TEST(EachScheduling, ATestMarkedPendingWaitsForTheReplacementOfAWorkerThatLeftNothing) {
  Crew crew(2, 2, Pace::eager);
  crew.complete(0);
  crew.complete(1, 0, 2);
  crew.crash(0);  // in its last test
  EXPECT_TRUE(crew.scheduler.tests_finished());
  crew.scheduler.mark_test_pending(1);
  EXPECT_FALSE(crew.scheduler.tests_finished());
  crew.take_logs();
  crew.add();
  crew.scheduler.schedule();
  EXPECT_EQ(crew.take_logs(), " |  | 1 S");
  crew.complete(2);
  EXPECT_TRUE(crew.scheduler.tests_finished());
}

TEST(EachScheduling, ATestMarkedPendingIsLeftByTheWorkerThatWasRemovedLast) {
  Crew crew(5, 3, Pace::eager);
  crew.complete(0, 0, 1);
  crew.complete(1, 0, 4);
  crew.take_logs();
  crew.crash(0);  // in test 1
  crew.scheduler.mark_test_pending(1);
  crew.crash(1);  // in test 4, its last
  crew.scheduler.mark_test_pending(4);
  crew.crash(2);  // in test 0
  crew.scheduler.mark_test_pending(0);
  for (int i = 0; i < 3; ++i) crew.add();
  crew.scheduler.schedule();
  EXPECT_EQ(crew.take_logs(), " |  |  | 1-4 S | 4 S | 0-4 S");
}

TEST(EachScheduling, ATestMarkedPendingDoesNotGoBehindARemainderThatIsTaken) {
  Crew crew(3, 2, Pace::eager);
  crew.crash(0);  // in test 0
  crew.add();     // takes the rest
  crew.scheduler.mark_test_pending(0);
  crew.take_logs();
  crew.scheduler.schedule();
  EXPECT_EQ(crew.take_logs(), " |  | 1:2 S");
  crew.add();
  crew.scheduler.schedule();
  EXPECT_EQ(crew.take_logs(), " |  |  | 0 S");
}

}  // namespace
}  // namespace gtest_xdist
