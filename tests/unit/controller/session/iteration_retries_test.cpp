// Failed tests that are run again: on which worker, and what is told of them.
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "gtest_xdist/controller/locks/lock_table.h"
#include "gtest_xdist/controller/session/iteration.h"
#include "gtest_xdist/scheduler/each.h"
#include "gtest_xdist/scheduler/load.h"
#include "gtest_xdist/scheduler/work_stealing.h"

#include "support/retries_test.h"
#include "support/stage.h"

namespace gtest_xdist::internal {
namespace {

using Texts = std::vector<std::string>;

TEST_F(RetriesTest, AFailedTestPassesOnAnotherWorker) {
  begin_load(2, 2);
  EXPECT_EQ(stage_->complete(0, {"broken"}), 0U);
  EXPECT_EQ(reports(), Texts{});
  EXPECT_TRUE(stage_->iteration().has_work());
  EXPECT_FALSE(stage_->iteration().has_failures());
  stage_->iteration().go_on();
  EXPECT_EQ(stage_->begin(0), std::nullopt) << "gw1 has not failed it, though it is busy";
  EXPECT_EQ(stage_->complete(1), 1U);
  stage_->iteration().go_on();
  EXPECT_TRUE(stage_->iteration().under_way());
  EXPECT_FALSE(stage_->iteration().is_complete());
  EXPECT_EQ(stage_->complete(1), 0U);
  const auto all = stage_->take_reports();
  EXPECT_EQ(Stage::text_of(all.at(0)), aside(1, 3, 0) + last(2, 3, 1));
  EXPECT_FALSE(all.at(0).failed());
  EXPECT_EQ(all.at(0).flaky, "passed on attempt 2 of 3");
  EXPECT_EQ(stories(), Texts{"0 passed on attempt 2 of 3 (gw1); attempt 1 failed on gw0"});
  EXPECT_FALSE(stage_->iteration().has_failures());
  expect_end();
}

TEST_F(RetriesTest, EachEndOfARunIsTold) {
  begin_load(2, 2, kOnce);
  Texts ends;
  EXPECT_EQ(stage_->iteration().runs(), 2U);
  stage_->iteration().on_run_end([&](const RunEnd& end) {
    const bool is_rerun = end.outcome == Outcome::rerun;
    ends.push_back(std::to_string(end.test) + (is_rerun ? " again after gw" : " on gw") +
                   std::to_string(end.worker) + (end.outcome == Outcome::failed ? " fails" : ""));
  });
  stage_->complete(0, {"broken"});
  stage_->complete(1);
  stage_->iteration().go_on();
  stage_->crash(1);
  EXPECT_EQ(ends, (Texts{"0 again after gw0", "1 on gw1", "0 on gw1 fails"}));
}

TEST_F(RetriesTest, WhereThereIsNoOtherWorkerTheSameRunsIt) {
  begin_load(1, 2);
  stage_->complete(0, {"broken"});
  stage_->complete(0);
  stage_->iteration().go_on();
  stage_->complete(0, {"again"});
  stage_->iteration().go_on();
  stage_->complete(0);
  EXPECT_EQ(reports(), (Texts{"0: " + aside(1, 3, 0) + aside(2, 3, 0, "again") + last(3, 3, 0),
                              passed(1, 0)}));
  EXPECT_EQ(stories(),
            Texts{"0 passed on attempt 3 of 3 (gw0); attempt 1 failed on gw0, attempt 2 on gw0"});
  expect_end();
}

TEST_F(RetriesTest, TheLastFailureIsTheTests) {
  begin_load(2, 2, kOnce);
  stage_->complete(0, {"broken"});
  stage_->complete(1);
  stage_->iteration().go_on();
  stage_->complete(1, {"again"});
  const auto all = stage_->take_reports();
  EXPECT_EQ(Stage::text_of(all.at(0)),
            aside(1, 2, 0) + line(2, 2, 1) + "; gw1 says again; gw1 prints 10-20");
  EXPECT_EQ(all.at(0).flaky, "");
  EXPECT_EQ(stories(), Texts{});
  EXPECT_TRUE(stage_->iteration().has_failures());
  EXPECT_EQ(stage_->node(0).history.to_last_failure(), std::vector<TestIndex>{0});
  EXPECT_EQ(stage_->node(1).history.to_last_failure(), (std::vector<TestIndex>{1, 0}));
  expect_end();
}

TEST_F(RetriesTest, ACrashIsAFailedAttempt) {
  begin_load(1, 1);
  stage_->crash(0, {"before"});
  EXPECT_TRUE(stage_->iteration().has_work());
  stage_->replace();
  stage_->iteration().go_on();
  stage_->crash(1);
  stage_->replace();
  stage_->iteration().go_on();
  stage_->complete(2);
  const std::string text = reports().at(0);
  EXPECT_NE(text.find("a.cpp:1: Failure\nbefore\n"), std::string::npos) << text;
  EXPECT_NE(text.find(": Failure\n" + stage_->crash_text(0, 0) + "\n"), std::string::npos) << text;
  EXPECT_NE(text.find(": Failure\n" + stage_->crash_text(1, 0) + "\n"), std::string::npos) << text;
  EXPECT_EQ(text.find("says"), std::string::npos) << text;
  expect_end();
}

TEST_F(RetriesTest, WhoseWorkerDiesBeforeItBeginsWaitsAgain) {
  begin_load(2, 3);
  stage_->complete(0, {"broken"});
  stage_->complete(1);
  complete_all(1);
  stage_->iteration().go_on();
  EXPECT_TRUE(stage_->node(1).tests().has_retry());
  EXPECT_EQ(stage_->node(1).pending(), 0U) << "the scheduler knows nothing of it";
  EXPECT_EQ(stage_->node(1).unstarted(), 0U);
  EXPECT_TRUE(stage_->node(1).take_back(9).empty());
  // Between two tests.
  stage_->node(1).process_ended();
  stage_->iteration().on_crash(stage_->node(1), Stage::kHow);
  EXPECT_TRUE(stage_->iteration().has_work());
  complete_all(0);
  stage_->iteration().go_on();
  EXPECT_EQ(complete_all(0), std::vector<TestIndex>{0});
  const Texts texts = reports();
  EXPECT_EQ(texts.at(0), "0: " + aside(1, 3, 0) + last(2, 3, 0));
  EXPECT_TRUE(stage_->is_accounted_for());
}

// gw0 passes them over for as long as gw1 may come to them.
TEST_F(RetriesTest, WhatWaitsForAWorkerThatDiesIsRunByTheOther) {
  begin_load(2, 4, kOnce);
  stage_->begin(1);
  while (stage_->begin(0)) stage_->complete(0, {"broken"});
  stage_->iteration().go_on();
  stage_->iteration().go_on();
  EXPECT_EQ(stage_->begin(0), std::nullopt);
  EXPECT_TRUE(stage_->iteration().has_work());
  stage_->crash(1);
  while (stage_->iteration().has_work()) {
    stage_->iteration().go_on();
    ASSERT_NE(complete_all(0), std::vector<TestIndex>{});
  }
  EXPECT_EQ(reports().size(), 4U);
  EXPECT_EQ(stories().size(), 4U);
  expect_end();
}

TEST_F(RetriesTest, WithoutAWorkerTheFailureStands) {
  begin_load(1, 2);
  stage_->complete(0, {"broken"});
  stage_->crash(0);
  EXPECT_EQ(reports(), Texts{});
  stage_->iteration().give_up("not run: no worker is left");
  const std::string why = not_run(2, 3, 0, "no worker is left");
  EXPECT_EQ(reports(),
            (Texts{"0: " + line(1, 3, 0) + "; gw0 says broken; gw0 prints 10-20" + why,
                   "1: " + line(1, 3, 0) + "; gw0 says " + stage_->crash_text(0, 1) + why}));
  EXPECT_TRUE(stage_->iteration().has_failures());
  expect_end();
}

TEST_F(RetriesTest, WhenGivenUpBetweenAttemptsTheLastFailureStands) {
  for (const bool is_sent : {false, true}) {
    begin_load(1, 1);
    stage_->complete(0, {"broken"});
    stage_->iteration().go_on();
    stage_->complete(0, {"again"});
    if (is_sent) stage_->iteration().go_on();
    stage_->iteration().give_up("not run: enough");
    EXPECT_EQ(reports(), Texts{"0: " + aside(1, 3, 0) + line(2, 3, 0) +
                               "; gw0 says again; gw0 prints 10-20" + not_run(3, 3, 0, "enough")});
    EXPECT_EQ(stage_->begin(0), std::nullopt);
    expect_end();
  }
}

TEST_F(RetriesTest, AnAttemptThatHasBegunIsWaitedFor) {
  begin_load(1, 1);
  stage_->complete(0, {"broken"});
  stage_->iteration().go_on();
  stage_->begin(0);
  stage_->iteration().give_up("not run: enough");
  EXPECT_EQ(reports(), Texts{});
  stage_->complete(0, {"again"});
  EXPECT_EQ(reports(), Texts{"0: " + aside(1, 3, 0) + line(2, 3, 0) +
                             "; gw0 says again; gw0 prints 10-20" + not_run(3, 3, 0, "enough")});
  expect_end();
}

TEST_F(RetriesTest, WhatFailsWhileItIsNotYetKnownWhyTheRunEndsSaysSoThen) {
  begin_load(2, 2, kOnce);
  stage_->begin(0);
  stage_->iteration().stop_handing_out();
  stage_->complete(0, {"broken"});
  EXPECT_EQ(reports(), Texts{});
  EXPECT_FALSE(stage_->iteration().has_work());
  stage_->iteration().give_up("not run: enough");
  EXPECT_EQ(reports().at(0), "0: " + line(1, 2, 0) + "; gw0 says broken; gw0 prints 10-20" +
                                 not_run(2, 2, 0, "enough"));
}

TEST_F(RetriesTest, WhatWaitsWhenTheLimitIsReachedSaysSo) {
  FailurePolicy policy{1, 1};
  policy.maxfail_source = "GTEST_XDIST_MAXFAIL=1";
  begin_load(1, 4, policy);
  stage_->complete(0, {"broken"});
  stage_->complete(0, {"broken"});
  complete_all(0);
  stage_->iteration().go_on();
  stage_->complete(0, {"again"});
  EXPECT_EQ(reports(),
            (Texts{"0: " + aside(1, 2, 0) + line(2, 2, 0) + "; gw0 says again; gw0 prints 10-20",
                   "1: " + line(1, 2, 0) + "; gw0 says broken; gw0 prints 10-20" +
                       not_run(2, 2, 0, "stopped by GTEST_XDIST_MAXFAIL=1"),
                   passed(2, 0), passed(3, 0)}));
  expect_end();
}

TEST_F(RetriesTest, OnlyTheLastFailureCountsForTheLimit) {
  begin_load(1, 4, FailurePolicy{1, 1});
  stage_->complete(0, {"broken"});
  stage_->complete(0, {"broken"});
  complete_all(0);
  EXPECT_FALSE(stage_->stop_word().is_set());
  stage_->iteration().go_on();
  EXPECT_EQ(stage_->complete(0), 0U);
  EXPECT_FALSE(stage_->stop_word().is_set());
  stage_->iteration().go_on();
  EXPECT_EQ(stage_->complete(0, {"again"}), 1U);
  EXPECT_TRUE(stage_->stop_word().is_set());
  EXPECT_EQ(reports().size(), 4U);
  expect_end();
}

// It would say nothing that the test passes elsewhere.
TEST_F(RetriesTest, WhereEveryWorkerRunsEveryTestTheSameOneTriesAgain) {
  begin(std::make_unique<EachScheduling>(2), 2, 1);
  stage_->complete(0, {"broken"});
  stage_->complete(1);
  stage_->iteration().go_on();
  EXPECT_EQ(stage_->begin(1), std::nullopt);
  stage_->complete(0);
  EXPECT_EQ(reports(), Texts{"0: " + aside(1, 3, 0) + last(2, 3, 0)});
  expect_end();

  // What was told of the other attempts is told, whoever's report stands.
  begin(std::make_unique<EachScheduling>(2), 2, 1, kOnce);
  stage_->complete(1, {"broken"});
  stage_->iteration().go_on();
  stage_->complete(1);
  stage_->complete(0);
  const auto all = stage_->take_reports();
  EXPECT_EQ(Stage::text_of(all.at(0)), "gw0 prints 10-20; " + aside(1, 2, 1) + line(2, 2, 1));
  EXPECT_EQ(all.at(0).flaky, "passed on attempt 2 of 2");
}

TEST_F(RetriesTest, WhereEveryWorkerRunsEveryTestADeadOnesIsRunByAnother) {
  begin(std::make_unique<EachScheduling>(2), 2, 2);
  stage_->crash(0);
  complete_all(1);
  stage_->iteration().go_on();
  EXPECT_EQ(complete_all(1), std::vector<TestIndex>{0});
  complete_all(stage_->replace());
  EXPECT_EQ(reports().size(), 2U);
  EXPECT_FALSE(stage_->iteration().has_failures());
  expect_end();
}

TEST_F(RetriesTest, AHandlerIsAskedFirst) {
  int calls = 0;
  const auto clear = [&](WorkerNode&, TestIndex, Report& report, Scheduler&) {
    ++calls;
    report.steps.clear();
    return CrashVerdict::counts;
  };
  begin_load(1, 1, kTwice, clear);
  stage_->crash(0);
  EXPECT_EQ(calls, 1);
  EXPECT_EQ(reports(), Texts{"0: "}) << "it has passed";

  const auto put_back = [&](WorkerNode&, TestIndex item, Report&, Scheduler& scheduler) {
    if (++calls < 4) scheduler.mark_test_pending(item);
    return CrashVerdict::does_not_count;
  };
  begin_load(1, 1, kOnce, put_back);
  stage_->complete(0, {"broken"});
  stage_->iteration().go_on();
  stage_->crash(0);  // put back: not an attempt
  stage_->replace();
  EXPECT_EQ(stage_->begin(1), 0U);
  stage_->crash(1);
  stage_->replace();
  EXPECT_EQ(stage_->complete(2), 0U);
  EXPECT_EQ(reports(), Texts{"0: " + aside(1, 2, 0) + last(2, 2, 2)});
  EXPECT_EQ(stories(), Texts{"0 passed on attempt 2 of 2 (gw2); attempt 1 failed on gw0"});
  expect_end();
}

TEST_F(RetriesTest, AWorkerThatStealsDoesNotTakeThem) {
  begin(std::make_unique<WorkStealingScheduling>(2), 2, 8);
  stage_->complete(0, {"broken"});
  stage_->run();
  EXPECT_EQ(reports().size(), 8U);
  EXPECT_EQ(stories().size(), 1U);
  expect_end();
}

TEST_F(RetriesTest, WaitForTheirLocks) {
  LockTable locks;
  locks.add(0, {"a"}, false);
  locks.add(1, {"a"}, false);
  locks.add(2, {}, true);
  begin(std::make_unique<LoadScheduling>(3), 3, 3, kTwice, {}, locks);
  stage_->iteration().go_on();
  for (int round = 0; round < 20; ++round) {
    for (std::size_t i = 0; i < stage_->size(); ++i) {
      if (!stage_->begin(i)) continue;
      const bool is_first = round < 6;
      stage_->complete(i, is_first ? Texts{"broken"} : Texts{});
    }
    stage_->iteration().go_on();
  }
  EXPECT_EQ(reports().size(), 3U);
  EXPECT_EQ(stage_->take_failures(), "");
  EXPECT_TRUE(stage_->is_accounted_for());
}

}  // namespace
}  // namespace gtest_xdist::internal
