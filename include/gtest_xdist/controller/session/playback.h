// Replays the workers' reports into gtest, in the order of a serial run.
//
// Layer: controller/session. Decides when each report is replayed, and waits for it. Does not know
// how: Replayer (bridge) does. Iteration has the reports.
#ifndef GTEST_XDIST_CONTROLLER_SESSION_PLAYBACK_H_
#define GTEST_XDIST_CONTROLLER_SESSION_PLAYBACK_H_

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "gtest_xdist/bridge/catalog.h"
#include "gtest_xdist/bridge/insides/private_access.h"
#include "gtest_xdist/bridge/replayer.h"
#include "gtest_xdist/controller/crew/node_manager.h"
#include "gtest_xdist/controller/results/program_log.h"
#include "gtest_xdist/controller/results/roll_call.h"
#include "gtest_xdist/controller/session/iteration.h"
#include "gtest_xdist/core/tests/report.h"
#include "gtest_xdist/process/notes.h"

namespace gtest_xdist::internal {

// For each iteration, call its members in the order in which they stand here.
class Playback : private ReplaySource {
 public:
  Playback(const Catalog& catalog, NodeManager& node_manager)
      : catalog_(catalog),
        node_manager_(node_manager),
        replayer_(catalog, *this),
        roll_call_(catalog.size()) {}

  // For the listeners that hear OnTestEnd first and last.
  Replayer& replayer() { return replayer_; }

  // Call this when listeners have heard of the end of `test`, during its replay.
  void test_told(const testing::TestInfo& test) {
    // Count the test that listeners saw. It is almost always the one being replayed.
    const TestIndex replayed = replayer_.test();
    const bool is_it = replayed != kNoTest && &catalog_.test(replayed) == &test;
    roll_call_.answer(is_it ? replayed : catalog_.index_of(test),
                      verdict_on(*test.result(), replayer_.worker() >= 0));
  }

  // Replays the set-up of the environments. Blocks until it is known, or until the iteration has
  // been given up.
  void play_set_up(Iteration& iteration) {
    ProgramLog& log = iteration.log();
    while (!log.set_up_known() && !iteration.has_given_up()) node_manager_.pump();
    make_way();
    if (log.set_up_known() && !log.set_up_ran()) return;
    const testing::UnitTest& unit_test = *testing::UnitTest::GetInstance();
    repeater().OnEnvironmentsSetUpStart(unit_test);
    replayer_.replay_program(log.take_set_up());
    replayer_.end_of_program_part([&] { repeater().OnEnvironmentsSetUpEnd(unit_test); });
  }

  // Replays the tests, suite by suite. Blocks until all have been replayed.
  void play_tests(Iteration& iteration) {
    iteration_ = &iteration;
    while (!iteration.store().all_replayed()) {
      if (const std::optional<SuiteIndex> suite = iteration.store().next_suite()) {
        make_way();
        replayer_.replay_suite(*suite);
      } else {
        advance();
      }
    }
    iteration_ = nullptr;
  }

  // Call this when all tests in `order`, the whole selection, have been replayed. If listeners did
  // not hear of each test once, the run fails.
  void call_the_roll(Iteration& iteration, const std::vector<TestIndex>& order) {
    const std::optional<std::string> error = roll_call_.close(
        order, iteration.unreported(), [this](TestIndex test) { return catalog_.full_name(test); });
    if (error) iteration.log().add_failure(0, {}, *error);
  }

  // Replays the tear-down of the environments. Call this when no worker is in the iteration any
  // more.
  void play_tear_down(Iteration& iteration) {
    play_rest(iteration);
    ProgramLog& log = iteration.log();
    if (!log.tear_down_ran()) return;
    const testing::UnitTest& unit_test = *testing::UnitTest::GetInstance();
    repeater().OnEnvironmentsTearDownStart(unit_test);
    replayer_.replay_program(log.take_tear_down());
    replayer_.end_of_program_part([&] { repeater().OnEnvironmentsTearDownEnd(unit_test); });
  }

  // Replays what has been logged and has no place of its own.
  void play_rest(Iteration& iteration) {
    make_way();
    replayer_.replay_program(iteration.log().take_rest());
  }

 private:
  TestIndex next_test(SuiteIndex suite) override {
    if (node_manager_.has_news()) node_manager_.poll();
    std::optional<TestIndex> test;
    while (!store().all_replayed(suite) && !(test = store().next_test(suite))) advance();
    make_way();
    return test.value_or(kNoTest);
  }

  Report take_report(TestIndex test) override { return store().take_test(test); }

  const std::string* value_of(TestIndex test, int worker) override {
    if (worker < 0) return nullptr;
    const auto& values = node_manager_.nodes()[static_cast<std::size_t>(worker)]->values;
    return test < values.size() ? &values[test] : nullptr;
  }

  Report take_suite_up(SuiteIndex suite) override { return store().take_suite_up(suite); }

  Report take_suite_down(SuiteIndex suite) override {
    while (!store().all_left(suite)) {
      // An idle worker would stay in the suite until it gets another test.
      for (const auto& node : node_manager_.nodes()) {
        if (node->untold.open_suite == suite && !node->is_busy()) node->shutdown();
      }
      iteration_->let_through();
      node_manager_.pump();
    }
    make_way();
    return store().take_suite_down(suite);
  }

  void print(const OutputSlice& slice, int worker) override {
    if (slice.empty()) return;
    WorkerNode& node = *node_manager_.nodes()[static_cast<std::size_t>(worker)];
    if (!node.live) node.output.print(slice);
  }

  ResultStore& store() { return iteration_->store(); }

  // Waits for news of a test. If nothing is under way, settles the account instead.
  void advance() {
    iteration_->let_through();
    if (node_manager_.poll()) return;
    if (iteration_->under_way()) {
      node_manager_.pump();
    } else {
      iteration_->settle_account();
    }
  }

  const Catalog& catalog_;
  NodeManager& node_manager_;
  Replayer replayer_;
  RollCall roll_call_;
  Iteration* iteration_ = nullptr;  // set while its tests are replayed
};

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_CONTROLLER_SESSION_PLAYBACK_H_
