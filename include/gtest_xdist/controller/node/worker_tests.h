// Keeps account of the tests that one worker has.
//
// Layer: controller/node. Tests wait in the deque in shared memory, or at the gate, or the worker
// has taken them. The controller's own account decides; the deque can only confirm it. Updates the
// iteration's Assignments. Does not wake the worker.
#ifndef GTEST_XDIST_CONTROLLER_NODE_WORKER_TESTS_H_
#define GTEST_XDIST_CONTROLLER_NODE_WORKER_TESTS_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "gtest_xdist/controller/locks/lock_gate.h"
#include "gtest_xdist/controller/node/assignments.h"
#include "gtest_xdist/core/lean/append.h"
#include "gtest_xdist/core/tests/index_list.h"
#include "gtest_xdist/transport/work_deque.h"

namespace gtest_xdist::internal {

class WorkerTests {
 public:
  // The tests of worker `number`.
  WorkerTests(int number, WorkDeque deque) : number_(number), deque_(deque) {}

  // From now on `assignments` keeps account of the tests. If there is a `gate`, it decides when a
  // test may start, and WorkerNode::let_out() calls push() then.
  void begin_iteration(Assignments& assignments, LockGate* gate) {
    assignments_ = &assignments;
    gate_ = gate;
  }
  // From now on neither is used.
  void forget_iteration() {
    assignments_ = nullptr;
    gate_ = nullptr;
  }
  Assignments* assignments() const { return assignments_; }
  LockGate* gate() const { return gate_; }

  // --- giving and taking back --------------------------------------------------------------------

  // Takes tests from a scheduler.
  void send(const std::vector<TestIndex>& tests) {
    assignments_->hand_out(tests, number_);
    give(tests);
  }

  // Takes a test that a worker has completed before. This worker must not be busy, so the test
  // becomes the first of its tests, and stays it. The scheduler does not know of it.
  void send_retry(TestIndex test) {
    assignments_->hand_out_retry(test, number_);
    retry_ = test;
    give({test});
  }

  // The test may start: puts it into the deque.
  void push(TestIndex test) {
    // The deque has room for every test, so only damage can make it full.
    if (!deque_.push(test)) found_damage_ = true;
    pending_.push_back(test);
  }

  // Takes back up to `count` tests from the end, in order. Takes only tests that have not started
  // and came from a scheduler.
  std::vector<TestIndex> take_back(std::size_t count) {
    std::vector<TestIndex> tests;
    std::vector<TestIndex> held;
    if (gate_ != nullptr) held = gate_->take_back(number_, std::min(count, held_unstarted()));
    for (const TestIndex test : held) assignments_->take_back(test, number_);
    while (tests.size() + held.size() < count && !pending_.empty() && pending_.back() != retry_) {
      // The worker may have damaged the deque since the last look.
      if (!is_intact()) {
        found_damage_ = true;
        break;
      }
      const std::optional<TestIndex> test = deque_.take_back();
      if (!test) break;
      // The account here decides, not the shared memory.
      if (*test != pending_.back()) {
        found_damage_ = true;
        break;
      }
      tests.push_back(pending_.back());
      pending_.pop_back();
      assignments_->take_back(tests.back(), number_);
      if (gate_ != nullptr) gate_->take_back_out(number_, tests.back());
    }
    std::reverse(tests.begin(), tests.end());
    append_all(tests, held);
    return tests;
  }

  // Takes back the test from send_retry(), unless it has started.
  void take_back_retry() {
    if (!has_retry() || retry_has_started()) return;
    if (is_retry_held()) {
      gate_->take_back(number_, 1);
    } else {
      if (pending_.back() != retry_ || !deque_.take_back()) return;  // it has just started
      pending_.pop_back();
      if (gate_ != nullptr) gate_->take_back_out(number_, retry_);
    }
    assignments_->take_back_retry(std::exchange(retry_, kNoTest), number_);
  }

  // --- messages and the end of the worker --------------------------------------------------------

  // The worker has reported `test`. False if another test must come next.
  bool complete(TestIndex test) {
    if (pending_.empty() || pending_.front() != test) return false;
    pending_.pop_front();
    if (test == retry_) retry_ = kNoTest;
    assignments_->complete(test, number_);
    if (gate_ != nullptr) gate_->complete(number_, test);
    ++answered_;
    return true;
  }

