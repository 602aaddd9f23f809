// What becomes of the tests under a scheduler that sends what it must not.
#include <memory>
#include <ostream>
#include <stdexcept>
#include <string>
#include <tuple>
#include <vector>

#include <gtest/gtest.h>

#include "gtest_xdist/controller/session/iteration.h"
#include "gtest_xdist/scheduler/each.h"
#include "gtest_xdist/scheduler/load.h"

#include "support/scripted_scheduler.h"
#include "support/stage.h"
#include "support/thrown.h"

namespace gtest_xdist::internal {
namespace {

using Texts = std::vector<std::string>;

struct Violation {
  const char* name;
  Scripted::Plan plan;
  const char* member;
  const char* what;
  Texts reports;
};

std::ostream& operator<<(std::ostream& out, const Violation& violation) {
  return out << violation.name;
}

// Two workers, tests 0 to 3; gw0 runs what it has, then gw1 dies and gw2 comes, then all run.
const Violation kViolations[] = {
    {"ToTheSameWorkerAtOnce",
     {{{0, {0, 1, 0}}}, {}, {}},
     "schedule",
     "test 0 was sent to gw0 twice",
     {"0: " + kNotRun, "1: " + kNotRun, "2: " + kNotRun, "3: " + kNotRun}},
    {"ToTheSameWorkerTwice",
     {{{0, {0, 1}}, {0, {1}}}, {}, {}},
     "schedule",
     "test 1 was sent to gw0 twice",
     {"0: " + kNotRun, "1: " + kNotRun, "2: " + kNotRun, "3: " + kNotRun}},
    {"ToAnotherWorkerToo",
     {{{0, {0, 1}}, {1, {2, 1}}}, {}, {}},
     "schedule",
     "test 1 was sent to gw1, but it was sent to gw0 already",
     {"0: " + kNotRun, "1: " + kNotRun, "2: " + kNotRun, "3: " + kNotRun}},
    {"WhatIsComplete",
     {{{0, {0}}, {1, {1}}}, {{1, {0}}}, {}},
     "mark_test_complete",
     "test 0 was sent to gw1, but it was sent to gw0 already",
     {passed(0, 0), "1: " + kNotRun, "2: " + kNotRun, "3: " + kNotRun}},
    {"WhatIsNotSelected",
     {{{0, {0, 1, 4}}}, {}, {}},
     "schedule",
     "test 4 was sent to gw0, but it is not selected",
     {"0: " + kNotRun, "1: " + kNotRun, "2: " + kNotRun, "3: " + kNotRun}},
    {"ToAWorkerThatIsGone",
     {{{0, {0, 1}}, {1, {2}}}, {}, {{1, {3}}}},
     "remove_node",
     "test 3 was sent to gw1, but gw1 is gone",
     {passed(0, 0), passed(1, 0), "2: " + kNotRun, "3: " + kNotRun}},
};

class IterationViolationTest
    : public testing::TestWithParam<std::tuple<Violation, /*swallows*/ bool>> {};

TEST_P(IterationViolationTest, EndsTheRunWithAnAccount) {
  const auto& [violation, swallows] = GetParam();
  Scripted::Plan plan = violation.plan;
  plan.swallows = swallows;
  Stage stage(std::make_unique<Scripted>(plan), 2, 4);
  stage.start();
  while (stage.begin(0)) stage.complete(0);
  stage.node(1).slot().phase.store(Phase::idle);
  stage.node(1).process_ended();
  stage.iteration().on_crash(stage.node(1), Stage::kHow);
  stage.replace();
  stage.run();
  EXPECT_EQ(stage.take_report_texts(), violation.reports);
  const std::string death = std::string("worker 'gw1' crashed between two tests: ") + Stage::kHow;
  const std::string error = std::string("the scheduler of plugin 'X' failed in ") +
                            violation.member + ": " + violation.what;
  const bool fails_at_death = std::string(violation.member) == "remove_node";
  EXPECT_EQ(stage.take_failures(), fails_at_death ? death + "; " + error : error + "; " + death);
}

INSTANTIATE_TEST_SUITE_P(Each, IterationViolationTest,
                         testing::Combine(testing::ValuesIn(kViolations), testing::Bool()),
                         [](const auto& row) {
                           return std::string(std::get<0>(row.param).name) +
                                  (std::get<1>(row.param) ? "AndSwallowsIt" : "");
                         });

TEST(IterationScheduler, ThatSendsWhatThereIsNotNamesTheNumberOfTests) {
  Stage probe(std::make_unique<LoadScheduling>(2), 2, 1);
  const TestIndex registered = probe.registered();
  Scripted::Plan plan;
  plan.at_start = {{1, {0}}, {0, {registered}}};
  Stage stage(std::make_unique<Scripted>(plan), 2, 2);
  stage.start();
  stage.run();
  EXPECT_EQ(stage.take_report_texts(), (Texts{"0: " + kNotRun, "1: " + kNotRun}));
  EXPECT_EQ(stage.take_failures(),
            "the scheduler of plugin 'X' failed in schedule: test " + std::to_string(registered) +
                " was sent to gw0, but there are only " + std::to_string(registered) + " tests");
}

TEST(IterationScheduler, ThatUsesAWorkerThatRunsNoTestsFails) {
  Scripted::Plan plan;
  plan.at_start = {{0, {0}}, {1, {1}}};
  plan.at_remove = {{1, {1}}};
  Stage stage(std::make_unique<Scripted>(plan), 2, 2);
  stage.collect(0);
  stage.collect(1);
  stage.set_up(0);
  stage.set_up(1, false);
  stage.run();
  EXPECT_EQ(stage.take_report_texts(), (Texts{"0: " + kNotRun, "1: " + kNotRun}));
  EXPECT_EQ(stage.take_failures(),
            "the scheduler of plugin 'X' failed in remove_node: test 1 was sent to gw1, but gw1 "
            "runs no tests");
}

// It is nobody's fault that a test comes too late, and no test is run then.
TEST(IterationScheduler, ThatSendsWhenAllIsGivenUpIsRefused) {
  Stage stage(std::make_unique<Scripted>(Scripted::Plan{}), 2, 2);
  stage.start();
  stage.iteration().give_up("not run: enough");
  EXPECT_EQ(text_of_thrown<std::logic_error>([&] { stage.node(0).send({1}); }),
            "test 1 was sent to gw0, but no test is to start any more");
  stage.run();
  EXPECT_EQ(stage.take_report_texts(),
            (Texts{skipped(0, "not run: enough"), skipped(1, "not run: enough")}));
  EXPECT_EQ(stage.take_failures(), "");
}

}  // namespace
}  // namespace gtest_xdist::internal
