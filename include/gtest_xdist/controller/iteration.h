// One iteration: which tests are handed out, what workers say of them, what is given up.
//
// Layer: controller. No process is started or waited for here, and nothing is printed; a DSession
// does that and passes on what its workers say. Whatever the scheduler does, each test is reported
// when nothing is under way any more.
#ifndef GTEST_XDIST_CONTROLLER_ITERATION_H_
#define GTEST_XDIST_CONTROLLER_ITERATION_H_

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "gtest_xdist/bridge/catalog.h"
#include "gtest_xdist/controller/account.h"
#include "gtest_xdist/controller/assignments.h"
#include "gtest_xdist/controller/crash_items.h"
#include "gtest_xdist/controller/crash_report.h"
#include "gtest_xdist/controller/failure_limit.h"
#include "gtest_xdist/controller/hand_out.h"
#include "gtest_xdist/controller/lock_table.h"
#include "gtest_xdist/controller/output_settlement.h"
#include "gtest_xdist/controller/program_log.h"
#include "gtest_xdist/controller/result_store.h"
#include "gtest_xdist/controller/retries.h"
#include "gtest_xdist/controller/suite_reports.h"
#include "gtest_xdist/controller/time_out.h"
#include "gtest_xdist/controller/worker_node.h"
#include "gtest_xdist/core/message.h"
#include "gtest_xdist/core/text.h"
#include "gtest_xdist/scheduler/scheduler.h"
#include "gtest_xdist/transport/stop_word.h"

namespace gtest_xdist::internal {

class Iteration {
 public:
  // The tests in `order`, of which every report is awaited: one, or where every worker runs every
  // test one of each of `workers`. `scheduler_name` is how messages name the scheduler: "the
  // scheduler 'load'". `on_crash_item` may be empty. What is passed by reference must outlive this;
  // `nodes` are those of the session, and may grow. `stop_word` is what they look at.
  Iteration(const Catalog& catalog, const WorkerNodes& nodes, std::unique_ptr<Scheduler> scheduler,
            std::string scheduler_name, unsigned workers, std::vector<TestIndex> order,
            const LockTable& locks, CrashItemHandler on_crash_item, const FailurePolicy& policy,
            StopWord& stop_word)
      : catalog_(catalog),
        nodes_(nodes),
        on_crash_item_(std::move(on_crash_item)),
        hand_out_(std::move(scheduler), std::move(scheduler_name), catalog.size(), workers,
                  std::move(order), locks),
        account_(catalog, nodes, hand_out_.assignments(), hand_out_.order(),
                 hand_out_.runs_per_test(), policy.retries),
        output_(catalog),
        suites_(catalog, account_.store(), output_),
        is_retrying_(policy.retries > 0),
        timeout_(policy.timeout),
        failure_limit_(policy, hand_out_.runs_per_test(), stop_word) {
    check_scheduler();
  }

  ~Iteration() {
    for (const auto& node : nodes_) node->forget_iteration();
  }

  Iteration(const Iteration&) = delete;
  Iteration& operator=(const Iteration&) = delete;

  ResultStore& store() { return account_.store(); }
  ProgramLog& log() { return log_; }
  OutputSettlement& output_settlement() { return output_; }

  // How many runs of tests are expected.
  std::size_t runs() const { return hand_out_.order().size() * hand_out_.runs_per_test(); }

  // Has `handler` called at the end of each run of a test.
  void on_run_end(RunEndHandler handler) { account_.on_run_end(std::move(handler)); }

  // Whether every worker is to run every test; all have been there at the start then.
  bool runs_on_every_worker() const { return hand_out_.runs_on_every_worker(); }

  // Every worker that takes part keeps account with them.
  Assignments& assignments() { return hand_out_.assignments(); }

  // The worker takes part. To be called once for each, before anything else concerns it.
  void enter(WorkerNode& node) { node.begin_iteration(assignments(), hand_out_.gate()); }

  // --- handing out -------------------------------------------------------------------------------

  // The worker gets its share: it has the right collection, or runs nothing if it turns out to have
  // another.
  void add(WorkerNode& node) {
    hand_out_.add(node);
    check_scheduler();
  }

  // Hands tests out if all workers have delivered their collection, or have a look at all of them
  // again.
  void schedule() {
    hand_out_.schedule();
    check_scheduler();
  }

  // Whether another worker would have something to do.
  bool has_work() {
    const bool has_work = hand_out_.has_work();
    check_scheduler();
    return has_work || (!hand_out_.ended() && account_.retries().any_waiting());
  }

