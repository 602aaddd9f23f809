#include "gtest_xdist/transport/work_deque.h"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "support/random.h"

namespace gtest_xdist::internal {
namespace {

// A deque in this process's own memory; each side gets a view of its own.
struct DequeMemory {
  explicit DequeMemory(std::size_t capacity) : cells(capacity) {}
  WorkDeque view() { return {state, cells.data(), cells.size()}; }

  WorkDequeState state;
  std::vector<WorkDequeCell> cells;
};

class WorkDequeTest : public testing::Test {
 protected:
  DequeMemory memory_{4};
  WorkDeque owner_ = memory_.view();
  WorkDeque thief_ = memory_.view();
};

TEST_F(WorkDequeTest, EmptyGivesNothing) {
  EXPECT_EQ(owner_.size(), 0U);
  EXPECT_EQ(owner_.take_back(), std::nullopt);
  EXPECT_EQ(thief_.take(), std::nullopt);
  EXPECT_EQ(owner_.size(), 0U);
  EXPECT_EQ(owner_.taken(), 0);
}

TEST_F(WorkDequeTest, TheThiefTakesInTheOrderOfPushing) {
  for (const TestIndex test : {5U, 3U, 9U}) ASSERT_TRUE(owner_.push(test));
  EXPECT_EQ(thief_.size(), 3U);
  EXPECT_EQ(thief_.take(), 5U);
  EXPECT_EQ(thief_.take(), 3U);
  EXPECT_EQ(thief_.take(), 9U);
  EXPECT_EQ(thief_.take(), std::nullopt);
  EXPECT_EQ(owner_.taken(), 3);
}

TEST_F(WorkDequeTest, TheOwnerTakesBackInReverse) {
  for (const TestIndex test : {5U, 3U, 9U}) ASSERT_TRUE(owner_.push(test));
  EXPECT_EQ(owner_.take_back(), 9U);
  EXPECT_EQ(owner_.take_back(), 3U);
  EXPECT_EQ(owner_.size(), 1U);
  EXPECT_EQ(owner_.take_back(), 5U);
  EXPECT_EQ(owner_.take_back(), std::nullopt);
  EXPECT_EQ(owner_.taken(), 0);
}

TEST_F(WorkDequeTest, AFullOneRefusesAndIsUnchanged) {
  for (const TestIndex test : {0U, 1U, 2U, 3U}) ASSERT_TRUE(owner_.push(test));
  EXPECT_FALSE(owner_.push(4));
  EXPECT_EQ(owner_.size(), 4U);
  EXPECT_EQ(thief_.take(), 0U);
  EXPECT_TRUE(owner_.push(5));
  EXPECT_FALSE(owner_.push(6));
  EXPECT_EQ(owner_.take_back(), 5U);
  EXPECT_EQ(thief_.take(), 1U);
}

TEST_F(WorkDequeTest, CountsWhatTheThiefTookAndNotWhatTheOwnerWonOfIt) {
  for (int round = 0; round < 10; ++round) {
    ASSERT_TRUE(owner_.push(1));
    EXPECT_EQ(owner_.take_back(), 1U);  // the last one: raises top as a thief does
    ASSERT_TRUE(owner_.push(2));
    EXPECT_EQ(thief_.take(), 2U);
    EXPECT_EQ(owner_.taken(), round + 1);
  }
}

TEST(WorkDeque, BehavesAsAQueueWithTwoEnds) {
  for (const std::size_t capacity : {1U, 2U, 8U, 64U}) {
    Random random(20);
    DequeMemory memory(capacity);
    WorkDeque owner = memory.view();
    WorkDeque thief = memory.view();
    std::deque<TestIndex> model;
    std::int64_t taken = 0;
    for (TestIndex step = 0; step < 100'000; ++step) {
      switch (random.between(0, 3)) {
        case 0:
        case 1:
          ASSERT_EQ(owner.push(step), model.size() < capacity);
          if (model.size() < capacity) model.push_back(step);
          break;
        case 2:
          ASSERT_EQ(owner.take_back(),
                    model.empty() ? std::nullopt : std::optional<TestIndex>(model.back()));
          if (!model.empty()) model.pop_back();
          break;
        default:
          ASSERT_EQ(thief.take(),
                    model.empty() ? std::nullopt : std::optional<TestIndex>(model.front()));
          if (!model.empty()) ++taken;
          if (!model.empty()) model.pop_front();
      }
      ASSERT_EQ(owner.size(), model.size());
      ASSERT_EQ(owner.taken(), taken);
    }
  }
}

// --- two threads ---------------------------------------------------------------------------------

// What a thread of its own takes from a deque, in order.
class Thief {
 public:
  explicit Thief(DequeMemory& memory)
      : thread_([this, view = memory.view()]() mutable { run(view); }) {}

