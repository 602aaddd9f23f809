// WorkerRole: a process that a controller started as a worker.
//
// Layer: shim. Connects gtest's events to a Worker, and calls the hooks of a session's beginning
// and end. Does not decide which test runs.
#ifndef GTEST_XDIST_SHIM_WORKER_ROLE_H_
#define GTEST_XDIST_SHIM_WORKER_ROLE_H_

#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "gtest_xdist/bridge/catalog.h"
#include "gtest_xdist/bridge/environments.h"
#include "gtest_xdist/bridge/insides/compat.h"
#include "gtest_xdist/bridge/insides/flags_read.h"
#include "gtest_xdist/bridge/insides/listeners.h"
#include "gtest_xdist/bridge/items.h"
#include "gtest_xdist/bridge/parts.h"
#include "gtest_xdist/bridge/selection.h"
#include "gtest_xdist/bridge/test_hooks.h"
#include "gtest_xdist/core/messages/handshake.h"
#include "gtest_xdist/core/value_map.h"
#include "gtest_xdist/core/wire/codec.h"
#include "gtest_xdist/os/os.h"
#include "gtest_xdist/process/exit_hook.h"
#include "gtest_xdist/process/files/descriptor.h"
#include "gtest_xdist/process/files/parcel.h"
#include "gtest_xdist/process/once/once_values.h"
#include "gtest_xdist/shim/session_life.h"
#include "gtest_xdist/transport/segment.h"
#include "gtest_xdist/worker/worker.h"

namespace gtest_xdist::internal {

// Lives until the process ends.
class WorkerRole : public SessionHost {
 public:
  // Make it before main. Throws std::runtime_error if `handshake` does not lead to a session.
  explicit WorkerRole(const Handshake& handshake)
      : handshake_(handshake), workerinput_(receive_input(handshake)), worker_(attach(handshake)) {
    die_with_controller();
    instance_ = this;
    once_values().join(handshake.directory);
    once_values().observe_making([](bool begins) { instance_->worker_.makes_value(begins); });
    call_at_exit<&WorkerRole::at_exit>();
    hide_unless_active();
    when_flags_are_read([this] { flags_are_read(); });
    put_first(new Outer(*this));
    silence_default_listeners();
  }

 private:
  class Outer : public testing::EmptyTestEventListener {
   public:
    explicit Outer(WorkerRole& role) : role_(role) {}

    void OnTestProgramStart(const testing::UnitTest&) override {
      role_.program_start();
      role_.add_inner();
    }
    void OnTestIterationStart(const testing::UnitTest&, int) override { keep_last(role_.inner_); }
    void OnEnvironmentsSetUpStart(const testing::UnitTest&) override {
      if (role_.active()) role_.worker_.environments_up_outer_start();
    }
    void OnEnvironmentsSetUpEnd(const testing::UnitTest&) override {
      if (role_.active()) role_.worker_.environments_up_outer_end();
    }
    void OnTestSuiteStart(const testing::TestSuite& suite) override {
      if (role_.active()) role_.worker_.suite_outer_start(suite);
    }
    void OnTestStart(const testing::TestInfo& test) override {
      if (!role_.active()) return;
      role_.worker_.test_outer_start(test);
      role_.test_hooks_->start(test);
    }
    void OnTestPartResult(const testing::TestPartResult& part) override {
      if (role_.worker_.look_for_forked_child()) return print_as_gtest(part);
      if (role_.active()) role_.worker_.part_outer(part);
    }
    void OnTestEnd(const testing::TestInfo& test) override {
      if (role_.worker_.look_for_forked_child()) {
        // It would take its parent's next test. It also has a copy of what its parent has not
        // printed yet, so it must not print by stdio.
        write_all(STDERR_FILENO, std::string("gtest-xdist: a child process has returned from '") +
                                     test.test_suite_name() + "." + test.name() +
                                     "': it ends here, with status 1\n");
        std::_Exit(EXIT_FAILURE);
      }
      if (!role_.active()) return;
      role_.test_hooks_->end();
      role_.worker_.test_outer_end(test);
    }
    void OnTestSuiteEnd(const testing::TestSuite& suite) override {
      if (role_.active()) role_.worker_.suite_outer_end(suite);
    }
    void OnEnvironmentsTearDownStart(const testing::UnitTest&) override {
      if (role_.active()) role_.worker_.environments_down_outer_start();
    }
    void OnEnvironmentsTearDownEnd(const testing::UnitTest&) override {
      if (role_.active()) role_.worker_.environments_down_outer_end();
    }
    void OnTestIterationEnd(const testing::UnitTest&, int iteration) override {
      if (role_.active()) role_.iteration_outer_end(iteration);
    }
    void OnTestProgramEnd(const testing::UnitTest&) override { role_.program_end(); }

