// Your own way to hand tests out: tests of the group "long" come first. Otherwise one worker could
// run a long test at the end, while the others have nothing to do.
#ifndef LONGEST_FIRST_H_
#define LONGEST_FIRST_H_

#include <algorithm>
#include <cstddef>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include <gtest_xdist/plugin.h>
#include <gtest_xdist/scheduler/node_registry.h>

// Keeps two tests with each worker: the one it runs and the one that comes next.
class LongestFirst : public gtest_xdist::Scheduler {
  using Node = gtest_xdist::Node;
  using TestIndex = gtest_xdist::TestIndex;

 public:
  explicit LongestFirst(const gtest_xdist::Config& config)
      : items_(config.items), registry_(config.numprocesses) {}

  std::vector<Node*> nodes() const override { return registry_.nodes(); }
  bool collection_is_completed() const override { return registry_.collection_is_completed(); }
  bool tests_finished() const override { return started_ && !has_pending(); }
  bool has_pending() const override { return !waiting_.empty() || !registry_.nothing_pending(); }

  void add_node(Node& node) override { registry_.add(node); }

  void add_node_collection(Node&, const std::vector<TestIndex>& collection) override {
    registry_.count_collection();
    if (started_) return;  // a replacement: the remaining tests are known
    waiting_.assign(collection.begin(), collection.end());
    std::stable_partition(waiting_.begin(), waiting_.end(), [&](TestIndex test) {
      const std::vector<std::string>& groups = items_[test].groups;
      return std::find(groups.begin(), groups.end(), "long") != groups.end();
    });
  }

  void schedule() override {
    started_ = true;
    for (const std::size_t tests : {1U, 2U}) {
      for (Node* node : registry_.nodes()) refill(*node, tests);
    }
  }

  void mark_test_complete(Node& node, TestIndex, double) override { refill(node, 2); }

  void mark_test_pending(TestIndex test) override {
    waiting_.push_front(test);
    schedule();
  }

  void remove_node(Node& node, const std::vector<TestIndex>& unfinished) override {
    registry_.remove(node);
    waiting_.insert(waiting_.begin(), unfinished.begin(), unfinished.end());
    if (started_) schedule();
  }

 private:
  void refill(Node& node, std::size_t tests) {
    while (node.pending() < tests && !waiting_.empty()) {
      node.send({waiting_.front()});
      waiting_.pop_front();
    }
    if (node.pending() == 0) node.shutdown();
  }

  const std::vector<gtest_xdist::Item>& items_;
  gtest_xdist::NodeRegistry registry_;
  std::deque<TestIndex> waiting_;
  bool started_ = false;
};

class UseLongestFirst : public gtest_xdist::Plugin {
  gtest_xdist::Answer<std::unique_ptr<gtest_xdist::Scheduler>> make_scheduler(
      gtest_xdist::Config& config) override {
    return std::make_unique<LongestFirst>(config);
  }
};

#endif  // LONGEST_FIRST_H_
