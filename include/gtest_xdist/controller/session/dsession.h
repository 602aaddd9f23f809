// Distributes one RUN_ALL_TESTS over workers. (The name is pytest-xdist's.)
//
// Layer: controller/session. One thread. Hears the messages and the ends of workers, and passes
// them on. Does not decide which worker runs which test. Its parts:
//
//   Crew               starts workers
//   WorkerCollections  compares the collections of workers
//   Planning           makes the schedulers
//   Iterations         begins and ends iterations
//   Iteration          hands tests out and files their reports
//   Playback           plays back the reports into GoogleTest
//   Staffing           decides whether to start another worker
//   Supervisor         decides which workers to end
#ifndef GTEST_XDIST_CONTROLLER_SESSION_DSESSION_H_
#define GTEST_XDIST_CONTROLLER_SESSION_DSESSION_H_

#include <algorithm>
#include <chrono>
#include <optional>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "gtest_xdist/bridge/catalog.h"
#include "gtest_xdist/bridge/hook_assertions.h"
#include "gtest_xdist/bridge/report_player.h"
#include "gtest_xdist/controller/crew/crew.h"
#include "gtest_xdist/controller/crew/file_conflicts.h"
#include "gtest_xdist/controller/crew/launcher.h"
#include "gtest_xdist/controller/crew/node_event.h"
#include "gtest_xdist/controller/crew/node_manager.h"
#include "gtest_xdist/controller/crew/output_loss.h"
#include "gtest_xdist/controller/crew/session_clock.h"
#include "gtest_xdist/controller/crew/stack_printer.h"
#include "gtest_xdist/controller/crew/supervisor.h"
#include "gtest_xdist/controller/crew/worker_times.h"
#include "gtest_xdist/controller/handout/planning.h"
#include "gtest_xdist/controller/node/crash_report.h"
#include "gtest_xdist/controller/node/worker_node.h"
#include "gtest_xdist/controller/node/worker_nodes.h"
#include "gtest_xdist/controller/records/schedule_log.h"
#include "gtest_xdist/controller/records/session_durations.h"
#include "gtest_xdist/controller/results/program_log.h"
#include "gtest_xdist/controller/session/collection_check.h"
#include "gtest_xdist/controller/session/end_verdicts.h"
#include "gtest_xdist/controller/session/hook_guard.h"
#include "gtest_xdist/controller/session/iteration.h"
#include "gtest_xdist/controller/session/iterations.h"
#include "gtest_xdist/controller/session/playback.h"
#include "gtest_xdist/controller/session/session_context.h"
#include "gtest_xdist/controller/session/staffing.h"
#include "gtest_xdist/controller/session/worker_collections.h"
#include "gtest_xdist/controller/view/epilogue.h"
#include "gtest_xdist/controller/view/progress.h"
#include "gtest_xdist/controller/view/who_runs_what.h"
#include "gtest_xdist/core/messages/message.h"
#include "gtest_xdist/hooks/session_hooks.h"
#include "gtest_xdist/process/jobserver.h"
#include "gtest_xdist/process/notes.h"
#include "gtest_xdist/process/signals/stop_signals.h"
#include "gtest_xdist/transport/machine_clock.h"

namespace gtest_xdist::internal {

class DSession : private NodeEventHandler {
 public:
  // Starts the workers. If make's jobserver limits how many there are, `jobserver` is that, else
  // null. Throws std::runtime_error if a worker cannot start.
  DSession(const SessionContext& context, unsigned workers, Launcher launcher,
           StopSignals& stop_signals, Jobserver* jobserver)
      : catalog_(context.catalog),
        hooks_(context.hooks),
        durations_(context.durations),
        schedule_log_(context.schedule_log),
        collection_(catalog_),
        node_manager_(*this, catalog_.size(), workers, std::move(launcher), stop_signals,
                      jobserver),
        planning_(catalog_, context.options, hooks_, nodes(), durations_, context.replay),
        crew_(node_manager_, hooks_, context.options, workers),
        supervisor_(catalog_, context.options, nodes(), clock(), stack_printer(node_manager_),
                    clock().now()),
        progress_(shows_progress(context.options), catalog_, nodes(), clock()),
        who_runs_what_(catalog_, nodes(), clock(), node_manager_.bell()),
        playback_(catalog_, node_manager_),
        iterations_(context, collection_, planning_, node_manager_, crew_, verdicts_),
        collections_(catalog_, hooks_, node_manager_, collection_, iterations_),
        staffing_(node_manager_, crew_, iterations_, collections_, schedule_log_) {
    if (!iterations_.asks_workers()) collections_.expect_own();
    node_manager_.expect_values(catalog_.digest_of_values());
    crew_.gather();
    // A worker finds its tests when it arrives, and does not wait for workers that start later.
    if (!iterations_.asks_workers()) iterations_.begin();
    crew_.start(iterations_.to_come());
    staffing_.await_token();
    if (schedule_log_ == nullptr) return;
    for (const auto& node : nodes()) schedule_log_->started(*node);
  }

