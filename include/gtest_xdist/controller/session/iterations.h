// Takes a session's workers from one iteration to the next.
//
// Layer: controller/session. A worker goes on to the next iteration by itself, so it may be there
// before that has begun here. Does not start workers, and does not play reports back.
#ifndef GTEST_XDIST_CONTROLLER_SESSION_ITERATIONS_H_
#define GTEST_XDIST_CONTROLLER_SESSION_ITERATIONS_H_

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "gtest_xdist/bridge/catalog.h"
#include "gtest_xdist/bridge/insides/compat.h"
#include "gtest_xdist/controller/crew/crew.h"
#include "gtest_xdist/controller/crew/node_manager.h"
#include "gtest_xdist/controller/handout/hand_out.h"
#include "gtest_xdist/controller/handout/planning.h"
#include "gtest_xdist/controller/node/worker_node.h"
#include "gtest_xdist/controller/node/worker_nodes.h"
#include "gtest_xdist/controller/results/crash_hook.h"
#include "gtest_xdist/controller/results/crash_items.h"
#include "gtest_xdist/controller/results/failure_limit.h"
#include "gtest_xdist/controller/results/program_log.h"
#include "gtest_xdist/controller/results/run_tally.h"
#include "gtest_xdist/controller/session/collection_check.h"
#include "gtest_xdist/controller/session/end_verdicts.h"
#include "gtest_xdist/controller/session/iteration.h"
#include "gtest_xdist/controller/session/session_context.h"
#include "gtest_xdist/controller/view/run_lines.h"
#include "gtest_xdist/core/messages/message.h"
#include "gtest_xdist/core/settings/options.h"
#include "gtest_xdist/scheduler/scheduler.h"

namespace gtest_xdist::internal {

class Iterations {
 public:
  Iterations(const SessionContext& context, const CollectionCheck& collection, Planning& planning,
             NodeManager& node_manager, const Crew& crew, EndVerdicts& verdicts)
      : catalog_(context.catalog),
        options_(context.options),
        collection_(collection),
        planning_(planning),
        node_manager_(node_manager),
        crew_(crew),
        verdicts_(verdicts),
        on_crash_item_(ask_plugins(context.hooks)),
        lines_(catalog_, node_manager.nodes()),
        left_(context.iterations),
        endless_(context.iterations == 0),
        asks_workers_(context.asks_workers) {}

  // --- the current iteration ---------------------------------------------------------------------

  bool under_way() const { return iteration_.has_value(); }
  Iteration& current() { return *iteration_; }
  const Iteration& current() const { return *iteration_; }

  void begin() { begin_with(planning_.make_scheduler(node_manager_.alive()), ProgramLog()); }

  // Begins again with other tests and the same scheduler. Nothing must have been handed out.
  void begin_anew() { begin_with(iteration_->release_scheduler(), std::move(iteration_->log())); }

  // How far the current iteration has come.
  const RunTally& tally() const { return tally_; }

  // Prints the lines about the current iteration.
  RunLines& lines() { return lines_; }

  // Takes back all tests that no worker has started. False if a worker has started one.
  bool take_everything_back() {
    for (const auto& node : nodes()) {
      node->take_back(node->unstarted());
      if (node->pending() != 0) return false;
    }
    return true;
  }

  // Begins again with the mode's own scheduler. From now on, workers are asked for their
  // collections first. All tests must have been taken back.
  void begin_asking_workers() {
    asks_workers_ = true;
    begin_with(planning_.make_scheduler_of_mode(node_manager_.alive()),
               std::move(iteration_->log()));
  }
  bool asks_workers() const { return asks_workers_; }

  // The worker takes part in the current iteration from now on.
  void enter(WorkerNode& node) {
    iteration_->enter(node);
    if (node.life().is_collected() || can_run_unasked(node)) iteration_->add(node);
  }

  void on(WorkerNode& node, const EnvironmentsUp& m) {
    if (!node.is_in_iteration()) {
      early_.emplace_back(&node, m);
    } else {
      iteration_->on(node, m);
    }
  }

  void on(WorkerNode& node, IterationDone& m) {
    if (!node.is_in_iteration() || (!ending_ && &node != iteration_->native())) {
      node.accuse("it ended an iteration that goes on");
      return;
    }
    iteration_->on(node, m);
  }

  // Whether everything is done, and workers only have to be told to end the iteration.
  bool is_complete() const { return any_worker_in() && iteration_->is_complete(); }

  // Tells the workers to end the iteration, and whether anything has failed by now. Only the first
  // call of an iteration does so.
  void tell_workers_to_end() {
    if (std::exchange(ending_, true)) return;
    const bool failed = iteration_->has_failures() || !testing::UnitTest::GetInstance()->Passed();
    verdicts_.set_failed(failed);
    ends_repetition_ = failed ? what_ends_repetition() : "";
    for (const auto& node : nodes()) {
      if (!node->is_in_iteration() || node.get() == iteration_->native()) continue;
      node->command(failed ? Command::end_failed_iteration : Command::end_iteration);
    }
  }

  // Tells the workers to end the current iteration, and blocks until no worker is in it any more.
  void end() {
    // Every worker tells its collection, even if no test is left to run.
    node_manager_.pump_until([this] {
      return !any_of(nodes(), [](const WorkerNode& node) { return node.life().is_starting(); });
    });
    tell_workers_to_end();
    node_manager_.pump_until([this] { return !any_worker_in(); });
    ending_ = false;
  }