   private:
    WorkerRole& role_;
  };

  class Inner : public testing::EmptyTestEventListener {
   public:
    explicit Inner(WorkerRole& role) : role_(role) {}

    void OnTestIterationStart(const testing::UnitTest&, int iteration) override {
      if (role_.active()) role_.worker_.iteration_inner_start(iteration);
    }
    void OnEnvironmentsSetUpStart(const testing::UnitTest&) override {
      if (role_.active()) role_.worker_.environments_up_inner_start();
    }
    void OnEnvironmentsSetUpEnd(const testing::UnitTest&) override {
      if (role_.active()) role_.worker_.environments_up_inner_end();
    }
    void OnTestSuiteStart(const testing::TestSuite&) override {
      if (role_.active()) role_.worker_.suite_inner_start();
    }
    void OnTestStart(const testing::TestInfo&) override {
      if (role_.active()) role_.worker_.test_inner_start();
    }
    void OnTestPartResult(const testing::TestPartResult&) override {
      if (role_.active()) role_.worker_.part_inner();
    }
    void OnTestEnd(const testing::TestInfo&) override {
      if (role_.active()) role_.worker_.test_inner_end();
    }
    void OnTestSuiteEnd(const testing::TestSuite&) override {
      if (role_.active()) role_.worker_.suite_inner_end();
    }
    void OnEnvironmentsTearDownStart(const testing::UnitTest&) override {
      if (role_.active()) role_.worker_.environments_down_inner_start();
    }
    void OnEnvironmentsTearDownEnd(const testing::UnitTest&) override {
      if (role_.active()) role_.worker_.environments_down_inner_end();
    }
    void OnTestIterationEnd(const testing::UnitTest&, int iteration) override {
      if (role_.active()) role_.iteration_inner_end(iteration);
    }

   private:
    WorkerRole& role_;
  };

  // In a forked child: prints the result as gtest's printer would.
  static void print_as_gtest(const testing::TestPartResult& part) {
    const std::string text = printed_form(part);
    std::fwrite(text.data(), 1, text.size(), stdout);
    std::fflush(stdout);
  }

  // Closes the descriptor, so that processes that tests start do not inherit it.
  static WorkerSegment attach(const Handshake& handshake) {
    const int descriptor = static_cast<int>(handshake.segment);
    WorkerSegment segment = WorkerSegment::attach(descriptor, handshake.slot);
    ::close(descriptor);
    return segment;
  }

  static ValueMap receive_input(const Handshake& handshake) {
    const int descriptor = static_cast<int>(handshake.input);
    const std::string bytes = Parcel::unpack(descriptor);
    ::close(descriptor);
    ValueMap input;
    Decoder decoder(bytes);
    decoder(input);
    decoder.expect_end();
    return input;
  }

  // The kernel kills this process when the controller dies, also in the middle of a test.
  void die_with_controller() {
    os::die_with_parent();
    // A test may undo that, and has children.
    const std::string alive = handshake_.directory + kLifeSign;
    os::die_with_writer(alive, ::getpid());
    life_of_group_ = os::die_with_writer(alive, -group_);
    // The controller may have died before that.
    if (static_cast<unsigned>(::getppid()) != handshake_.controller) std::_Exit(EXIT_FAILURE);
    // The controller starts a debugger that prints the stacks of a test that takes too long.
    os::allow_debugger(handshake_.controller);
  }

  // Only the controller streams results, and the controller's random seed holds in all processes.
  void flags_are_read() {
    empty_shard_.flags_are_read();
    GTEST_XDIST_FLAG_SET(stream_result_to, "");
    users_seed_ = GTEST_XDIST_FLAG_GET(random_seed);
    GTEST_XDIST_FLAG_SET(random_seed, static_cast<std::int32_t>(handshake_.seed));
  }

