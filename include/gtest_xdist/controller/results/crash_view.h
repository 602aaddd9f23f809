// Shows plugins the report of a test that ended its worker, and takes their changes over.
//
// Layer: controller/results. Does not know what follows from the crash.
#ifndef GTEST_XDIST_CONTROLLER_RESULTS_CRASH_VIEW_H_
#define GTEST_XDIST_CONTROLLER_RESULTS_CRASH_VIEW_H_

#include <string>
#include <utility>
#include <vector>

#include "gtest_xdist/core/lean/append.h"
#include "gtest_xdist/core/tests/report.h"
#include "gtest_xdist/hooks/session.h"

namespace gtest_xdist::internal {

inline std::vector<Part> parts_of(const Report& report) {
  std::vector<Part> parts;
  for (const Step& step : report.steps) {
    if (step.has_part) parts.push_back(step.part);
  }
  return parts;
}

// The report as plugins see it. `report` ends with the crash. The returned object refers to `item`.
inline TestReport show_crash(const Item& item, const Report& report, std::string worker_id) {
  return {item, Outcome::failed, 0, parts_of(report), report.properties, std::move(worker_id),
          true};
}

// Copies the plugin's changes from `shown` to `report`. The test's output stays. If the plugin says
// that the test did not fail, removes its failures.
inline void take_changes(const TestReport& shown, Report& report) {
  std::vector<Part> parts;
  bool has_failure = false;
  for (const Part& part : shown.parts) {
    if (part.failed() && shown.outcome != Outcome::failed) continue;
    has_failure |= part.failed();
    parts.push_back(part);
  }
  const std::string why = shown.longrepr();
  if (shown.outcome == Outcome::failed && !has_failure) {
    parts.push_back({PartType::fatal_failure, shown.item.file, shown.item.line,
                     why.empty() ? "it ended its worker" : why});
  }
  if (shown.outcome == Outcome::skipped) {
    parts.push_back({PartType::skip, shown.item.file, shown.item.line, why});
  }
  report.properties.clear();
  append_all(report.properties, shown.properties);
  if (parts == parts_of(report)) return;
  for (Step& step : report.steps) step.has_part = false;
  report.dropped_parts = 0;
  for (Part& part : parts) {
    report.steps.push_back({report.worker, {}, true, std::move(part)});
  }
}

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_CONTROLLER_RESULTS_CRASH_VIEW_H_
