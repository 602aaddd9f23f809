// WorkStealingScheduling, for GTEST_XDIST_DIST=worksteal: every test once. Each worker begins with
// an equal block of neighbours. A worker that runs dry gets half of what the fullest has left.
//
// Layer: scheduler. The blocks and the sizes of a theft are those of pytest-xdist's
// WorkStealingScheduling. Departures:
// - There the controller asks a worker for its tests, one theft at a time, and the worker may
//   refuse. Here the controller takes tests from the worker's queue at once. So it waits for no
//   answer, and any number of tests may move.
// - There a worker holds its last test back until it knows the next one, and keeps at least two.
//   Here no worker holds a test, and a single test moves to a worker that has none.
// - Both send more while a worker has one test left. Here that test runs meanwhile.
#ifndef GTEST_XDIST_SCHEDULER_WORK_STEALING_H_
#define GTEST_XDIST_SCHEDULER_WORK_STEALING_H_

#include <cstddef>
#include <vector>

#include "gtest_xdist/scheduler/queue_scheduling.h"
#include "gtest_xdist/scheduler/rebalance.h"
#include "gtest_xdist/scheduler/scheduler.h"

namespace gtest_xdist {

class WorkStealingScheduling : public QueueScheduling {
 public:
  // `workers`: how many the session starts with.
  explicit WorkStealingScheduling(std::size_t workers) : QueueScheduling(workers) {}

  void schedule() override {
    started_ = true;
    check();
  }

  void mark_test_complete(Node&, TestIndex, double) override { check(); }

  std::size_t wake_below(const Node&) const override { return kEnough; }

 private:
  // A worker with this many tests still has one to run while more are sent.
  static constexpr std::size_t kEnough = 2;

  void check() override {
    std::vector<Node*> hungry;
    for (Node* node : registry_.nodes()) {
      if (node->pending() < kEnough) hungry.push_back(node);
    }
    std::size_t without = hungry.size();
    for (Node* node : hungry) {
      internal::send_front(unassigned_, *node, unassigned_.size() / without--);
    }
    if (unassigned_.empty()) internal::share_unstarted(registry_.nodes());
  }
};

}  // namespace gtest_xdist

#endif  // GTEST_XDIST_SCHEDULER_WORK_STEALING_H_
