// ShareScheduling: base class of `each` and of a replay. Each worker has its share from the start,
// and a replacement gets what a dead worker has left.
//
// Layer: scheduler. Does not know what the shares are.
#ifndef GTEST_XDIST_SCHEDULER_SHARE_SCHEDULING_H_
#define GTEST_XDIST_SCHEDULER_SHARE_SCHEDULING_H_

#include <algorithm>
#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

#include "gtest_xdist/scheduler/node_registry.h"
#include "gtest_xdist/scheduler/scheduler.h"

namespace gtest_xdist {

class ShareScheduling : public Scheduler {
 public:
  std::vector<Node*> nodes() const override { return registry_.nodes(); }
  bool collection_is_completed() const override { return registry_.collection_is_completed(); }
  bool tests_finished() const override { return started_ && !has_pending(); }
  bool has_pending() const override {
    return !remainders_.empty() || !unserved_.empty() || !registry_.nothing_pending();
  }

  void add_node(Node& node) override { registry_.add(node); }

  // A replacement gets the remainder that has waited longest.
  void add_node_collection(Node& node, const std::vector<TestIndex>& collection) override {
    registry_.count_collection();
    if (std::optional<std::vector<TestIndex>> share = take_share(node, collection)) {
      add_unserved(node, std::move(*share));
    } else if (!remainders_.empty()) {
      add_unserved(node, std::move(remainders_.front()));
      remainders_.erase(remainders_.begin());
      if (remainders_.empty()) last_one_left_something_ = false;
    }
  }

  void schedule() override {
    started_ = true;
    const std::vector<Node*> nodes = std::move(unserved_);
    const std::vector<std::vector<TestIndex>> shares = std::move(unserved_shares_);
    unserved_.clear();
    unserved_shares_.clear();
    for (std::size_t i = 0; i < nodes.size(); ++i) {
      nodes[i]->send(shares[i]);
      nodes[i]->shutdown();
    }
  }

  void mark_test_complete(Node&, TestIndex, double) override {}

  // Puts the test in front of what the worker that was removed last has left. Its replacement gets
  // both.
  void mark_test_pending(TestIndex test) override {
    if (!std::exchange(last_one_left_something_, true)) remainders_.emplace_back();
    remainders_.back().insert(remainders_.back().begin(), test);
  }

  void remove_node(Node& node, const std::vector<TestIndex>& unfinished) override {
    registry_.remove(node);
    std::vector<TestIndex> left = unfinished;
    const auto it = std::find(unserved_.begin(), unserved_.end(), &node);
    if (it != unserved_.end()) {
      const auto share = unserved_shares_.begin() + (it - unserved_.begin());
      left = left_unserved(std::move(*share), unfinished);
      unserved_.erase(it);
      unserved_shares_.erase(share);
    }
    last_one_left_something_ = !left.empty();
    if (last_one_left_something_) remainders_.push_back(std::move(left));
  }

  std::size_t wake_below(const Node&) const override { return 1; }

 protected:
  // `workers`: how many the session starts with.
  explicit ShareScheduling(std::size_t workers) : registry_(workers) {}

  // Returns the share of the worker; nothing if other workers have all shares that it could get.
  // Called once for each worker.
  virtual std::optional<std::vector<TestIndex>> take_share(
      const Node& node, const std::vector<TestIndex>& collection) = 0;

  // Returns what a removed worker leaves of its `share`, of which it was sent nothing. `unfinished`
  // is that of remove_node().
  virtual std::vector<TestIndex> left_unserved(std::vector<TestIndex> share,
                                               const std::vector<TestIndex>& unfinished) const = 0;

 private:
  void add_unserved(Node& node, std::vector<TestIndex> share) {
    unserved_.push_back(&node);
    unserved_shares_.push_back(std::move(share));
  }

  NodeRegistry registry_;
  bool started_ = false;
  std::vector<Node*> unserved_;                          // those whose shares were not sent yet
  std::vector<std::vector<TestIndex>> unserved_shares_;  // theirs
  std::vector<std::vector<TestIndex>> remainders_;       // left by dead workers
  bool last_one_left_something_ = false;  // whether the worker removed last left the last remainder
};

}  // namespace gtest_xdist

#endif  // GTEST_XDIST_SCHEDULER_SHARE_SCHEDULING_H_
