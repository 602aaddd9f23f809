// Lists the tests that a worker has run, for the command that reproduces a failure.
//
// Layer: controller/node. Pure bookkeeping.
#ifndef GTEST_XDIST_CONTROLLER_NODE_RUN_HISTORY_H_
#define GTEST_XDIST_CONTROLLER_NODE_RUN_HISTORY_H_

#include <cstddef>
#include <vector>

#include "gtest_xdist/core/tests/index_list.h"

namespace gtest_xdist::internal {

// The history of one worker in one iteration.
class RunHistory {
 public:
  // The worker has completed the test, or has died in it.
  void add(TestIndex test) { tests_.push_back(test); }
  const std::vector<TestIndex>& tests() const { return tests_; }

  // The test added last has failed.
  void mark_failure() { last_failure_ = tests_.size(); }

  // The worker has died, or failed, outside of tests. Every test that it ran may be the cause.
  void mark_end() {
    mark_failure();
    failed_outside_ = true;
  }
  bool failed_outside() const { return failed_outside_; }

  // Its environments failed or were skipped, so it ran no test.
  void mark_without_environments() { without_environments_ = true; }
  bool was_without_environments() const { return without_environments_; }

  // The tests in order, up to the last failure: a failed test, or mark_end(). Empty if there was
  // none.
  std::vector<TestIndex> to_last_failure() const {
    return {tests_.begin(), tests_.begin() + static_cast<std::ptrdiff_t>(last_failure_)};
  }

 private:
  std::vector<TestIndex> tests_;
  std::size_t last_failure_ = 0;  // how many tests up to the last failure
  bool failed_outside_ = false;
  bool without_environments_ = false;
};

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_CONTROLLER_NODE_RUN_HISTORY_H_
