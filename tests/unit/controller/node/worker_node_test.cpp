#include "gtest_xdist/controller/node/worker_node.h"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <limits>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "support/thrown.h"
#include "support/worker_fixture.h"

namespace gtest_xdist::internal {
namespace {

using Indices = std::vector<TestIndex>;

class WorkerNodeTest : public WorkerFixture {
 protected:
  // Of the worker's deque, which lie behind its slot.
  WorkDequeCell* cells() {
    const SegmentLayout layout(segment_.header().shape);
    return reinterpret_cast<WorkDequeCell*>(reinterpret_cast<char*>(&node_.slot()) +
                                            layout.deque_offset());
  }
};

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

// --- a worker that does not follow the rules -----------------------------------------------------

TEST_F(WorkerNodeTest, ATestInTheDequeThatWasTamperedWithIsNoticed) {
  node_.send({4, 6});
  // A second view of the controller's side puts another test in the place of the last.
  WorkDeque vandal(segment_.slot(kSlot).deque, cells(), 8, 1);
  ASSERT_TRUE(vandal.push(7));
  EXPECT_EQ(node_.take_back(2), Indices{});
  EXPECT_EQ(node_.accusation(), "its deque is damaged");
}

// Where the ends of the deque are told to be, and whether that can be: gw3 was sent four tests and
// has completed one of two that it took.
TEST_F(WorkerNodeTest, EndsOfTheDequeThatCannotBeAreNoticed) {
  constexpr auto kMost = std::numeric_limits<std::int64_t>::max();
  constexpr auto kLeast = std::numeric_limits<std::int64_t>::min();
  struct Row {
    std::int64_t top;
    std::int64_t bottom;
    bool can_be;
  };
  const Row rows[] = {{2, 4, true},      {1, 4, true},       {4, 4, true},           {0, 4, false},
                      {5, 4, false},     {-1, 4, false},     {2, 3, false},          {2, 5, false},
                      {2, kMost, false}, {kLeast, 4, false}, {kLeast, kMost, false}, {0, 0, false}};
  for (const Row& row : rows) {
    Assignments assignments(12, {0, 1, 2, 3}, 1);
    WorkerNode node(3, segment_, kSlot);
    node.begin_iteration(assignments);
    make_ready(node);
    node.send({0, 1, 2, 3});
    segment_.deque(kSlot).take();
    segment_.deque(kSlot).take();
    ASSERT_TRUE(node.complete(0));
    segment_.slot(kSlot).deque.top.store(row.top);
    segment_.slot(kSlot).deque.bottom.store(row.bottom);
    EXPECT_FALSE(node.drain());
    EXPECT_EQ(node.accusation(), row.can_be ? "" : "its deque is damaged")
        << row.top << " " << row.bottom;
    EXPECT_LE(node.unstarted(), 3U);
  }
}

TEST_F(WorkerNodeTest, ADequeThatIsFullIsNoticed) {
  segment_.slot(kSlot).deque.top.store(-100);
  node_.send({1});
  EXPECT_EQ(node_.accusation(), "its deque is damaged");
}

TEST_F(WorkerNodeTest, PositionsOfTheCommandRingThatCannotBeAreNoticed) {
  ByteRingState& commands = segment_.slot(kSlot).commands;
  for (std::atomic<std::uint64_t>* position : {&commands.read, &commands.written}) {
    for (const std::uint64_t damage :
         {std::uint64_t{1} << 63, std::uint64_t{300}, std::uint64_t{1}}) {
      WorkerNode node(3, segment_, kSlot);
      position->store(damage);
      EXPECT_FALSE(node.drain());
      EXPECT_EQ(node.accusation(), "its command ring is damaged") << damage;
    }
  }
  WorkerNode node(3, segment_, kSlot);
  commands.read.store(3);  // so far ahead that a sum may overflow
  node.command(Command::settle);
  EXPECT_EQ(node.accusation(), "its command ring is damaged");
}

TEST_F(WorkerNodeTest, IsAccusedOnce) {
  EXPECT_FALSE(node_.is_accused());
  node_.accuse("it did that");
  EXPECT_TRUE(node_.is_accused());
  node_.accuse("it did worse");
  EXPECT_EQ(node_.accusation(), "it did that");
}

// Whatever damaged the slot ran in the worker, so it is the test of which nothing was heard.
TEST_F(WorkerNodeTest, ASlotThatDoesNotSayWhatWasRunBlamesTheTestOfWhichNothingWasHeard) {
  node_.send({4, 6});
  deque_.take();
  deque_.take();
  ASSERT_TRUE(node_.complete(4));
  node_.slot().phase.store(Phase::test);
  EXPECT_EQ(node_.running_item(), 6U);
  for (const bool is_phase : {true, false}) {
    WorkerSlot& slot = node_.slot();
    slot.phase.store(is_phase ? static_cast<Phase>(77) : Phase::idle);
    const std::int64_t top = is_phase ? slot.deque.top.load() : slot.deque.top.exchange(99);
    EXPECT_EQ(node_.running_item(), 6U);
    node_.left_iteration();
    EXPECT_EQ(node_.running_item(), std::nullopt) << "it runs none";
    node_.environments_up(true);
    slot.deque.top.store(top);
  }
}

TEST_F(WorkerNodeTest, ACommandRingThatIsNotReadIsNoticed) {
  for (int i = 0; i < 100 && !node_.is_accused(); ++i) node_.command(Command::settle);
  EXPECT_EQ(node_.accusation(), "its command ring is damaged");
}

// Commands that the worker has no time to read say enough.
TEST_F(WorkerNodeTest, CanBeToldToSettleWithoutEnd) {
  for (int i = 0; i < 1000; ++i) {
    node_.send({4});
    node_.shutdown();
    node_.take_back(1);
  }
  EXPECT_EQ(node_.accusation(), "");
  int settles = 0;
  while (next_command() == Command::settle) ++settles;
  EXPECT_GT(settles, 1);
  node_.shutdown();
  EXPECT_EQ(next_command(), Command::settle) << "the last one was not said";
}

TEST_F(WorkerNodeTest, AResultRingThatIsDamagedThrows) {
  EXPECT_FALSE(node_.drain());
  segment_.slot(kSlot).results.written.store(1U << 20);
  EXPECT_THROW(node_.drain(), CorruptRing);
}

TEST_F(WorkerNodeTest, ATakenCountThatLiesInventsNoTest) {
  segment_.slot(kSlot).deque.top.store(1'000'000);
  EXPECT_EQ(node_.running_item(), std::nullopt);
  EXPECT_EQ(node_.unstarted(), 0U);
  node_.send({4});
  EXPECT_LE(node_.unstarted(), 1U);
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
