#include "gtest_xdist/controller/node/worker_node.h"

#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "support/thrown.h"
#include "support/worker_fixture.h"

namespace gtest_xdist::internal {
namespace {

using Indices = std::vector<TestIndex>;

using WorkerNodeTest = WorkerFixture;

TEST_F(WorkerNodeTest, IsNamedByItsNumber) {
  EXPECT_EQ(node_.name(), "gw3");
  EXPECT_EQ(node_.number(), 3);
  EXPECT_EQ(node_.slot_number(), kSlot);
  EXPECT_EQ(&node_.slot(), &segment_.slot(kSlot));
}

TEST_F(WorkerNodeTest, MakesItsSlotAnew) {
  ASSERT_TRUE(deque_.push(5));
  results_.write("from a dead worker", [] {});
  segment_.slot(kSlot).phase.store(Phase::test);
  WorkerNode replacement(4, segment_, kSlot);
  EXPECT_EQ(replacement.unstarted(), 0U);
  EXPECT_FALSE(replacement.drain());
  EXPECT_EQ(replacement.slot().phase.load(), Phase::starting);
}

TEST_F(WorkerNodeTest, KeepsTheAccountOfItsTests) {
  node_.send({4, 6, 8});
  EXPECT_TRUE(segment_.slot(kSlot).bell.answer());
  EXPECT_EQ(node_.pending(), 3U);
  EXPECT_EQ(node_.unstarted(), 3U);
  EXPECT_EQ(deque_.take(), 4U);
  EXPECT_EQ(node_.pending(), 3U);
  EXPECT_EQ(node_.unstarted(), 2U);
  EXPECT_TRUE(node_.complete(4));
  EXPECT_EQ(node_.pending(), 2U);
}

TEST_F(WorkerNodeTest, TakesBackFromTheEndInOrder) {
  node_.send({4, 6, 8, 10});
  deque_.take();
  EXPECT_EQ(node_.take_back(2), (Indices{8, 10}));
  EXPECT_EQ(node_.take_back(0), Indices{});
  EXPECT_EQ(node_.take_back(5), Indices{6}) << "the worker has the first one";
  EXPECT_EQ(node_.pending(), 1U);
  EXPECT_EQ(node_.take_back(1), Indices{});
  EXPECT_EQ(node_.accusation(), "");
}

TEST_F(WorkerNodeTest, CompletesOnlyTheTestThatMustComeNext) {
  node_.send({4, 6});
  EXPECT_FALSE(node_.complete(6));
  EXPECT_TRUE(node_.complete(4));
  EXPECT_FALSE(node_.complete(4));
  EXPECT_TRUE(node_.complete(6));
  EXPECT_FALSE(node_.complete(6));
}

TEST_F(WorkerNodeTest, IsToldToSettleOnceUntilItGetsMore) {
  node_.shutdown();
  node_.shutdown();
  EXPECT_EQ(next_command(), Command::settle);
  EXPECT_EQ(next_command(), std::nullopt);
  node_.send({1});
  node_.shutdown();
  EXPECT_EQ(next_command(), Command::settle);
  EXPECT_EQ(next_command(), std::nullopt);
}

TEST_F(WorkerNodeTest, SendsCommandsInOrderAndRings) {
  node_.command(Command::send_collection);
  node_.command(Command::run_natively);
  node_.command(Command::end_iteration);
  EXPECT_TRUE(segment_.slot(kSlot).bell.answer());
  EXPECT_EQ(next_command(), Command::send_collection);
  EXPECT_EQ(next_command(), Command::run_natively);
  EXPECT_EQ(next_command(), Command::end_iteration);
  EXPECT_EQ(next_command(), std::nullopt);
}

// --- what it is not to be sent -------------------------------------------------------------------

std::string text_of_refusal(WorkerNode& node, const Indices& tests) {
  return text_of_thrown<std::logic_error>([&] { node.send(tests); });
}

TEST_F(WorkerNodeTest, IsSentAllOrNothing) {
  EXPECT_EQ(text_of_refusal(node_, {4, 6, 4}), "test 4 was sent to gw3 twice");
  EXPECT_EQ(node_.pending(), 0U);
  EXPECT_EQ(deque_.take(), std::nullopt);
  EXPECT_FALSE(segment_.slot(kSlot).bell.answer());
  node_.send({4, 6});
  EXPECT_EQ(text_of_refusal(node_, {8, 5}), "test 5 was sent to gw3, but it is not selected");
  EXPECT_EQ(node_.pending(), 2U);
  EXPECT_EQ(assignments_.violation(), "test 4 was sent to gw3 twice");
}

TEST_F(WorkerNodeTest, IsSentNothingThatAnotherWorkerHas) {
  WorkerNode other(4, segment_, 0);
  begin(other);
  node_.send({4, 6, 8});
  EXPECT_EQ(text_of_refusal(other, {6}), "test 6 was sent to gw4, but it was sent to gw3 already");
  EXPECT_EQ(node_.take_back(2), (Indices{6, 8}));
  other.send({6});
  deque_.take();
  ASSERT_TRUE(node_.complete(4));
  EXPECT_EQ(text_of_refusal(other, {4}), "test 4 was sent to gw4, but it was sent to gw3 already");
}

TEST_F(WorkerNodeTest, IsSentTestsOnlyWhenItCanRunThem) {
  using At = WorkerLife::Stage;
  struct Row {
    At stage;
    bool is_gone;
    const char* refusal;
  };
  const Row rows[] = {
      {At::starting, false, nullptr},
      {At::collected, false, nullptr},
      {At::ready, false, nullptr},
      {At::rejected, false, "test 4 was sent to gw3, but gw3 runs no tests"},
      {At::unusable, false, "test 4 was sent to gw3, but gw3 runs no tests"},
      {At::done, false, "test 4 was sent to gw3, but gw3 runs no tests"},
      {At::ready, true, "test 4 was sent to gw3, but gw3 is gone"},
  };
  for (const Row& row : rows) {
    Assignments assignments(12, {4}, 1);
    WorkerNode node(3, segment_, kSlot);
    node.begin_iteration(assignments);
    bring_to(row.stage, node);
    if (row.is_gone) node.process_ended();
    if (row.refusal == nullptr) {
      EXPECT_NO_THROW(node.send({4}));
    } else {
      EXPECT_EQ(text_of_refusal(node, {4}), row.refusal);
      EXPECT_EQ(assignments.violation(), row.refusal);
    }
    EXPECT_EQ(node.pending(), row.refusal == nullptr ? 1U : 0U);
  }
}

TEST_F(WorkerNodeTest, IsSentNothingOutsideAnIteration) {
  node_.forget_iteration();
  EXPECT_EQ(text_of_refusal(node_, {4}), "test 4 was sent to gw3, but gw3 is in no iteration");
  node_.begin_iteration(assignments_);
  EXPECT_NO_THROW(node_.send({4}));
}

TEST_F(WorkerNodeTest, IsNotWokenForNothing) {
  node_.send({});
  EXPECT_FALSE(segment_.slot(kSlot).bell.answer());
}

// A replacement may have the slot of a dead worker.
TEST_F(WorkerNodeTest, ThatIsGoneTouchesItsSlotNoMore) {
  node_.send({4, 6});
  node_.process_ended();
  node_.shutdown();
  EXPECT_EQ(next_command(), std::nullopt);
  EXPECT_EQ(node_.take_back(1), Indices{});
  EXPECT_EQ(deque_.size(), 2U);
}

// --- its death -----------------------------------------------------------------------------------

TEST_F(WorkerNodeTest, ThatDiedInATestLeavesItAndTheRest) {
  for (const Phase phase : {Phase::suite_up, Phase::test}) {
    Assignments assignments(12, {4, 6, 8}, 1);
    WorkerNode node(4, segment_, kSlot);
    make_ready(node);
    node.begin_iteration(assignments);
    node.send({4, 6, 8});
    deque_.take();
    node.complete(4);
    deque_.take();
    node.slot().phase.store(phase);
    EXPECT_EQ(node.running_item(), 6U);
    EXPECT_EQ(node.abandon(true), Indices{8});
    EXPECT_EQ(node.pending(), 0U);
    EXPECT_EQ(node.running_item(), std::nullopt);
    EXPECT_TRUE(assignments.is_pending(6)) << "until it is known whether it is put back";
    EXPECT_NO_THROW(assignments.hand_out({8}, 5));
    assignments.put_back(6);
    EXPECT_NO_THROW(assignments.hand_out({6}, 5));
  }
}

TEST_F(WorkerNodeTest, ThatDiedWithATestItHadNotBegunLeavesNoCrashItem) {
  for (const Phase phase : {Phase::idle, Phase::suite_down, Phase::environments_down}) {
    Assignments assignments(12, {4, 6, 8}, 1);
    WorkerNode node(4, segment_, kSlot);
    make_ready(node);
    node.begin_iteration(assignments);
    node.send({4, 6});
    deque_.take();
    node.slot().phase.store(phase);
    EXPECT_EQ(node.running_item(), std::nullopt);
    EXPECT_EQ(node.abandon(false), (Indices{4, 6}));
    EXPECT_NO_THROW(assignments.hand_out({4, 6}, 5));
  }
}

TEST_F(WorkerNodeTest, ThatDiedBetweenTestsLeavesNoCrashItem) {
  node_.send({4, 6, 8});
  deque_.take();
  node_.complete(4);
  node_.slot().phase.store(Phase::test);  // it may write anything there
  EXPECT_EQ(node_.running_item(), std::nullopt);
  EXPECT_EQ(node_.abandon(false), (Indices{6, 8}));
}

TEST_F(WorkerNodeTest, ThatDiedWithNothingLeavesNothing) {
  node_.slot().phase.store(Phase::test);
  EXPECT_EQ(node_.running_item(), std::nullopt);
  EXPECT_EQ(node_.abandon(false), Indices{});
}

// The last test of a deque is taken back by raising the position that counts what was taken.
TEST_F(WorkerNodeTest, ThatDiedAfterEverythingWasTakenBackLeavesNoCrashItem) {
  node_.slot().phase.store(Phase::test);
  node_.send({4});
  EXPECT_EQ(node_.take_back(1), Indices{4});
  EXPECT_EQ(node_.running_item(), std::nullopt);
  node_.send({6});
  EXPECT_EQ(node_.running_item(), std::nullopt);
  deque_.take();
  EXPECT_EQ(node_.running_item(), 6U);
}

TEST_F(WorkerNodeTest, HistoryEndsWithTheLastFailure) {
  node_.send({4, 6, 8, 10});
  EXPECT_EQ(node_.history.to_last_failure(), Indices{});
  for (const TestIndex test : {4U, 6U, 8U}) {
    deque_.take();
    ASSERT_TRUE(node_.complete(test));
    if (test == 6) node_.history.mark_failure();
  }
  EXPECT_EQ(node_.history.to_last_failure(), (Indices{4, 6}));
  deque_.take();
  node_.add_crash_item_to_history();
  node_.history.mark_failure();
  EXPECT_EQ(node_.history.to_last_failure(), (Indices{4, 6, 8, 10}));
  node_.begin_iteration(assignments_);
  EXPECT_EQ(node_.history.to_last_failure(), Indices{});
}

TEST_F(WorkerNodeTest, WhatEndedOutsideOfTestsHasItsWholeHistory) {
  node_.send({4, 6, 8});
  for (const TestIndex test : {4U, 6U}) {
    deque_.take();
    ASSERT_TRUE(node_.complete(test));
    if (test == 4) node_.history.mark_failure();
  }
  EXPECT_FALSE(node_.history.failed_outside());
  node_.history.mark_end();
  EXPECT_TRUE(node_.history.failed_outside());
  EXPECT_EQ(node_.history.to_last_failure(), (Indices{4, 6}));
  node_.history = {};
  EXPECT_FALSE(node_.history.failed_outside());
  EXPECT_EQ(node_.history.to_last_failure(), Indices{});
}

// --- its results ---------------------------------------------------------------------------------

TEST_F(WorkerNodeTest, HandsOutFramesAndSaysThatThereIsSpace) {
  EXPECT_FALSE(node_.drain());
  EXPECT_FALSE(segment_.slot(kSlot).space_bell.answer());
  results_.write("one", [] {});
  results_.write("two", [] {});
  EXPECT_TRUE(node_.drain());
  EXPECT_TRUE(segment_.slot(kSlot).space_bell.answer());
  EXPECT_FALSE(segment_.slot(kSlot).bell.answer()) << "that one is for work";
  std::string_view frame;
  ASSERT_TRUE(node_.next_frame(frame));
  EXPECT_EQ(frame, "one");
  ASSERT_TRUE(node_.next_frame(frame));
  EXPECT_EQ(frame, "two");
  EXPECT_FALSE(node_.next_frame(frame));
  EXPECT_FALSE(node_.drain());
}

}  // namespace
}  // namespace gtest_xdist::internal
