// LoadScheduling, for GTEST_XDIST_DIST=load: every test once, to any worker that has room.
//
// Layer: scheduler. It hands out chunks as pytest-xdist's LoadScheduling does. Departures:
// - There a worker holds its last test back until it knows the next one. Here no worker holds a
//   test. At the end tests that have not started move from busy workers to idle ones.
// - If there are fewer than two tests for each worker, all are dealt out at once there. Here each
//   worker gets one when it has none, so that it runs its tests in order, whichever is late.
// - For the same reason a worker that needs more gets first what workers after it have that are not
//   there yet. They get later tests when they come.
#ifndef GTEST_XDIST_SCHEDULER_LOAD_H_
#define GTEST_XDIST_SCHEDULER_LOAD_H_

#include <algorithm>
#include <cstddef>
#include <limits>
#include <vector>

#include "gtest_xdist/core/lean/append.h"
#include "gtest_xdist/scheduler/queue_scheduling.h"
#include "gtest_xdist/scheduler/rebalance.h"
#include "gtest_xdist/scheduler/scheduler.h"

namespace gtest_xdist {

class LoadScheduling : public QueueScheduling {
 public:
  // `workers`: how many the session starts with. At most `max_chunk` tests are sent at once, but a
  // worker gets two in any case.
  explicit LoadScheduling(std::size_t workers,
                          std::size_t max_chunk = std::numeric_limits<std::size_t>::max())
      : QueueScheduling(workers), max_chunk_(max_chunk) {}

  void schedule() override {
    if (started_) return check();
    started_ = true;
    is_few_ = unassigned_.size() < 2 * registry_.nodes().size();
    if (is_few_) return check();
    deal();
    if (unassigned_.empty()) internal::share_unstarted(registry_.nodes());
  }

  void mark_test_complete(Node& node, TestIndex, double seconds) override {
    refill(node, seconds);
    if (unassigned_.empty()) internal::share_unstarted(registry_.nodes());
  }

  std::size_t wake_below(const Node&) const override {
    return unassigned_.empty() ? 1 : low_water();
  }

 private:
  // Hands out the first tests: a quarter of a fair share to each worker, so that the rest can go
  // where it is needed.
  void deal() {
    const std::vector<Node*>& nodes = registry_.nodes();
    if (nodes.empty()) return;
    const std::size_t quarter = unassigned_.size() / nodes.size() / 4;
    const std::size_t chunk = std::max<std::size_t>(2, std::min(quarter, max_chunk_));
    for (Node* node : nodes) internal::send_front(unassigned_, *node, chunk);
  }

  void check() override {
    for (Node* node : registry_.nodes()) refill(*node, 0);
    if (unassigned_.empty()) internal::share_unstarted(registry_.nodes());
  }

  // How many of the tests that are not handed out there are for each worker.
  std::size_t fair_share() const {
    return unassigned_.size() / std::max<std::size_t>(1, registry_.nodes().size());
  }

  std::size_t low_water() const { return std::max<std::size_t>(2, fair_share() / 4); }

  void refill(Node& node, double seconds) {
    // After a test of this many seconds there is time to wait before more are sent.
    constexpr double kSlowTest = 0.1;
    if (unassigned_.empty()) return;
    if (is_few_) {
      if (node.ready() && node.pending() == 0) internal::send_front(unassigned_, node, 1);
      return;
    }
    const std::size_t pending = node.pending();
    if (pending >= low_water()) return;
    if (seconds >= kSlowTest && pending >= 2) return;
    if (node.ready()) reclaim_from_absent_after(node);
    const std::size_t high_water = std::max<std::size_t>(2, fair_share() / 2);
    const std::size_t floor = pending < 2 ? 2 - pending : 0;
    internal::send_front(unassigned_, node,
                         std::min(high_water - pending, std::max(floor, max_chunk_)));
  }

  // Takes the tests of workers after `node` that are not there yet. Those of workers before it come
  // earlier than what it has run.
  void reclaim_from_absent_after(const Node& node) {
    const std::vector<Node*>& nodes = registry_.nodes();
    for (std::size_t i = nodes.size(); i-- > 0 && nodes[i] != &node;) {
      if (nodes[i]->ready()) continue;
      internal::prepend_all(unassigned_, nodes[i]->take_back(nodes[i]->unstarted()));
    }
  }

  const std::size_t max_chunk_;
  bool is_few_ = false;  // there are fewer than two tests for each worker
};

}  // namespace gtest_xdist

#endif  // GTEST_XDIST_SCHEDULER_LOAD_H_
