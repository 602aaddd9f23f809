// Says what a worker is doing now, as it says itself, and for how long.
//
// Layer: controller/view. For lines that people read during a run; does not print them.
#ifndef GTEST_XDIST_CONTROLLER_VIEW_WORKER_ACTIVITY_H_
#define GTEST_XDIST_CONTROLLER_VIEW_WORKER_ACTIVITY_H_

#include <chrono>
#include <optional>
#include <string>

#include "gtest_xdist/bridge/catalog.h"
#include "gtest_xdist/controller/crew/session_clock.h"
#include "gtest_xdist/controller/crew/worker_times.h"
#include "gtest_xdist/controller/node/place.h"
#include "gtest_xdist/controller/node/worker_node.h"
#include "gtest_xdist/controller/view/status_line.h"
#include "gtest_xdist/core/text/text.h"

namespace gtest_xdist::internal {

// "Suite.Test", or another place in which user code runs. Empty if no user code runs.
inline std::optional<std::string> activity_name(const WorkerNode& node, const Catalog& catalog) {
  if (node.life().is_gone()) return std::nullopt;
  if (std::optional<std::string> item = name_of_item(node, catalog)) return item;
  const char* const activity = words_of(node.phase()).activity;
  return activity == nullptr ? std::nullopt : std::optional<std::string>(activity);
}

// Empty if no user code runs.
inline std::optional<Activity> activity_of(const WorkerNode& node, const Catalog& catalog,
                                           const SessionClock& clock, SessionClock::Time now) {
  const std::optional<std::string> name = activity_name(node, catalog);
  if (!name) return std::nullopt;
  return Activity{
      node.name(), shown(*name),
      std::chrono::duration_cast<std::chrono::seconds>(now - busy_since(node, clock, now))};
}

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_CONTROLLER_VIEW_WORKER_ACTIVITY_H_
