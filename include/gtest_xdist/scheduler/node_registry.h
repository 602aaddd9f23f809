// The workers of a scheduler and which of them have delivered their collection; written once for
// all modes.
//
// Layer: scheduler.
#ifndef GTEST_XDIST_SCHEDULER_NODE_REGISTRY_H_
#define GTEST_XDIST_SCHEDULER_NODE_REGISTRY_H_

#include <algorithm>
#include <cstddef>
#include <vector>

#include "gtest_xdist/scheduler/scheduler.h"

namespace gtest_xdist {

// Does not own the nodes: each must live until it is removed.
class NodeRegistry {
 public:
  // `expected`: how many workers the session starts with.
  explicit NodeRegistry(std::size_t expected) : expected_(expected) {}

  // In the order of their numbers, whichever arrived first.
  void add(Node& node) {
    auto later = nodes_.begin();
    while (later != nodes_.end() && (*later)->number() <= node.number()) ++later;
    nodes_.insert(later, &node);
  }

  // Does nothing if the node is not there.
  void remove(Node& node) {
    const auto it = std::find(nodes_.begin(), nodes_.end(), &node);
    if (it != nodes_.end()) nodes_.erase(it);
  }

  // Call this once for each node that has delivered its collection.
  void count_collection() { ++collections_; }

  // A dead worker's collection stays counted.
  bool collection_is_completed() const { return collections_ >= expected_; }

  // Valid until the next add() or remove().
  const std::vector<Node*>& nodes() const { return nodes_; }

  // Whether every node has completed all that it was sent.
  bool nothing_pending() const {
    for (const Node* node : nodes_) {
      if (node->pending() != 0) return false;
    }
    return true;
  }

 private:
  std::size_t expected_;
  std::size_t collections_ = 0;
  std::vector<Node*> nodes_;
};

}  // namespace gtest_xdist

#endif  // GTEST_XDIST_SCHEDULER_NODE_REGISTRY_H_
