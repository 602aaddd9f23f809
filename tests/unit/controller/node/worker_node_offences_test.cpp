// A worker that does not follow the rules, or writes where it must not.
#include <atomic>
#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

#include <gtest/gtest.h>

#include "gtest_xdist/controller/node/worker_node.h"

#include "support/thrown.h"
#include "support/worker_fixture.h"

namespace gtest_xdist::internal {
namespace {

using Indices = std::vector<TestIndex>;

class WorkerNodeOffencesTest : public WorkerFixture {
 protected:
  // Of the worker's deque, which lie behind its slot.
  WorkDequeCell* cells() {
    const SegmentLayout layout(segment_.header().shape);
    return reinterpret_cast<WorkDequeCell*>(reinterpret_cast<char*>(&node_.slot()) +
                                            layout.deque_offset());
  }
};

TEST_F(WorkerNodeOffencesTest, ATestInTheDequeThatWasTamperedWithIsNoticed) {
  node_.send({4, 6});
  // A second view of the controller's side puts another test in the place of the last.
  WorkDeque vandal(segment_.slot(kSlot).deque, cells(), 8, 1);
  ASSERT_TRUE(vandal.push(7));
  EXPECT_EQ(node_.take_back(2), Indices{});
  EXPECT_EQ(node_.accusation(), "its deque is damaged");
}

// Where the ends of the deque are told to be, and whether that can be: gw3 was sent four tests and
// has completed one of two that it took.
TEST_F(WorkerNodeOffencesTest, EndsOfTheDequeThatCannotBeAreNoticed) {
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

TEST_F(WorkerNodeOffencesTest, ADequeThatIsFullIsNoticed) {
  segment_.slot(kSlot).deque.top.store(-100);
  node_.send({1});
  EXPECT_EQ(node_.accusation(), "its deque is damaged");
}

TEST_F(WorkerNodeOffencesTest, PositionsOfTheCommandRingThatCannotBeAreNoticed) {
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

TEST_F(WorkerNodeOffencesTest, IsAccusedOnce) {
  EXPECT_FALSE(node_.is_accused());
  node_.accuse("it did that");
  EXPECT_TRUE(node_.is_accused());
  node_.accuse("it did worse");
  EXPECT_EQ(node_.accusation(), "it did that");
}

// Whatever damaged the slot ran in the worker, so it is the test of which nothing was heard.
TEST_F(WorkerNodeOffencesTest, ASlotThatDoesNotSayWhatWasRunBlamesTheTestOfWhichNothingWasHeard) {
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

TEST_F(WorkerNodeOffencesTest, ACommandRingThatIsNotReadIsNoticed) {
  for (int i = 0; i < 100 && !node_.is_accused(); ++i) node_.command(Command::settle);
  EXPECT_EQ(node_.accusation(), "its command ring is damaged");
}

// Commands that the worker has no time to read say enough.
TEST_F(WorkerNodeOffencesTest, CanBeToldToSettleWithoutEnd) {
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

TEST_F(WorkerNodeOffencesTest, AResultRingThatIsDamagedThrows) {
  EXPECT_FALSE(node_.drain());
  segment_.slot(kSlot).results.written.store(1U << 20);
  EXPECT_THROW(node_.drain(), CorruptRing);
}

TEST_F(WorkerNodeOffencesTest, ATakenCountThatLiesInventsNoTest) {
  segment_.slot(kSlot).deque.top.store(1'000'000);
  EXPECT_EQ(node_.running_item(), std::nullopt);
  EXPECT_EQ(node_.unstarted(), 0U);
  node_.send({4});
  EXPECT_LE(node_.unstarted(), 1U);
}

}  // namespace
}  // namespace gtest_xdist::internal
