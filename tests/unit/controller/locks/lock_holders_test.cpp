#include "gtest_xdist/controller/locks/lock_holders.h"

#include <gtest/gtest.h>

namespace gtest_xdist::internal {
namespace {

class LockHoldersTest : public testing::Test {
 protected:
  LockHoldersTest() : holders_(table()) {}

  static const LockTable& table() {
    static const LockTable& table = *new LockTable(make_table());
    return table;
  }
  static LockTable make_table() {
    LockTable table;
    table.add(0, {"a"}, false);
    table.add(1, {"b"}, false);
    table.add(2, {"a", "b"}, false);
    return table;
  }

  const LockSetId a_ = table().set_of(0);
  const LockSetId b_ = table().set_of(1);
  const LockSetId both_ = table().set_of(2);
  LockHolders holders_;
};

TEST_F(LockHoldersTest, NobodyHasALockAtFirst) {
  EXPECT_EQ(holders_.holder(0), kNobody);
  EXPECT_TRUE(holders_.can_have(both_, 3));
  EXPECT_TRUE(holders_.is_free_of_others(both_, 3));
}

TEST_F(LockHoldersTest, ALockIsHadUntilTheSuiteIsLeft) {
  holders_.take(a_, 3);
  holders_.take(both_, 3);
  EXPECT_EQ(holders_.holder(1), 3);
  EXPECT_TRUE(holders_.can_have(both_, 3));
  EXPECT_FALSE(holders_.can_have(b_, 4));
  holders_.keep(a_, 3);
  holders_.left_suite(3);
  EXPECT_FALSE(holders_.can_have(a_, 4)) << "a test with it is out";
  holders_.keep(both_, 3);
  EXPECT_FALSE(holders_.can_have(a_, 4));
  holders_.left_suite(3);
  EXPECT_TRUE(holders_.can_have(both_, 4));
}

TEST_F(LockHoldersTest, ATestThatNeverStartedGivesItsLocksBack) {
  holders_.take(both_, 3);
  holders_.give_back(both_, 3);
  EXPECT_TRUE(holders_.can_have(both_, 4));
  holders_.take(a_, 3);
  holders_.keep(a_, 3);
  holders_.take(both_, 3);
  holders_.give_back(both_, 3);
  EXPECT_TRUE(holders_.can_have(b_, 4));
  EXPECT_FALSE(holders_.can_have(a_, 4)) << "another one was complete, and its suite is not left";
}

TEST_F(LockHoldersTest, WhatOthersWantIsNotFreeOfThem) {
  holders_.want(a_, 3);
  EXPECT_TRUE(holders_.is_free_of_others(both_, 3));
  holders_.want(both_, 4);
  EXPECT_FALSE(holders_.is_free_of_others(a_, 3));
  EXPECT_TRUE(holders_.can_have(a_, 3));
  EXPECT_TRUE(holders_.is_free_of_others(b_, 4));
  holders_.want(both_, 4);
  holders_.want_no_more(both_, 4);
  EXPECT_FALSE(holders_.is_free_of_others(a_, 3)) << "one is left";
  holders_.want_no_more(both_, 4);
  EXPECT_TRUE(holders_.is_free_of_others(a_, 3));
  holders_.take(b_, 4);
  EXPECT_FALSE(holders_.is_free_of_others(b_, 3));
}

TEST_F(LockHoldersTest, ADeadWorkerHasAndWantsNothing) {
  holders_.want(both_, 3);
  holders_.take(both_, 3);
  holders_.keep(both_, 3);
  holders_.take(a_, 3);
  holders_.remove(3);
  EXPECT_TRUE(holders_.is_free_of_others(both_, 4));
}

}  // namespace
}  // namespace gtest_xdist::internal
