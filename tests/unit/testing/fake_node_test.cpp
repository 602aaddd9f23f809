#include "gtest_xdist/testing/fake_node.h"

#include <deque>
#include <optional>
#include <stdexcept>
#include <vector>

#include <gtest/gtest.h>

#include "support/thrown.h"

namespace gtest_xdist {
namespace {

using Indices = std::vector<TestIndex>;

TEST(FakeNode, RecordsWhatTheSchedulerDoes) {
  FakeNode node(3);
  EXPECT_EQ(node.number(), 3);
  node.send({0, 1, 2});
  node.send({7});
  EXPECT_EQ(node.take_back(2), (Indices{2, 7}));
  node.shutdown();
  node.shutdown();
  EXPECT_EQ(node.take_log(), "0-2 7 back 2:7 S");
  EXPECT_EQ(node.take_log(), "");
  node.send({5});
  node.shutdown();
  EXPECT_EQ(node.take_log(), "5 S");
}

TEST(FakeNode, RunsATestWhenItIsToldTo) {
  FakeNode node(0);
  node.send({4, 2});
  EXPECT_EQ(node.running(), std::nullopt);
  EXPECT_TRUE(node.start());
  EXPECT_FALSE(node.start());
  EXPECT_EQ(node.running(), TestIndex{4});
  EXPECT_EQ(node.queue(), (std::deque<TestIndex>{2}));
  EXPECT_EQ(node.pending(), 2U);
  EXPECT_EQ(node.unstarted(), 1U);
  EXPECT_EQ(node.take_back(5), Indices{2});
  EXPECT_EQ(node.complete(), 4U);
  EXPECT_EQ(node.pending(), 0U);
}

TEST(FakeNode, StartsByItselfIfItIsEager) {
  FakeNode node(0, FakeNode::Pace::eager);
  node.set_ready(false);
  node.send({4, 2});
  EXPECT_EQ(node.unstarted(), 2U);
  node.set_ready(true);
  EXPECT_EQ(node.running(), TestIndex{4});
  EXPECT_EQ(node.complete(), 4U);
  EXPECT_EQ(node.running(), TestIndex{2});
}

TEST(FakeNode, CompletesNothingThatItDoesNotHave) {
  FakeNode node(1);
  EXPECT_EQ(text_of_thrown<std::logic_error>([&] { node.complete(); }), "gw1 runs no test");
}

TEST(FakeNode, TakesNothingWhenItIsDead) {
  FakeNode node(1);
  node.send({0, 1, 2});
  node.start();
  EXPECT_FALSE(node.dead());
  EXPECT_EQ(node.die(), (Indices{1, 2}));
  EXPECT_TRUE(node.dead());
  EXPECT_EQ(node.pending(), 0U);
  EXPECT_EQ(text_of_thrown<std::logic_error>([&] {
              node.send({1, 2});
            }),
            "test 1 was sent to gw1, but gw1 is gone");
  EXPECT_EQ(node.take_back(9), Indices{});
}

}  // namespace
}  // namespace gtest_xdist