  // Has workers start what they were sent and may start now: to be called after all that workers or
  // the scheduler may have done, and before workers are waited for.
  void let_through() {
    mind_stop_word();
    if (!hand_out_.ended()) account_.retries().hand_out(nodes_);
    hand_out_.let_through();
  }

  // Tells the workers from when on they are running dry.
  void set_wake_marks() {
    hand_out_.set_wake_marks();
    check_scheduler();
  }

  // Whether some worker runs, or is on its way to run, a test.
  bool under_way() const {
    if (native_ != nullptr) return true;
    return std::any_of(nodes_.begin(), nodes_.end(), [](const auto& node) {
      using State = WorkerNode::State;
      const bool is_on_its_way = node->state == State::starting || node->state == State::collected;
      return is_on_its_way || (node->state != State::gone && node->is_busy());
    });
  }

  // Whether all has been heard that the workers have to say before they are told to end.
  bool is_complete() const {
    return native_ == nullptr && account_.store().all_arrived() &&
           std::all_of(nodes_.begin(), nodes_.end(), [](const auto& node) {
             using State = WorkerNode::State;
             return node->state == State::gone ||
                    (node->state != State::starting && !node->is_busy() && !node->open_suite);
           });
  }

  // Whether the test has failed and waits for another attempt.
  bool awaits_retry(TestIndex test) const { return account_.retries().is_waiting(test); }

  // What has passed only when it was run again, by test.
  std::vector<Retries::Flaky> flaky() const { return account_.retries().flaky(); }

  // Whether anything has failed that is known so far.
  bool has_failures() const { return log_.has_failures() || account_.store().has_failures(); }

  // The worker that does what gtest does after a failed environment, if there is one: it ends the
  // iteration by itself.
  const WorkerNode* native() const { return native_; }

  // Ends this iteration before it has handed anything out.
  std::unique_ptr<Scheduler> release_scheduler() { return hand_out_.release_scheduler(); }

  // Nobody is to run these; where every worker runs every test, each occurrence is one run less.
  // Those that then nobody runs are skipped, for `reason`.
  void leave_out(const std::vector<TestIndex>& tests, const std::string& reason) {
    for (const TestIndex test : account_.drop_runs(tests)) account_.skip(test, reason);
  }

  // --- giving up ---------------------------------------------------------------------------------

  // Starts no test any more, until it is known why: give_up() is to follow.
  void hold() {
    hand_out_.end();
    hand_out_.take_everything_back();
  }

  // Starts no test any more. Those that have not started are skipped, and `reason` is what their
  // reports say. The first reason stands.
  void give_up(const std::string& reason) {
    hand_out_.end();
    account_.retries().close(reason);
    if (!give_up_reason_) give_up_reason_ = reason;
    settle_rest();
  }

  bool has_given_up() const { return give_up_reason_.has_value(); }

  // Tests that are to be reported by nobody, because a serial run does not report them.
  const std::vector<TestIndex>& unreported() const { return unreported_; }

  // The last resort: nothing is under way, and still there are tests that nobody has reported.
  void settle_account() {
    const std::vector<TestIndex> missing = store().missing();
    if (!hand_out_.ended()) {
      std::vector<std::string> names;
      for (const TestIndex test : missing) {
        if (!account_.retries().is_waiting(test)) names.push_back(catalog_.full_name(test));
      }
      if (!names.empty()) log_.add_failure(kNoWorker, {}, hand_out_.describe_neglected(names));
    }
    give_up("not run: it was never handed out");
    for (const TestIndex test : missing) account_.skip(test, *give_up_reason_);
  }

  // --- what workers say --------------------------------------------------------------------------

  void on(WorkerNode& node, const EnvironmentsUp& m) {
    node.program_report.add_output(node.number(), m.output);
    output_.settle(node, node.program_report, [] { return "the set-up of the test environments"; });
    log_.add_set_up(std::exchange(node.program_report, {}), m.ran);
    if (node.state != WorkerNode::State::collected) return;
    node.state = m.usable ? WorkerNode::State::ready : WorkerNode::State::unusable;
    node.runs_items = m.usable;
    if (m.usable) return schedule();
    std::vector<TestIndex> tests = node.take_back(node.unstarted());
    if (node.pending() > 0) node.broken = "it took a test that it cannot run";
    std::vector<TestIndex> without_runs;
    if (hand_out_.runs_on_every_worker()) {
      without_runs = account_.drop_runs(hand_out_.share_left(std::exchange(tests, {})));
    }
    hand_out_.remove(node, tests);
    check_scheduler();
    if (nobody_can_run()) {
      // What a serial run does now depends on the version of gtest; this worker shows it.
      hand_out_.end();
      account_.retries().close("not run: the environments failed on every worker");
      native_ = &node;
      node.command(Command::run_natively);
      return;
    }
    for (const TestIndex test : without_runs) {
      account_.skip(test, "not run: the environments failed on every worker that was to run it");
    }
  }

