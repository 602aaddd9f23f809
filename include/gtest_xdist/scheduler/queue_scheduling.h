// QueueScheduling: base class of `load` and `worksteal`, which keep the tests that no worker has in
// one queue.
//
// Layer: scheduler. Does not know how many tests a worker gets.
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

class QueueScheduling : public PoolScheduling<std::deque<TestIndex>> {
 public:
  void add_node_collection(Node&, const std::vector<TestIndex>& collection) override {
    registry_.count_collection();
    if (started_) return;
    unassigned_.clear();
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

  // Looks at all nodes, and hands out tests to those that have room. Called only after schedule().
  virtual void check() = 0;
};

}  // namespace gtest_xdist

#endif  // GTEST_XDIST_SCHEDULER_QUEUE_SCHEDULING_H_
