// Tests that a worker was sent and that must not start yet.
#include <optional>
#include <vector>

#include <gtest/gtest.h>

#include "gtest_xdist/controller/locks/lock_gate.h"
#include "gtest_xdist/controller/locks/lock_table.h"
#include "gtest_xdist/controller/node/worker_node.h"

#include "support/worker_fixture.h"

namespace gtest_xdist::internal {
namespace {

using Indices = std::vector<TestIndex>;

// Tests 4 and 6 have a lock in common, which gw4 has at first.
class HeldBackTest : public WorkerFixture {
 protected:
  HeldBackTest() {
    for (const TestIndex test : {2U, 4U, 6U}) locks_.add(test, {"a"}, false);
    gate_.emplace(locks_);
    node_.begin_iteration(assignments_, &*gate_);
    other_.begin_iteration(assignments_, &*gate_);
    make_ready(other_);
    other_.send({2});
    gate_->let_through();
  }
  ~HeldBackTest() override {
    node_.forget_iteration();
    other_.forget_iteration();
  }

  void send(const Indices& tests) {
    node_.send(tests);
    gate_->let_through();
  }

  // gw4 completes its test.
  void release() {
    ASSERT_EQ(segment_.deque(0).take(), 2U);
    ASSERT_TRUE(other_.complete(2));
    other_.leave_suite();
    gate_->let_through();
  }

  LockTable locks_;
  std::optional<LockGate> gate_;
  WorkerNode other_{4, segment_, 0};
};

TEST_F(HeldBackTest, ArePendingAndOthersGoAhead) {
  send({4, 8, 6});
  EXPECT_EQ(node_.pending(), 3U);
  EXPECT_EQ(node_.unstarted(), 3U);
  EXPECT_EQ(deque_.take(), 8U);
  EXPECT_EQ(deque_.take(), std::nullopt);
  EXPECT_EQ(node_.unstarted(), 2U);
  segment_.slot(kSlot).bell.answer();
  release();
  EXPECT_TRUE(segment_.slot(kSlot).bell.answer());
  EXPECT_EQ(deque_.take(), 4U);
  EXPECT_EQ(deque_.take(), 6U);
  for (const TestIndex test : {8U, 4U, 6U}) EXPECT_TRUE(node_.complete(test));
  EXPECT_EQ(node_.pending(), 0U);
}

TEST_F(HeldBackTest, AreTheLastOfTheQueue) {
  send({4, 8, 6, 1});
  EXPECT_EQ(node_.take_back(3), (Indices{1, 4, 6})) << "8 and 1 have gone ahead";
  EXPECT_EQ(node_.pending(), 1U);
  other_.send({4, 6, 1});
  EXPECT_EQ(node_.take_back(2), Indices{8});
}

TEST_F(HeldBackTest, AreStayedForIfTheWorkerIsShutDown) {
  send({4});
  node_.shutdown();
  EXPECT_EQ(next_command(), std::nullopt);
  release();
  EXPECT_EQ(next_command(), Command::settle);
  EXPECT_EQ(next_command(), std::nullopt);
}

TEST_F(HeldBackTest, AreNotStayedForWhenTheyAreTakenBack) {
  send({4});
  node_.shutdown();
  EXPECT_EQ(node_.take_back(1), Indices{4});
  EXPECT_EQ(next_command(), Command::settle);
  EXPECT_EQ(next_command(), std::nullopt);
}

TEST_F(HeldBackTest, AWorkerThatIsInTheWayIsSettled) {
  other_.untold.open_suite = 0;
  ASSERT_EQ(segment_.deque(0).take(), 2U);
  ASSERT_TRUE(other_.complete(2));
  EXPECT_TRUE(other_.is_inside());
  send({4});
  EXPECT_EQ(deque_.take(), std::nullopt);
  RingReader commands = segment_.commands_reader(0);
  EXPECT_TRUE(commands.drain()) << "it was told";
  other_.leave_suite();
  EXPECT_FALSE(other_.is_inside());
  gate_->let_through();
  EXPECT_EQ(deque_.take(), 4U);
}

TEST_F(HeldBackTest, AreLeftByADeadWorker) {
  send({4, 8, 6});
  deque_.take();
  node_.slot().phase.store(Phase::test);
  EXPECT_EQ(node_.running_item(), 8U);
  node_.process_ended();
  EXPECT_EQ(node_.abandon(true), (Indices{4, 6}));
  EXPECT_EQ(node_.pending(), 0U);
  EXPECT_NO_THROW(other_.send({4, 6}));
}

TEST_F(HeldBackTest, AWorkerIsInsideUntilItsEnvironmentsAreSetUp) {
  WorkerNode node(5, segment_, 0);
  EXPECT_TRUE(node.is_inside());
  node.arrived(true);
  EXPECT_TRUE(node.is_inside());
  node.environments_up(true);
  EXPECT_FALSE(node.is_inside());
  node.left_iteration();
  node.environments_up(false);
  EXPECT_FALSE(node.is_inside());
}

}  // namespace
}  // namespace gtest_xdist::internal