  static void on(WorkerNode& node, PartSeen& m) {
    node.report_of(m.scope).add_part(node.number(), m.output, std::move(m.part));
  }

  void on(WorkerNode& node, const SuiteUp& m) { suites_.on(node, m); }
  void on(WorkerNode& node, SuiteDown& m) { suites_.on(node, m); }

  void on(WorkerNode& node, TestDone& m) {
    const bool native = &node == native_;
    const bool is_rerun = assignments().is_rerun(m.test, node.number());
    const bool is_retry = node.tests().retry() == m.test;
    if (native ? m.test >= catalog_.size() : !node.complete(m.test)) {
      node.broken = "it reported a test that it did not have";
      return;
    }
    if (!can_be_time(m.start_ms) || !can_be_time(m.elapsed_ms)) {
      node.broken = "it reported a time that cannot be";
      m.start_ms = m.elapsed_ms = 0;
    }
    Report report = std::exchange(node.test_report, {});
    report.worker = node.number();
    report.add_output(node.number(), m.output);
    output_.of_test(node, report, m.test);
    report.dropped_parts = m.dropped_parts;
    report.properties = std::move(m.properties);
    report.start_ms = m.start_ms;
    report.elapsed_ms = m.elapsed_ms;
    if (!native) fail_if_overdue(node, m, report);
    if (report.failed()) node.history.mark_failure();
    if (native) {
      account_.add_native(m.test, std::move(report));
    } else if (account_.add(m.test, std::move(report), is_rerun) && failure_limit_.add(m.test)) {
      give_up_after_failure();
    }
    if (hand_out_.ended()) return settle_rest();
    if (is_retry) return;  // the scheduler has heard of the test
    hand_out_.complete(node, m.test, seconds_of(m.time.duration_ns));
    check_scheduler();
  }

  void on(WorkerNode& node, const TestReturned& m) {
    if (!node.give_back(m.test)) {
      node.broken = "it gave back a test that it did not have";
      return;
    }
    settle_rest();
  }

  void on(WorkerNode& node, const EnvironmentsDown& m) {
    node.program_report.add_output(node.number(), m.output);
    output_.settle(node, node.program_report,
                   [] { return "the tear-down of the test environments"; });
    log_.add_tear_down(std::exchange(node.program_report, {}));
  }

  void on(WorkerNode& node, const NativeOutput& m) {
    Report report;
    report.add_output(node.number(), m.output);
    output_.settle(node, report, [&] { return "worker '" + node.name() + "'"; });
    log_.add_output(node.number(), m.output);
  }

  void on(WorkerNode& node, IterationDone& m) {
    if (node.is_busy()) {
      node.broken = "it ended an iteration in which it still had tests";
      return;
    }
    node.in_iteration = false;
    node.runs_items = false;
    node.state = WorkerNode::State::collected;
    log_.add(std::exchange(node.program_report, {}));
    log_.set_properties(std::move(m.properties));
    if (&node != native_) return;
    native_ = nullptr;
    // What it did not report is not reported in a serial run either.
    for (const TestIndex test : store().missing()) {
      if (!account_.close(test)) continue;
      store().forget_test(test);
      unreported_.push_back(test);
    }
  }

  // The worker is dead, and `how` says in which way: the test that it was running fails, or else
  // the suite that it was tearing down, or else the run; what it had not started goes to others.
  void on_crash(WorkerNode& node, const std::string& how) {
    output_.of_tail(node);
    const std::optional<TestIndex> item = node.running_item();
    KeptCrash crash;
    if (item) {
      crash = crash_in_test(node, catalog_.test(*item), catalog_.full_name(*item), how);
      if (assignments().is_rerun(*item, node.number())) {
        crash.earlier = account_.take_kept_steps(*item);
      }
    } else if (suites_.on_crash(node, how)) {
      node.history.mark_end();
    } else {
      log_.add(std::move(node.program_report));
      if (!node.end_reason || node.end_reason->blames_worker) {
        node.history.mark_end();
        log_.add_failure(node.number(), node.tail(), crashed_elsewhere(node, how));
      }
    }
    suites_.leave(node);
    if (item) account_.retries().interrupt(*item, node.number());
    hand_out_.remove(node, hand_out_.share_left(node.abandon(item.has_value())));
    check_scheduler();
    if (item) settle_crash_item(node, *item, std::move(crash));
    if (&node == native_) {
      native_ = nullptr;
      give_up("not run: no worker could run it");
    }
    account_.retries().reclaim(nodes_);
    settle_rest();
  }

