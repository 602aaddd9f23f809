// PoolScheduling: base class of schedulers that hand every test out once. It has a pool of what no
// worker has yet.
//
// Layer: scheduler. Does not know in which order the pool is handed out.
#ifndef GTEST_XDIST_SCHEDULER_POOL_SCHEDULING_H_
#define GTEST_XDIST_SCHEDULER_POOL_SCHEDULING_H_

#include <cstddef>
#include <vector>

#include "gtest_xdist/scheduler/node_registry.h"
#include "gtest_xdist/scheduler/scheduler.h"

namespace gtest_xdist {

// `Pool` is a sequence of tests, or of units of tests.
template <class Pool>
class PoolScheduling : public Scheduler {
 public:
  std::vector<Node*> nodes() const override { return registry_.nodes(); }
  bool collection_is_completed() const override { return registry_.collection_is_completed(); }
  bool tests_finished() const override { return started_ && !has_pending(); }
  bool has_pending() const override { return !unassigned_.empty() || !registry_.nothing_pending(); }

  void add_node(Node& node) override { registry_.add(node); }

 protected:
  // `workers`: how many the session starts with.
  explicit PoolScheduling(std::size_t workers) : registry_(workers) {}

  NodeRegistry registry_;
  bool started_ = false;  // whether tests have been handed out
  Pool unassigned_;       // before the start everything, later what no worker has
};

}  // namespace gtest_xdist

#endif  // GTEST_XDIST_SCHEDULER_POOL_SCHEDULING_H_
