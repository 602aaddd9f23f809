// Counts failed tests, and stops the run at a limit: --gtest_fail_fast, GTEST_XDIST_MAXFAIL.
//
// Layer: controller/results. Pure bookkeeping over the session's StopWord. The count here decides.
// With the count in shared memory, workers can stop before the controller has heard of a failure.
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

// How failures in an iteration are treated.
struct FailurePolicy {
  FailurePolicy() = default;
  FailurePolicy(std::size_t most_failures, std::size_t most_retries = 0)
      : maxfail(most_failures), retries(most_retries) {}

  std::size_t maxfail = 0;     // after so many failed tests no other test starts; 0: no limit
  std::string maxfail_source;  // the setting: "--gtest_fail_fast"
  std::size_t retries = 0;     // how often a failed test is run again
  std::optional<std::chrono::milliseconds> timeout;  // a test that took longer has failed
};

// The limit of one iteration.
class FailureLimit {
 public:
  // No test must have started.
  FailureLimit(const FailurePolicy& policy, std::size_t runs_per_test, StopWord& stop_word)
      : limit_(policy.maxfail),
        source_(policy.maxfail_source),
        // Workers can count if each failure that one of them reports is a further failed test.
        workers_count_(policy.retries == 0 && (runs_per_test == 1 || policy.maxfail == 1)),
        stop_word_(stop_word) {
    stop_word_.begin(shared_limit());
  }

  // A worker has reported that the test failed for good. True if no further test must start.
  bool add(TestIndex test) {
    failed_.insert(test);
    if (!is_reached()) return false;
    stop_word_.stop();
    return true;
  }

  // As add(), for a test that its worker has died in.
  bool add_crash(TestIndex test) {
    if (workers_count_) stop_word_.count_failure();
    return add(test);
  }

  // From now on workers do not count, because a test may be reported as failed more than once.
  void count_here() {
    workers_count_ = false;
    stop_word_.lift_limit();
  }

  // Whether workers are stopped although too few tests have failed. Then either the report of the
  // last failure is on its way, or a worker has damaged the shared memory.
  bool is_contradicted() const { return stop_word_.is_set() && !is_reached(); }

  bool is_reached() const { return limit_ > 0 && failed_.size() >= limit_; }

  // The setting that has stopped the run when add() is true.
  const std::string& source() const { return source_; }

  // Lets tests start again. Call this only when no report is on its way.
  void restore() { stop_word_.begin(shared_limit()); }

 private:
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
