#include "gtest_xdist/controller/locks/held_tests.h"

#include <vector>

#include <gtest/gtest.h>

namespace gtest_xdist::internal {
namespace {

using Indices = std::vector<TestIndex>;

// 1 and 3 have been passed over with the set 5, 2 with the set 7; 4 and 6 are in the queue.
class HeldTestsTest : public testing::Test {
 protected:
  HeldTestsTest() {
    held_.append({1, 2});
    held_.append({3, 4, 6});
    held_.pass_over_next(5, 10);
    held_.pass_over_next(7, 11);
    held_.pass_over_next(5, 12);
  }

  HeldTests held_;
};

TEST_F(HeldTestsTest, AreCounted) {
  EXPECT_EQ(held_.size(), 5U);
  EXPECT_EQ(HeldTests().size(), 0U);
  EXPECT_TRUE(HeldTests().queue_is_empty());
}

TEST_F(HeldTestsTest, ComeFromTheQueueInOrder) {
  EXPECT_EQ(held_.next(), 4U);
  held_.pop_next();
  EXPECT_EQ(held_.next(), 6U);
  held_.pop_next();
  EXPECT_TRUE(held_.queue_is_empty());
  EXPECT_EQ(held_.size(), 3U);
}

TEST_F(HeldTestsTest, ThatWerePassedOverComeInOrderOfTheirSet) {
  ASSERT_EQ(held_.passed_over().size(), 2U);
  EXPECT_EQ(held_.passed_over().at(5).front().ticket, 10U);
  EXPECT_EQ(held_.passed_over().at(7).front().ticket, 11U);
  EXPECT_EQ(held_.pop_first(5), 1U);
  EXPECT_EQ(held_.passed_over().at(5).front().ticket, 12U);
  EXPECT_EQ(held_.pop_first(5), 3U);
  EXPECT_EQ(held_.passed_over().count(5), 0U);
  EXPECT_EQ(held_.size(), 3U);
}

TEST_F(HeldTestsTest, AreTakenBackFromTheEnd) {
  EXPECT_EQ(held_.take_back(0), Indices{});
  EXPECT_EQ(held_.take_back(3), (Indices{3, 4, 6}));
  EXPECT_EQ(held_.take_back(9), (Indices{1, 2}));
  EXPECT_EQ(held_.take_back(9), Indices{});
  EXPECT_TRUE(held_.passed_over().empty());
  EXPECT_EQ(held_.size(), 0U);
}

}  // namespace
}  // namespace gtest_xdist::internal
