// GTEST_XDIST_DIST=worksteal: every test once; each worker begins with an equal block of
// neighbours, and one that runs dry gets half of what the fullest has left.
//
// Layer: scheduler. Blocks and sizes of a theft are those of pytest-xdist's WorkStealingScheduling.
// Departures:
// - There a worker is asked for its tests and may refuse, one theft at a time; here tests are taken
//   from its queue at once, so there is no answer to wait for and any number may move.
// - There a worker holds its last test back until it knows the next one, and never has fewer than
//   two; here no test is held, and a single one moves to a worker that has none.
// - Both ask for more while one test is left; here that one runs meanwhile.
#ifndef GTEST_XDIST_SCHEDULER_WORK_STEALING_H_
#define GTEST_XDIST_SCHEDULER_WORK_STEALING_H_

#include <cstddef>
#include <vector>

#include "gtest_xdist/scheduler/queue_scheduling.h"
#include "gtest_xdist/scheduler/rebalance.h"
#include "gtest_xdist/scheduler/scheduler.h"

namespace gtest_xdist {

// The contracts of its members are Scheduler's.
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
  // With so many tests a worker has something to go on with while more is sent.
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
