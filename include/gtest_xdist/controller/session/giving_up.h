// Stops handing out an iteration's tests before all of them have run.
//
// Layer: controller/session. Skips the tests that no worker will run, with a reason. If the
// environments failed on every worker, leaves the rest to one worker, which does what gtest does
// then. Does not know what workers report of the tests that they still run.
#ifndef GTEST_XDIST_CONTROLLER_SESSION_GIVING_UP_H_
#define GTEST_XDIST_CONTROLLER_SESSION_GIVING_UP_H_

#include <optional>
#include <string>
#include <vector>

#include "gtest_xdist/bridge/catalog.h"
#include "gtest_xdist/controller/handout/hand_out.h"
#include "gtest_xdist/controller/node/worker_node.h"
#include "gtest_xdist/controller/node/worker_nodes.h"
#include "gtest_xdist/controller/results/account.h"
#include "gtest_xdist/controller/results/program_log.h"
#include "gtest_xdist/core/messages/message.h"
#include "gtest_xdist/core/tests/index_list.h"

namespace gtest_xdist::internal {

// Gives up one iteration. So it does if the scheduler fails.
class GivingUp : private SchedulerFailureHandler {
 public:
  // `nodes` are all workers of the session.
  GivingUp(const Catalog& catalog, const WorkerNodes& nodes, HandOut& hand_out, Account& account,
           ProgramLog& log)
      : catalog_(catalog), nodes_(nodes), hand_out_(hand_out), account_(account), log_(log) {
    hand_out_.tell_failure_to(*this);
  }
  GivingUp(const GivingUp&) = delete;
  GivingUp& operator=(const GivingUp&) = delete;

  // From now on no test is started. The reason is not known yet: give_up() must follow.
  void stop_handing_out() {
    hand_out_.end();
    hand_out_.take_everything_back();
  }

  // From now on no test is started. Tests that have not started are skipped, and their reports say
  // `reason`. The first reason stands.
  void give_up(const std::string& reason) {
    hand_out_.end();
    account_.retries().close(reason);
    if (!reason_) reason_ = reason;
    skip_rest();
  }

  // As give_up(), but skips the rest without a reason, as gtest does for --gtest_fail_fast.
  // `source` is the setting that has stopped the run: "--gtest_fail_fast".
  void give_up_after_failure(const std::string& source) {
    account_.retries().close("not run: stopped by " + source);
    give_up("");
  }

  bool has_given_up() const { return reason_.has_value(); }

  // After giving up: takes back the tests that have not started, and skips those that no worker
  // runs. If every worker runs every test, one may be running a test that another has not started.
  // So this has more to do whenever a worker has completed a test or died.
  void skip_rest() {
    if (!reason_ || native_ != nullptr) return;
    hand_out_.take_everything_back();
    account_.retries().reclaim(nodes_);
    account_.skip_rest(*reason_);
  }

  // The last resort, when nothing is under way and some tests are not reported: skips these. If no
  // test ought to be missing, the scheduler is to blame, and the run fails.
  void close_account() {
    const std::vector<TestIndex> missing = account_.store().missing();
    if (!hand_out_.ended()) {
      std::vector<std::string> names;
      for (const TestIndex test : missing) {
        if (!account_.retries().is_waiting(test)) names.push_back(catalog_.full_name(test));
      }
      if (!names.empty()) {
        log_.add_failure(ProgramLog::kNoWorker, {}, hand_out_.describe_neglected(names));
      }
    }
    give_up("not run: it was never handed out");
    for (const TestIndex test : missing) account_.skip(test, *reason_);
  }

  // --- one worker does the rest ------------------------------------------------------------------

  // The environments failed on every worker, on this one last. What a serial run does then depends
  // on the version of gtest. So this worker does the rest natively, and ends the iteration by
  // itself.
  void leave_to(WorkerNode& node) {
    hand_out_.end();
    account_.retries().close("not run: the environments failed on every worker");
    native_ = &node;
    node.command(Command::run_natively);
  }

  // The worker that does the rest natively, until it has ended; else null.
  const WorkerNode* native() const { return native_; }

  // The native worker has ended the iteration. A serial run does not report the tests that this
  // worker has not reported.
  void native_has_ended() {
    native_ = nullptr;
    for (const TestIndex test : account_.store().missing()) {
      if (!account_.close(test)) continue;
      account_.store().forget_test(test);
      unreported_.push_back(test);
    }
  }

  // The native worker is dead.
  void native_has_died() {
    native_ = nullptr;
    give_up("not run: no worker could run it");
  }

  // The tests that stay without a report, because a serial run does not report them.
  const std::vector<TestIndex>& unreported() const { return unreported_; }

 private:
  void on_scheduler_failure(const std::string& error) override {
    log_.add_failure(ProgramLog::kNoWorker, {}, error);
    give_up("not run: the scheduler failed");
  }

  const Catalog& catalog_;
  const WorkerNodes& nodes_;
  HandOut& hand_out_;
  Account& account_;
  ProgramLog& log_;
  std::optional<std::string> reason_;
  WorkerNode* native_ = nullptr;
  std::vector<TestIndex> unreported_;
};

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_CONTROLLER_SESSION_GIVING_UP_H_
