// ControllerRole: the process that a user started, when it has workers.
//
// Layer: shim. Connects gtest's events to a DSession. The session runs inside each iteration of
// gtest, and gtest itself finds no test to run.
#ifndef GTEST_XDIST_SHIM_CONTROLLER_ROLE_H_
#define GTEST_XDIST_SHIM_CONTROLLER_ROLE_H_

#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "gtest_xdist/bridge/catalog.h"
#include "gtest_xdist/bridge/hook_assertions.h"
#include "gtest_xdist/bridge/insides/compat.h"
#include "gtest_xdist/bridge/insides/flags_read.h"
#include "gtest_xdist/bridge/insides/listeners.h"
#include "gtest_xdist/bridge/insides/private_access.h"
#include "gtest_xdist/bridge/items.h"
#include "gtest_xdist/bridge/parts.h"
#include "gtest_xdist/bridge/selection.h"
#include "gtest_xdist/controller/crew/worker_count.h"
#include "gtest_xdist/controller/handout/planning.h"
#include "gtest_xdist/controller/records/replay_plan.h"
#include "gtest_xdist/controller/records/session_durations.h"
#include "gtest_xdist/controller/records/session_schedule.h"
#include "gtest_xdist/controller/session/dsession.h"
#include "gtest_xdist/controller/session/session_context.h"
#include "gtest_xdist/core/identity.h"
#include "gtest_xdist/core/settings/options.h"
#include "gtest_xdist/process/exit_hook.h"
#include "gtest_xdist/process/files/plain_file.h"
#include "gtest_xdist/process/files/temp_directory.h"
#include "gtest_xdist/process/jobserver.h"
#include "gtest_xdist/process/notes.h"
#include "gtest_xdist/process/once/once_values.h"
#include "gtest_xdist/process/output/output_file.h"
#include "gtest_xdist/process/self.h"
#include "gtest_xdist/process/signals/stop_signals.h"
#include "gtest_xdist/process/standard_input.h"
#include "gtest_xdist/shim/refusal.h"
#include "gtest_xdist/shim/session_life.h"

namespace gtest_xdist::internal {

// Lives until the process ends.
class ControllerRole : public SessionHost {
 public:
  // Make it before main: main can change the environment, the arguments and the directory. `replay`
  // is set if a recorded schedule runs again. Throws UsageError.
  ControllerRole(Options options, Environment environment, std::optional<ReplayPlan> replay)
      : options_(std::move(options)),
        environment_(std::move(environment)),
        replay_plan_(std::move(replay)),
        self_(Self::capture()),
        schedule_(options_, self_) {
    note_verbosity() = options_.verbosity;
    occupy_standard_descriptors();
    self_.must_be_known();
    // Do not ask make's job server where the number of workers is fixed. In the mode `each` it is
    // the number of runs of each test. A replay needs the recorded number.
    if (options_.dist != DistMode::each && !replay_plan_)
      jobserver_ = Jobserver::offered_by(environment_);
    once_values().lead([] {
      const auto directory = std::make_shared<const TempDirectory>();
      return OnceValues::Directory(directory, directory->path());
    });
    empty_shard_.hide();
    when_flags_are_read([this] { empty_shard_.flags_are_read(); });
    put_first(new Outer(*this));
    instance_ = this;
    call_at_exit<&ControllerRole::at_exit>();
  }

 private:
  class Outer : public testing::EmptyTestEventListener {
   public:
    explicit Outer(ControllerRole& role) : role_(role) {}

    void OnTestProgramStart(const testing::UnitTest&) override {
      role_.program_start();
      role_.add_inner();
    }
    void OnTestIterationStart(const testing::UnitTest&, int iteration) override {
      keep_last(role_.inner_);
      if (iteration > 0) role_.another_iteration_starts();
    }
    void OnTestStart(const testing::TestInfo&) override { role_.test_starts(); }
    void OnTestEnd(const testing::TestInfo& test) override { role_.test_ends(test); }
    void OnTestIterationEnd(const testing::UnitTest&, int iteration) override {
      if (role_.session_) {
        role_.session_->player().iteration_end_ends();
        role_.schedule_.iteration_ends(iteration);
      }
      role_.life_->iteration_ends(iteration);
    }
    void OnTestProgramEnd(const testing::UnitTest&) override { role_.program_end(); }

   private:
    ControllerRole& role_;
  };

  class Inner : public testing::EmptyTestEventListener {
   public:
    explicit Inner(ControllerRole& role) : role_(role) {}

