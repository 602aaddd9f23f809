// The controller: one RUN_ALL_TESTS, distributed over workers.
//
// Layer: controller. One thread. Starts workers, compares their collections, lets a scheduler hand
// out tests, replaces workers that die, and feeds what they report to the replay. Every wait ends
// by data or by the death of a worker.
#ifndef GTEST_XDIST_CONTROLLER_SESSION_H_
#define GTEST_XDIST_CONTROLLER_SESSION_H_

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <iterator>
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
#include "gtest_xdist/bridge/compat.h"
#include "gtest_xdist/bridge/private_access.h"
#include "gtest_xdist/bridge/replayer.h"
#include "gtest_xdist/controller/crash_report.h"
#include "gtest_xdist/controller/launcher.h"
#include "gtest_xdist/controller/notes.h"
#include "gtest_xdist/controller/program_log.h"
#include "gtest_xdist/controller/result_store.h"
#include "gtest_xdist/controller/worker_node.h"
#include "gtest_xdist/core/collection.h"
#include "gtest_xdist/core/message.h"
#include "gtest_xdist/core/options.h"
#include "gtest_xdist/scheduler/each.h"
#include "gtest_xdist/scheduler/load.h"
#include "gtest_xdist/scheduler/scheduler.h"
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
    for (unsigned slot = 0; slot < workers; ++slot) start_worker(slot);
  }

  // Runs the tests in `order` once and replays them. With the last iteration the workers end.
  void run_iteration(const std::vector<TestIndex>& order) {
    begin_iteration(order);
    replay_set_up();
    replay_tests();
    end_iteration();
    if (!endless_ && --iterations_left_ == 0) end_workers();
    replayer_.replay_program(log_.take_rest());
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
  // Room for bursts of small reports, so that a worker rarely waits for the replay. Pages that are
  // never touched cost nothing. In bytes.
  static constexpr std::uint64_t kResultsCapacity = 1U << 20;
  static constexpr std::uint64_t kCommandsCapacity = 1U << 12;

  static std::string segment_name(unsigned run) {
    return "gtest-xdist-" + std::to_string(::getpid()) + "-" + std::to_string(run);
  }

  static SegmentShape shape(const Catalog& catalog, unsigned workers) {
    return {workers, round_up_to_power_of_two(catalog.size()), kResultsCapacity, kCommandsCapacity};
  }

  unsigned restart_limit() const { return options_.max_worker_restart.value_or(4 * workers_); }

  // --- an iteration
  // --------------------------------------------------------------------------------

  void begin_iteration(const std::vector<TestIndex>& order) {
    order_ = order;
    log_ = {};
    started_ = false;
    given_up_ = false;
    store_.emplace(suites_of_tests(), order, catalog_.suite_count(),
                   options_.dist == DistMode::each ? workers_ : 1U);
    scheduler_ = make_scheduler();
    for (const auto& node : nodes_) {
      if (node->state == State::gone) continue;
      node->begin_iteration();
      if (node->state == State::collected) add_to_scheduler(*node);
    }
    for (auto& [node, message] : std::exchange(early_, {})) on(*node, message);
    if (!hopeless_.empty()) give_up("not run: " + hopeless_);
    start_when_collected();
  }

  std::vector<SuiteIndex> suites_of_tests() const {
    std::vector<SuiteIndex> suites;
    suites.reserve(catalog_.size());
    for (SuiteIndex suite = 0; suite < catalog_.suite_count(); ++suite) {
      suites.insert(suites.end(), catalog_.first_test(suite + 1) - catalog_.first_test(suite),
                    suite);
    }
    return suites;
  }

  std::unique_ptr<Scheduler> make_scheduler() const {
    switch (options_.dist) {
      case DistMode::load:
        return std::make_unique<LoadScheduling>(alive());
      case DistMode::each:
        return std::make_unique<EachScheduling>(alive());
    }
    throw std::logic_error("a dist mode without a scheduler");
  }

  void replay_set_up() {
    while (!log_.set_up_known() && alive() > 0 && hopeless_.empty()) pump();
    if (log_.set_up_known() && !log_.set_up_ran()) return;
    const testing::UnitTest& unit_test = *testing::UnitTest::GetInstance();
    repeater().OnEnvironmentsSetUpStart(unit_test);
    replayer_.replay_program(log_.take_set_up());
    repeater().OnEnvironmentsSetUpEnd(unit_test);
  }

  void replay_tests() {
    while (!store_->all_replayed()) {
      if (const std::optional<SuiteIndex> suite = store_->next_suite()) {
        replayer_.replay_suite(*suite);
      } else {
        advance();
      }
    }
  }

  // Blocks until no worker is in the iteration any more.
  void end_iteration() {
    ending_ = true;
    failed_ = log_.has_failures() || !testing::UnitTest::GetInstance()->Passed();
    for (const auto& node : nodes_) {
      if (!node->in_iteration || node.get() == native_) continue;
      node->command(failed_ ? Command::end_failed_iteration : Command::end_iteration);
    }
    while (std::any_of(nodes_.begin(), nodes_.end(),
                       [](const auto& node) { return node->in_iteration; })) {
      pump();
    }
    ending_ = false;
    replayer_.replay_program(log_.take_rest());
    if (log_.tear_down_ran()) {
      const testing::UnitTest& unit_test = *testing::UnitTest::GetInstance();
      repeater().OnEnvironmentsTearDownStart(unit_test);
      replayer_.replay_program(log_.take_tear_down());
      repeater().OnEnvironmentsTearDownEnd(unit_test);
    }
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

  // --- waiting
  // -------------------------------------------------------------------------------------

  // Handles all that has happened since the last call; true if something had.
  bool poll() {
    segment_.header().bell.answer();
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
    if (any) set_wake_marks();
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
    if (nothing_under_way()) {
      skip(store_->missing(), given_up_ ? give_up_reason_ : "not run: it was never handed out");
    } else {
      pump();
    }
  }

  bool nothing_under_way() const {
    if (native_ != nullptr) return false;
    return std::all_of(nodes_.begin(), nodes_.end(), [](const auto& node) {
      return node->state == State::gone || node->state == State::unusable ||
             (node->state == State::ready && node->pending() == 0);
    });
  }

  // Tells the workers from when on they are running dry.
  void set_wake_marks() {
    for (const auto& node : nodes_) {
      if (node->state != State::ready || !is_scheduled(*node)) continue;
      node->slot().wake_below.store(static_cast<std::uint32_t>(scheduler_->wake_below(*node)),
                                    std::memory_order_relaxed);
    }
  }

  // --- workers come and go
  // -------------------------------------------------------------------------

  void start_worker(std::uint32_t slot) {
    auto node = std::make_unique<WorkerNode>(static_cast<int>(nodes_.size()), segment_, slot);
    launcher_.launch(*node, segment_, endless_ ? 0 : iterations_left_,
                     testing::UnitTest::GetInstance()->random_seed());
    nodes_.push_back(std::move(node));
  }

  std::size_t alive() const {
    return static_cast<std::size_t>(std::count_if(
        nodes_.begin(), nodes_.end(), [](const auto& node) { return node->state != State::gone; }));
  }

  void add_to_scheduler(WorkerNode& node) {
    scheduler_->add_node(node);
    scheduler_->add_node_collection(node, order_);
  }

  bool is_scheduled(const WorkerNode& node) const {
    const std::vector<Node*> nodes = scheduler_->nodes();
    return std::find(nodes.begin(), nodes.end(), &node) != nodes.end();
  }

  // If the collections differ, nothing is started, but all differences are told.
  void start_when_collected() {
    if (collections_differ_) {
      const bool all_known = std::none_of(nodes_.begin(), nodes_.end(), [](const auto& node) {
        return node->state == State::starting;
      });
      if (all_known && hopeless_.empty()) lose_hope("the workers did not collect the same tests");
      return;
    }
    if (given_up_ || !scheduler_->collection_is_completed()) return;
    started_ = true;
    scheduler_->schedule();
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
      log_.add_output(node.number(), node.tail());
    } else {
      log_.add_failure(node.number(), node.tail(), what);
    }
  }

  void handle_crash(WorkerNode& node, const ExitStatus& status) {
    const std::string how = describe_end(node, status);
    note("[" + node.name() + "] node down: " + how);
    const std::optional<TestIndex> item = node.crash_item();
    if (item) {
      report_crash_in_test(node, *item, how);
    } else if (node.open_suite && node.slot().phase.load() == Phase::suite_down) {
      node.suite_report.add_part(
          node.number(), node.tail(),
          {PartType::fatal_failure, "", -1,
           crashed_in_tear_down(node, catalog_.suite(*node.open_suite).name(), how)});
      store_->add_suite_down(*node.open_suite, std::move(node.suite_report));
    } else {
      log_.add(std::move(node.program_report));
      log_.add_failure(node.number(), node.tail(), crashed_elsewhere(node, how));
    }
    leave_suite(node);
    give_back(node, node.abandon());
    if (item && GTEST_XDIST_FLAG_GET(fail_fast)) stop_after_failure();
    if (&node == native_) native_ = nullptr;
    if (!collections_differ_) replace(node);
    start_when_collected();
    if (alive() == 0) give_up("not run: " + (hopeless_.empty() ? "no worker is left" : hopeless_));
  }

  void report_crash_in_test(WorkerNode& node, TestIndex item, const std::string& how) {
    const testing::TestInfo& test = catalog_.test(item);
    Report report = std::move(node.suite_report);  // of a set-up that did not end; else empty
    std::move(node.test_report.steps.begin(), node.test_report.steps.end(),
              std::back_inserter(report.steps));
    report.add_part(node.number(), node.tail(),
                    {PartType::fatal_failure, test.file(), test.line(),
                     crashed_while_running(node, catalog_.full_name(item), how)});
    store_->add_test(item, node.number(), std::move(report));
    node.add_crash_item_to_history();
    node.mark_failure();
  }

  // What a worker will not run goes back to the scheduler.
  void give_back(WorkerNode& node, const std::vector<TestIndex>& tests) {
    if (given_up_) skip(tests, give_up_reason_);
    if (is_scheduled(node)) {
      scheduler_->remove_node(node, given_up_ ? std::vector<TestIndex>{} : tests);
    }
  }

  void replace(const WorkerNode& node) {
    if (!hopeless_.empty()) return;
    const bool has_work = !given_up_ && !(started_ && scheduler_->tests_finished());
    if (!has_work && iterations_left_ <= 1 && !endless_) return;
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
      nodes_.back()->begin_iteration();
    } catch (const std::runtime_error& error) {
      lose_hope(error.what());
    }
  }

  void leave_suite(WorkerNode& node) {
    if (node.open_suite) store_->suite_left(*node.open_suite);
    node.open_suite.reset();
    node.suite_report = {};
  }

  // --- what workers say
  // ----------------------------------------------------------------------------

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

  void on(WorkerNode& node, const Hello& m) {
    if (m.digest != digest_) {
      node.command(Command::send_collection);
      return;
    }
    node.state = State::collected;
    if (!given_up_) add_to_scheduler(node);
    start_when_collected();
  }

  void on(WorkerNode& node, const CollectionIds& m) {
    node.state = State::unusable;
    log_.add_failure(
        node.number(), {},
        describe_collection_difference(catalog_.ids(), m.ids, "controller", node.name()));
    collections_differ_ = true;
    start_when_collected();
  }

  void on(WorkerNode& node, EnvironmentsUp& m) {
    if (ending_) {
      early_.emplace_back(&node, std::move(m));
      return;
    }
    node.program_report.add_output(node.number(), m.output);
    log_.add_set_up(std::exchange(node.program_report, {}), m.ran);
    if (node.state != State::collected) return;
    node.state = m.usable ? State::ready : State::unusable;
    if (m.usable) return start_when_collected();
    if (options_.dist == DistMode::each) {
      node.take_back(node.unstarted());
      store_->expect_one_report_less();
      give_back(node, {});
    } else {
      give_back(node, node.take_back(node.unstarted()));
    }
    if (nobody_can_run()) {
      // What a serial run does now depends on the version of gtest; this worker shows it.
      given_up_ = true;
      native_ = &node;
      node.command(Command::run_natively);
    }
  }

  bool nobody_can_run() const {
    return !given_up_ && std::all_of(nodes_.begin(), nodes_.end(), [](const auto& node) {
      return node->state == State::gone || node->state == State::unusable;
    });
  }

  void on(WorkerNode& node, PartSeen& m) {
    Report* report = nullptr;
    switch (m.scope) {
      case Scope::program:
        report = &node.program_report;
        break;
      case Scope::suite:
        report = &node.suite_report;
        break;
      case Scope::test:
        report = &node.test_report;
        break;
    }
    report->add_part(node.number(), m.output, std::move(m.part));
  }

  void on(WorkerNode& node, const SuiteUp& m) {
    if (m.suite >= catalog_.suite_count() || node.open_suite) {
      node.broken = "it entered a suite that it cannot enter";
      return;
    }
    node.open_suite = m.suite;
    store_->suite_entered(m.suite);
    node.suite_report.add_output(node.number(), m.output);
    store_->add_suite_up(m.suite, std::exchange(node.suite_report, {}));
  }

  void on(WorkerNode& node, TestDone& m) {
    const bool native = &node == native_;
    if (native ? m.test >= catalog_.size() : !node.complete(m.test)) {
      node.broken = "it reported a test that it did not have";
      return;
    }
    Report report = std::exchange(node.test_report, {});
    report.add_output(node.number(), m.output);
    report.dropped_parts = m.dropped_parts;
    report.properties = std::move(m.properties);
    report.start_ms = m.start_ms;
    report.elapsed_ms = m.elapsed_ms;
    const bool failed = report.failed();
    if (failed) node.mark_failure();
    store_->add_test(m.test, node.number(), std::move(report));
    if (native) return;
    if (failed && GTEST_XDIST_FLAG_GET(fail_fast)) stop_after_failure();
    constexpr double kMillisecond = 0.001;
    scheduler_->mark_test_complete(node, m.test, static_cast<double>(m.elapsed_ms) * kMillisecond);
  }

  void on(WorkerNode& node, SuiteDown& m) {
    if (!node.open_suite || *node.open_suite != m.suite) {
      node.broken = "it left a suite that it was not in";
      return;
    }
    node.suite_report.add_output(node.number(), m.output);
    node.suite_report.properties = std::move(m.properties);
    node.suite_report.start_ms = m.start_ms;
    node.suite_report.elapsed_ms = m.elapsed_ms;
    store_->add_suite_down(m.suite, std::exchange(node.suite_report, {}));
    leave_suite(node);
  }

  void on(WorkerNode& node, const EnvironmentsDown& m) {
    node.program_report.add_output(node.number(), m.output);
    log_.add_tear_down(std::exchange(node.program_report, {}));
  }

  void on(WorkerNode& node, IterationDone& m) {
    node.in_iteration = false;
    node.state = State::collected;
    log_.add(std::exchange(node.program_report, {}));
    log_.set_properties(std::move(m.properties));
    if (&node != native_) return;
    native_ = nullptr;
    // What it did not report is not reported in a serial run either.
    for (const TestIndex test : store_->missing()) store_->forget_test(test);
  }

  void on(WorkerNode& node, const NativeOutput& m) { log_.add_output(node.number(), m.output); }

  void on(WorkerNode& node, const ProgramDone&) { node.state = State::done; }

  // --- giving up
  // -----------------------------------------------------------------------------------

  // No worker will be started any more, in this iteration and in those to come.
  void lose_hope(const std::string& why) {
    hopeless_ = why;
    note(why);
    give_up("not run: " + why);
  }

  // Starts no test any more in this iteration. Those that have not started are skipped, and
  // `reason` is what their reports say.
  void give_up(const std::string& reason) {
    if (!std::exchange(given_up_, true)) give_up_reason_ = reason;
    skip(started_ ? scheduler_->cancel() : store_->missing(), give_up_reason_);
    if (alive() == 0) skip(store_->missing(), give_up_reason_);
  }

  // --gtest_fail_fast: the rest is reported as gtest does it, skipped without a word.
  void stop_after_failure() { give_up(""); }

  void skip(const std::vector<TestIndex>& tests, const std::string& reason) {
    for (const TestIndex test : tests) {
      if (!store_->close_test(test)) continue;
      const testing::TestInfo& info = catalog_.test(test);
      Report report;
      report.add_part(0, {}, {PartType::skip, info.file(), info.line(), reason});
      store_->settle_test(test, std::move(report));
    }
  }

  // --- ReplaySource
  // --------------------------------------------------------------------------------

  TestIndex next_test(SuiteIndex suite) override {
    if (segment_.header().bell.answer()) poll();
    while (!store_->all_replayed(suite)) {
      if (const std::optional<TestIndex> test = store_->next_test(suite)) return *test;
      advance();
    }
    return kNoTest;
  }

  Report take_report(TestIndex test) override { return store_->take_test(test); }

  Report take_suite_up(SuiteIndex suite) override { return store_->take_suite_up(suite); }

  Report take_suite_down(SuiteIndex suite) override {
    while (!store_->all_left(suite)) {
      // A worker that has nothing to do would stay in the suite until it gets something.
      for (const auto& node : nodes_) {
        if (node->open_suite == suite && node->pending() == 0) node->shutdown();
      }
      pump();
    }
    return store_->take_suite_down(suite);
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
  Segment segment_;
  Launcher launcher_;
  Replayer replayer_;
  std::vector<std::unique_ptr<WorkerNode>> nodes_;  // by number; the dead stay, for their output
  std::string hopeless_;                            // why no worker is started any more, if so
  std::string dissent_;
  bool look_again_ = false;
  bool collections_differ_ = false;

  // Of the iteration.
  std::vector<TestIndex> order_;
  std::optional<ResultStore> store_;
  std::unique_ptr<Scheduler> scheduler_;
  ProgramLog log_;
  bool started_ = false;   // whether tests have been handed out
  bool given_up_ = false;  // whether no further test is to start
  bool failed_ = false;    // whether anything has failed, as far as workers were told
  bool ending_ = false;    // whether messages of the next iteration may come
  std::string give_up_reason_;
  WorkerNode* native_ = nullptr;  // runs what gtest does after a failed environment
  std::vector<std::pair<WorkerNode*, EnvironmentsUp>> early_;  // of the next iteration
};

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_CONTROLLER_SESSION_H_
