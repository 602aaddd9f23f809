// Gathers what all parts of a session need in one value.
//
// Layer: controller/session. Owns nothing: all objects that it refers to outlive the session.
#ifndef GTEST_XDIST_CONTROLLER_SESSION_SESSION_CONTEXT_H_
#define GTEST_XDIST_CONTROLLER_SESSION_SESSION_CONTEXT_H_

#include "gtest_xdist/bridge/catalog.h"
#include "gtest_xdist/controller/handout/planning.h"
#include "gtest_xdist/controller/records/schedule_log.h"
#include "gtest_xdist/controller/records/session_durations.h"
#include "gtest_xdist/core/settings/options.h"
#include "gtest_xdist/hooks/session_hooks.h"

namespace gtest_xdist::internal {

struct SessionContext {
  const Catalog& catalog;  // shows the selection; plugins may narrow it
  const Options& options;
  SessionHooks& hooks;
  unsigned iterations = 1;  // --gtest_repeat; 0: without end
  // Whether workers get tests only after they have told their collection. This process has plugins
  // then, and those may narrow the selection.
  bool asks_workers = false;
  SessionDurations* durations = nullptr;  // null: tests are not planned by durations
  ScheduleLog* schedule_log = nullptr;    // null: no schedule is recorded or drawn
  const Replay* replay = nullptr;         // null: no recorded session is repeated
};

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_CONTROLLER_SESSION_SESSION_CONTEXT_H_
