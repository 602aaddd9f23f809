// The hook that decides about a test that ended its worker.
//
// Layer: controller/results. Knows plugins only by SessionHooks.
#ifndef GTEST_XDIST_CONTROLLER_RESULTS_CRASH_HOOK_H_
#define GTEST_XDIST_CONTROLLER_RESULTS_CRASH_HOOK_H_

#include "gtest_xdist/controller/node/worker_node.h"
#include "gtest_xdist/controller/results/crash_items.h"
#include "gtest_xdist/controller/results/crash_view.h"
#include "gtest_xdist/core/tests/index_list.h"
#include "gtest_xdist/core/tests/report.h"
#include "gtest_xdist/hooks/session.h"
#include "gtest_xdist/hooks/session_hooks.h"
#include "gtest_xdist/scheduler/scheduler.h"

namespace gtest_xdist::internal {

// Makes the handler that asks plugins about tests that have ended their workers. It refers to
// `hooks`.
inline CrashItemHandler ask_plugins(SessionHooks& hooks) {
  return [&hooks](const WorkerNode& node, TestIndex test, Report& report, Scheduler& scheduler) {
    if (!hooks.active()) return CrashVerdict::counts;
    TestReport shown = show_crash(hooks.item(test), report, node.name());
    hooks.handlecrashitem(shown, scheduler);
    take_changes(shown, report);
    return shown.outcome == Outcome::rerun ? CrashVerdict::does_not_count : CrashVerdict::counts;
  };
}

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_CONTROLLER_RESULTS_CRASH_HOOK_H_
