#include "gtest_xdist/scheduler/replay.h"

#include <cstddef>
#include <vector>

#include <gtest/gtest.h>

#include "gtest_xdist/testing/fake_node.h"

#include "support/fake_crew.h"

namespace gtest_xdist {
namespace {

using Crew = FakeCrew<ReplayScheduling>;
using Pace = FakeNode::Pace;
using Shares = std::vector<std::vector<TestIndex>>;

std::size_t number_of(const Node& node) { return static_cast<std::size_t>(node.number()); }

TEST(ReplayScheduling, SendsEachWorkerItsShare) {
  Crew crew(6, 3, Pace::eager, Shares{{3, 0}, {}, {5, 1, 2}}, number_of, false);
  EXPECT_EQ(crew.take_logs(), "3:0 S | S | 5:1:2 S");
  EXPECT_FALSE(crew.scheduler.runs_on_every_worker());
  EXPECT_FALSE(crew.scheduler.tests_finished());
  crew.complete(0, 0, 2);
  EXPECT_EQ(crew.take_logs(), " |  | ") << "nobody takes what is another's";
  crew.complete(2, 0, 3);
  EXPECT_TRUE(crew.scheduler.tests_finished());
}

TEST(ReplayScheduling, GoesByPlacesAndNotByNumbers) {
  Crew crew(
      4, 2, Pace::eager, Shares{{0, 1}, {2, 3}},
      [](const Node& node) { return 1 - number_of(node); }, false);
  EXPECT_EQ(crew.take_logs(), "2:3 S | 0:1 S");
}

TEST(ReplayScheduling, AReplacementGetsWhatTheDeadWorkerLeft) {
  Crew crew(5, 2, Pace::eager, Shares{{4, 2, 0}, {1, 3}}, number_of, false);
  crew.take_logs();
  crew.complete(0);
  crew.crash(0);  // in test 2
  EXPECT_TRUE(crew.scheduler.has_pending());
  crew.add();
  crew.scheduler.schedule();
  EXPECT_EQ(crew.take_logs(), " |  | 0 S");
}

TEST(ReplayScheduling, AWorkerThatDiesBeforeTheStartLeavesItsShare) {
  ReplayScheduling scheduler(2, {{1, 0}, {2}}, number_of, false);
  FakeNode first(0);
  FakeNode replacement(2);
  scheduler.add_node(first);
  scheduler.add_node_collection(first, {0, 1, 2});
  scheduler.remove_node(first, {});
  EXPECT_TRUE(scheduler.has_pending());
  scheduler.add_node(replacement);
  scheduler.add_node_collection(replacement, {0, 1, 2});
  scheduler.schedule();
  EXPECT_EQ(replacement.take_log(), "1:0 S");
}

TEST(ReplayScheduling, AShareWithoutAWorkerStaysPending) {
  Crew crew(3, 1, Pace::eager, Shares{{0}, {1, 2}}, number_of, false);
  crew.complete(0);
  EXPECT_TRUE(crew.scheduler.has_pending());
  EXPECT_FALSE(crew.scheduler.tests_finished());
}

TEST(ReplayScheduling, ATestMarkedPendingGoesToTheReplacement) {
  Crew crew(4, 2, Pace::eager, Shares{{0, 1}, {2, 3}}, number_of, false);
  crew.take_logs();
  crew.crash(0);  // in test 0
  crew.scheduler.mark_test_pending(0);
  crew.add();
  crew.scheduler.schedule();
  EXPECT_EQ(crew.take_logs(), " |  | 0:1 S");
}

TEST(ReplayScheduling, OnEveryWorkerWhatIsDroppedIsNotRun) {
  ReplayScheduling scheduler(2, {{1, 0}, {0, 1}}, number_of, true);
  EXPECT_TRUE(scheduler.runs_on_every_worker());
  FakeNode first(0);
  FakeNode second(1);
  for (FakeNode* node : {&first, &second}) {
    scheduler.add_node(*node);
    scheduler.add_node_collection(*node, {0, 1});
  }
  scheduler.remove_node(first, {});
  scheduler.schedule();
  EXPECT_EQ(first.take_log(), "");
  EXPECT_EQ(second.take_log(), "0:1 S");
  for (int i = 0; i < 2; ++i) second.complete();
  EXPECT_TRUE(scheduler.tests_finished());
}

}  // namespace
}  // namespace gtest_xdist
