// How the runs of tests end, and how far an iteration has come.
//
// Layer: controller/results. Pure bookkeeping, for those who show it.
#ifndef GTEST_XDIST_CONTROLLER_RESULTS_RUN_TALLY_H_
#define GTEST_XDIST_CONTROLLER_RESULTS_RUN_TALLY_H_

#include <chrono>
#include <cstddef>
#include <functional>

#include "gtest_xdist/core/tests/index_list.h"
#include "gtest_xdist/hooks/session.h"

namespace gtest_xdist::internal {

// How a worker's run of a test has ended; Outcome::rerun if the test has failed and waits for
// another attempt.
struct RunEnd {
  TestIndex test = kNoTest;
  int worker = -1;
  Outcome outcome = Outcome::passed;
};

using RunEndHandler = std::function<void(const RunEnd&)>;

// One iteration's. A run is one of a test, in the mode `each` on one worker.
struct RunTally {
  std::size_t all = 0;                            // runs that are expected
  std::size_t done = 0;                           // of these, the ones that have ended for good
  std::size_t failed = 0;                         // of these, the ones that have failed
  std::chrono::steady_clock::time_point begin{};  // of the iteration
  // When a run has ended last.
  std::chrono::steady_clock::time_point last_end{};

  void add(const RunEnd& end, std::chrono::steady_clock::time_point now) {
    last_end = now;
    if (end.outcome == Outcome::rerun) return;
    ++done;
    if (end.outcome == Outcome::failed) ++failed;
  }

  // The iteration goes on after it was suspended for so long: no time has passed.
  void continues(std::chrono::steady_clock::duration suspended) {
    begin += suspended;
    last_end += suspended;
  }

  // What is done, rounded down: 100 only when all is.
  std::size_t percent() const { return all == 0 ? 100 : 100 * done / all; }
};

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_CONTROLLER_RESULTS_RUN_TALLY_H_