  // Whether the current iteration ends, so that workers may be in the next one already.
  bool ending() const { return ending_; }

  // The current iteration is not used any more.
  void forget() {
    iteration_.reset();
    planning_.go_on();
  }

  // --- later iterations --------------------------------------------------------------------------

  // How many iterations a worker that is started now takes part in; 0: without end. A worker that
  // is started while an iteration ends begins with the next one.
  unsigned to_come() const { return endless_ ? 0 : left_ - (ending_ ? 1 : 0); }

  // Whether no iteration follows the current one.
  bool is_last() const { return !endless_ && left_ == 1; }

  // Whether an additional worker would have something to do.
  bool has_work() {
    if (!why_no_more_workers_.empty()) return false;
    return (!ending_ && iteration_->has_work()) || left_ > 1 || endless_;
  }

  // Counts off the current iteration. True if it was the last.
  bool count_off() { return !endless_ && --left_ == 0; }

  // From now on no worker is started, in this iteration or in later ones. Gives up the current one.
  void start_no_more_workers(const std::string& why) {
    why_no_more_workers_ = why;
    give_up(why);
  }

  // Skips the tests that have not started.
  void give_up(const std::string& why) { iteration_->give_up("not run: " + why); }

  // Why no worker is started any more; empty if workers may still start.
  const std::string& why_no_more_workers() const { return why_no_more_workers_; }

  // Whether no other iteration must follow the one that has ended.
  bool are_over() const { return !why_no_more_workers_.empty() || !ends_repetition_.empty(); }

  // The setting because of which none must follow; empty if there is no such setting.
  const std::string& ends_repetition() const { return ends_repetition_; }

 private:
  const WorkerNodes& nodes() const { return node_manager_.nodes(); }

  // `log` has what was logged before.
  void begin_with(std::unique_ptr<Scheduler> scheduler, ProgramLog log) {
    const std::vector<TestIndex> order = planning_.order(collection_.order());
    iteration_.emplace(
        IterationContext{catalog_, nodes(), node_manager_.clock(), node_manager_.stop_word(),
                         failure_policy(), on_crash_item_},
        HandOut::Plan{std::move(scheduler), planning_.name(), order, crew_.workers(),
                      planning_.locks()});
    iteration_->log() = std::move(log);
    iteration_->leave_out(planning_.left_out(order), planning_.reason_to_leave_out());
    follow();
    for (const auto& node : nodes()) {
      if (!node->life().is_gone()) enter(*node);
    }
    for (auto& [node, message] : std::exchange(early_, {})) iteration_->on(*node, message);
    if (!why_no_more_workers_.empty()) give_up(why_no_more_workers_);
    iteration_->schedule();
  }

  // Counts and shows the ends of the iteration's tests.
  void follow() {
    const auto now = node_manager_.clock().now();
    tally_ = {iteration_->runs(), 0, 0, now, now};
    lines_.begin(crew_.workers(), collection_.order().size(), planning_.name());
    if (!asks_workers_) lines_.tell_beginning();
    iteration_->on_run_end([this](const RunEnd& end) {
      tally_.add(end, node_manager_.clock().now());
      lines_.tell_end(end, tally_);
    });
  }

  // In a serial run the first two end the process at the first failure, so also its repetitions.
  std::string what_ends_repetition() const {
    if (GTEST_XDIST_FLAG_GET(break_on_failure)) return "--gtest_break_on_failure";
    if (GTEST_XDIST_FLAG_GET(throw_on_failure)) return "--gtest_throw_on_failure";
    const bool is_users = options_.maxfail > 0 && iteration_->has_reached_maxfail();
    return is_users && !GTEST_XDIST_FLAG_GET(fail_fast) ? failure_policy().maxfail_source : "";
  }

  FailurePolicy failure_policy() const {
    FailurePolicy policy;
    const bool is_fail_fast = GTEST_XDIST_FLAG_GET(fail_fast);
    policy.maxfail = is_fail_fast ? 1 : options_.maxfail;
    policy.maxfail_source = is_fail_fast
                                ? "--gtest_fail_fast"
                                : "GTEST_XDIST_MAXFAIL=" + std::to_string(options_.maxfail);
    policy.retries = options_.retries;
    policy.timeout = options_.timeout;
    return policy;
  }

  // Whether the worker can be sent tests before it has told its collection. It starts none of them
  // if its collection is not the expected one.
  bool can_run_unasked(const WorkerNode& node) const {
    return node.life().is_starting() && !asks_workers_;
  }

  bool any_worker_in() const {
    return any_of(nodes(), [](const WorkerNode& node) { return node.is_in_iteration(); });
  }

  const Catalog& catalog_;
  const Options& options_;
  const CollectionCheck& collection_;
  Planning& planning_;
  NodeManager& node_manager_;
  const Crew& crew_;
  EndVerdicts& verdicts_;
  const CrashItemHandler on_crash_item_;
  RunLines lines_;
  RunTally tally_;
  unsigned left_;
  const bool endless_;
  bool asks_workers_;
  bool ending_ = false;
  std::string why_no_more_workers_;
  std::string ends_repetition_;
  std::vector<std::pair<WorkerNode*, EnvironmentsUp>> early_;  // of the next iteration
  std::optional<Iteration> iteration_;
};

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_CONTROLLER_SESSION_ITERATIONS_H_
