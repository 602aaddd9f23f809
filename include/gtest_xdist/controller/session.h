// The controller: one RUN_ALL_TESTS, distributed over workers.
//
// Layer: controller. One thread. Starts workers, compares their collections, replaces those that
// die, and replays what they report; what is handed out and what becomes of it is an Iteration's
// business. Every wait ends by data or by the death of a worker.
#ifndef GTEST_XDIST_CONTROLLER_SESSION_H_
#define GTEST_XDIST_CONTROLLER_SESSION_H_

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <gtest/gtest.h>

#include "gtest_xdist/bridge/catalog.h"
#include "gtest_xdist/bridge/private_access.h"
#include "gtest_xdist/bridge/replayer.h"
#include "gtest_xdist/controller/crash_items.h"
#include "gtest_xdist/controller/crash_report.h"
#include "gtest_xdist/controller/dist_modes.h"
#include "gtest_xdist/controller/iteration.h"
#include "gtest_xdist/controller/launcher.h"
#include "gtest_xdist/controller/notes.h"
#include "gtest_xdist/controller/worker_node.h"
#include "gtest_xdist/core/collection.h"
#include "gtest_xdist/core/message.h"
#include "gtest_xdist/core/options.h"
#include "gtest_xdist/transport/segment.h"

namespace gtest_xdist::internal {

class Session : public ReplaySource {
 public:
  // `catalog` shows the selection. `iterations` is --gtest_repeat; 0: without end. Starts the
  // workers. What is passed by reference must outlive the session. Throws std::runtime_error if it
  // cannot be done.
  Session(const Catalog& catalog, const Options& options, const Self& self, Environment environment,
          unsigned workers, unsigned run, unsigned iterations)
      : catalog_(catalog),
        options_(options),
        workers_(workers),
        iterations_left_(iterations),
        endless_(iterations == 0),
        restarts_left_(restart_limit()),
        digest_(catalog.digest()),
        segment_(Segment::create(segment_name(run), shape(catalog, workers))),
        launcher_(self, std::move(environment), options, workers, run),
        replayer_(catalog, *this) {
    segment_.header().output_is_terminal = ::isatty(STDOUT_FILENO) != 0;
    for (unsigned slot = 0; slot < workers; ++slot) start_worker(slot);
  }

  // Runs the tests in `order` once and replays them. With the last iteration the workers end.
  void run_iteration(const std::vector<TestIndex>& order) {
    begin_iteration(order);
    replay_set_up();
    replay_tests();
    end_iteration();
    if (!endless_ && --iterations_left_ == 0) end_workers();
    replayer_.replay_program(iteration_->log().take_rest());
    tell_reproductions();
  }

  // What hears OnTestEnd first and last calls this.
  Replayer& replayer() { return replayer_; }

  // Not empty if a worker's main returned a status other than 0 although nothing had failed: wrong,
  // unless this process's main does so too.
  const std::string& dissent() const { return dissent_; }

 private:
  using State = WorkerNode::State;

  // A worker that has not ended this long after its last test is killed.
  static constexpr std::chrono::seconds kExitPatience{60};
  // Room for bursts of small reports, so that a worker rarely waits for the replay. In bytes.
  static constexpr std::uint64_t kResultsCapacity = 1U << 18;
  static constexpr std::uint64_t kCommandsCapacity = 1U << 12;

  static std::string segment_name(unsigned run) {
    return "gtest-xdist-" + std::to_string(::getpid()) + "-" + std::to_string(run);
  }

  static SegmentShape shape(const Catalog& catalog, unsigned workers) {
    return {workers, round_up_to_power_of_two(catalog.size()), kResultsCapacity, kCommandsCapacity};
  }

  unsigned restart_limit() const { return options_.max_worker_restart.value_or(4 * workers_); }

  // --- the steps of an iteration -------------------------------------------------------------

