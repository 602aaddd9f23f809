// How many tests may fail before the rest is not run: --gtest_fail_fast, GTEST_XDIST_MAXFAIL.
//
// Layer: controller/results. Pure bookkeeping over the session's StopWord. The count here decides;
// the one in shared memory only lets workers stop before the controller has heard of a failure.
#ifndef GTEST_XDIST_CONTROLLER_RESULTS_FAILURE_LIMIT_H_
#define GTEST_XDIST_CONTROLLER_RESULTS_FAILURE_LIMIT_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>

#include "gtest_xdist/core/tests/index_list.h"
#include "gtest_xdist/transport/stop_word.h"

namespace gtest_xdist::internal {

// What follows from failures in an iteration.
struct FailurePolicy {
  FailurePolicy() = default;
  FailurePolicy(std::size_t most_failures, std::size_t most_retries = 0)
      : maxfail(most_failures), retries(most_retries) {}

  std::size_t maxfail = 0;     // when so many tests have failed, no other starts; 0: never
  std::string maxfail_source;  // what the user has set: "--gtest_fail_fast"
  std::size_t retries = 0;     // how often a failed test is run again
  std::optional<std::chrono::milliseconds> timeout;  // a test that took longer has failed
};

// One iteration's.
class FailureLimit {
 public:
  // `stop_word` must outlive this, and no test may have started.
  FailureLimit(const FailurePolicy& policy, std::size_t runs_per_test, StopWord& stop_word)
      : limit_(policy.maxfail),
        source_(policy.maxfail_source),
        // Workers can count where each failure that one of them reports is another failed test.
        workers_count_(policy.retries == 0 && (runs_per_test == 1 || policy.maxfail == 1)),
        stop_word_(stop_word) {
    stop_word_.begin(shared_limit());
  }

  // A worker has reported that the test failed for good. True if nothing more is to start.
  bool add(TestIndex test) {
    failed_.insert(test);
    if (!is_reached()) return false;
    stop_word_.stop();
    return true;
  }

  // As add(), where the worker has died in the test.
  bool add_crash(TestIndex test) {
    if (workers_count_) stop_word_.count_failure();
    return add(test);
  }

  // From here on a test may be reported as failed more than once.
  void count_here() {
    workers_count_ = false;
    stop_word_.lift_limit();
  }

  // Whether workers are stopped although too few tests have failed: either the last failure is on
  // its way, or a worker has written what it must not.
  bool is_contradicted() const { return stop_word_.is_set() && !is_reached(); }

  // What has stopped the run when add() is true.
  const std::string& source() const { return source_; }

  // Tests may start again. To be called only when no report is on its way.
  void restore() { stop_word_.begin(shared_limit()); }

 private:
  bool is_reached() const { return limit_ > 0 && failed_.size() >= limit_; }

  std::uint32_t shared_limit() const {
    if (limit_ == 0 || !workers_count_) return 0;
    return static_cast<std::uint32_t>(limit_ - failed_.size());
  }

  const std::size_t limit_;
  const std::string source_;
  bool workers_count_;
  StopWord& stop_word_;
  std::set<TestIndex> failed_;
};

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_CONTROLLER_RESULTS_FAILURE_LIMIT_H_
