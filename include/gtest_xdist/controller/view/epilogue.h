// What is said at the end of an iteration, behind all that a serial run prints before its summary.
//
// Layer: controller/view.
#ifndef GTEST_XDIST_CONTROLLER_VIEW_EPILOGUE_H_
#define GTEST_XDIST_CONTROLLER_VIEW_EPILOGUE_H_

#include <string>
#include <utility>
#include <vector>

#include "gtest_xdist/bridge/catalog.h"
#include "gtest_xdist/controller/crew/launcher.h"
#include "gtest_xdist/controller/node/run_history.h"
#include "gtest_xdist/controller/node/worker_node.h"
#include "gtest_xdist/controller/results/retries.h"
#include "gtest_xdist/core/tests/index_list.h"
#include "gtest_xdist/process/notes.h"

namespace gtest_xdist::internal {

inline void tell_flaky(const std::vector<Retries::Flaky>& tests, const Catalog& catalog) {
  for (const Retries::Flaky& test : tests) {
    note("flaky: " + catalog.full_name(test.test) + " " + test.story);
  }
}

// For each worker in which something failed: the line that does it again. Where a worker has not
// run any test, some test of the selection, `order`, is needed to get as far, and one line does for
// all of them. What has been told is forgotten.
inline void tell_reproductions(const WorkerNodes& nodes, const std::vector<TestIndex>& order,
                               const Launcher& launcher) {
  bool without_history = false;
  for (const auto& node : nodes) {
    const RunHistory history = std::exchange(node->history, {});
    std::vector<TestIndex> tests = history.to_last_failure();
    if (tests.empty() && history.failed_outside() && !order.empty() &&
        !std::exchange(without_history, true)) {
      tests.push_back(order.front());
    }
    if (!tests.empty()) note("reproduce " + node->name() + ": " + launcher.reproduction(tests));
  }
}

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_CONTROLLER_VIEW_EPILOGUE_H_
