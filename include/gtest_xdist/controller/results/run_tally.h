// Counts how the runs of tests end, and so how far an iteration has come.
//
// Layer: controller/results. Pure bookkeeping. Does not print.
#ifndef GTEST_XDIST_CONTROLLER_RESULTS_RUN_TALLY_H_
#define GTEST_XDIST_CONTROLLER_RESULTS_RUN_TALLY_H_

#include <chrono>
#include <cstddef>
#include <functional>

#include "gtest_xdist/core/tests/index_list.h"
#include "gtest_xdist/core/tests/report.h"
#include "gtest_xdist/hooks/session.h"

namespace gtest_xdist::internal {

// How a worker's run of a test has ended. The outcome is Outcome::rerun if the test has failed and
// waits for another attempt.
struct RunEnd {
  TestIndex test = kNoTest;
  int worker = -1;
  Outcome outcome = Outcome::passed;
};

inline Outcome outcome_of_run(const Report& report) {
  if (report.failed()) return Outcome::failed;
  return report.skipped() ? Outcome::skipped : Outcome::passed;
}

using RunEndHandler = std::function<void(const RunEnd&)>;

// The tally of one iteration, by the session's clock. In the mode `each`, each worker's run of a
// test counts.
struct RunTally {
  using Time = std::chrono::steady_clock::time_point;

  std::size_t all = 0;     // how many runs are expected
  std::size_t done = 0;    // how many of these have ended for good
  std::size_t failed = 0;  // how many of these have failed
  Time begin{};            // when the iteration began
  Time last_end{};         // when the last run ended

  void add(const RunEnd& end, Time now) {
    last_end = now;
    if (end.outcome == Outcome::rerun) return;
    ++done;
    if (end.outcome == Outcome::failed) ++failed;
  }

  // The part that is done, rounded down. So 100 means all.
  std::size_t percent() const { return all == 0 ? 100 : 100 * done / all; }
};

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_CONTROLLER_RESULTS_RUN_TALLY_H_
