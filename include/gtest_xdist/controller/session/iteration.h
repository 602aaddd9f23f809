// Runs one iteration: has tests handed out, and files what workers report.
//
// Layer: controller/session. Does not start workers, wait for them or print. Whatever the scheduler
// does, each test is reported in the end. Its parts:
//
//   HandOut           calls the scheduler
//   Account           keeps each test's results, and its retries
//   OutputCutter  cuts output that is too much
//   SuiteReports      follows workers into suites and out of them
//   FailureLimit      counts failures, and stops the run
//   ProgramLog        gathers what happens outside of suites
//   GivingUp          skips tests that no worker will run
//   CrashHandling   settles what a dead worker was doing
#ifndef GTEST_XDIST_CONTROLLER_SESSION_ITERATION_H_
#define GTEST_XDIST_CONTROLLER_SESSION_ITERATION_H_

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "gtest_xdist/bridge/catalog.h"
#include "gtest_xdist/controller/crew/session_clock.h"
#include "gtest_xdist/controller/handout/hand_out.h"
#include "gtest_xdist/controller/node/assignments.h"
#include "gtest_xdist/controller/node/worker_node.h"
#include "gtest_xdist/controller/node/worker_nodes.h"
#include "gtest_xdist/controller/results/account.h"
#include "gtest_xdist/controller/results/crash_items.h"
#include "gtest_xdist/controller/results/failure_limit.h"
#include "gtest_xdist/controller/results/output_cutter.h"
#include "gtest_xdist/controller/results/program_log.h"
#include "gtest_xdist/controller/results/result_store.h"
#include "gtest_xdist/controller/results/retries.h"
#include "gtest_xdist/controller/results/run_tally.h"
#include "gtest_xdist/controller/results/suite_reports.h"
#include "gtest_xdist/controller/session/crash_handling.h"
#include "gtest_xdist/controller/session/giving_up.h"
#include "gtest_xdist/core/messages/message.h"
#include "gtest_xdist/core/settings/time_out.h"
#include "gtest_xdist/hooks/session.h"
#include "gtest_xdist/scheduler/scheduler.h"
#include "gtest_xdist/transport/stop_word.h"

namespace gtest_xdist::internal {

// What all iterations of a session have in common.
struct IterationContext {
  const Catalog& catalog;
  const WorkerNodes& nodes;  // all workers of the session; they may become more
  const SessionClock& clock;
  StopWord& stop_word;  // the workers look at it
  FailurePolicy policy;
  CrashItemHandler on_crash_item;  // may be empty
};

class Iteration {
 public:
  // Awaits one report of each run in `plan`.
  Iteration(const IterationContext& context, HandOut::Plan plan)
      : catalog_(context.catalog),
        nodes_(context.nodes),
        clock_(context.clock),
        timeout_(context.policy.timeout),
        hand_out_(std::move(plan), catalog_.size()),
        account_(catalog_, nodes_, hand_out_.assignments(), hand_out_.order(),
                 hand_out_.runs_per_test(), context.policy.retries),
        output_(catalog_),
        suites_(catalog_, account_.store(), output_),
        failure_limit_(context.policy, hand_out_.runs_per_test(), context.stop_word),
        giving_up_(catalog_, nodes_, hand_out_, account_, log_),
        crashes_({catalog_, nodes_, hand_out_, account_, output_, suites_, failure_limit_, log_,
                  giving_up_},
                 context.on_crash_item, context.policy.retries > 0) {}

  ~Iteration() {
    for (const auto& node : nodes_) node->forget_iteration();
  }

  Iteration(const Iteration&) = delete;
  Iteration& operator=(const Iteration&) = delete;

  ResultStore& store() { return account_.store(); }
  ProgramLog& log() { return log_; }
  OutputCutter& output_cutter() { return output_; }

  // How many runs of tests are expected. In the mode `each`, each worker's run counts.
  std::size_t runs() const { return hand_out_.order().size() * hand_out_.runs_per_test(); }

  // Sets the handler that is called at the end of each run of a test.
  void on_run_end(RunEndHandler handler) { account_.on_run_end(std::move(handler)); }

  // Whether every worker runs every test. Then no worker joins later, except as a replacement.
  bool runs_on_every_worker() const { return hand_out_.runs_on_every_worker(); }

  // The account of which worker has which test.
  Assignments& assignments() { return hand_out_.assignments(); }

  // The worker takes part. Call this once for each worker, before any other member that gets it.
  void enter(WorkerNode& node) { node.begin_iteration(assignments(), hand_out_.gate()); }

  // --- handing out -------------------------------------------------------------------------------

