// Judges the exit status of workers that got through their tests.
//
// Layer: controller/session. The rest of main runs in each process of the session, so a worker's
// status may be the one that this process will have. Does not know of workers that crashed.
#ifndef GTEST_XDIST_CONTROLLER_SESSION_END_VERDICTS_H_
#define GTEST_XDIST_CONTROLLER_SESSION_END_VERDICTS_H_

#include <string>

#include "gtest_xdist/controller/node/crash_report.h"
#include "gtest_xdist/controller/node/worker_node.h"
#include "gtest_xdist/controller/session/iteration.h"
#include "gtest_xdist/process/exit_status.h"

namespace gtest_xdist::internal {

class EndVerdicts {
 public:
  // Sets the verdict that the workers were told: whether anything has failed.
  void set_failed(bool failed) { failed_ = failed; }

  // The worker has ended after RUN_ALL_TESTS; `how` says in which way. `iteration` is the last one.
  void judge(WorkerNode& node, const ExitStatus& status, const std::string& how,
             Iteration& iteration) {
    if (status.success() || node.is_ended_without_blame()) return;
    iteration.output_cutter().of_tail(node);
    const std::string what = "worker '" + node.name() + "' " + how;
    if (ended_as_main_said(node, status)) {
      // main may map success to any status. If so, this process's main will do the same.
      if (!failed_) disagreement_ = what;
    } else if (status.exited() && failed_) {
      // The status is not 0, as it must be after a failure. The last output may say more than the
      // reports: a leak report, say.
      iteration.log().add_output(node.number(), node.tail());
    } else {
      node.history.mark_end();
      iteration.log().add_failure(node.number(), node.tail(), what);
    }
  }

  // Not empty if a worker's main returned a status other than 0 although nothing had failed. That
  // is an error, unless this process's main does the same.
  const std::string& disagreement() const { return disagreement_; }

 private:
  bool failed_ = false;
  std::string disagreement_;
};

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_CONTROLLER_SESSION_END_VERDICTS_H_
