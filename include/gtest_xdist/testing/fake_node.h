// FakeNode: a worker without a process, for tests of schedulers.
//
// Layer: testing (standard library only). It has no clock: a test says when something happens.
#ifndef GTEST_XDIST_TESTING_FAKE_NODE_H_
#define GTEST_XDIST_TESTING_FAKE_NODE_H_

#include <algorithm>
#include <cstddef>
#include <deque>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "gtest_xdist/core/identity.h"
#include "gtest_xdist/core/tests/index_list.h"
#include "gtest_xdist/scheduler/scheduler.h"

namespace gtest_xdist {

// Obeys the scheduler at once, and records what the scheduler does. Runs nothing by itself: the
// test calls start(), complete() and die(), and passes their results on to the scheduler. It must
// live until Scheduler::remove_node().
class FakeNode : public Node {
 public:
  // An eager node starts a test as soon as it has one and runs none.
  enum class Pace { lazy, eager };

  // `number` is the N of gwN.
  explicit FakeNode(int number, Pace pace = Pace::lazy) : number_(number), pace_(pace) {}

  // --- what the scheduler calls ------------------------------------------------------------------

  int number() const override { return number_; }
  bool ready() const override { return ready_; }

  // Throws std::logic_error, and takes nothing, if the node is dead. Does not check whether the
  // tests exist or are with another node; a Simulation does.
  void send(const std::vector<TestIndex>& tests) override {
    if (dead_ && !tests.empty()) {
      const std::string name = internal::worker_name(number_);
      throw std::logic_error("test " + std::to_string(tests.front()) + " was sent to " + name +
                             ", but " + name + " is gone");
    }
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

  // --- what the test calls -----------------------------------------------------------------------

  // A node is ready from the start unless the test says otherwise.
  void set_ready(bool ready) {
    ready_ = ready;
    if (pace_ == Pace::eager) start();
  }

  // Starts the next test. False, and nothing changes, if the node is not ready, runs one, or has
  // none.
  bool start() {
    if (!ready_ || running_ || queue_.empty()) return false;
    running_ = queue_.front();
    queue_.pop_front();
    return true;
  }

  // The test that has started and is not complete.
  const std::optional<TestIndex>& running() const { return running_; }

  // The tests that have not started, in order. Valid as long as the node.
  const std::deque<TestIndex>& queue() const { return queue_; }

  // Completes the test that runs. If none runs, starts the next one before. Returns the test, for
  // Scheduler::mark_test_complete(). Throws std::logic_error if there is none.
  TestIndex complete() {
    start();
    if (!running_) throw std::logic_error(internal::worker_name(number_) + " runs no test");
    const TestIndex test = *std::exchange(running_, std::nullopt);
    if (pace_ == Pace::eager) start();
    return test;
  }

  // Ends the worker in the middle of the test that it runs. Returns the tests that it had not
  // started, in order, for Scheduler::remove_node().
  std::vector<TestIndex> die() {
    dead_ = true;
    running_.reset();
    const std::deque<TestIndex> rest = std::exchange(queue_, {});
    return {rest.begin(), rest.end()};
  }
  bool dead() const { return dead_; }

  // Returns what the scheduler has done with the node since the last call, separated by spaces:
  // "0-5" was sent, "back 4-5" was taken back, "S" is shutdown(). A shutdown() after another one is
  // left out, unless tests were sent in between.
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
  bool dead_ = false;
  bool settled_ = false;
  std::string log_;
};

}  // namespace gtest_xdist

#endif  // GTEST_XDIST_TESTING_FAKE_NODE_H_