  // Gives the worker its share of the tests. Its collection is right; or it is not known yet, and
  // the worker runs nothing if it differs.
  void add(WorkerNode& node) { hand_out_.add(node); }

  // Has the scheduler hand out tests, once all workers have delivered their collections. Later
  // calls have it look at all workers again.
  void schedule() { hand_out_.schedule(); }

  // Whether an additional worker would have something to do.
  bool has_work() {
    return hand_out_.has_work() || (!hand_out_.ended() && account_.retries().any_waiting());
  }

  // Draws the conclusions from everything that workers and the scheduler have done: hands out
  // retries, and lets workers start the tests that may start now; after giving up, skips the tests
  // that no worker runs any more. The session calls this after news and before each wait.
  void go_on() {
    correct_stop_word();
    giving_up_.skip_rest();
    if (!hand_out_.ended()) account_.retries().hand_out(nodes_);
    hand_out_.let_through();
  }

  // Tells each worker when to ring because it has few tests left.
  void set_wake_marks() { hand_out_.set_wake_marks(); }

  // Whether a worker has a test, may yet become ready, or does the rest natively.
  bool under_way() const {
    if (native() != nullptr) return true;
    return any_of(nodes_, [](const WorkerNode& node) {
      return node.life().is_coming() || (!node.life().is_gone() && node.is_busy());
    });
  }

  // Whether everything has arrived that must arrive before the workers are told to end.
  bool is_complete() const {
    return native() == nullptr && account_.store().all_arrived() &&
           !any_of(nodes_, [](const WorkerNode& node) {
             return !node.life().is_gone() &&
                    (node.life().is_starting() || node.is_busy() || node.untold.open_suite);
           });
  }

  // Whether the test has failed and waits for another attempt.
  bool awaits_retry(TestIndex test) const { return account_.retries().is_waiting(test); }

  // The tests that did not fail in the last of several attempts, sorted by test.
  const std::vector<Retries::Flaky>& flaky() const { return account_.retries().flaky(); }

  // Whether a failure is known by now.
  bool has_failures() const { return log_.has_failures() || account_.store().has_failures(); }

  // Whether as many tests have failed as may fail.
  bool has_reached_maxfail() const { return failure_limit_.is_reached(); }

  // Call this before the iteration has handed anything out. It can hand out nothing afterwards.
  std::unique_ptr<Scheduler> release_scheduler() { return hand_out_.release_scheduler(); }

  // Drops one run for each occurrence in `tests`. A test that has no run left is skipped, with
  // `reason`.
  void leave_out(const std::vector<TestIndex>& tests, const std::string& reason) {
    for (const TestIndex test : account_.drop_runs(tests)) account_.skip(test, reason);
  }

  // --- giving up ---------------------------------------------------------------------------------

  // As in GivingUp.
  void stop_handing_out() { giving_up_.stop_handing_out(); }
  void give_up(const std::string& reason) { giving_up_.give_up(reason); }
  bool has_given_up() const { return giving_up_.has_given_up(); }
  void close_account() { giving_up_.close_account(); }
  const std::vector<TestIndex>& unreported() const { return giving_up_.unreported(); }

  // The worker that does the rest natively, after the environments failed; null if there is none.
  // It ends the iteration by itself.
  const WorkerNode* native() const { return giving_up_.native(); }

  // --- messages of workers -----------------------------------------------------------------------

  void on(WorkerNode& node, const EnvironmentsUp& m) {
    node.untold.program.add_output(node.number(), m.output);
    output_.cut(node, node.untold.program, [] { return "the set-up of the test environments"; });
    log_.add_set_up(std::exchange(node.untold.program, {}), m.ran);
    if (!node.environments_up(m.usable)) return;
    if (m.usable) return schedule();
    node.history.mark_without_environments();
    std::vector<TestIndex> tests = node.take_back(node.unstarted());
    if (node.pending() > 0) node.accuse("it took a test that it cannot run");
    std::vector<TestIndex> without_runs;
    if (hand_out_.runs_on_every_worker()) {
      without_runs = account_.drop_runs(hand_out_.share_left(std::exchange(tests, {})));
    }
    hand_out_.remove(node, tests);
    if (nobody_can_run()) {
      giving_up_.leave_to(node);
      return;
    }
    for (const TestIndex test : without_runs) {
      account_.skip(test, "not run: the environments failed on every worker that was to run it");
    }
  }

  static void on(WorkerNode& node, PartSeen& m) {
    node.untold.report_of(m.scope).add_part(node.number(), m.output, std::move(m.part));
  }

