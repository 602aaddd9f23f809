// Makes the report of a test that a worker died in, and keeps it while the test runs again.
//
// Layer: controller/results. Pure bookkeeping. Does not decide whether the test runs again.
#ifndef GTEST_XDIST_CONTROLLER_RESULTS_CRASH_ITEMS_H_
#define GTEST_XDIST_CONTROLLER_RESULTS_CRASH_ITEMS_H_

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "gtest_xdist/controller/node/crash_report.h"
#include "gtest_xdist/controller/node/worker_node.h"
#include "gtest_xdist/core/lean/append.h"
#include "gtest_xdist/core/tests/index_list.h"
#include "gtest_xdist/core/tests/report.h"
#include "gtest_xdist/scheduler/scheduler.h"

namespace gtest_xdist::internal {

// What a crash means for a test that runs again: the test stays failed, or only the last run
// counts.
enum class CrashVerdict { counts, does_not_count };

// Called once for each crash of a worker in a test, after the worker was removed from the
// scheduler. May change the report. May put the test back by Scheduler::mark_test_pending(); the
// verdict says what the crash means then. If the test does not run again after all, it fails. If
// the handler throws, the run fails, and the crash counts.
using CrashItemHandler = std::function<CrashVerdict(WorkerNode&, TestIndex, Report&, Scheduler&)>;

// A crash, which is not reported yet if the test runs again.
struct KeptCrash {
  TestIndex test = kNoTest;  // set when it is kept
  int worker = -1;
  Report report;              // as the handler left it
  Part crash;                 // the failure of the test
  bool counts = true;         // whether the test stays failed whatever its next run does
  std::vector<Step> earlier;  // the steps of earlier crashes
};

// The worker died in the test. Takes the test's unfinished report from the worker.
inline KeptCrash crash_in_test(WorkerNode& node, const testing::TestInfo& test,
                               const std::string& name, const std::string& how) {
  KeptCrash crash;
  crash.worker = node.number();
  crash.crash = {PartType::fatal_failure, test.file(), test.line(),
                 crashed_while_running(node, name, how)};
  Report& report = crash.report;
  report = std::move(node.untold.suite);  // of an unfinished set-up; else empty
  report.worker = node.number();
  report.start_ms = node.untold.test.start_ms;
  report.elapsed_ms = node.untold.test.elapsed_ms;
  move_all(report.steps, node.untold.test.steps);
  report.add_part(node.number(), node.tail(), crash.crash);
  node.add_crash_item_to_history();
  return crash;
}

// Removes the parts that were reported and then taken back. Their count is valid only from the
// report's beginning, so call this before other steps go in front.
inline void drop_taken_back_parts(Report& report) {
  for (Step& step : report.steps) {
    if (report.dropped_parts == 0) return;
    if (!step.has_part) continue;
    step.has_part = false;
    --report.dropped_parts;
  }
  report.dropped_parts = 0;
}

// Puts `earlier` before the report's own steps.
inline void prepend(std::vector<Step> earlier, Report& report) {
  if (earlier.empty()) return;
  drop_taken_back_parts(report);
  move_all(earlier, report.steps);
  report.steps = std::move(earlier);
}

// The steps that stand before those of the test's next run. If the crash does not count, these are
// only its output.
inline std::vector<Step> steps_before_rerun(KeptCrash kept) {
  std::vector<Step>& steps = kept.report.steps;
  drop_taken_back_parts(kept.report);
  if (!kept.counts) {
    std::vector<Step> output;
    for (Step& step : steps) {
      step.has_part = false;
      if (!step.output.empty()) output.push_back(std::move(step));
    }
    steps = std::move(output);
  }
  prepend(std::move(kept.earlier), kept.report);
  return std::move(steps);
}

// The test's report if there is no next run. The test fails, whatever the handler has changed.
inline Report report_without_rerun(KeptCrash kept) {
  if (!kept.report.failed()) kept.report.add_part(kept.worker, {}, std::move(kept.crash));
  prepend(std::move(kept.earlier), kept.report);
  return std::move(kept.report);
}

// Keeps the crashes of tests that were put back and have not run again.
class KeptCrashes {
 public:
  void keep(TestIndex test, KeptCrash crash) {
    crash.test = test;
    crashes_.push_back(std::move(crash));
  }

  // Takes the test's oldest crash. If there is none, the returned one is of kNoTest. In the mode
  // `each` a test may crash on several workers.
  KeptCrash take(TestIndex test) {
    for (auto it = crashes_.begin(); it != crashes_.end(); ++it) {
      if (it->test != test) continue;
      KeptCrash crash = std::move(*it);
      crashes_.erase(it);
      return crash;
    }
    return {};
  }

  // As take(), but returns steps_before_rerun() of the crash.
  std::vector<Step> take_steps(TestIndex test) { return steps_before_rerun(take(test)); }

 private:
  std::vector<KeptCrash> crashes_;  // few; in the order in which they were kept
};

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_CONTROLLER_RESULTS_CRASH_ITEMS_H_