    void OnTestIterationStart(const testing::UnitTest&, int) override { role_.run_iteration(); }
    void OnTestEnd(const testing::TestInfo&) override {
      if (role_.session_) role_.session_->player().on_test_end_begins();
    }
    void OnTestIterationEnd(const testing::UnitTest&, int iteration) override {
      role_.end_iteration(iteration);
    }

   private:
    ControllerRole& role_;
  };

  // Called after the hooks of the program's start, because plugins may append listeners there.
  void add_inner() {
    if (inner_ == nullptr) put_last(inner_ = new Inner(*this));
  }

  void fail_session(const std::string& message, bool) override { fail(message); }
  std::vector<Item> all_items() override { return make_items(*catalog_); }

  void program_start() {
    catalog_ = std::make_shared<const Catalog>();
    life_.emplace(*this, true);
    life_->hooks().config().dist = name_of(options_.dist);
    life_->start();
    if (!empty_shard_.hidden()) return;
    empty_shard_.restore();
    if (!catalog_->selected().empty()) {
      // The first of these causes needs a gtest that has the two flags: see has_shard_flags().
      note(
          "the program has set the flags total_shards and shard_index after InitGoogleTest(), or "
          "has removed the variables GTEST_TOTAL_SHARDS and GTEST_SHARD_INDEX: running serially; "
          "to run workers, leave them as they are",
          Topic::error);
      return;
    }
    select_shard(*catalog_, empty_shard_.shard());
    const std::size_t tests = catalog_->selected().size();
    const int repeat = GTEST_XDIST_FLAG_GET(repeat);
    try {
      schedule_.check_report(GTEST_XDIST_FLAG_GET(output), self_.directory);
      plan_replay(repeat);
    } catch (const UsageError& error) {
      refuse(error.what());
    }
    if (tests == 0 || repeat == 0) return;
    occupy_standard_descriptors();  // main may have closed one
    const unsigned workers =
        replay_ ? replay_->run.workers
                : count_workers(options_, tests, life_->hooks(),
                                [this](const std::string& message) { fail(message); });
    life_->hooks().config().numprocesses = workers;
    if (const std::string loss = input_.loss(); !loss.empty()) note(loss, Topic::error);
    // From here on there is something that a signal would leave behind.
    stop_signals_.emplace();
    try {
      read_durations();
      const SessionContext context{*catalog_,
                                   options_,
                                   life_->hooks(),
                                   static_cast<unsigned>(std::max(repeat, 0)),
                                   life_->hooks().active(),
                                   durations_ ? &*durations_ : nullptr,
                                   schedule_.begin_run(catalog_, run_, workers),
                                   replay_ ? &*replay_ : nullptr};
      session_ = std::make_unique<DSession>(context, workers, make_launcher(workers),
                                            *stop_signals_, jobserver_.get());
    } catch (const std::runtime_error& error) {
      refuse(error.what());
    }
    session_->collect();
  }

  Launcher make_launcher(unsigned workers) const {
    LaunchTerms terms{workers, run_, once_values().share(), options_.maxoutput * kMegabyte,
                      options_.capture};
    terms.input = &input_;
    if (!jobserver_) return {self_, environment_, std::move(terms)};
    terms.withheld = jobserver_->descriptors();
    return {self_, without_jobserver(environment_), std::move(terms)};
  }

  // A relative path counts from the directory in which the process started. main may have left it.
  void read_durations() {
    if (!options_.durations_file) return;
    const std::string& path = *options_.durations_file;
    durations_.emplace(*catalog_, path, absolute_path(path, self_.directory), self_.program());
  }

  // With plugins the selection is not known yet: the workers report it. Throws UsageError.
  void plan_replay(int repeat) {
    replay_.reset();
    if (!replay_plan_) return;
    replay_.emplace(Replay{*replay_plan_, replay_plan_->run(run_, *catalog_, repeat)});
    if (!life_->hooks().active()) replay_plan_->check_selection(replay_->run, *catalog_);
  }

  void fail(const std::string& message) {
    if (!session_ || !session_->fail(message)) fail_program(message);
  }

  // Ends the process if the session is over: gtest would begin all iterations that are left.
  void another_iteration_starts() {
    if (!session_) return;
    session_->player().iteration_starts();
    if (!session_->is_over()) return;
    const std::string& setting = session_->ends_repetition();
    if (!setting.empty()) note("no further iteration starts: " + setting + " and a failure");
    repeater().OnTestProgramEnd(*testing::UnitTest::GetInstance());
    std::exit(EXIT_FAILURE);
  }