  // Blocks until the first worker has told which tests plugins have left, or until no worker can.
  // (The workers are alike.) Call this before listeners hear how many tests there are.
  void collect() {
    if (!iterations_.under_way()) iterations_.begin();
    node_manager_.pump_until([this] {
      return !collections_.are_awaited() || node_manager_.alive() == 0 ||
             !iterations_.why_no_more_workers().empty();
    });
  }

  // Runs the selected tests once and plays back them. After the last iteration, waits for the ends
  // of the workers.
  void run_iteration() {
    if (!iterations_.under_way()) iterations_.begin();
    staffing_.await_token();
    iterations_.lines().tell_beginning();
    if (schedule_log_ != nullptr) {
      schedule_log_->begin_iteration(collection_.order(), iteration().runs_on_every_worker());
    }
    playback_.play_set_up(iteration());
    playback_.play_tests(iteration());
    playback_.call_the_roll(iteration(), collection_.order());
    iterations_.end();
    playback_.play_tear_down(iteration());
    if (iterations_.count_off()) node_manager_.wait_for_end();
    playback_.play_rest(iteration());
    iteration().output_cutter().tell();
    tell_epilogue(iteration().flaky(), catalog_, nodes(), collection_.order(),
                  node_manager_.launcher());
    iterations_.forget();
  }

  // For the listeners that hear OnTestEnd first and last.
  ReportPlayer& player() { return playback_.player(); }

  // Call this when listeners have heard of the end of `test`, during its playback.
  void test_told(const testing::TestInfo& test) {
    playback_.test_told(test);
    const int worker = player().worker();
    if (worker >= 0) file_conflicts_.look(*nodes()[static_cast<std::size_t>(worker)]);
  }

  // Adds a failure to the current iteration, which plays it back. False if no iteration is under
  // way.
  bool fail(const std::string& message) {
    if (!iterations_.under_way()) return false;
    iteration().log().add_failure(0, {}, message);
    return true;
  }

  // Whether no other iteration must follow: the user has interrupted the run, say.
  bool is_over() const { return !supervisor_.over().empty() || iterations_.are_over(); }

  // As in Iterations and in EndVerdicts.
  const std::string& ends_repetition() const { return iterations_.ends_repetition(); }
  const std::string& disagreement() const { return verdicts_.disagreement(); }

 private:
  Iteration& iteration() { return iterations_.current(); }
  const WorkerNodes& nodes() const { return node_manager_.nodes(); }
  const SessionClock& clock() const { return node_manager_.clock(); }
  int stop_signal() const { return node_manager_.stop_signal(); }

  // --- what happens ------------------------------------------------------------------------------

  // NodeManager::poll() has the order.
  Time handle(const NodeEvent& event) override {
    if (event.kind == NodeEvent::Kind::wait) return on_wait(event.now);
    const std::optional<HookAssertions> guard = guard_hooks(hooks_);
    switch (event.kind) {
      case NodeEvent::Kind::continuation:
        supervisor_.on_continue();
        break;
      case NodeEvent::Kind::message:
        visit_message(event.message, [&](auto& m) { hear(*event.node, m); });
        break;
      case NodeEvent::Kind::end:
        on_end(*event.node, event.status);
        break;
      case NodeEvent::Kind::news:
        on_news();
        break;
      case NodeEvent::Kind::time:
        return on_time(event.now);
      case NodeEvent::Kind::wait:
        break;
    }
    return Time::max();
  }

  // --- time and signals --------------------------------------------------------------------------

  Time on_time(Time now) {
    const Time next = std::min(supervisor_.look(now, stop_signal()),
                               who_runs_what_.look(now, iterations_.tally()));
    if (!supervisor_.over().empty() && !std::exchange(over_told_, true)) stop();
    staffing_.use_free_token();
    return next;
  }

  Time on_wait(Time now) {
    iteration().go_on();
    iterations_.lines().tell_starts();
    return progress_.on_wait(now, iterations_.tally());
  }

  void stop() {
    const std::string& why = supervisor_.over();
    if (stop_signal() != 0) {
      note(why + ": ending the workers; the next signal ends this process at once", Topic::error);
    } else {
      iteration().log().add_failure(ProgramLog::kNoWorker, {}, why);
    }
    iterations_.start_no_more_workers(why);
  }

  // --- messages of workers -----------------------------------------------------------------------

