// Telling gtest what workers report, in the order in which a serial run would tell it.
//
// Layer: controller/session. Decides what is replayed when, and waits for it; how it is done is a
// Replayer's business, and what is known an Iteration's.
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

// Its members are called for one iteration at a time, in their order.
class Playback : private ReplaySource {
 public:
  // What is passed by reference must outlive this.
  Playback(const Catalog& catalog, NodeManager& node_manager)
      : catalog_(catalog),
        node_manager_(node_manager),
        replayer_(catalog, *this),
        roll_call_(catalog.size()) {}

  // What hears OnTestEnd first and last calls this.
  Replayer& replayer() { return replayer_; }

  // To be called when listeners have been told of the end of `test`, while it is replayed.
  void test_told(const testing::TestInfo& test) {
    // What listeners were told of counts, not what was to be replayed; these are hardly two tests.
    const TestIndex replayed = replayer_.test();
    const bool is_it = replayed != kNoTest && &catalog_.test(replayed) == &test;
    roll_call_.answer(is_it ? replayed : catalog_.index_of(test),
                      verdict_on(*test.result(), replayer_.worker() >= 0));
  }

  // Blocks until the set-up of the environments is known, or the iteration has been given up.
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

  // Blocks until each test has been replayed.
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

  // To be called when all tests in `order`, the whole selection, have been played: if one is
  // missing the run fails.
  void call_the_roll(Iteration& iteration, const std::vector<TestIndex>& order) {
    const std::optional<std::string> error = roll_call_.close(
        order, iteration.unreported(), [this](TestIndex test) { return catalog_.full_name(test); });
    if (error) iteration.log().add_failure(0, {}, *error);
  }

  // To be called when no worker is in the iteration any more.
  void play_tear_down(Iteration& iteration) {
    play_rest(iteration);
    ProgramLog& log = iteration.log();
    if (!log.tear_down_ran()) return;
    const testing::UnitTest& unit_test = *testing::UnitTest::GetInstance();
    repeater().OnEnvironmentsTearDownStart(unit_test);
    replayer_.replay_program(log.take_tear_down());
    replayer_.end_of_program_part([&] { repeater().OnEnvironmentsTearDownEnd(unit_test); });
  }

  // What has come up and has no place of its own.
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

  Report take_suite_up(SuiteIndex suite) override { return store().take_suite_up(suite); }

  Report take_suite_down(SuiteIndex suite) override {
    while (!store().all_left(suite)) {
      // A worker that has nothing to do would stay in the suite until it gets something.
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

  // Waits for a test's report: makes sure that there is something to wait for.
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
  Iteration* iteration_ = nullptr;  // whose tests are played
};

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_CONTROLLER_SESSION_PLAYBACK_H_