 private:
  static constexpr int kNoWorker = -1;

  // A test may come to its end after its time, before its worker is ended.
  void fail_if_overdue(const WorkerNode& node, const TestDone& m, Report& report) const {
    if (!timeout_ || std::chrono::nanoseconds(m.time.duration_ns) <= *timeout_) return;
    const testing::TestInfo& test = catalog_.test(m.test);
    report.add_part(node.number(), {},
                    {PartType::fatal_failure, test.file(), test.line(),
                     "worker '" + node.name() + "' timed out while running '" +
                         catalog_.full_name(m.test) + "': " + describe_time_out(*timeout_)});
  }

  bool nobody_can_run() const {
    return !hand_out_.ended() && std::all_of(nodes_.begin(), nodes_.end(), [](const auto& node) {
      return node->state == WorkerNode::State::gone || node->state == WorkerNode::State::unusable;
    });
  }

  // To be called after any use of the scheduler that can fail.
  void check_scheduler() {
    if (hand_out_.error().empty() || std::exchange(scheduler_failed_, true)) return;
    log_.add_failure(kNoWorker, {}, hand_out_.error());
    give_up("not run: the scheduler failed");
  }

  // The rest is reported as gtest does it for --gtest_fail_fast, skipped without a word.
  void give_up_after_failure() {
    account_.retries().close("not run: stopped by " + failure_limit_.source());
    give_up("");
  }

  // Workers that stopped for no reason go on, when nobody can have a reason that is not known here.
  void mind_stop_word() {
    if (!failure_limit_.is_contradicted()) return;
    for (const auto& node : nodes_) {
      if (node->state != WorkerNode::State::gone && node->tests().has_taken()) return;
    }
    failure_limit_.restore();
    for (const auto& node : nodes_) node->resume();
  }

  // After giving up: takes back what has not started, and settles all that no worker runs. Where
  // every worker runs every test, one may be running a test that another has not started: so this
  // is done again whenever one has completed a test or died.
  void settle_rest() {
    if (!give_up_reason_ || native_ != nullptr) return;
    hand_out_.take_everything_back();
    account_.retries().reclaim(nodes_);
    account_.skip_rest(*give_up_reason_);
  }

  // To be called when the dead worker has been removed from the scheduler.
  void settle_crash_item(WorkerNode& node, TestIndex item, KeptCrash crash) {
    crash.counts = verdict_on(node, item, crash.report) == CrashVerdict::counts;
    const bool put_back = assignments().conclude_crash();
    if (!put_back && !crash.counts && !crash.report.failed()) {
      crash.report.add_part(crash.worker, {}, crash.crash);  // nothing else will tell of the test
    }
    const bool failed = crash.report.failed() && (crash.counts || !put_back);
    if (failed) node.history.mark_failure();
    bool is_final = failed && !is_retrying_;
    if (put_back) {
      if (is_final) failure_limit_.count_here();
      account_.keep_crash(item, std::move(crash));
    } else {
      is_final = account_.add_crash(item, std::move(crash));
    }
    check_scheduler();
    if (is_final && failure_limit_.add_crash(item)) give_up_after_failure();
  }

  CrashVerdict verdict_on(WorkerNode& node, TestIndex item, Report& report) {
    if (!on_crash_item_) return CrashVerdict::counts;
    try {
      return on_crash_item_(node, item, report, hand_out_.scheduler());
    } catch (...) {
      log_.add_failure(kNoWorker, {},
                       "the crash of '" + catalog_.full_name(item) +
                           "' was not handled: " + describe_current_exception());
      return CrashVerdict::counts;
    }
  }

  const Catalog& catalog_;
  const WorkerNodes& nodes_;
  const CrashItemHandler on_crash_item_;
  HandOut hand_out_;
  Account account_;
  OutputSettlement output_;
  SuiteReports suites_;
  const bool is_retrying_;
  const std::optional<std::chrono::milliseconds> timeout_;
  FailureLimit failure_limit_;
  ProgramLog log_;
  std::optional<std::string> give_up_reason_;
  std::vector<TestIndex> unreported_;
  bool scheduler_failed_ = false;
  WorkerNode* native_ = nullptr;
};

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_CONTROLLER_ITERATION_H_
