// Keeps the tests of one worker that a LockGate holds, in order.
//
// Layer: controller/locks. Pure bookkeeping. Does not know which worker has which lock.
#ifndef GTEST_XDIST_CONTROLLER_LOCKS_HELD_TESTS_H_
#define GTEST_XDIST_CONTROLLER_LOCKS_HELD_TESTS_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <vector>

#include "gtest_xdist/controller/locks/lock_table.h"
#include "gtest_xdist/core/lean/append.h"
#include "gtest_xdist/core/tests/index_list.h"

namespace gtest_xdist::internal {

// First come the tests that were passed over, in the order in which they were. Then comes the queue
// of those that the gate has not looked at yet.
class HeldTests {
 public:
  // A test that was passed over.
  struct Waiting {
    std::uint64_t ticket = 0;  // a lower one has waited longer
    TestIndex test = kNoTest;
  };

  std::size_t size() const { return size_; }

  void append(const std::vector<TestIndex>& tests) {
    append_all(queue_, tests);
    size_ += tests.size();
  }

  // Takes up to `count` tests from the end, and returns them in order.
  std::vector<TestIndex> take_back(std::size_t count) {
    std::vector<TestIndex> tests;
    while (tests.size() < count && size_ > 0) {
      if (queue_.empty()) {
        tests.push_back(pop_newest());
      } else {
        tests.push_back(queue_.back());
        queue_.pop_back();
      }
      --size_;
    }
    std::reverse(tests.begin(), tests.end());
    return tests;
  }

  // --- the queue ---------------------------------------------------------------------------------

  bool queue_is_empty() const { return queue_.empty(); }

  // The next test of the queue, which must not be empty.
  TestIndex next() const { return queue_.front(); }
  void pop_next() {
    queue_.pop_front();
    --size_;
  }

  // The next test of the queue, which has the locks of `set`, must wait. Each ticket must be higher
  // than the last.
  void pass_over_next(LockSetId set, std::uint64_t ticket) {
    passed_over_[set].push_back({ticket, queue_.front()});
    queue_.pop_front();
  }

  // --- tests that were passed over ---------------------------------------------------------------

  // By set of locks. No deque is empty.
  const std::map<LockSetId, std::deque<Waiting>>& passed_over() const { return passed_over_; }

  // Takes the first test with the locks of `set`. There must be one.
  TestIndex pop_first(LockSetId set) {
    const auto waiting = passed_over_.find(set);
    const TestIndex test = waiting->second.front().test;
    waiting->second.pop_front();
    if (waiting->second.empty()) passed_over_.erase(waiting);
    --size_;
    return test;
  }

 private:
  TestIndex pop_newest() {
    const auto newest = std::max_element(passed_over_.begin(), passed_over_.end(),
                                         [](const auto& a, const auto& b) {
                                           return a.second.back().ticket < b.second.back().ticket;
                                         });
    const TestIndex test = newest->second.back().test;
    newest->second.pop_back();
    if (newest->second.empty()) passed_over_.erase(newest);
    return test;
  }

  std::size_t size_ = 0;
  std::deque<TestIndex> queue_;
  std::map<LockSetId, std::deque<Waiting>> passed_over_;
};

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_CONTROLLER_LOCKS_HELD_TESTS_H_