  // One call of RUN_ALL_TESTS in this process is the session's. In all others no test runs.
  bool in_session() const { return run_ == handshake_.run; }
  bool active() const { return in_session() && !Worker::in_forked_child(); }

  void hide_unless_active() {
    if (in_session()) {
      empty_shard_.restore();
    } else {
      empty_shard_.hide();
    }
  }

  // Called after the hooks of the program's start, because plugins may append listeners there.
  void add_inner() {
    if (inner_ == nullptr) put_last(inner_ = new Inner(*this));
  }

  void program_start() {
    silence_default_listeners();
    if (!active()) return;
    GTEST_XDIST_FLAG_SET(random_seed, users_seed_);
    // A replacement takes part only in the iterations that are left.
    if (handshake_.iterations > 0) {
      GTEST_XDIST_FLAG_SET(repeat, static_cast<std::int32_t>(handshake_.iterations));
    }
    const Catalog& catalog = worker_.program_start();
    catalog_ = &catalog;
    life_.emplace(*this, false);
    test_hooks_.emplace(life_->hooks(), catalog, *this);
    worker_.collected(collect(catalog));
  }

  // Calls the hooks before any test. Returns the tests that plugins keep, in their order; nothing
  // if plugins do not change the selection.
  std::optional<std::vector<TestIndex>> collect(const Catalog& catalog) {
    SessionHooks& hooks = life_->hooks();
    if (!plugins().empty()) worker_.session_start_begins();
    Config& config = hooks.config();
    config.workerinput.swap(workerinput_);
    config.workeroutput.emplace();
    config.dist = config.workerinput->get_or<std::string>("dist", "");
    config.numprocesses = config.workerinput->get_or("workercount", 0U);
    life_->start();
    const std::vector<TestIndex> selected = catalog.selected();
    std::vector<TestIndex> order = life_->collect(selected);
    if (order == selected) return std::nullopt;
    deselect_others(catalog, order);
    return order;
  }

  void fail_session(const std::string& message, bool thrown) override {
    worker_.internal_error(message, thrown);
  }
  std::vector<Item> all_items() override { return make_items(*catalog_); }
  const Item* item_after(TestIndex) override {
    const TestIndex next = worker_.claim_next();
    return next == kNoTest ? nullptr : &life_->hooks().item(next);
  }

  void iteration_inner_end(int iteration) {
    worker_.iteration_inner_end();
    SessionHooks& hooks = life_->hooks();
    const bool is_active = hooks.active();
    if (is_last_iteration(iteration) && is_active) worker_.session_finish_begins();
    if (!life_->tests_end(iteration, worker_.run_failed()) || !is_active) return;
    worker_.session_finished(hooks.config().workeroutput.value_or(ValueMap()));
  }

  void iteration_outer_end(int iteration) {
    life_->iteration_ends(iteration);
    worker_.iteration_outer_end();
  }

  void program_end() {
    if (active()) {
      life_->end();
      worker_.program_end();
      test_hooks_.reset();
      life_.reset();
    }
    ++run_;
    hide_unless_active();
  }

  static void at_exit(int status) {
    if (Worker::in_forked_child()) return;
    instance_->worker_.exiting(status);
    // What a test has left behind may outlive the controller, as it may outlive a serial run.
    os::outlive_writer(instance_->life_of_group_, -instance_->group_);
  }

  const Handshake handshake_;
  std::optional<ValueMap> workerinput_;
  Worker worker_;
  const Catalog* catalog_ = nullptr;  // owned by worker_; null until program_start()
  std::optional<SessionLife> life_;   // while the session's RUN_ALL_TESTS runs
  std::optional<TestHooks> test_hooks_;
  EmptyShard empty_shard_;
  std::int32_t users_seed_ = 0;  // --gtest_random_seed
  const ::pid_t group_ = ::getpgrp();
  int life_of_group_ = -1;  // from die_with_writer()
  unsigned run_ = 0;        // calls of RUN_ALL_TESTS that have ended
  Inner* inner_ = nullptr;  // owned by gtest

  inline static WorkerRole* instance_ = nullptr;
};

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_SHIM_WORKER_ROLE_H_
