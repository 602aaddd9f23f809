// Handles the death of a worker in an iteration.
//
// Layer: controller/session. The test that the worker was running fails, or else the suite that it
// was tearing down, or else the run. Other workers get the tests that it had not started. Does not
// start another worker, and does not word the report: crash_report.h does that.
#ifndef GTEST_XDIST_CONTROLLER_SESSION_CRASH_HANDLING_H_
#define GTEST_XDIST_CONTROLLER_SESSION_CRASH_HANDLING_H_

#include <optional>
#include <string>
#include <utility>

#include "gtest_xdist/bridge/catalog.h"
#include "gtest_xdist/controller/handout/hand_out.h"
#include "gtest_xdist/controller/node/assignments.h"
#include "gtest_xdist/controller/node/crash_report.h"
#include "gtest_xdist/controller/node/worker_node.h"
#include "gtest_xdist/controller/node/worker_nodes.h"
#include "gtest_xdist/controller/results/account.h"
#include "gtest_xdist/controller/results/crash_items.h"
#include "gtest_xdist/controller/results/failure_limit.h"
#include "gtest_xdist/controller/results/output_cutter.h"
#include "gtest_xdist/controller/results/program_log.h"
#include "gtest_xdist/controller/results/suite_reports.h"
#include "gtest_xdist/controller/session/giving_up.h"
#include "gtest_xdist/core/tests/index_list.h"
#include "gtest_xdist/core/tests/report.h"
#include "gtest_xdist/core/text/text.h"
#include "gtest_xdist/scheduler/scheduler.h"

namespace gtest_xdist::internal {

// Handles the crashes of one iteration.
class CrashHandling {
 public:
  // The parts of the iteration that a crash concerns.
  struct Parts {
    const Catalog& catalog;
    const WorkerNodes& nodes;
    HandOut& hand_out;
    Account& account;
    OutputCutter& output;
    SuiteReports& suites;
    FailureLimit& failure_limit;
    ProgramLog& log;
    GivingUp& giving_up;
  };

  // `on_crash_item` may be empty. `is_retrying`: a test that crashed may be run again.
  CrashHandling(const Parts& parts, CrashItemHandler on_crash_item, bool is_retrying)
      : parts_(parts), on_crash_item_(std::move(on_crash_item)), is_retrying_(is_retrying) {}

  // The worker is dead; `how` says in which way.
  void handle(WorkerNode& node, const std::string& how) {
    parts_.output.of_tail(node);
    const std::optional<TestIndex> item = node.running_item();
    KeptCrash crash;
    if (item) {
      crash = crash_in_test(node, parts_.catalog.test(*item), parts_.catalog.full_name(*item), how);
      if (assignments().is_rerun(*item, node.number())) {
        crash.earlier = parts_.account.take_kept_steps(*item);
      }
    } else if (parts_.suites.on_crash(node, how)) {
      node.history.mark_end();
    } else {
      handle_program(node, how);
    }
    parts_.suites.leave(node);
    if (item) parts_.account.retries().interrupt(*item, node.number());
    HandOut& hand_out = parts_.hand_out;
    hand_out.remove(node, hand_out.share_left(node.abandon(item.has_value())));
    if (item) handle_item(node, *item, std::move(crash));
    if (&node == parts_.giving_up.native()) parts_.giving_up.native_has_died();
    parts_.account.retries().reclaim(parts_.nodes);
  }

 private:
  Assignments& assignments() { return parts_.hand_out.assignments(); }

  // The worker died in no test and no suite.
  void handle_program(WorkerNode& node, const std::string& how) {
    parts_.log.add_untold(std::move(node.untold.program));
    if (node.is_ended_without_blame()) return;
    node.history.mark_end();
    if (!any_has_arrived(parts_.nodes)) {
      if (how == end_at_start_) return;  // it was told already
      end_at_start_ = how;
    }
    parts_.log.add_failure(node.number(), node.tail(), crashed_elsewhere(node, how));
  }

  // Call this when the dead worker has been removed from the scheduler.
  void handle_item(WorkerNode& node, TestIndex item, KeptCrash crash) {
    const bool is_final = file(node, item, std::move(crash));
    FailureLimit& limit = parts_.failure_limit;
    if (is_final && limit.add_crash(item)) parts_.giving_up.give_up_after_failure(limit.source());
  }

  // Whether the test has failed for good. A scheduler that fails meanwhile is told of only when the
  // crash is in the account.
  bool file(WorkerNode& node, TestIndex item, KeptCrash crash) {
    const HandOut::Use scheduler(parts_.hand_out);
    crash.counts = verdict_on(node, item, crash.report, *scheduler) == CrashVerdict::counts;
    const bool put_back = assignments().conclude_crash();
    if (!put_back && !crash.counts && !crash.report.failed()) {
      crash.report.add_part(crash.worker, {}, crash.crash);  // no other report will follow
    }
    const bool failed = crash.report.failed() && (crash.counts || !put_back);
    if (failed) node.history.mark_failure();
    if (!put_back) return parts_.account.add_crash(item, std::move(crash));
    const bool is_final = failed && !is_retrying_;
    if (is_final) parts_.failure_limit.count_here();
    parts_.account.keep_crash(item, std::move(crash));
    return is_final;
  }

  CrashVerdict verdict_on(WorkerNode& node, TestIndex item, Report& report, Scheduler& scheduler) {
    if (!on_crash_item_) return CrashVerdict::counts;
    try {
      return on_crash_item_(node, item, report, scheduler);
    } catch (...) {
      parts_.log.add_failure(ProgramLog::kNoWorker, {},
                             "the crash of '" + parts_.catalog.full_name(item) +
                                 "' was not handled: " + describe_current_exception());
      return CrashVerdict::counts;
    }
  }

  const Parts parts_;
  const CrashItemHandler on_crash_item_;
  std::string end_at_start_;  // how a worker has ended while none had arrived
  const bool is_retrying_;
};

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_CONTROLLER_SESSION_CRASH_HANDLING_H_