  // The worker took `test`, but has not begun it. The test waits behind all others again. False if
  // the worker cannot have taken it.
  bool give_back(TestIndex test) {
    if (pending_.empty() || pending_.front() != test || !has_taken()) return false;
    pending_.pop_front();
    ++answered_;
    push(test);
    return true;
  }

  // After the worker's end: frees its tests, and returns those that a scheduler sent and the worker
  // has not run, in order. With `without_crash_item`, the first is the test that it died in: it is
  // not returned, and Assignments::put_back() accepts it.
  std::vector<TestIndex> abandon(bool without_crash_item) {
    if (without_crash_item) {
      assignments_->crash(pending_.front(), number_);
      if (pending_.front() == retry_) retry_ = kNoTest;
      pending_.pop_front();
    }
    if (gate_ != nullptr) {
      append_all(pending_, gate_->remove(number_));
      gate_ = nullptr;
    }
    std::vector<TestIndex> tests;
    for (const TestIndex test : std::exchange(pending_, {})) {
      if (test == retry_) {
        assignments_->take_back_retry(std::exchange(retry_, kNoTest), number_);
      } else {
        assignments_->take_back(test, number_);
        tests.push_back(test);
      }
    }
    return tests;
  }

  // --- questions ---------------------------------------------------------------------------------

  // How many tests a scheduler sent and the worker has not reported.
  std::size_t pending() const { return all() - (has_retry() ? 1 : 0); }

  // How many of these have not started.
  std::size_t unstarted() const {
    const std::size_t all = std::min(deque_.size(), pending_.size()) + held();
    return all - std::min<std::size_t>(all, has_retry() && !retry_has_started() ? 1 : 0);
  }

  // How many tests the gate holds.
  std::size_t held() const { return gate_ == nullptr ? 0 : gate_->held(number_); }

  // Whether tests wait in the deque for the worker.
  bool any_unstarted_in_deque() const { return !pending_.empty() && deque_.size() > 0; }

  bool any() const { return all() > 0; }

  // How many tests are in the deque, or taken and not reported.
  std::size_t in_deque_or_taken() const { return pending_.size(); }

  // The first of these, if any.
  std::optional<TestIndex> front() const {
    return pending_.empty() ? std::nullopt : std::optional<TestIndex>(pending_.front());
  }

  // Whether the worker has taken a test that it has not reported.
  bool has_taken() const { return deque_.taken(answered_).value_or(0) > answered_; }

  // Whether the deque is undamaged.
  bool is_intact() const { return deque_.taken(answered_).has_value(); }

  // The test from send_retry(), until it is reported; kNoTest if there is none.
  TestIndex retry() const { return retry_; }
  bool has_retry() const { return retry_ != kNoTest; }

  // Whether the deque was found damaged when it was used.
  bool found_damage() const { return found_damage_; }

  static constexpr const char* kDamaged = "its deque is damaged";

 private:
  void give(const std::vector<TestIndex>& tests) {
    if (gate_ != nullptr) return gate_->send(number_, tests);
    for (const TestIndex test : tests) push(test);
  }

  std::size_t all() const { return pending_.size() + held(); }

  // How many of the held tests a scheduler has sent.
  std::size_t held_unstarted() const { return held() - (is_retry_held() ? 1 : 0); }

  bool is_retry_held() const {
    return has_retry() && std::find(pending_.begin(), pending_.end(), retry_) == pending_.end();
  }

  bool retry_has_started() const {
    return !pending_.empty() && pending_.front() == retry_ && has_taken();
  }

  const int number_;
  WorkDeque deque_;
  Assignments* assignments_ = nullptr;  // of the current iteration
  LockGate* gate_ = nullptr;            // of the current iteration; null if no test excludes others
  std::deque<TestIndex> pending_;       // in the deque or taken, in order
  TestIndex retry_ = kNoTest;           // the test from send_retry()
  bool found_damage_ = false;
  std::int64_t answered_ = 0;  // how many taken tests the worker has reported or given back
};

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_CONTROLLER_NODE_WORKER_TESTS_H_