  template <class Message>
  void hear(WorkerNode& node, Message& m) {
    if (node.live) node.live->hear_message(m);
    if (schedule_log_ == nullptr) return on(node, m);
    const ScheduleSpan::Result result = ScheduleLog::result_of(node, m);
    on(node, m);
    if (!node.is_accused()) schedule_log_->on_message(node, m, result);
  }

  void hear(WorkerNode& node, TestDone& m) {
    if (node.live) node.live->hear_message(m);
    const Outcome outcome = iteration().on(node, m);
    if (node.is_accused()) return;
    if (durations_ != nullptr && outcome != Outcome::skipped) time_test(m);
    if (schedule_log_ != nullptr) schedule_log_->on_test(node, m, outcome);
  }

  void on_news() {
    iteration().go_on();
    // This may happen while reports are still being played back. With plugins, that is too early to
    // tell workers the verdict: a plugin may still fail the run.
    if (!hooks_.active() && iterations_.is_complete()) iterations_.tell_workers_to_end();
    staffing_.replace_late();
    staffing_.use_free_token();
    iteration().set_wake_marks();
    staffing_.return_idle_tokens();
  }

  void on(WorkerNode& node, Hello& m) { collections_.on(node, m); }
  void on(WorkerNode& node, CollectionIds& m) { collections_.on(node, m); }
  void on(WorkerNode& node, EnvironmentsUp& m) { iterations_.on(node, m); }
  void on(WorkerNode& node, IterationDone& m) { iterations_.on(node, m); }

  void on(WorkerNode& node, InternalError& m) {
    verdicts_.set_failed(true);
    const std::string message = "worker '" + node.name() + "': " + m.message;
    if (m.thrown) {
      hooks_.internal_error(message);
    } else {
      hooks_.session().fail(message);
    }
  }

  void on(WorkerNode& node, SessionFinished& m) {
    node.controller.workeroutput = std::move(m.workeroutput);
  }

  void on(WorkerNode& node, ProgramDone&) {
    if (node.is_in_iteration()) {
      node.accuse("it ended its program in the middle of an iteration");
      return;
    }
    node.program_done();
  }

  void time_test(const TestDone& m) {
    if (iteration().awaits_retry(m.test) || clock().has_stood_still_since(m.time.begin_ns)) return;
    durations_->add_test(m.test, seconds_of(m.time.duration_ns));
  }

  void on(WorkerNode& node, SuiteDown& m) {
    iteration().on(node, m);
    if (durations_ == nullptr || node.is_accused()) return;
    if (clock().has_stood_still_since(node.untold.suite_begin_ns)) return;
    durations_->add_suite(m.suite, seconds_of(m.fixture_ns));
  }

  template <class Message>
  void on(WorkerNode& node, Message& m) {
    iteration().on(node, m);
  }

  // --- ends of workers ---------------------------------------------------------------------------

  void on_end(WorkerNode& node, const ExitStatus& status) {
    if (node.live) node.live->end();
    const auto now = MachineClock::now();
    time_running_item(node, now, std::chrono::system_clock::now());
    node.process_ended();
    const std::string how = describe_end(node, status);
    tell_loss_of_output(node, catalog_, node_manager_.launcher().directory());
    if (schedule_log_ != nullptr) {
      schedule_log_->ended(node, node.life().is_done() ? "" : describe_node_down(node, status),
                           now);
    }
    if (node.life().is_done()) {
      const std::string what = how + " after its tests";
      hooks_.testnodedown(node.controller,
                          ended_as_main_said(node, status) ? std::nullopt : std::optional(what));
      verdicts_.judge(node, status, what, iteration());
    } else {
      node.controller.workeroutput.reset();
      const std::string error = describe_node_down(node, status);
      if (stop_signal() == 0) note("[" + node.name() + "] node down: " + error);
      hooks_.testnodedown(node.controller, error);
      handle_crash(node, how);
    }
  }

  void handle_crash(WorkerNode& node, const std::string& how) {
    iteration().on_crash(node, how);
    staffing_.replace(node);
    collections_.schedule_if_equal();
    if (node_manager_.alive() > 0) return;
    const std::string& why = iterations_.why_no_more_workers();
    iterations_.give_up(why.empty() ? "no worker is left" : why);
  }

  const Catalog& catalog_;
  SessionHooks& hooks_;
  SessionDurations* const durations_;
  ScheduleLog* const schedule_log_;
  CollectionCheck collection_;
  NodeManager node_manager_;
  Planning planning_;
  Crew crew_;
  Supervisor supervisor_;
  Progress progress_;
  WhoRunsWhat who_runs_what_;
  Playback playback_;
  FileConflicts file_conflicts_;
  EndVerdicts verdicts_;
  bool over_told_ = false;
  Iterations iterations_;
  WorkerCollections collections_;
  Staffing staffing_;
};

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_CONTROLLER_SESSION_DSESSION_H_
