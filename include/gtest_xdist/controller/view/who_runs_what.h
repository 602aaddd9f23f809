// Prints which worker runs which test, on request and when no test has ended for long.
//
// Layer: controller/view. Prints a line for each worker. Gets the time as an argument, and does not
// wait.
#ifndef GTEST_XDIST_CONTROLLER_VIEW_WHO_RUNS_WHAT_H_
#define GTEST_XDIST_CONTROLLER_VIEW_WHO_RUNS_WHAT_H_

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <optional>
#include <string>

#include "gtest_xdist/bridge/catalog.h"
#include "gtest_xdist/controller/crew/session_clock.h"
#include "gtest_xdist/controller/node/worker_node.h"
#include "gtest_xdist/controller/node/worker_nodes.h"
#include "gtest_xdist/controller/results/run_tally.h"
#include "gtest_xdist/controller/view/status_line.h"
#include "gtest_xdist/controller/view/worker_activity.h"
#include "gtest_xdist/core/text/time_text.h"
#include "gtest_xdist/process/notes.h"
#include "gtest_xdist/process/signals/status_request.h"
#include "gtest_xdist/transport/doorbell.h"

namespace gtest_xdist::internal {

// "gw1: Suite.Test for 3s, 4 tests left".
inline std::string describe_worker(const WorkerNode& node, const Catalog& catalog,
                                   const SessionClock& clock, SessionClock::Time now) {
  const std::optional<Activity> activity = activity_of(node, catalog, clock, now);
  const std::size_t left = node.unstarted();
  return node.name() + ": " +
         (activity ? activity->what + " for " + describe_age(activity->age) : "idle") + ", " +
         std::to_string(left) + (left == 1 ? " test left" : " tests left");
}

// A session has one.
class WhoRunsWhat {
 public:
  using Time = SessionClock::Time;

  // If no test has ended for so long, the lines are printed.
  static constexpr std::chrono::seconds kQuiet{60};

  // A request for the lines rings `bell`.
  WhoRunsWhat(const Catalog& catalog, const WorkerNodes& nodes, const SessionClock& clock,
              Doorbell& bell)
      : catalog_(catalog),
        nodes_(nodes),
        clock_(clock),
        request_([](void* to_ring) { static_cast<Doorbell*>(to_ring)->ring(); }, &bell) {}

  // Prints the lines if they are due `now`. Returns when to call it again at the latest.
  Time look(Time now, const RunTally& tally) {
    const bool has_begun = tally.begin != Time();
    if (!has_begun) return Time::max();
    if (request_.take()) tell(now, tally, "running for " + age(now - tally.begin));
    if (!is_shown(Topic::event)) return Time::max();
    const Time since = std::max(tally.begin, tally.last_end);
    if (since == told_) return Time::max();
    if (now < since + kQuiet) return since + kQuiet;
    told_ = since;
    tell(now, tally, "no test has ended for " + age(now - since));
    return Time::max();
  }

 private:
  static std::string age(Time::duration time) {
    return describe_age(std::chrono::duration_cast<std::chrono::seconds>(time));
  }

  void tell(Time now, const RunTally& tally, const std::string& why) const {
    tell_anyway(std::to_string(tally.done) + " of " + std::to_string(tally.all) + " done, " +
                std::to_string(tally.failed) + " failed, " + why);
    for (const auto& node : nodes_) {
      if (node->life().is_gone()) continue;
      tell_anyway(describe_worker(*node, catalog_, clock_, now));
    }
  }

  const Catalog& catalog_;
  const WorkerNodes& nodes_;
  const SessionClock& clock_;
  StatusRequest request_;
  Time told_{};  // the beginning of the last quiet time that caused lines
};

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_CONTROLLER_VIEW_WHO_RUNS_WHAT_H_