  void begin_iteration(const std::vector<TestIndex>& order) {
    iteration_.emplace(catalog_, nodes_, make_scheduler(options_.dist, alive()),
                       scheduler_name(options_.dist), workers_, order, CrashItemHandler());
    for (const auto& node : nodes_) {
      if (node->state == State::gone) continue;
      node->begin_iteration(iteration_->assignments());
      if (node->state == State::collected) iteration_->add(*node);
    }
    for (const auto& [node, message] : std::exchange(early_, {})) iteration_->on(*node, message);
    if (!hopeless_.empty()) iteration_->give_up("not run: " + hopeless_);
    iteration_->schedule();
  }

  void replay_set_up() {
    ProgramLog& log = iteration_->log();
    while (!log.set_up_known() && alive() > 0 && hopeless_.empty()) pump();
    if (log.set_up_known() && !log.set_up_ran()) return;
    const testing::UnitTest& unit_test = *testing::UnitTest::GetInstance();
    repeater().OnEnvironmentsSetUpStart(unit_test);
    replayer_.replay_program(log.take_set_up());
    repeater().OnEnvironmentsSetUpEnd(unit_test);
  }

  void replay_tests() {
    while (!iteration_->store().all_replayed()) {
      if (const std::optional<SuiteIndex> suite = iteration_->store().next_suite()) {
        replayer_.replay_suite(*suite);
      } else {
        advance();
      }
    }
  }

  // Blocks until no worker is in the iteration any more.
  void end_iteration() {
    ProgramLog& log = iteration_->log();
    ending_ = true;
    failed_ = log.has_failures() || !testing::UnitTest::GetInstance()->Passed();
    for (const auto& node : nodes_) {
      if (!node->in_iteration || node.get() == iteration_->native()) continue;
      node->command(failed_ ? Command::end_failed_iteration : Command::end_iteration);
    }
    while (std::any_of(nodes_.begin(), nodes_.end(),
                       [](const auto& node) { return node->in_iteration; })) {
      pump();
    }
    ending_ = false;
    replayer_.replay_program(log.take_rest());
    if (!log.tear_down_ran()) return;
    const testing::UnitTest& unit_test = *testing::UnitTest::GetInstance();
    repeater().OnEnvironmentsTearDownStart(unit_test);
    replayer_.replay_program(log.take_tear_down());
    repeater().OnEnvironmentsTearDownEnd(unit_test);
  }

  // Blocks until the processes have ended.
  void end_workers() {
    using Clock = std::chrono::steady_clock;
    const Clock::time_point deadline = Clock::now() + kExitPatience;
    while (alive() > 0) {
      if (poll()) continue;
      const auto left =
          std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now());
      if (left.count() > 0) {
        segment_.header().bell.wait_for(left);
        continue;
      }
      for (const auto& node : nodes_) {
        if (node->state == State::gone) continue;
        node->broken = "it did not end within " + std::to_string(kExitPatience.count()) +
                       " seconds after its tests";
        node->process->kill();
      }
      segment_.header().bell.wait();
    }
  }

  // For each worker in which something failed: the line that does it again.
  void tell_reproductions() const {
    for (const auto& node : nodes_) {
      const std::vector<TestIndex> history = node->history_to_last_failure();
      if (history.empty()) continue;
      note("reproduce " + node->name() + ": " + launcher_.reproduction(history));
    }
  }

  // --- waiting -------------------------------------------------------------------------------

  // Handles all that has happened since the last call; true if something had.
  bool poll() {
    if (segment_.header().bell.answer()) look_again_ = true;
    bool any = false;
    // By number: handling may add a worker.
    for (std::size_t i = 0; i < nodes_.size(); ++i) {
      WorkerNode& node = *nodes_[i];
      if (node.state == State::gone) continue;
      const bool ended = node.process->ended();  // asked before the last look into its ring
      any |= read(node);
      if (!node.broken.empty()) node.process->kill();
      if (ended) {
        handle_end(node);
        any = true;
      }
    }
    if (any) iteration_->set_wake_marks();
    return any;
  }

  // Blocks until something has happened, and handles it.
  void pump() {
    while (!poll()) {
      // A worker does not ring for everything, but this long after a ring all is there to be seen.
      if (std::exchange(look_again_, false)) {
        segment_.header().bell.wait_for(2 * kLongestSilence);
      } else {
        segment_.header().bell.wait();
        look_again_ = true;
      }
    }
  }

