// Prints flaky tests, and how to reproduce failures, at the end of an iteration.
//
// Layer: controller/view. A serial run would print its summary next. Does not know how tests ended:
// it gets the flaky tests, and the RunHistory of each worker.
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

// Prints, for each worker in which something failed, the command that reproduces it. If a worker
// failed without having run a test, the command needs some test of the selection, `order`, to get
// as far; one line stands for all such workers. Clears the histories.
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