  void run_iteration() {
    if (!session_) return;
    try {
      session_->run_iteration();
      session_->player().iteration_end_begins();
    } catch (...) {
      // A listener has thrown. gtest leaves RUN_ALL_TESTS without another event.
      abandon();
      forget_run();
      throw;
    }
    // gtest itself has selected no test here. --gtest_fail_if_no_test_selected must not fail the
    // run for that.
    fail_if_no_test_selected_ = exchange_fail_if_no_test_selected(false);
  }

  void test_starts() {
    SessionHooks& hooks = life_->hooks();
    if (session_ && hooks.active()) {
      const HookAssertions guard(hooks);
      hooks.runtest_logstart(hooks.item(session_->player().test()));
    }
  }

  void test_ends(const testing::TestInfo& test) {
    if (!session_) return;
    ReportPlayer& player = session_->player();
    SessionHooks& hooks = life_->hooks();
    if (hooks.active()) {
      const HookAssertions guard(hooks);
      const Item& item = hooks.item(player.test());
      const int worker = player.worker();  // negative if no worker has run the test
      hooks.runtest_logreport(
          make_report(item, test, worker < 0 ? worker_id() : worker_name(worker)));
      hooks.runtest_logfinish(item);
    }
    session_->test_told(test);
    player.on_test_end_ends();
  }

  void end_iteration(int iteration) {
    life_->tests_end(iteration, false);
    if (session_) exchange_fail_if_no_test_selected(fail_if_no_test_selected_);
  }

  void program_end() {
    if (session_ && disagreement_.empty()) disagreement_ = session_->disagreement();
    session_.reset();
    if (durations_) durations_->save();
    schedule_.save();
    life_->end();
    forget_run();
  }

  // Prepares for another RUN_ALL_TESTS.
  void forget_run() {
    durations_.reset();
    life_.reset();
    if (stop_signals_) stop_signal_ = stop_signals_->first();
    stop_signals_.reset();
    ++run_;
    empty_shard_.hide();
  }

  // Ends a session in its middle, with its workers and the values of once().
  void abandon() {
    session_.reset();
    schedule_.save();
    end_values();
  }

  // Corrects an exit status of 0 that hides a problem. main cannot know what happened to a worker
  // after its tests. A plugin or a listener may call exit() in the middle of the tests.
  static void at_exit(int status) {
    if (::getpid() != instance_->process_) return;  // a forked child
    const bool ends_early = instance_->life_.has_value();
    if (ends_early) instance_->abandon();
    if (instance_->stop_signal_ != 0) {
      // Shells report a process that a signal has ended as this plus the signal's number.
      constexpr int kEndedBySignal = 128;
      std::fflush(nullptr);
      std::_Exit(kEndedBySignal + instance_->stop_signal_);
    }
    if (status != 0 || (!ends_early && instance_->disagreement_.empty())) return;
    note("error: " + (ends_early ? "the process ended before all tests were reported"
                                 : instance_->disagreement_ + ", although nothing failed in it"),
         Topic::error);
    std::fflush(nullptr);
    std::_Exit(EXIT_FAILURE);
  }

  const Options options_;
  const Environment environment_;
  const std::optional<ReplayPlan> replay_plan_;
  const Self self_;
  const StandardInput input_;
  std::unique_ptr<Jobserver> jobserver_;  // make's, if it limits the number of workers
  EmptyShard empty_shard_;
  unsigned run_ = 0;                       // calls of RUN_ALL_TESTS that have ended
  Inner* inner_ = nullptr;                 // owned by gtest
  bool fail_if_no_test_selected_ = false;  // as the user set it
  std::shared_ptr<const Catalog> catalog_;
  std::optional<SessionLife> life_;            // while RUN_ALL_TESTS runs
  std::optional<SessionDurations> durations_;  // likewise, if there is a file for them
  std::optional<Replay> replay_;               // likewise, if a schedule runs again
  SessionSchedule schedule_;
  std::optional<StopSignals> stop_signals_;  // while a session is made or runs
  std::unique_ptr<DSession> session_;
  std::string disagreement_;
  int stop_signal_ = 0;  // the first that came during the last session; 0: none

  const ::pid_t process_ = ::getpid();
  inline static ControllerRole* instance_ = nullptr;
};

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_SHIM_CONTROLLER_ROLE_H_
