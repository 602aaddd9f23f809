// What the modes have in common that keep one queue of tests that no worker has yet: `load` and
// `worksteal`.
//
// Layer: scheduler.
#ifndef GTEST_XDIST_SCHEDULER_QUEUE_SCHEDULING_H_
#define GTEST_XDIST_SCHEDULER_QUEUE_SCHEDULING_H_

#include <cstddef>
#include <deque>
#include <vector>

#include "gtest_xdist/core/lean/append.h"
#include "gtest_xdist/core/tests/index_list.h"
#include "gtest_xdist/scheduler/pool_scheduling.h"
#include "gtest_xdist/scheduler/scheduler.h"

namespace gtest_xdist {

// The contracts of its members are Scheduler's.
class QueueScheduling : public PoolScheduling<std::deque<TestIndex>> {
 public:
  void add_node_collection(Node&, const std::vector<TestIndex>& collection) override {
    registry_.count_collection();
    if (started_) return;
    unassigned_ = {};
    internal::append_all(unassigned_, collection);
  }

  void mark_test_pending(TestIndex test) override {
    unassigned_.push_front(test);
    if (started_) check();
  }

  void remove_node(Node& node, const std::vector<TestIndex>& unfinished) override {
    registry_.remove(node);
    internal::append_all(unassigned_, unfinished);
    if (started_) check();
  }

 protected:
  // `workers`: how many the session starts with.
  explicit QueueScheduling(std::size_t workers) : PoolScheduling(workers) {}

  // Looks at all nodes: hands out what they have room for. Called once tests are handed out.
  virtual void check() = 0;
};

}  // namespace gtest_xdist

#endif  // GTEST_XDIST_SCHEDULER_QUEUE_SCHEDULING_H_
