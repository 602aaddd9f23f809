// The tests of one worker that a LockGate holds, and their order.
//
// Layer: controller/locks. Pure bookkeeping; does not know who has which lock.
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

// First come those that were passed over, in that order; then the queue of those that nobody has
// looked at yet.
class HeldTests {
 public:
  // One that was passed over.
  struct Waiting {
    std::uint64_t ticket = 0;  // the lower, the longer it has waited
    TestIndex test = kNoTest;
  };

  std::size_t size() const { return size_; }

  void append(const std::vector<TestIndex>& tests) {
    append_all(queue_, tests);
    size_ += tests.size();
  }

  // Takes up to `count` from the end. In order.
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

  // The next of the queue, if there is one.
  TestIndex next() const { return queue_.front(); }
  void pop_next() {
    queue_.pop_front();
    --size_;
  }

  // The next of the queue, which has these locks, must wait. Tickets only grow.
  void pass_over_next(LockSetId set, std::uint64_t ticket) {
    passed_over_[set].push_back({ticket, queue_.front()});
    queue_.pop_front();
  }

  // --- those that were passed over ---------------------------------------------------------------

  // By their locks; no deque is empty.
  const std::map<LockSetId, std::deque<Waiting>>& passed_over() const { return passed_over_; }

  // Takes out the first with these locks.
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
