// How long a worker has been at what it does.
//
// Layer: controller/crew. Believes a worker's times as far as they are possible.
#ifndef GTEST_XDIST_CONTROLLER_CREW_WORKER_TIMES_H_
#define GTEST_XDIST_CONTROLLER_CREW_WORKER_TIMES_H_

#include <algorithm>
#include <chrono>

#include "gtest_xdist/controller/crew/session_clock.h"
#include "gtest_xdist/controller/node/worker_node.h"
#include "gtest_xdist/transport/machine_clock.h"

namespace gtest_xdist::internal {

// When the worker's phase began, by the session's clock, on which it is `now`.
inline SessionClock::Time busy_since(const WorkerNode& node, const SessionClock& clock,
                                     SessionClock::Time now) {
  return std::min(now, clock.at(node.phase_since()));
}

// After the worker's end, which is `now`: notes how long it was in the test that it died in, as a
// serial run would. The worker could not tell that itself.
inline void time_running_item(WorkerNode& node, MachineClock::time_point now,
                              std::chrono::system_clock::time_point now_of_day) {
  using std::chrono::milliseconds;
  const auto time = now - std::min(now, node.phase_since());
  const auto start = now_of_day.time_since_epoch() - time;
  node.untold.test.start_ms = std::chrono::duration_cast<milliseconds>(start).count();
  node.untold.test.elapsed_ms = std::chrono::duration_cast<milliseconds>(time).count();
}

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_CONTROLLER_CREW_WORKER_TIMES_H_
