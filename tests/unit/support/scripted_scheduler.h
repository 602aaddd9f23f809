// A scheduler that sends what a test says.
#ifndef SUPPORT_SCRIPTED_SCHEDULER_H_
#define SUPPORT_SCRIPTED_SCHEDULER_H_

#include <cstddef>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "gtest_xdist/scheduler/scheduler.h"

namespace gtest_xdist::internal {

// What a report says of a test that was not started when a scheduler failed.
inline const std::string kNotRun = "skipped: not run: the scheduler failed";

// Sends what `plan` says: once at the start, and whenever a worker completes a test or is removed.
class Scripted : public Scheduler {
 public:
  struct Send {
    std::size_t node;
    std::vector<TestIndex> tests;
  };
  struct Plan {
    std::vector<Send> at_start;
    std::vector<Send> at_complete;
    std::vector<Send> at_remove;
    bool swallows = false;  // what send() throws
    bool on_every_worker = false;
  };

  explicit Scripted(Plan plan) : plan_(std::move(plan)) {}

  std::vector<Node*> nodes() const override { return nodes_; }
  bool collection_is_completed() const override { return nodes_.size() >= 2; }
  bool tests_finished() const override { return false; }
  bool has_pending() const override { return true; }
  bool runs_on_every_worker() const override { return plan_.on_every_worker; }
  void add_node(Node& node) override { nodes_.push_back(&node); }
  void add_node_collection(Node&, const std::vector<TestIndex>&) override {}
  void schedule() override { send(std::exchange(plan_.at_start, {})); }
  void mark_test_complete(Node&, TestIndex, double) override {
    send(std::exchange(plan_.at_complete, {}));
  }
  void mark_test_pending(TestIndex) override {}
  void remove_node(Node&, const std::vector<TestIndex>&) override {
    send(std::exchange(plan_.at_remove, {}));
  }

 private:
  void send(const std::vector<Send>& sends) {
    for (const Send& send : sends) {
      try {
        nodes_[send.node]->send(send.tests);
      } catch (const std::logic_error&) {
        if (!plan_.swallows) throw;
      }
    }
  }

  Plan plan_;
  std::vector<Node*> nodes_;  // also those that were removed
};

}  // namespace gtest_xdist::internal

#endif  // SUPPORT_SCRIPTED_SCHEDULER_H_
