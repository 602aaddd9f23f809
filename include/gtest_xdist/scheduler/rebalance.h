// Moves tests that were sent and have not started when another worker runs dry, for all modes.
//
// Layer: scheduler. Looks at nodes only, and knows nothing of tests that no worker has yet.
#ifndef GTEST_XDIST_SCHEDULER_REBALANCE_H_
#define GTEST_XDIST_SCHEDULER_REBALANCE_H_

#include <cstddef>
#include <deque>
#include <vector>

#include "gtest_xdist/core/lean/append.h"
#include "gtest_xdist/core/tests/index_list.h"
#include "gtest_xdist/scheduler/scheduler.h"

namespace gtest_xdist::internal {

// Sends the first `count` of `tests`, or all if there are fewer, and removes them from `tests`.
inline void send_front(std::deque<TestIndex>& tests, Node& node, std::size_t count) {
  std::vector<TestIndex> sent;
  for (; count > 0 && !tests.empty(); --count) {
    sent.push_back(tests.front());
    tests.pop_front();
  }
  if (!sent.empty()) node.send(sent);
}

// Whether a worker with `unstarted` tests runs none and will begin one at once. To take that one
// gains nothing and wakes two workers.
inline bool is_about_to_begin(const Node& node, std::size_t unstarted) {
  return node.ready() && unstarted > 0 && unstarted == node.pending();
}

// How many tests of the node may move to others.
inline std::size_t to_spare(const Node& node) {
  const std::size_t unstarted = node.unstarted();  // the worker may begin one at any moment
  return is_about_to_begin(node, unstarted) ? unstarted - 1 : unstarted;
}

// The node with the largest `spare(node)`, the first of several; null if all are 0.
template <class Spare>
Node* fullest(const std::vector<Node*>& nodes, Spare spare) {
  Node* best = nullptr;
  decltype(spare(*best)) most{};
  for (Node* node : nodes) {
    const auto amount = spare(*node);
    if (amount <= most) continue;
    best = node;
    most = amount;
  }
  return best;
}

// Call this when everything is handed out. It looks at each node that has no more than the test
// that it runs or is about to begin. If the node is ready, it calls `help(node)`, which may send it
// tests of other nodes. If the node has no test then, it calls shutdown().
template <class Help>
void help_or_settle(const std::vector<Node*>& nodes, Help help) {
  for (Node* node : nodes) {
    if (to_spare(*node) > 0) continue;
    if (node->ready()) help(*node);
    if (node->pending() == 0) node->shutdown();
  }
}

// Finds a node that has tests and is not there yet: the first after `node`, or else the first. If
// it has `least` tests, gives half of them to `node`: the front half, so that both run theirs in
// order. False if there is no such node.
inline bool share_of_absent(const std::vector<Node*>& nodes, Node& node, std::size_t least) {
  Node* absent = nullptr;
  bool is_after = false;
  for (Node* other : nodes) {
    if (other->ready() || other->unstarted() == 0) continue;
    const bool comes_after = other->number() > node.number();
    if (absent == nullptr || (comes_after && !is_after)) absent = other;
    is_after |= comes_after;
  }
  if (absent == nullptr) return false;
  const std::size_t unstarted = absent->unstarted();
  if (unstarted < least) return true;
  std::deque<TestIndex> tests;
  append_all(tests, absent->take_back(unstarted));
  send_front(tests, node, (tests.size() + 1) / 2);
  send_front(tests, *absent, tests.size());
  return true;
}

// Call this when everything is handed out. A node that is about to run dry gets half of what the
// fullest node can spare.
inline void share_unstarted(const std::vector<Node*>& nodes) {
  help_or_settle(nodes, [&](Node& node) {
    // A worker that still has a test can wait: a single test is worth moving only to an idle one.
    const std::size_t least = node.pending() > 0 ? 2 : 1;
    if (share_of_absent(nodes, node, least)) return;
    Node* fuller = fullest(nodes, to_spare);
    if (fuller == nullptr || to_spare(*fuller) < least) return;
    const std::vector<TestIndex> tests = fuller->take_back((to_spare(*fuller) + 1) / 2);
    if (!tests.empty()) node.send(tests);
  });
}

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_SCHEDULER_REBALANCE_H_
