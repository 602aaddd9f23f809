// Plays back the workers' reports into gtest, in the order of a serial run.
//
// Layer: controller/session. Decides when each report is played back, and waits for it. Does not
// know how: ReportPlayer (bridge) does. Iteration has the reports.
#ifndef GTEST_XDIST_CONTROLLER_SESSION_PLAYBACK_H_
#define GTEST_XDIST_CONTROLLER_SESSION_PLAYBACK_H_

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "gtest_xdist/bridge/catalog.h"
#include "gtest_xdist/bridge/insides/private_access.h"
#include "gtest_xdist/bridge/report_player.h"
#include "gtest_xdist/controller/crew/node_manager.h"
#include "gtest_xdist/controller/results/program_log.h"
#include "gtest_xdist/controller/results/roll_call.h"
#include "gtest_xdist/controller/session/iteration.h"
#include "gtest_xdist/core/tests/report.h"

namespace gtest_xdist::internal {

// For each iteration, call its members in the order in which they stand here.
class Playback : private ReportSource {
 public:
  Playback(const Catalog& catalog, NodeManager& node_manager)
      : catalog_(catalog),
        node_manager_(node_manager),
        player_(catalog, *this),
        roll_call_(catalog.size()) {}

  // For the listeners that hear OnTestEnd first and last.
  ReportPlayer& player() { return player_; }

  // Call this when listeners have heard of the end of `test`, during its playback.
  void test_told(const testing::TestInfo& test) {
    // Count the test that listeners saw. It is almost always the one being played back.
    const TestIndex played = player_.test();
    const bool is_it = played != kNoTest && &catalog_.test(played) == &test;
    roll_call_.answer(is_it ? played : catalog_.index_of(test),
                      verdict_on(*test.result(), player_.worker() >= 0));
  }

  // Plays back the set-up of the environments. Blocks until it is known, or until the iteration has
  // been given up.
  void play_set_up(Iteration& iteration) {
    ProgramLog& log = iteration.log();
    node_manager_.pump_until([&] { return log.set_up_known() || iteration.has_given_up(); });
    if (log.set_up_known() && !log.set_up_ran()) return;
    const testing::UnitTest& unit_test = *testing::UnitTest::GetInstance();
    repeater().OnEnvironmentsSetUpStart(unit_test);
    player_.play_program(log.take_set_up());
    player_.end_of_program_part([&] { repeater().OnEnvironmentsSetUpEnd(unit_test); });
  }

  // Plays back the tests, suite by suite. Blocks until all have been played back.
  void play_tests(Iteration& iteration) {
    iteration_ = &iteration;
    while (!iteration.store().all_played()) {
      std::optional<SuiteIndex> suite;
      wait_until([&] { return (suite = store().next_suite()) || store().all_played(); });
      if (suite) player_.play_suite(*suite);
    }
    iteration_ = nullptr;
  }

  // Call this when all tests in `order`, the whole selection, have been played back. If listeners
  // did not hear of each test once, the run fails.
  void call_the_roll(Iteration& iteration, const std::vector<TestIndex>& order) {
    const std::optional<std::string> error = roll_call_.close(
        order, iteration.unreported(), [this](TestIndex test) { return catalog_.full_name(test); });
    if (error) iteration.log().add_failure(0, {}, *error);
  }

  // Plays back the tear-down of the environments. Call this when no worker is in the iteration any
  // more.
  void play_tear_down(Iteration& iteration) {
    play_rest(iteration);
    ProgramLog& log = iteration.log();
    if (!log.tear_down_ran()) return;
    const testing::UnitTest& unit_test = *testing::UnitTest::GetInstance();
    repeater().OnEnvironmentsTearDownStart(unit_test);
    player_.play_program(log.take_tear_down());
    player_.end_of_program_part([&] { repeater().OnEnvironmentsTearDownEnd(unit_test); });
  }

  // Plays back what has been logged and has no place of its own.
  void play_rest(Iteration& iteration) { player_.play_program(iteration.log().take_rest()); }

 private:
  TestIndex next_test(SuiteIndex suite) override {
    if (node_manager_.has_news()) node_manager_.poll();
    std::optional<TestIndex> test;
    wait_until([&] { return (test = store().next_test(suite)) || store().all_played(suite); });
    return test.value_or(kNoTest);
  }

  Report take_report(TestIndex test) override { return store().take_test(test); }

  const std::string* value_of(TestIndex test, int worker) override {
    if (worker < 0) return nullptr;
    return node_manager_.nodes()[static_cast<std::size_t>(worker)]->value_of(test);
  }

  Report take_suite_up(SuiteIndex suite) override { return store().take_suite_up(suite); }

  Report take_suite_down(SuiteIndex suite) override {
    node_manager_.pump_until([&] {
      if (store().all_left(suite)) return true;
      // An idle worker would stay in the suite until it gets another test.
      for (const auto& node : node_manager_.nodes()) {
        if (node->untold.open_suite == suite && !node->is_busy()) node->shutdown();
      }
      return false;
    });
    return store().take_suite_down(suite);
  }

  void print(const OutputSlice& slice, int worker) override {
    if (slice.empty()) return;
    WorkerNode& node = *node_manager_.nodes()[static_cast<std::size_t>(worker)];
    if (!node.live) node.output.print(slice);
  }

  ResultStore& store() { return iteration_->store(); }

  // Waits until there is a report. If nothing is under way, closes the account instead.
  template <class Ready>
  void wait_until(Ready is_ready) {
    node_manager_.pump_until([&] {
      while (!is_ready()) {
        if (node_manager_.poll()) continue;
        if (iteration_->under_way()) return false;
        iteration_->close_account();
      }
      return true;
    });
  }

  const Catalog& catalog_;
  NodeManager& node_manager_;
  ReportPlayer player_;
  RollCall roll_call_;
  Iteration* iteration_ = nullptr;  // set while its tests are played back
};

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_CONTROLLER_SESSION_PLAYBACK_H_
