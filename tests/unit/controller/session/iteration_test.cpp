// What becomes of the tests under a scheduler that does as it should. Schedulers that fail, and
// crashes that are put back, have files of their own.
#include "gtest_xdist/controller/session/iteration.h"

#include <cstddef>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "gtest_xdist/scheduler/each.h"
#include "gtest_xdist/scheduler/load.h"

#include "support/stage.h"
#include "support/thrown.h"

namespace gtest_xdist::internal {
namespace {

using Texts = std::vector<std::string>;

// --- a scheduler that does as it should ----------------------------------------------------------

TEST(Iteration, RunsEveryTestOnce) {
  Stage stage(std::make_unique<LoadScheduling>(2), 2, 5);
  stage.start();
  stage.run();
  EXPECT_EQ(stage.take_report_texts(),
            (Texts{passed(0, 0), passed(1, 0), passed(2, 1), passed(3, 1), passed(4, 0)}));
  EXPECT_TRUE(stage.is_accounted_for());
  EXPECT_EQ(stage.take_failures(), "");
  EXPECT_FALSE(stage.iteration().has_work());
}

TEST(Iteration, RunsEveryTestOnEveryWorker) {
  Stage stage(std::make_unique<EachScheduling>(2), 2, 2);
  stage.start();
  stage.complete(0);
  stage.complete(0);
  EXPECT_TRUE(stage.take_reports().empty());
  stage.complete(1, {"broken"});
  stage.complete(1);
  EXPECT_EQ(stage.take_report_texts(),
            (Texts{"0: gw1 says [gw1] broken; gw1 prints 10-20", passed(1, 0)}));
}

TEST(Iteration, AReportNamesItsWorker) {
  Stage stage(std::make_unique<LoadScheduling>(2), 2, 2);
  stage.start();
  stage.complete(1);
  stage.crash(0);
  const auto reports = stage.take_reports();
  EXPECT_EQ(reports.at(0).worker, 0);
  EXPECT_EQ(reports.at(1).worker, 1);
}

// --- workers that cannot run tests ---------------------------------------------------------------

TEST(Iteration, WhatAWorkerWithoutEnvironmentsHadGoesToOthers) {
  Stage stage(std::make_unique<LoadScheduling>(2), 2, 4);
  stage.collect(0);
  stage.collect(1);
  stage.set_up(0);
  stage.set_up(1, false);
  stage.run();
  EXPECT_EQ(stage.take_report_texts(),
            (Texts{passed(0, 0), passed(1, 0), passed(2, 0), passed(3, 0)}));
  EXPECT_EQ(stage.take_failures(), "");
}

TEST(Iteration, WhereEveryWorkerRunsEverythingOneWithoutEnvironmentsIsNotWaitedFor) {
  for (const bool before_start : {false, true}) {
    Stage stage(std::make_unique<EachScheduling>(3), 3, 2);
    stage.collect(0);
    stage.collect(1);
    if (before_start) stage.set_up(1, false);
    stage.collect(2);
    if (!before_start) stage.set_up(1, false);
    stage.set_up(0);
    stage.set_up(2);
    stage.complete(0);
    EXPECT_TRUE(stage.take_reports().empty()) << "gw2 is to run it as well";
    stage.run();
    EXPECT_EQ(stage.take_report_texts(), (Texts{passed(0, 0), passed(1, 0)}));
    EXPECT_EQ(stage.take_failures(), "");
    EXPECT_FALSE(stage.iteration().has_work());
  }
}

// It would have gone on where the dead worker stopped; what that one has run counts.
TEST(Iteration, AReplacementWithoutEnvironmentsLeavesOutOnlyItsShare) {
  Stage stage(std::make_unique<EachScheduling>(2), 2, 3);
  stage.start();
  stage.complete(1);
  stage.crash(1);  // in 1
  const std::size_t i = stage.add_worker();
  stage.collect(i);
  stage.set_up(i, false);
  EXPECT_TRUE(stage.take_reports().empty());
  stage.complete(0, {"broken"});
  EXPECT_EQ(stage.take_report_texts(), Texts{"0: gw0 says [gw0] broken; gw0 prints 10-20"});
  stage.run();
  EXPECT_EQ(stage.take_report_texts(),
            (Texts{"1: gw1 says [gw1] " + stage.crash_text(1, 1), passed(2, 0)}));
  EXPECT_EQ(stage.take_failures(), "");
}

// There may be a worker that could run it, but none is to.
TEST(Iteration, ATestThatAllReplacementsCannotRunIsNotRun) {
  Stage stage(std::make_unique<EachScheduling>(2), 2, 2);
  stage.start();
  stage.crash(0);  // in 0
  stage.crash(1);
  const std::size_t first = stage.add_worker();
  const std::size_t second = stage.add_worker();
  const std::size_t idle = stage.add_worker();
  for (const std::size_t i : {first, second, idle}) stage.collect(i);
  stage.set_up(idle);
  stage.set_up(first, false);
  stage.take_reports();
  stage.set_up(second, false);
  EXPECT_EQ(stage.take_report_texts(),
            Texts{skipped(1,
                          "not run: the environments failed on every worker that was to run "
                          "it")});
  EXPECT_TRUE(stage.is_accounted_for());
  EXPECT_EQ(stage.take_failures(), "");
}

TEST(Iteration, AWorkerThatDiesBeforeTheStartLeavesItsShare) {
  Stage stage(std::make_unique<EachScheduling>(2), 2, 2);
  stage.collect(0);
  stage.crash(0);
  EXPECT_TRUE(stage.iteration().has_work());
  stage.collect(1);
  stage.set_up(1);
  stage.replace();
  stage.run();
  EXPECT_EQ(stage.take_report_texts(), (Texts{passed(0, 1), passed(1, 1)}));
  EXPECT_TRUE(stage.node(0).history.failed_outside());
  EXPECT_FALSE(stage.node(2).history.failed_outside());
  EXPECT_EQ(stage.node(2).history.to_last_failure().size(), 0U);
  EXPECT_EQ(stage.take_failures(), std::string("worker 'gw0' crashed before RUN_ALL_TESTS selected "
                                               "its tests: ") +
                                       Stage::kHow);
}

TEST(Iteration, LeavesNoWorkerThatCouldBeSentTests) {
  Stage stage(std::make_unique<LoadScheduling>(1), 1, 1);
  stage.start();
  stage.run();
  stage.end();
  EXPECT_EQ(text_of_thrown<std::logic_error>([&] { stage.node(0).send({0}); }),
            "test 0 was sent to gw0, but gw0 is in no iteration");
}

TEST(Iteration, TellsHowARunOfATestHasEnded) {
  struct Row {
    PartType part;
    std::uint64_t dropped_parts;
    std::int64_t seconds;
    Outcome outcome;
  };
  const Row rows[] = {{PartType::success, 0, 0, Outcome::passed},
                      {PartType::nonfatal_failure, 0, 0, Outcome::failed},
                      {PartType::fatal_failure, 1, 0, Outcome::passed},
                      {PartType::skip, 0, 0, Outcome::skipped},
                      {PartType::skip, 1, 0, Outcome::passed},
                      {PartType::success, 0, 5, Outcome::passed},
                      {PartType::success, 0, 6, Outcome::failed}};  // GTEST_XDIST_TIMEOUT
  FailurePolicy policy;
  policy.timeout = std::chrono::seconds(5);
  for (const Row& row : rows) {
    Stage stage(std::make_unique<LoadScheduling>(1), 1, 1, {}, no_locks(), policy);
    stage.start();
    TestDone done;
    done.test = *stage.begin(0);
    done.dropped_parts = row.dropped_parts;
    done.time.duration_ns = row.seconds * 1'000'000'000;
    PartSeen part{Scope::test, {}, {row.part, "a.cpp", 1, ""}};
    stage.iteration().on(stage.node(0), part);
    EXPECT_EQ(stage.iteration().on(stage.node(0), done), row.outcome);
  }
}

// --- workers that do not follow the rules --------------------------------------------------------

TEST(Iteration, AWorkerThatEndsTooEarlyIsBroken) {
  Stage stage(std::make_unique<LoadScheduling>(1), 1, 2);
  stage.start();
  IterationDone end;
  stage.iteration().on(stage.node(0), end);
  EXPECT_EQ(stage.node(0).accusation(), "it ended an iteration in which it still had tests");
  EXPECT_TRUE(stage.node(0).is_in_iteration());
  stage.crash(0);
  EXPECT_TRUE(stage.iteration().has_work());
}

TEST(Iteration, AWorkerThatTakesATestThatItCannotRunIsBroken) {
  Stage stage(std::make_unique<LoadScheduling>(2), 2, 4);
  stage.start();
  stage.begin(0);
  stage.node(0).left_iteration();
  stage.set_up(0, false);
  EXPECT_EQ(stage.node(0).accusation(), "it took a test that it cannot run");
}

TEST(Iteration, AReportOfATestThatTheWorkerDoesNotHaveIsRefused) {
  for (const TestIndex test : {1U, 3U, 1'000'000U, kNoTest}) {
    Stage stage(std::make_unique<LoadScheduling>(2), 2, 2);
    stage.start();
    TestDone done;
    done.test = test;
    stage.iteration().on(stage.node(0), done);
    EXPECT_EQ(stage.node(0).accusation(), "it reported a test that it did not have");
    EXPECT_TRUE(stage.take_reports().empty());
  }
}

}  // namespace
}  // namespace gtest_xdist::internal