  // As pump(), where a test is waited for: makes sure that there is something to wait for.
  void advance() {
    if (poll()) return;
    if (iteration_->under_way()) {
      pump();
    } else {
      iteration_->settle_account();
    }
  }

  bool read(WorkerNode& node) {
    bool any = false;
    try {
      while (node.broken.empty() && node.drain()) {
        any = true;
        for (std::string_view frame; node.broken.empty() && node.next_frame(frame);) {
          WorkerMessage message = decode_worker_message(frame);
          std::visit([&](auto& m) { on(node, m); }, message);
        }
      }
    } catch (const CorruptRing& error) {
      node.broken = std::string("its result ring is damaged: ") + error.what();
    } catch (const DecodeError& error) {
      node.broken = std::string("it sent a damaged message: ") + error.what();
    }
    return any;
  }

  // --- what concerns a worker as a whole -----------------------------------------------------

  void on(WorkerNode& node, Hello& m) {
    if (m.digest != digest_) {
      node.command(Command::send_collection);
      return;
    }
    node.state = State::collected;
    if (!ending_) iteration_->add(node);
    schedule_if_equal();
  }

  void on(WorkerNode& node, CollectionIds& m) {
    node.state = State::unusable;
    iteration_->log().add_failure(
        node.number(), {},
        describe_collection_difference(catalog_.ids(), m.ids, "controller", node.name()));
    collections_differ_ = true;
    schedule_if_equal();
  }

  // If the collections differ, nothing is started, but all differences are told.
  void schedule_if_equal() {
    if (!collections_differ_) return iteration_->schedule();
    const bool all_known = std::none_of(nodes_.begin(), nodes_.end(), [](const auto& node) {
      return node->state == State::starting;
    });
    if (all_known && hopeless_.empty()) lose_hope("the workers did not collect the same tests");
  }

  // A worker that has ended an iteration goes on to the next one, whether or not that has begun
  // here.
  void on(WorkerNode& node, EnvironmentsUp& m) {
    if (ending_) {
      early_.emplace_back(&node, std::move(m));
    } else {
      iteration_->on(node, m);
    }
  }

  void on(WorkerNode& node, ProgramDone&) { node.state = State::done; }

  template <class Message>
  void on(WorkerNode& node, Message& m) {
    iteration_->on(node, m);
  }

  // --- workers come and go -------------------------------------------------------------------

  void start_worker(std::uint32_t slot) {
    auto node = std::make_unique<WorkerNode>(static_cast<int>(nodes_.size()), segment_, slot);
    // One that is started while an iteration ends begins with the next one.
    const unsigned iterations = endless_ ? 0 : iterations_left_ - (ending_ ? 1 : 0);
    launcher_.launch(*node, segment_, iterations, testing::UnitTest::GetInstance()->random_seed());
    nodes_.push_back(std::move(node));
  }

  std::size_t alive() const {
    return static_cast<std::size_t>(std::count_if(
        nodes_.begin(), nodes_.end(), [](const auto& node) { return node->state != State::gone; }));
  }

  void handle_end(WorkerNode& node) {
    const ExitStatus status = node.process->wait();
    node.process.reset();
    node.in_iteration = false;
    const State before = std::exchange(node.state, State::gone);
    if (before == State::done) {
      judge_end(node, status);
    } else {
      handle_crash(node, status);
    }
  }

  // A worker has ended after RUN_ALL_TESTS.
  void judge_end(const WorkerNode& node, const ExitStatus& status) {
    if (status.success()) return;
    const std::string what =
        "worker '" + node.name() + "' " + describe_end(node, status) + " after its tests";
    const std::int32_t said_by_main = node.slot().exit_status.load();
    constexpr std::int32_t kStatusBits = 0xff;  // what of an exit status reaches the parent
    if (status.exited() && said_by_main != WorkerSlot::kNoExitStatus &&
        status.code() == (said_by_main & kStatusBits)) {
      // main may map success to any status, and this process's main will do so again.
      if (!failed_) dissent_ = what;
    } else if (status.exited() && failed_) {
      // Not 0, as it should be. What it printed last may say more, as a leak report does.
      iteration_->log().add_output(node.number(), node.tail());
    } else {
      iteration_->log().add_failure(node.number(), node.tail(), what);
    }
  }

