// How long a worker has been at what it does, as far as that counts.
//
// Layer: controller/node. A suspension of the session (Ctrl-Z) starts each count anew.
#ifndef GTEST_XDIST_CONTROLLER_NODE_WORKER_TIMES_H_
#define GTEST_XDIST_CONTROLLER_NODE_WORKER_TIMES_H_

#include <algorithm>
#include <chrono>
#include <cstdint>

#include "gtest_xdist/controller/node/worker_node.h"
#include "gtest_xdist/core/messages/message.h"
#include "gtest_xdist/transport/worker_slot.h"

namespace gtest_xdist::internal {

// As WorkerNode::phase_since(), but not before the session last continued after a suspension.
inline std::chrono::steady_clock::time_point busy_since(const WorkerNode& node,
                                                        std::chrono::steady_clock::time_point now) {
  return std::max(node.phase_since(now), node.continued);
}

// Whether the session has been suspended since `clock_ns`.
inline bool was_suspended_since(const WorkerNode& node, std::int64_t clock_ns) {
  return clock_nanoseconds(node.continued) > clock_ns;
}

// How much of `span`, the time of a test, counts against the limit.
inline std::chrono::nanoseconds counted_time(const WorkerNode& node, const ClockSpan& span) {
  const std::int64_t begin = std::max(span.begin_ns, clock_nanoseconds(node.started));
  const std::int64_t duration = std::max<std::int64_t>(span.duration_ns, 0);
  const std::int64_t anew = std::max(begin, clock_nanoseconds(node.continued));
  return std::chrono::nanoseconds(duration - (anew - begin));
}

// After the worker's end, which is `now`: notes how long it was in the test that it died in. The
// worker could not tell that itself.
inline void time_running_item(WorkerNode& node, std::chrono::steady_clock::time_point now,
                              std::chrono::system_clock::time_point now_of_day) {
  using std::chrono::milliseconds;
  const auto time = now - node.phase_since(now);
  const auto start = now_of_day.time_since_epoch() - time;
  node.untold.test.start_ms = std::chrono::duration_cast<milliseconds>(start).count();
  node.untold.test.elapsed_ms = std::chrono::duration_cast<milliseconds>(time).count();
}

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_CONTROLLER_NODE_WORKER_TIMES_H_