  void on(WorkerNode& node, const SuiteUp& m) { suites_.on(node, m); }
  void on(WorkerNode& node, SuiteDown& m) { suites_.on(node, m); }

  // Returns the outcome of this run. A retry may still follow.
  Outcome on(WorkerNode& node, TestDone& m) {
    const bool is_native = &node == native();
    const bool is_rerun = assignments().is_rerun(m.test, node.number());
    const bool is_retry = node.tests().retry() == m.test;
    if (is_native ? m.test >= catalog_.size() : !node.complete(m.test)) {
      node.accuse("it reported a test that it did not have");
      return Outcome::failed;
    }
    if (!can_be_time(m.start_ms) || !can_be_time(m.elapsed_ms)) {
      node.accuse("it reported an impossible time");
      m.start_ms = m.elapsed_ms = 0;
    }
    Report report = std::exchange(node.untold.test, {});
    report.worker = node.number();
    report.add_output(node.number(), m.output);
    output_.of_test(node, report, m.test);
    report.dropped_parts = m.dropped_parts;
    report.properties = std::move(m.properties);
    report.start_ms = m.start_ms;
    report.elapsed_ms = m.elapsed_ms;
    if (!is_native) fail_if_overdue(node, m, report);
    const Outcome outcome = outcome_of_run(report);
    if (outcome == Outcome::failed) node.history.mark_failure();
    if (is_native) {
      account_.add_native(m.test, std::move(report));
    } else if (account_.add(m.test, std::move(report), is_rerun) && failure_limit_.add(m.test)) {
      giving_up_.give_up_after_failure(failure_limit_.source());
    }
    // The scheduler has already heard of a retried test.
    if (!is_retry) hand_out_.complete(node, m.test, seconds_of(m.time.duration_ns));
    return outcome;
  }

  void on(WorkerNode& node, const TestReturned& m) {
    if (!node.give_back(m.test)) node.accuse("it gave back a test that it did not have");
  }

  void on(WorkerNode& node, const EnvironmentsDown& m) {
    node.untold.program.add_output(node.number(), m.output);
    output_.cut(node, node.untold.program, [] { return "the tear-down of the test environments"; });
    log_.add_tear_down(std::exchange(node.untold.program, {}));
  }

  void on(WorkerNode& node, const NativeOutput& m) {
    Report report;
    report.add_output(node.number(), m.output);
    output_.cut(node, report, [&] { return "worker '" + node.name() + "'"; });
    log_.add_output(node.number(), m.output);
  }

  void on(WorkerNode& node, IterationDone& m) {
    if (node.is_busy()) {
      node.accuse("it ended an iteration in which it still had tests");
      return;
    }
    node.left_iteration();
    log_.add(std::exchange(node.untold.program, {}));
    log_.set_properties(std::move(m.properties));
    if (&node == native()) giving_up_.native_has_ended();
  }

  // The worker is dead; `how` says in which way. See CrashHandling.
  void on_crash(WorkerNode& node, const std::string& how) { crashes_.handle(node, how); }

 private:
  // A test may end too late, but before the Supervisor ends its worker. Then it fails here.
  void fail_if_overdue(const WorkerNode& node, const TestDone& m, Report& report) const {
    if (!timeout_ || clock_.counted(m.time) <= *timeout_) return;
    const testing::TestInfo& test = catalog_.test(m.test);
    report.add_part(node.number(), {},
                    {PartType::fatal_failure, test.file(), test.line(),
                     "worker '" + node.name() + "' timed out while running '" +
                         catalog_.full_name(m.test) + "': " + describe_time_out(*timeout_)});
  }

  bool nobody_can_run() const {
    return !hand_out_.ended() &&
           !any_of(nodes_, [](const WorkerNode& node) { return node.life().may_run_tests(); });
  }

  // Workers have stopped, but too few failures are known. If no worker has taken a test, no report
  // of a failure is on its way. Then the workers go on.
  void correct_stop_word() {
    if (!failure_limit_.is_contradicted()) return;
    for (const auto& node : nodes_) {
      if (!node->life().is_gone() && node->tests().has_taken()) return;
    }
    failure_limit_.restore();
    for (const auto& node : nodes_) node->resume();
  }

  const Catalog& catalog_;
  const WorkerNodes& nodes_;
  const SessionClock& clock_;
  const std::optional<std::chrono::milliseconds> timeout_;
  HandOut hand_out_;
  Account account_;
  OutputCutter output_;
  SuiteReports suites_;
  FailureLimit failure_limit_;
  ProgramLog log_;
  GivingUp giving_up_;
  CrashHandling crashes_;
};

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_CONTROLLER_SESSION_ITERATION_H_
