// GTEST_XDIST_DIST=each: every worker runs every test.
//
// Layer: scheduler. As pytest-xdist's EachScheduling: what a dead worker left goes to its
// replacement.
#ifndef GTEST_XDIST_SCHEDULER_EACH_H_
#define GTEST_XDIST_SCHEDULER_EACH_H_

#include <cstddef>
#include <set>
#include <utility>
#include <vector>

#include "gtest_xdist/scheduler/node_registry.h"
#include "gtest_xdist/scheduler/scheduler.h"

namespace gtest_xdist::internal {

class EachScheduling : public Scheduler {
 public:
  explicit EachScheduling(std::size_t workers) : registry_(workers), whole_collections_(workers) {}

  std::vector<Node*> nodes() const override { return registry_.nodes(); }
  bool collection_is_completed() const override { return registry_.collection_is_completed(); }
  bool tests_finished() const override { return started_ && !has_pending(); }
  bool has_pending() const override {
    return !orphans_.empty() || !unserved_.empty() || !registry_.nothing_pending();
  }

  void add_node(Node& node) override { registry_.add(node); }

  void add_node_collection(Node& node, const std::vector<TestIndex>& collection) override {
    registry_.count_collection();
    if (whole_collections_ > 0) {
      --whole_collections_;
      unserved_.emplace_back(&node, collection);
    } else if (!orphans_.empty()) {
      unserved_.emplace_back(&node, std::move(orphans_.front()));
      orphans_.erase(orphans_.begin());
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

  // To the first replacement to come, or else to the first worker there is.
  void mark_test_pending(TestIndex test) override {
    if (!orphans_.empty()) {
      orphans_.front().insert(orphans_.front().begin(), test);
    } else if (!registry_.nodes().empty()) {
      registry_.nodes().front()->send({test});
    } else {
      orphans_.push_back({test});
    }
  }

  void remove_node(Node& node, const std::vector<TestIndex>& unfinished) override {
    registry_.remove(node);
    std::vector<TestIndex> rest = unfinished;
    for (auto it = unserved_.begin(); it != unserved_.end(); ++it) {
      if (it->first != &node) continue;
      rest = std::move(it->second);
      unserved_.erase(it);
      break;
    }
    if (!rest.empty()) orphans_.push_back(std::move(rest));
  }

  std::size_t wake_below(const Node&) const override { return 1; }

  std::vector<TestIndex> cancel() override {
    std::set<TestIndex> given_up;
    for (const auto& rest : std::exchange(orphans_, {})) given_up.insert(rest.begin(), rest.end());
    for (const auto& [node, tests] : std::exchange(unserved_, {})) {
      given_up.insert(tests.begin(), tests.end());
    }
    for (Node* node : registry_.nodes()) {
      const std::vector<TestIndex> tests = node->take_back(node->unstarted());
      given_up.insert(tests.begin(), tests.end());
      node->shutdown();
    }
    return {given_up.begin(), given_up.end()};
  }

 private:
  NodeRegistry registry_;
  std::size_t whole_collections_;  // that nobody has been given yet
  bool started_ = false;
  std::vector<std::pair<Node*, std::vector<TestIndex>>> unserved_;  // collected, nothing sent yet
  std::vector<std::vector<TestIndex>> orphans_;                     // left by dead workers
};

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_SCHEDULER_EACH_H_
