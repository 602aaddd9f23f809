// GTEST_XDIST_DIST=each: every worker runs every test.
//
// Layer: scheduler. As pytest-xdist's EachScheduling: what a dead worker left goes to its
// replacement.
#ifndef GTEST_XDIST_SCHEDULER_EACH_H_
#define GTEST_XDIST_SCHEDULER_EACH_H_

#include <cstddef>
#include <deque>
#include <utility>
#include <vector>

#include "gtest_xdist/scheduler/node_registry.h"
#include "gtest_xdist/scheduler/scheduler.h"

namespace gtest_xdist {

// The contracts of its members are Scheduler's.
class EachScheduling : public Scheduler {
 public:
  // `workers`: how many the session starts with.
  explicit EachScheduling(std::size_t workers) : registry_(workers), whole_collections_(workers) {}

  std::vector<Node*> nodes() const override { return registry_.nodes(); }
  bool collection_is_completed() const override { return registry_.collection_is_completed(); }
  bool tests_finished() const override { return started_ && !has_pending(); }
  bool has_pending() const override {
    return !remainders_.empty() || !unserved_.empty() || !registry_.nothing_pending();
  }
  bool runs_on_every_worker() const override { return true; }

  void add_node(Node& node) override { registry_.add(node); }

  // A replacement gets the remainder that has waited longest.
  void add_node_collection(Node& node, const std::vector<TestIndex>& collection) override {
    registry_.count_collection();
    if (whole_collections_ > 0) {
      --whole_collections_;
      unserved_.emplace_back(&node, collection);
    } else if (!remainders_.empty()) {
      unserved_.emplace_back(&node, std::move(remainders_.front()));
      remainders_.pop_front();
      if (remainders_.empty()) last_one_left_something_ = false;
    }
  }

  void schedule() override {
    started_ = true;
    for (auto& [node, tests] : std::exchange(unserved_, {})) {
      node->send(tests);
      node->shutdown();
    }
  }

  void mark_test_complete(Node&, TestIndex, double) override {}

  // To the front of what the worker removed last has left: it is for that one's replacement.
  void mark_test_pending(TestIndex test) override {
    if (!std::exchange(last_one_left_something_, true)) remainders_.emplace_back();
    remainders_.back().insert(remainders_.back().begin(), test);
  }

  void remove_node(Node& node, const std::vector<TestIndex>& unfinished) override {
    registry_.remove(node);
    for (auto it = unserved_.begin(); it != unserved_.end(); ++it) {
      if (it->first != &node) continue;
      unserved_.erase(it);
      break;
    }
    last_one_left_something_ = !unfinished.empty();
    if (last_one_left_something_) remainders_.push_back(unfinished);
  }

  std::size_t wake_below(const Node&) const override { return 1; }

 private:
  NodeRegistry registry_;
  std::size_t whole_collections_;  // that nobody has been given yet
  bool started_ = false;
  std::vector<std::pair<Node*, std::vector<TestIndex>>> unserved_;  // collected, nothing sent yet
  std::deque<std::vector<TestIndex>> remainders_;                   // left by dead workers
  bool last_one_left_something_ = false;  // whether the last remainder is the last dead worker's
};

}  // namespace gtest_xdist

#endif  // GTEST_XDIST_SCHEDULER_EACH_H_
