// What the end of a worker that got through its tests means for the run.
//
// Layer: controller/session. What main does after RUN_ALL_TESTS, it does in each process of the
// session.
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
  // Whether anything has failed, as far as the workers were told.
  void set_failed(bool failed) { failed_ = failed; }

  // A worker has ended after RUN_ALL_TESTS; `how` says in which way. `iteration` is the last one.
  void judge(WorkerNode& node, const ExitStatus& status, const std::string& how,
             Iteration& iteration) {
    if (status.success() || (node.end_reason && !node.end_reason->blames_worker)) return;
    iteration.output_settlement().of_tail(node);
    const std::string what = "worker '" + node.name() + "' " + how;
    if (ended_as_main_said(node, status)) {
      // main may map success to any status, and this process's main will do so again.
      if (!failed_) dissent_ = what;
    } else if (status.exited() && failed_) {
      // Not 0, as it should be. What it printed last may say more, as a leak report does.
      iteration.log().add_output(node.number(), node.tail());
    } else {
      node.history.mark_end();
      iteration.log().add_failure(node.number(), node.tail(), what);
    }
  }

  // Not empty if a worker's main returned a status other than 0 although nothing had failed: wrong,
  // unless this process's main does so too.
  const std::string& dissent() const { return dissent_; }

 private:
  bool failed_ = false;
  std::string dissent_;
};

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_CONTROLLER_SESSION_END_VERDICTS_H_
