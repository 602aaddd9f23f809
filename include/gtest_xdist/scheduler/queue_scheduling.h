// What the modes have in common that keep one queue of tests that no worker has yet: `load` and
// `worksteal`.
//
// Layer: scheduler.
#ifndef GTEST_XDIST_SCHEDULER_QUEUE_SCHEDULING_H_
#define GTEST_XDIST_SCHEDULER_QUEUE_SCHEDULING_H_

#include <cstddef>
#include <deque>
#include <vector>

#include "gtest_xdist/core/index_list.h"
#include "gtest_xdist/scheduler/node_registry.h"
#include "gtest_xdist/scheduler/scheduler.h"

namespace gtest_xdist {

// The contracts of its members are Scheduler's.
class QueueScheduling : public Scheduler {
 public:
  std::vector<Node*> nodes() const override { return registry_.nodes(); }
  bool collection_is_completed() const override { return registry_.collection_is_completed(); }
  bool tests_finished() const override { return started_ && !has_pending(); }
  bool has_pending() const override { return !unassigned_.empty() || !registry_.nothing_pending(); }

  void add_node(Node& node) override { registry_.add(node); }

  void add_node_collection(Node&, const std::vector<TestIndex>& collection) override {
    registry_.count_collection();
    if (!started_) unassigned_.assign(collection.begin(), collection.end());
  }

  void mark_test_pending(TestIndex test) override {
    unassigned_.push_front(test);
    if (started_) check();
  }

  void remove_node(Node& node, const std::vector<TestIndex>& unfinished) override {
    registry_.remove(node);
    unassigned_.insert(unassigned_.end(), unfinished.begin(), unfinished.end());
    if (started_) check();
  }

 protected:
  // `workers`: how many the session starts with.
  explicit QueueScheduling(std::size_t workers) : registry_(workers) {}

  // Looks at all nodes: hands out what they have room for. Called once tests are handed out.
  virtual void check() = 0;

  NodeRegistry registry_;
  bool started_ = false;              // whether tests have been handed out
  std::deque<TestIndex> unassigned_;  // before the start all of them, later what is left
};

}  // namespace gtest_xdist

#endif  // GTEST_XDIST_SCHEDULER_QUEUE_SCHEDULING_H_
