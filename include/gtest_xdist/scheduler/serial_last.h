// SerialLastScheduling: hands out tests that run alone, one after another, when all others are
// complete.
//
// Layer: scheduler. Another scheduler hands out all other tests, and hears nothing of these. Does
// not know why a test must run alone.
#ifndef GTEST_XDIST_SCHEDULER_SERIAL_LAST_H_
#define GTEST_XDIST_SCHEDULER_SERIAL_LAST_H_

#include <cstddef>
#include <deque>
#include <memory>
#include <utility>
#include <vector>

#include "gtest_xdist/core/lean/append.h"
#include "gtest_xdist/scheduler/scheduler.h"

namespace gtest_xdist {

// The other scheduler must be one that runs every test once.
class SerialLastScheduling : public Scheduler {
 public:
  // `is_serial` says of each registered test whether it is serial.
  SerialLastScheduling(std::unique_ptr<Scheduler> others, std::vector<bool> is_serial)
      : others_(std::move(others)), is_serial_(std::move(is_serial)) {}

  std::vector<Node*> nodes() const override { return others_->nodes(); }
  bool collection_is_completed() const override { return others_->collection_is_completed(); }
  bool tests_finished() const override { return others_->tests_finished() && serial_.empty(); }
  bool has_pending() const override { return others_->has_pending() || !serial_.empty(); }

  void add_node(Node& node) override { others_->add_node(node); }

  void add_node_collection(Node& node, const std::vector<TestIndex>& collection) override {
    Parts parts = split(collection);
    others_->add_node_collection(node, parts.others);
    if (!std::exchange(collected_, true)) internal::append_all(serial_, parts.serial);
  }

  void schedule() override {
    others_->schedule();
    send_serial();
  }

  void mark_test_complete(Node& node, TestIndex test, double seconds) override {
    if (!is_serial(test)) others_->mark_test_complete(node, test, seconds);
    send_serial();
  }

  void mark_test_pending(TestIndex test) override {
    if (is_serial(test)) {
      serial_.push_front(test);
    } else {
      others_->mark_test_pending(test);
    }
    send_serial();
  }

  void remove_node(Node& node, const std::vector<TestIndex>& unfinished) override {
    const Parts parts = split(unfinished);
    internal::prepend_all(serial_, parts.serial);
    others_->remove_node(node, parts.others);
    send_serial();
  }

  std::size_t wake_below(const Node& node) const override { return others_->wake_below(node); }

 private:
  bool is_serial(TestIndex test) const { return test < is_serial_.size() && is_serial_[test]; }

  struct Parts {
    std::vector<TestIndex> serial;
    std::vector<TestIndex> others;
  };

  Parts split(const std::vector<TestIndex>& tests) const {
    Parts parts;
    for (const TestIndex test : tests) {
      (is_serial(test) ? parts.serial : parts.others).push_back(test);
    }
    return parts;
  }

  // When the others are finished nothing is pending, except perhaps a serial test that was sent
  // before. Sends one test at a time, to the same worker if possible: `others_` may move tests that
  // wait.
  void send_serial() {
    if (serial_.empty() || !others_->tests_finished()) return;
    const std::vector<Node*> nodes = others_->nodes();
    if (nodes.empty()) return;
    Node& node = first_ready(nodes);
    const TestIndex test = serial_.front();
    serial_.pop_front();
    node.send({test});
    if (serial_.empty()) node.shutdown();
  }

  // If none is ready, the first.
  static Node& first_ready(const std::vector<Node*>& nodes) {
    for (Node* node : nodes) {
      if (node->ready()) return *node;
    }
    return *nodes.front();
  }

  std::unique_ptr<Scheduler> others_;
  std::vector<bool> is_serial_;  // by test
  bool collected_ = false;
  std::deque<TestIndex> serial_;  // those that no worker has
};

}  // namespace gtest_xdist

#endif  // GTEST_XDIST_SCHEDULER_SERIAL_LAST_H_