  // Takes the rest first.
  const std::vector<TestIndex>& join() {
    no_more_.store(true);
    thread_.join();
    return took_;
  }

 private:
  void run(WorkDeque& deque) {
    while (true) {
      const bool last_look = no_more_.load();
      while (const std::optional<TestIndex> test = deque.take()) took_.push_back(*test);
      if (last_look) return;
    }
  }

  std::atomic<bool> no_more_{false};
  std::vector<TestIndex> took_;
  std::thread thread_;
};

// Every index up to `count` on exactly one side, and the thief's in the order in which they were
// pushed.
void expect_fair_split(const std::vector<TestIndex>& took_back, const std::vector<TestIndex>& took,
                       TestIndex count) {
  std::vector<int> seen(count, 0);
  for (const TestIndex test : took_back) ++seen.at(test);
  for (const TestIndex test : took) ++seen.at(test);
  for (TestIndex test = 0; test < count; ++test) ASSERT_EQ(seen[test], 1) << test;
  for (std::size_t i = 1; i < took.size(); ++i) ASSERT_LT(took[i - 1], took[i]) << i;
}

TEST(WorkDeque, LosesAndDoublesNothingBetweenTwoThreads) {
  constexpr TestIndex kCount = 1'000'000;
  for (const std::size_t capacity : {2U, 64U}) {
    Random random(21);
    DequeMemory memory(capacity);
    WorkDeque owner = memory.view();
    Thief thief(memory);
    std::vector<TestIndex> took_back;
    for (TestIndex next = 0; next < kCount;) {
      for (unsigned pushes = random.between(1U, 8U); pushes > 0 && next < kCount; --pushes) {
        if (!owner.push(next)) break;
        ++next;
      }
      for (unsigned takes = random.between(0U, 6U); takes > 0; --takes) {
        const std::optional<TestIndex> test = owner.take_back();
        if (!test) break;
        took_back.push_back(*test);
      }
    }
    const std::vector<TestIndex>& took = thief.join();
    expect_fair_split(took_back, took, kCount);
    EXPECT_EQ(owner.taken(), static_cast<std::int64_t>(took.size()));
  }
}

// A million times, both want the last one or two. Every take_back() after the deque was emptied by
// the thief must find it so, and leave it usable.
TEST(WorkDeque, TheLastOnesGoToOneSide) {
  constexpr TestIndex kRounds = 1'000'000;
  for (const TestIndex at_once : {1U, 2U}) {
    DequeMemory memory(2);
    WorkDeque owner = memory.view();
    Thief thief(memory);
    std::vector<TestIndex> took_back;
    for (TestIndex round = 0; round < kRounds; ++round) {
      for (TestIndex i = 0; i < at_once; ++i) ASSERT_TRUE(owner.push(round * at_once + i));
      while (const std::optional<TestIndex> test = owner.take_back()) took_back.push_back(*test);
      ASSERT_EQ(owner.size(), 0U);
    }
    const std::vector<TestIndex>& took = thief.join();
    expect_fair_split(took_back, took, kRounds * at_once);
    EXPECT_EQ(owner.taken(), static_cast<std::int64_t>(took.size()));
  }
}

}  // namespace
}  // namespace gtest_xdist::internal
