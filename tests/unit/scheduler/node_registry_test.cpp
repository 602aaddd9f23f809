#include "gtest_xdist/scheduler/node_registry.h"

#include <vector>

#include <gtest/gtest.h>

#include "gtest_xdist/testing/fake_node.h"

namespace gtest_xdist {
namespace {

TEST(NodeRegistry, KeepsNodesInTheOrderOfTheirNumbers) {
  FakeNode first(0);
  FakeNode second(1);
  FakeNode third(2);
  std::vector<Node*> arrival = {&first, &second, &third};
  const std::vector<Node*> in_order = arrival;
  do {
    NodeRegistry registry(3);
    for (Node* node : arrival) registry.add(*node);
    EXPECT_EQ(registry.nodes(), in_order);
  } while (std::next_permutation(arrival.begin(), arrival.end()));
}

TEST(NodeRegistry, RemovesANodeOnce) {
  FakeNode first(0);
  FakeNode second(1);
  NodeRegistry registry(2);
  registry.remove(first);
  registry.add(first);
  registry.add(second);
  registry.remove(first);
  registry.remove(first);
  EXPECT_EQ(registry.nodes(), std::vector<Node*>{&second});
}

TEST(NodeRegistry, ADeadNodesCollectionStaysCounted) {
  FakeNode first(0);
  FakeNode second(1);
  NodeRegistry registry(2);
  EXPECT_FALSE(registry.collection_is_completed());
  registry.add(first);
  registry.count_collection();
  registry.remove(first);
  EXPECT_TRUE(registry.nodes().empty());
  EXPECT_FALSE(registry.collection_is_completed());
  registry.add(second);
  registry.count_collection();
  EXPECT_TRUE(registry.collection_is_completed());
}

TEST(NodeRegistry, KnowsWhetherAnythingIsPending) {
  FakeNode idle(0);
  FakeNode busy(1);
  NodeRegistry registry(2);
  EXPECT_TRUE(registry.nothing_pending());
  registry.add(idle);
  registry.add(busy);
  EXPECT_TRUE(registry.nothing_pending());
  busy.send({7});
  EXPECT_FALSE(registry.nothing_pending());
  busy.start();
  EXPECT_FALSE(registry.nothing_pending());
  busy.complete();
  EXPECT_TRUE(registry.nothing_pending());
}

}  // namespace
}  // namespace gtest_xdist
