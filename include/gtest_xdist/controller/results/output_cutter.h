// Cuts output that is too much when its test or set-up is over, and says so once.
//
// Layer: controller/results. Does not print the output.
#ifndef GTEST_XDIST_CONTROLLER_RESULTS_OUTPUT_CUTTER_H_
#define GTEST_XDIST_CONTROLLER_RESULTS_OUTPUT_CUTTER_H_

#include <cstdint>
#include <string>

#include "gtest_xdist/bridge/catalog.h"
#include "gtest_xdist/controller/node/place.h"
#include "gtest_xdist/controller/node/worker_node.h"
#include "gtest_xdist/controller/results/cut_notes.h"
#include "gtest_xdist/core/tests/index_list.h"
#include "gtest_xdist/core/tests/report.h"

namespace gtest_xdist::internal {

// The output of one iteration.
class OutputCutter {
 public:
  explicit OutputCutter(const Catalog& catalog) : catalog_(catalog) {}

  // Something is over on the worker, and `report` has all of its output: a test, the set-up or
  // tear-down of a suite, or what `describe()` names.
  void of_test(WorkerNode& node, const Report& report, TestIndex test) {
    cut(node, report, [&] { return catalog_.full_name(test); });
  }
  void of_set_up(WorkerNode& node, const Report& report, SuiteIndex suite) {
    cut(node, report, [&] { return name_of_set_up(suite, catalog_); });
  }
  void of_tear_down(WorkerNode& node, const Report& report, SuiteIndex suite) {
    cut(node, report, [&] { return name_of_tear_down(suite, catalog_); });
  }
  template <class Describe>
  void cut(WorkerNode& node, const Report& report, Describe describe) {
    note_cut(node, node.output.close_region(report, node.number()), describe);
  }

  // The worker is dead. Call this before its last output goes into a report.
  void of_tail(WorkerNode& node) {
    note_cut(node, node.output.close_last_region(node.slot()), [&] { return describe_tail(node); });
  }

  // Prints a line for each cut.
  void tell() const { notes_.tell(); }

 private:
  template <class Describe>
  void note_cut(const WorkerNode& node, std::uint64_t printed, Describe describe) {
    if (printed > 0) notes_.add(describe(), printed, node.output.out.limit());
  }

  std::string describe_tail(const WorkerNode& node) const {
    return name_of_item(node, catalog_).value_or("worker '" + node.name() + "'");
  }

  const Catalog& catalog_;
  CutNotes notes_;
};

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_CONTROLLER_RESULTS_OUTPUT_CUTTER_H_
