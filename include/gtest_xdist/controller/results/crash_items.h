// What becomes of a test that a worker died in: its report, and its way to another run.
//
// Layer: controller/results. Pure bookkeeping.
#ifndef GTEST_XDIST_CONTROLLER_RESULTS_CRASH_ITEMS_H_
#define GTEST_XDIST_CONTROLLER_RESULTS_CRASH_ITEMS_H_

#include <algorithm>
#include <functional>
#include <iterator>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "gtest_xdist/controller/node/crash_report.h"
#include "gtest_xdist/controller/node/worker_node.h"
#include "gtest_xdist/core/tests/index_list.h"
#include "gtest_xdist/core/tests/report.h"
#include "gtest_xdist/scheduler/scheduler.h"

namespace gtest_xdist::internal {

// What a crash means for a test that is run again: it stays failed, or only the last run counts.
enum class CrashVerdict { counts, does_not_count };

// Called once for each test that a worker died in, when the worker has been removed from the
// scheduler. May change the report, and may put the test back by Scheduler::mark_test_pending();
// the verdict says what the crash means then. If the test is not run again after all, it fails.
// What the handler throws fails the run, and the crash counts.
using CrashItemHandler = std::function<CrashVerdict(WorkerNode&, TestIndex, Report&, Scheduler&)>;

// A crash of which nothing has been told yet, because the test is to be run again.
struct KeptCrash {
  int worker = -1;
  Report report;              // as the handler left it
  Part crash;                 // what failed the test
  bool counts = true;         // in spite of another run
  std::vector<Step> earlier;  // what is to be told of the runs before
};

// The worker died in the test; takes what the worker had told of it.
inline KeptCrash crash_in_test(WorkerNode& node, const testing::TestInfo& test,
                               const std::string& name, const std::string& how) {
  KeptCrash crash;
  crash.worker = node.number();
  crash.crash = {PartType::fatal_failure, test.file(), test.line(),
                 crashed_while_running(node, name, how)};
  Report& report = crash.report;
  report = std::move(node.untold.suite);  // of a set-up that did not end; else empty
  report.worker = node.number();
  report.start_ms = node.untold.test.start_ms;
  report.elapsed_ms = node.untold.test.elapsed_ms;
  std::move(node.untold.test.steps.begin(), node.untold.test.steps.end(),
            std::back_inserter(report.steps));
  report.add_part(node.number(), node.tail(), crash.crash);
  node.add_crash_item_to_history();
  return crash;
}

// Leaves out what was told and then taken back, so that other steps can come before the report's.
inline void drop_taken_back_parts(Report& report) {
  for (Step& step : report.steps) {
    if (report.dropped_parts == 0) return;
    if (!step.has_part) continue;
    step.has_part = false;
    --report.dropped_parts;
  }
  report.dropped_parts = 0;
}

// Tells `earlier` before what the report tells.
inline void prepend(std::vector<Step> earlier, Report& report) {
  if (earlier.empty()) return;
  drop_taken_back_parts(report);
  std::move(report.steps.begin(), report.steps.end(), std::back_inserter(earlier));
  report.steps = std::move(earlier);
}

// What is to be told of a crash before the test's next run: of one that does not count, the output.
inline std::vector<Step> steps_before_rerun(KeptCrash kept) {
  std::vector<Step>& steps = kept.report.steps;
  drop_taken_back_parts(kept.report);
  if (!kept.counts) {
    for (Step& step : steps) step.has_part = false;
    const auto says_nothing = [](const Step& step) { return step.output.empty(); };
    steps.erase(std::remove_if(steps.begin(), steps.end(), says_nothing), steps.end());
  }
  prepend(std::move(kept.earlier), kept.report);
  return std::move(steps);
}

// The test's report if there is no next run: it fails, whatever the handler made of it.
inline Report report_without_rerun(KeptCrash kept) {
  if (!kept.report.failed()) kept.report.add_part(kept.worker, {}, std::move(kept.crash));
  prepend(std::move(kept.earlier), kept.report);
  return std::move(kept.report);
}

// The crashes of tests that have been put back and have not been run again.
class KeptCrashes {
 public:
  void keep(TestIndex test, KeptCrash crash) { crashes_.push_back({test, std::move(crash)}); }

  // The one kept first, if there is any: in the mode `each` a test may crash on several workers.
  std::optional<KeptCrash> take(TestIndex test) {
    for (auto it = crashes_.begin(); it != crashes_.end(); ++it) {
      if (it->test != test) continue;
      KeptCrash crash = std::move(it->crash);
      crashes_.erase(it);
      return crash;
    }
    return std::nullopt;
  }

  // As take(), and only what is to be told of it before the test's next run.
  std::vector<Step> take_steps(TestIndex test) {
    std::optional<KeptCrash> crash = take(test);
    return crash ? steps_before_rerun(std::move(*crash)) : std::vector<Step>{};
  }

 private:
  struct Kept {
    TestIndex test;
    KeptCrash crash;
  };

  std::vector<Kept> crashes_;  // few; in the order in which they were kept
};

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_CONTROLLER_RESULTS_CRASH_ITEMS_H_
