// Files what workers report of the suites that they enter and leave.
//
// Layer: controller/results. Updates the worker's open suite, and hands the reports to ResultStore.
// Does not know which tests of the suite the worker runs.
#ifndef GTEST_XDIST_CONTROLLER_RESULTS_SUITE_REPORTS_H_
#define GTEST_XDIST_CONTROLLER_RESULTS_SUITE_REPORTS_H_

#include <string>
#include <utility>

#include "gtest_xdist/bridge/catalog.h"
#include "gtest_xdist/controller/node/crash_report.h"
#include "gtest_xdist/controller/node/worker_node.h"
#include "gtest_xdist/controller/results/output_cutter.h"
#include "gtest_xdist/controller/results/result_store.h"
#include "gtest_xdist/core/messages/message.h"
#include "gtest_xdist/transport/worker_slot.h"

namespace gtest_xdist::internal {

// The suites of one iteration.
class SuiteReports {
 public:
  SuiteReports(const Catalog& catalog, ResultStore& store, OutputCutter& output)
      : catalog_(catalog), store_(store), output_(output) {}

  void on(WorkerNode& node, const SuiteUp& m) {
    if (m.suite >= catalog_.suite_count() || node.untold.open_suite) {
      node.accuse("it entered a suite that it cannot enter");
      return;
    }
    node.untold.open_suite = m.suite;
    node.untold.suite_begin_ns = m.time.begin_ns;
    store_.suite_entered(m.suite);
    node.untold.suite.add_output(node.number(), m.output);
    output_.of_set_up(node, node.untold.suite, m.suite);
    store_.add_suite_up(m.suite, std::exchange(node.untold.suite, {}));
  }

  void on(WorkerNode& node, SuiteDown& m) {
    if (!node.untold.open_suite || *node.untold.open_suite != m.suite) {
      node.accuse("it left a suite that it was not in");
      return;
    }
    if (!can_be_time(m.start_ms) || !can_be_time(m.elapsed_ms)) {
      node.accuse("it reported an impossible time");
      return;
    }
    node.untold.suite.add_output(node.number(), m.output);
    output_.of_tear_down(node, node.untold.suite, m.suite);
    node.untold.suite.properties = std::move(m.properties);
    node.untold.suite.start_ms = m.start_ms;
    node.untold.suite.elapsed_ms = m.elapsed_ms;
    store_.add_suite_down(m.suite, std::exchange(node.untold.suite, {}));
    leave(node);
  }

  // After the worker's end: if it died in the tear-down of its suite, fails the suite, and returns
  // true.
  bool on_crash(WorkerNode& node, const std::string& how) {
    if (!node.untold.open_suite || node.phase() != Phase::suite_down) return false;
    const std::string suite = catalog_.suite(*node.untold.open_suite).name();
    node.untold.suite.add_part(
        node.number(), node.tail(),
        {PartType::fatal_failure, "", -1, crashed_in_tear_down(node, suite, how)});
    store_.add_suite_down(*node.untold.open_suite, std::move(node.untold.suite));
    return true;
  }

  // The worker is not in a suite any more.
  void leave(WorkerNode& node) {
    if (node.untold.open_suite) store_.suite_left(*node.untold.open_suite);
    node.leave_suite();
  }

 private:
  const Catalog& catalog_;
  ResultStore& store_;
  OutputCutter& output_;
};

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_CONTROLLER_RESULTS_SUITE_REPORTS_H_
