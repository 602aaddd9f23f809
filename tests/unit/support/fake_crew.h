// A scheduler with its fake workers.
#ifndef SUPPORT_FAKE_CREW_H_
#define SUPPORT_FAKE_CREW_H_

#include <cstddef>
#include <memory>
#include <numeric>
#include <string>
#include <vector>

#include "gtest_xdist/core/tests/index_list.h"
#include "gtest_xdist/scheduler/scheduler.h"
#include "gtest_xdist/testing/fake_node.h"

namespace gtest_xdist {

// `Scheduling` is a scheduler that is made with the number of workers, then `more`.
template <class Scheduling>
class FakeCrew {
 public:
  template <class... More>
  FakeCrew(std::size_t tests, std::size_t workers, FakeNode::Pace pace, More... more)
      : scheduler(workers, more...), tests_(tests), pace_(pace) {
    for (std::size_t i = 0; i < workers; ++i) add();
    scheduler.schedule();
  }

  // A worker arrives, with the next unused number and the whole collection.
  FakeNode& add() {
    std::vector<TestIndex> collection(tests_);
    std::iota(collection.begin(), collection.end(), 0U);
    nodes_.push_back(std::make_unique<FakeNode>(static_cast<int>(nodes_.size()), pace_));
    scheduler.add_node(*nodes_.back());
    scheduler.add_node_collection(*nodes_.back(), collection);
    return *nodes_.back();
  }

  FakeNode& node(std::size_t number) { return *nodes_[number]; }
  std::size_t size() const { return nodes_.size(); }

  // Node `number` completes `count` tests that took `seconds` each.
  void complete(std::size_t number, double seconds = 0, std::size_t count = 1) {
    for (; count > 0; --count) {
      const TestIndex test = node(number).complete();
      scheduler.mark_test_complete(node(number), test, seconds);
    }
  }

  // Node 0 completes everything, while the others are not there yet. Returns the order of the
  // tests.
  std::vector<TestIndex> complete_alone() {
    for (std::size_t i = 1; i < size(); ++i) node(i).set_ready(false);
    scheduler.schedule();  // as when a worker becomes ready
    std::vector<TestIndex> order;
    while (!node(0).queue().empty()) {
      order.push_back(node(0).queue().front());
      complete(0);
    }
    return order;
  }

  // Node `number` dies in the test that it runs.
  void crash(std::size_t number) { scheduler.remove_node(node(number), node(number).die()); }

  // What all nodes were told since the last call: "0-1 S | 2-3 S".
  std::string take_logs() {
    std::string text;
    for (const auto& node : nodes_) {
      if (node != nodes_.front()) text += " | ";
      text += node->take_log();
    }
    return text;
  }

  Scheduling scheduler;

 private:
  std::size_t tests_;
  FakeNode::Pace pace_;
  std::vector<std::unique_ptr<FakeNode>> nodes_;
};

}  // namespace gtest_xdist

#endif  // SUPPORT_FAKE_CREW_H_
