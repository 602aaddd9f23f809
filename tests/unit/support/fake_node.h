// A worker without a process, for tests of schedulers.
#ifndef SUPPORT_FAKE_NODE_H_
#define SUPPORT_FAKE_NODE_H_

#include <algorithm>
#include <cstddef>
#include <deque>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "gtest_xdist/core/tests/index_list.h"
#include "gtest_xdist/scheduler/scheduler.h"

namespace gtest_xdist {

// Obeys at once. Runs nothing by itself: a test calls start(), complete() and die().
class FakeNode : public Node {
 public:
  // An eager worker starts a test as soon as it has one and runs none.
  enum class Pace { lazy, eager };

  explicit FakeNode(int number, Pace pace = Pace::lazy) : number_(number), pace_(pace) {}

  int number() const override { return number_; }
  bool ready() const override { return ready_; }
  void send(const std::vector<TestIndex>& tests) override {
    queue_.insert(queue_.end(), tests.begin(), tests.end());
    settled_ = false;
    note(format_index_list(tests));
    if (pace_ == Pace::eager) start();
  }
  std::vector<TestIndex> take_back(std::size_t count) override {
    const auto first = queue_.end() - static_cast<std::ptrdiff_t>(std::min(count, queue_.size()));
    const std::vector<TestIndex> tests(first, queue_.end());
    queue_.erase(first, queue_.end());
    if (!tests.empty()) note("back " + format_index_list(tests));
    return tests;
  }
  std::size_t pending() const override { return queue_.size() + (running_ ? 1U : 0U); }
  std::size_t unstarted() const override { return queue_.size(); }
  void shutdown() override {
    if (!std::exchange(settled_, true)) note("S");
  }

  // It is ready from the start unless a test says otherwise.
  void set_ready(bool ready) {
    ready_ = ready;
    if (pace_ == Pace::eager) start();
  }

  // Begins the next test if it is ready and runs none; false if there is none to begin.
  bool start() {
    if (!ready_ || running_ || queue_.empty()) return false;
    running_ = queue_.front();
    queue_.pop_front();
    return true;
  }
  const std::optional<TestIndex>& running() const { return running_; }
  const std::deque<TestIndex>& queue() const { return queue_; }

  // Ends the test that runs, beginning it first where need be.
  TestIndex complete() {
    start();
    const TestIndex test = running_.value();
    running_.reset();
    if (pace_ == Pace::eager) start();
    return test;
  }

  // Ends the worker in the middle of what it runs. What it had not started, in order.
  std::vector<TestIndex> die() {
    running_.reset();
    const std::deque<TestIndex> rest = std::exchange(queue_, {});
    return {rest.begin(), rest.end()};
  }

  // What it was told since the last call: "0-5", "back 4-5", "S" (as a real node it passes over a
  // shutdown that says nothing new), separated by spaces.
  std::string take_log() { return std::exchange(log_, {}); }

 private:
  void note(const std::string& what) {
    if (!log_.empty()) log_ += ' ';
    log_ += what;
  }

  int number_;
  Pace pace_;
  std::deque<TestIndex> queue_;
  std::optional<TestIndex> running_;
  bool ready_ = true;
  bool settled_ = false;
  std::string log_;
};

}  // namespace gtest_xdist

#endif  // SUPPORT_FAKE_NODE_H_