  void handle_crash(WorkerNode& node, const ExitStatus& status) {
    const std::string how = describe_end(node, status);
    note("[" + node.name() + "] node down: " + how);
    iteration_->on_crash(node, how);
    if (!collections_differ_) replace(node);
    schedule_if_equal();
    if (alive() == 0) {
      iteration_->give_up("not run: " + (hopeless_.empty() ? "no worker is left" : hopeless_));
    }
  }

  void replace(const WorkerNode& node) {
    const bool is_needed = (!ending_ && iteration_->has_work()) || iterations_left_ > 1 || endless_;
    if (!hopeless_.empty() || !is_needed) return;
    if (restarts_left_ == 0) {
      const unsigned limit = restart_limit();
      lose_hope(limit == 0 ? "worker " + node.name() + " crashed and worker restarting disabled"
                           : "maximum crashed workers reached: " + std::to_string(limit));
      return;
    }
    --restarts_left_;
    note("replacing crashed worker " + node.name() + " with " +
         worker_name(static_cast<int>(nodes_.size())));
    try {
      start_worker(node.slot_number());
      if (!ending_) nodes_.back()->begin_iteration(iteration_->assignments());
    } catch (const std::runtime_error& error) {
      lose_hope(error.what());
    }
  }

  // No worker will be started any more, in this iteration and in those to come.
  void lose_hope(const std::string& why) {
    hopeless_ = why;
    note(why);
    iteration_->give_up("not run: " + why);
  }

  // --- ReplaySource --------------------------------------------------------------------------

  TestIndex next_test(SuiteIndex suite) override {
    if (segment_.header().bell.has_rung()) poll();
    while (!iteration_->store().all_replayed(suite)) {
      if (const std::optional<TestIndex> test = iteration_->store().next_test(suite)) return *test;
      advance();
    }
    return kNoTest;
  }

  Report take_report(TestIndex test) override { return iteration_->store().take_test(test); }

  Report take_suite_up(SuiteIndex suite) override {
    return iteration_->store().take_suite_up(suite);
  }

  Report take_suite_down(SuiteIndex suite) override {
    while (!iteration_->store().all_left(suite)) {
      // A worker that has nothing to do would stay in the suite until it gets something.
      for (const auto& node : nodes_) {
        if (node->open_suite == suite && node->pending() == 0) node->shutdown();
      }
      pump();
    }
    return iteration_->store().take_suite_down(suite);
  }

  void print(const OutputSlice& slice, int worker) override {
    if (slice.empty()) return;
    const WorkerOutput& output = nodes_[static_cast<std::size_t>(worker)]->output;
    output.out.consume(
        slice.out, [](std::string_view text) { std::fwrite(text.data(), 1, text.size(), stdout); });
    if (!output.err.valid()) return;
    output.err.consume(
        slice.err, [](std::string_view text) { std::fwrite(text.data(), 1, text.size(), stderr); });
  }

  const Catalog& catalog_;
  const Options& options_;
  const unsigned workers_;
  unsigned iterations_left_;
  const bool endless_;
  unsigned restarts_left_;
  const std::uint64_t digest_;
  const KeepChildStatus keep_child_status_;
  Segment segment_;
  Launcher launcher_;
  Replayer replayer_;
  WorkerNodes nodes_;     // the dead stay, for their output
  std::string hopeless_;  // why no worker is started any more, if so
  std::string dissent_;
  bool look_again_ = false;
  bool collections_differ_ = false;
  bool failed_ = false;  // whether anything has failed, as far as the workers were told
  bool ending_ = false;  // whether workers may be in the next iteration already
  std::vector<std::pair<WorkerNode*, EnvironmentsUp>> early_;  // of the next iteration
  std::optional<Iteration> iteration_;
};

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_CONTROLLER_SESSION_H_
