// Prints, at the end of an iteration, flaky tests, workers that ran none, and how to reproduce
// failures.
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
#include "gtest_xdist/controller/node/worker_nodes.h"
#include "gtest_xdist/controller/results/retries.h"
#include "gtest_xdist/core/tests/index_list.h"
#include "gtest_xdist/process/notes.h"

namespace gtest_xdist::internal {

inline void tell_flaky(const std::vector<Retries::Flaky>& tests, const Catalog& catalog) {
  for (const Retries::Flaky& test : tests) {
    note("flaky: " + catalog.full_name(test.test) + " " + test.story);
  }
}

// Prints which workers ran no tests because their environments failed, if others ran tests. If no
// worker did, the run is like a serial one with such environments.
inline void tell_workers_without_tests(const WorkerNodes& nodes) {
  std::string names;
  bool others_ran_tests = false;
  for (const auto& node : nodes) {
    others_ran_tests = others_ran_tests || !node->history.tests().empty();
    if (!node->history.was_without_environments()) continue;
    names += (names.empty() ? "" : ", ") + node->name();
  }
  if (names.empty() || !others_ran_tests) return;
  note("no tests ran on " + names + ", because environments failed or were skipped there");
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

// What is printed when an iteration was played back.
inline void tell_epilogue(const std::vector<Retries::Flaky>& flaky, const Catalog& catalog,
                          const WorkerNodes& nodes, const std::vector<TestIndex>& order,
                          const Launcher& launcher) {
  tell_flaky(flaky, catalog);
  tell_workers_without_tests(nodes);
  tell_reproductions(nodes, order, launcher);
}

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_CONTROLLER_VIEW_EPILOGUE_H_
