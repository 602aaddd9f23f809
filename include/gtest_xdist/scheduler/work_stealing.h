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
#include <deque>
#include <vector>

#include "gtest_xdist/scheduler/node_registry.h"
#include "gtest_xdist/scheduler/rebalance.h"
#include "gtest_xdist/scheduler/scheduler.h"

namespace gtest_xdist {

// The contracts of its members are Scheduler's.
class WorkStealingScheduling : public Scheduler {
 public:
  // `workers`: how many the session starts with.
  explicit WorkStealingScheduling(std::size_t workers) : registry_(workers) {}

  std::vector<Node*> nodes() const override { return registry_.nodes(); }
  bool collection_is_completed() const override { return registry_.collection_is_completed(); }
  bool tests_finished() const override { return started_ && !has_pending(); }
  bool has_pending() const override { return !unassigned_.empty() || !registry_.nothing_pending(); }

  void add_node(Node& node) override { registry_.add(node); }

  void add_node_collection(Node&, const std::vector<TestIndex>& collection) override {
    registry_.count_collection();
    if (!started_) unassigned_.assign(collection.begin(), collection.end());
  }

  void schedule() override {
    started_ = true;
    check();
  }

  void mark_test_complete(Node&, TestIndex, double) override { check(); }

  void mark_test_pending(TestIndex test) override {
    unassigned_.push_front(test);
    check();
  }

  void remove_node(Node& node, const std::vector<TestIndex>& unfinished) override {
    registry_.remove(node);
    unassigned_.insert(unassigned_.end(), unfinished.begin(), unfinished.end());
    check();
  }

  std::size_t wake_below(const Node&) const override { return kEnough; }

 private:
  // With so many tests a worker has something to go on with while more is sent.
  static constexpr std::size_t kEnough = 2;

  void check() {
    if (!started_) return;
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

  NodeRegistry registry_;
  bool started_ = false;
  std::deque<TestIndex> unassigned_;  // before the start, or left by dead workers
};

}  // namespace gtest_xdist

#endif  // GTEST_XDIST_SCHEDULER_WORK_STEALING_H_
