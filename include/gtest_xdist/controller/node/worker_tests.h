// The tests that one worker has.
//
// Layer: controller/node. Which of them wait, in shared memory or at the gate, and which the worker
// has taken: by the controller's own account, which its deque can only confirm. Keeps the
// iteration's Assignments right about them. Wakes nobody.
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
  // Of worker `number`, whose end of `deque` must outlive this.
  WorkerTests(int number, WorkDeque deque) : number_(number), deque_(deque) {}

  // From here on `assignments` keeps account of them, and they may start when `gate` says so, if
  // there is one: it calls push().
  void begin_iteration(Assignments& assignments, LockGate* gate) {
    assignments_ = &assignments;
    gate_ = gate;
  }
  // Neither is used any more.
  void forget_iteration() {
    assignments_ = nullptr;
    gate_ = nullptr;
  }
  Assignments* assignments() const { return assignments_; }
  LockGate* gate() const { return gate_; }

  // --- what is given and taken back --------------------------------------------------------------

  // From a scheduler.
  void send(const std::vector<TestIndex>& tests) {
    assignments_->hand_out(tests, number_);
    give(tests);
  }

  // A test that a worker has completed before, for a worker that is not busy; no scheduler knows of
  // it. It stays the first of the worker's tests.
  void send_retry(TestIndex test) {
    assignments_->hand_out_retry(test, number_);
    retry_ = test;
    give({test});
  }

  // A test that may start.
  void push(TestIndex test) {
    // The deque holds every test there is, so a full one is not of our making.
    if (!deque_.push(test)) found_damage_ = true;
    pending_.push_back(test);
  }

  // Up to `count` of those that have not started and came from a scheduler; the last, in order.
  std::vector<TestIndex> take_back(std::size_t count) {
    std::vector<TestIndex> tests;
    std::vector<TestIndex> held;
    if (gate_ != nullptr) held = gate_->take_back(number_, std::min(count, held_unstarted()));
    for (const TestIndex test : held) assignments_->take_back(test, number_);
    while (tests.size() + held.size() < count && !pending_.empty() && pending_.back() != retry_) {
      // What says which tests have started may have been damaged since the last look.
      if (!is_intact()) {
        found_damage_ = true;
        break;
      }
      const std::optional<TestIndex> test = deque_.take_back();
      if (!test) break;
      // The account here decides, not what the shared memory says.
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

  // The test from send_retry(), unless it has started.
  void take_back_retry() {
    if (!has_retry() || retry_has_started()) return;
    if (is_retry_held()) {
      gate_->take_back(number_, 1);
    } else {
      if (pending_.back() != retry_ || !deque_.take_back()) return;  // it has started just now
      pending_.pop_back();
      if (gate_ != nullptr) gate_->take_back_out(number_, retry_);
    }
    assignments_->take_back_retry(std::exchange(retry_, kNoTest), number_);
  }

  // --- what the worker says ----------------------------------------------------------------------

  // Takes `test` off the account; false if it is not the one that must come next.
  bool complete(TestIndex test) {
    if (pending_.empty() || pending_.front() != test) return false;
    pending_.pop_front();
    if (test == retry_) retry_ = kNoTest;
    assignments_->complete(test, number_);
    if (gate_ != nullptr) gate_->complete(number_, test);
    ++answered_;
    return true;
  }

  // The worker has not begun `test`, which it had taken: the test waits behind all others again.
  // False if it is not the one that the worker can have.
  bool give_back(TestIndex test) {
    if (pending_.empty() || pending_.front() != test || !has_taken()) return false;
    pending_.pop_front();
    ++answered_;
    push(test);
    return true;
  }

  // After the worker's end: gives up its tests. What it has not run, in order, is free again; the
  // test that it died in is left out, and is the one that can be put back.
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

  // --- what is known -----------------------------------------------------------------------------

  // Sent by a scheduler and not reported.
  std::size_t pending() const { return all() - (has_retry() ? 1 : 0); }

  // Of these, how many have not started.
  std::size_t unstarted() const {
    const std::size_t all = std::min(deque_.size(), pending_.size()) + held();
    return all - std::min<std::size_t>(all, has_retry() && !retry_has_started() ? 1 : 0);
  }

  // How many may not start yet.
  std::size_t held() const { return gate_ == nullptr ? 0 : gate_->held(number_); }

  // Whether tests wait in the shared memory itself for the worker to take them.
  bool any_unstarted_in_deque() const { return !pending_.empty() && deque_.size() > 0; }

  bool any() const { return all() > 0; }

  // How many may have started.
  std::size_t in_deque_or_taken() const { return pending_.size(); }

  // The first that may have started and has not been reported, if any.
  std::optional<TestIndex> front() const {
    return pending_.empty() ? std::nullopt : std::optional<TestIndex>(pending_.front());
  }

  // Whether the worker has taken a test of which it has not reported.
  bool has_taken() const { return deque_.taken(answered_).value_or(0) > answered_; }

  // Whether the deque is what it can be.
  bool is_intact() const { return deque_.taken(answered_).has_value(); }

  // The test from send_retry() that it has; kNoTest if it has none.
  TestIndex retry() const { return retry_; }
  bool has_retry() const { return retry_ != kNoTest; }

  // Whether the deque was not what it can be when it was used.
  bool found_damage() const { return found_damage_; }

  static constexpr const char* kDamaged = "its deque is damaged";

 private:
  void give(const std::vector<TestIndex>& tests) {
    if (gate_ != nullptr) return gate_->send(number_, tests);
    for (const TestIndex test : tests) push(test);
  }

  std::size_t all() const { return pending_.size() + held(); }

  // Of those that are held, how many a scheduler has sent.
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
  LockGate* gate_ = nullptr;            // likewise; null if no test excludes another
  std::deque<TestIndex> pending_;       // in the deque or taken, in order
  TestIndex retry_ = kNoTest;           // that passed the scheduler by, if it has one
  bool found_damage_ = false;
  std::int64_t answered_ = 0;  // of those it took, reported or given back
};

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_CONTROLLER_NODE_WORKER_TESTS_H_
