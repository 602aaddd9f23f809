// A process that a user started with GTEST_XDIST_WORKERS.
//
// Layer: shim. Made before main; runs a Session inside each iteration of gtest, which itself finds
// no test to run.
#ifndef GTEST_XDIST_SHIM_CONTROLLER_ROLE_H_
#define GTEST_XDIST_SHIM_CONTROLLER_ROLE_H_

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "gtest_xdist/bridge/catalog.h"
#include "gtest_xdist/bridge/compat.h"
#include "gtest_xdist/bridge/listeners.h"
#include "gtest_xdist/bridge/selection.h"
#include "gtest_xdist/bridge/shuffle.h"
#include "gtest_xdist/controller/notes.h"
#include "gtest_xdist/controller/session.h"
#include "gtest_xdist/core/options.h"
#include "gtest_xdist/process/cpu_count.h"
#include "gtest_xdist/process/exit_hook.h"
#include "gtest_xdist/process/self.h"
#include "gtest_xdist/shim/fatal.h"

namespace gtest_xdist::internal {

// Lives until the process ends.
class ControllerRole {
 public:
  // To be made before main can change the environment, the arguments or the directory.
  ControllerRole(Options options, Environment environment)
      : options_(std::move(options)), environment_(std::move(environment)), self_(Self::capture()) {
    occupy_standard_descriptors();
    empty_shard_.hide();
    put_first(new Outer(*this));
    instance_ = this;
    call_at_exit<&ControllerRole::at_exit>();
  }

 private:
  class Outer : public testing::EmptyTestEventListener {
   public:
    explicit Outer(ControllerRole& role) : role_(role) {}

    void OnTestProgramStart(const testing::UnitTest&) override { role_.program_start(); }
    void OnTestEnd(const testing::TestInfo&) override {
      if (role_.session_) role_.session_->replayer().on_test_end_ends();
    }
    void OnTestProgramEnd(const testing::UnitTest&) override { role_.program_end(); }

   private:
    ControllerRole& role_;
  };

  class Inner : public testing::EmptyTestEventListener {
   public:
    explicit Inner(ControllerRole& role) : role_(role) {}

    void OnTestIterationStart(const testing::UnitTest& unit_test, int) override {
      role_.run_iteration(unit_test);
    }
    void OnTestEnd(const testing::TestInfo&) override {
      if (role_.session_) role_.session_->replayer().on_test_end_begins();
    }
    void OnTestIterationEnd(const testing::UnitTest&, int) override { role_.end_iteration(); }

   private:
    ControllerRole& role_;
  };

  void program_start() {
    if (!std::exchange(inner_is_there_, true)) put_last(new Inner(*this));
    if (!empty_shard_.hidden()) return;
    empty_shard_.restore();
    catalog_ = std::make_unique<Catalog>();
    if (!catalog_->selected().empty()) {
      // From gtest 1.18 on a shard on the command line beats the environment, and so the empty one.
      note(
          "--gtest_total_shards is given as a flag: running serially; give GTEST_TOTAL_SHARDS and "
          "GTEST_SHARD_INDEX in the environment to run this shard on workers");
      return;
    }
    select_shard(*catalog_, empty_shard_.shard());
    const std::size_t tests = catalog_->selected().size();
    const int repeat = GTEST_XDIST_FLAG_GET(repeat);
    if (tests == 0 || repeat == 0) return;
    try {
      session_ = std::make_unique<Session>(*catalog_, options_, self_, environment_, workers(tests),
                                           run_, static_cast<unsigned>(std::max(repeat, 0)));
    } catch (const std::runtime_error& error) {
      fatal(error.what());
    }
  }

  // Never more than there are tests, unless each is to run all.
  unsigned workers(std::size_t tests) const {
    unsigned wanted = options_.workers.number;
    if (options_.workers.kind == WorkerCount::Kind::automatic) wanted = usable_cpu_count();
    if (options_.workers.kind == WorkerCount::Kind::logical) wanted = affinity_cpu_count();
    if (options_.dist == DistMode::each) return wanted;
    return static_cast<unsigned>(std::min<std::size_t>(wanted, tests));
  }

  void run_iteration(const testing::UnitTest& unit_test) {
    if (!session_) return;
    session_->run_iteration(GTEST_XDIST_FLAG_GET(shuffle)
                                ? shuffled_selection(*catalog_, unit_test.random_seed())
                                : catalog_->selected());
    // gtest itself has selected none, but that is not what the flag is about.
    fail_if_no_test_selected_ = exchange_fail_if_no_test_selected(false);
  }

  void end_iteration() {
    if (session_) exchange_fail_if_no_test_selected(fail_if_no_test_selected_);
  }

  void program_end() {
    if (session_ && dissent_.empty()) dissent_ = session_->dissent();
    session_.reset();
    ++run_;
    empty_shard_.hide();
  }

  // main has said that all is well; it cannot know what happened to a worker after its tests.
  static void at_exit(int status) {
    if (status != 0 || instance_->dissent_.empty()) return;
    note("error: " + instance_->dissent_ + ", although nothing failed in it");
    std::fflush(nullptr);
    std::_Exit(EXIT_FAILURE);
  }

  const Options options_;
  const Environment environment_;
  const Self self_;
  EmptyShard empty_shard_;
  unsigned run_ = 0;  // calls of RUN_ALL_TESTS that have ended
  bool inner_is_there_ = false;
  bool fail_if_no_test_selected_ = false;  // as the user set it
  std::unique_ptr<Catalog> catalog_;
  std::unique_ptr<Session> session_;
  std::string dissent_;

  inline static ControllerRole* instance_ = nullptr;
};

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_SHIM_CONTROLLER_ROLE_H_
