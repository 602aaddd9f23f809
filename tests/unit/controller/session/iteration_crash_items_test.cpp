// Tests that a worker died in: what is reported, and what if they are put back.
#include <cstddef>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "gtest_xdist/controller/session/iteration.h"
#include "gtest_xdist/scheduler/load.h"

#include "support/crash_item_test.h"
#include "support/stage.h"
#include "support/thrown.h"

namespace gtest_xdist::internal {
namespace {

using Texts = std::vector<std::string>;

// --- not put back --------------------------------------------------------------------------------

TEST_P(CrashItemTest, FailsIfNobodyCares) {
  for (const CrashItemHandler& handler :
       {CrashItemHandler(), leave(CrashVerdict::counts), leave(CrashVerdict::does_not_count)}) {
    begin(handler);
    stage_->crash(0, {"before"});
    stage_->replace();
    expect_account();
    EXPECT_EQ(report_of(0), "gw0 prints 0-5 and says " + mark(0) + "before; " + crashes(0));
    EXPECT_EQ(stage_->node(0).history.to_last_failure(), std::vector<TestIndex>{0});
  }
}

TEST_P(CrashItemTest, IsHandledOnceWhenTheWorkerIsRemoved) {
  int calls = 0;
  begin([&](WorkerNode& node, TestIndex item, Report& report, Scheduler& scheduler) {
    ++calls;
    EXPECT_EQ(node.name(), "gw0");
    EXPECT_EQ(item, 0U);
    EXPECT_EQ(text(report), "gw0 prints 0-5 and says before; gw0 says " + stage_->crash_text(0, 0));
    EXPECT_EQ(report.worker, 0);
    EXPECT_EQ(scheduler.nodes().size(), 1U) << "only gw1 is left";
    return CrashVerdict::counts;
  });
  stage_->crash(0, {"before"});
  EXPECT_EQ(calls, 1);
}

TEST_P(CrashItemTest, SaysWhatTheHandlerMadeOfIt) {
  begin([](WorkerNode&, TestIndex, Report& report, Scheduler&) {
    report.steps.clear();
    report.add_part(0, {}, {PartType::nonfatal_failure, "", -1, "known to crash"});
    return CrashVerdict::counts;
  });
  stage_->crash(0, {"before"});
  stage_->replace();
  expect_account();
  EXPECT_EQ(report_of(0), says(0, "known to crash"));
}

TEST_P(CrashItemTest, FailsIfTheHandlerDoes) {
  for (const bool is_standard : {false, true}) {
    begin([&](WorkerNode&, TestIndex, Report&, Scheduler&) -> CrashVerdict {
      if (is_standard) throw std::runtime_error("no luck");
      throw 7;
    });
    stage_->crash(0);
    stage_->replace();
    expect_account("the crash of '" + stage_->name(0) + "' was not handled: " +
                   (is_standard ? "no luck" : "an exception that is no std::exception"));
    EXPECT_EQ(report_of(0), crashes(0));
  }
}

TEST_P(CrashItemTest, OnlyItMayBePutBack) {
  std::string refusal;
  begin([&](WorkerNode&, TestIndex, Report&, Scheduler& scheduler) {
    refusal = text_of_thrown<std::logic_error>([&] { scheduler.mark_test_pending(4); });
    return CrashVerdict::counts;
  });
  stage_->crash(0);
  EXPECT_EQ(refusal, "test 4 was put back, but it is not selected");
  stage_->replace();
  expect_account();
  EXPECT_EQ(report_of(0), crashes(0));
}

// --- put back ------------------------------------------------------------------------------------

TEST_P(CrashItemTest, ThatCountsStaysFailedThoughItPassesThen) {
  begin(put_back(CrashVerdict::counts));
  stage_->crash(0, {"before"});
  EXPECT_EQ(report_of(0), "(none)");
  EXPECT_TRUE(stage_->iteration().has_work());
  stage_->replace();
  const std::size_t runner = runner_of_test_0();
  EXPECT_EQ(report_of(0), "(none)");
  stage_->complete(runner);
  expect_account();
  EXPECT_EQ(report_of(0), "gw0 prints 0-5 and says " + mark(0) + "before; " + crashes(0) + "; gw" +
                              std::to_string(runner) + " prints 10-20");
  EXPECT_TRUE(reports_[0].failed());
  EXPECT_EQ(stage_->node(0).history.to_last_failure(), std::vector<TestIndex>{0});
  EXPECT_TRUE(stage_->node(runner).history.to_last_failure().empty());
}

TEST_P(CrashItemTest, ThatDoesNotCountPassesIfItPassesThen) {
  begin(put_back(CrashVerdict::does_not_count));
  stage_->crash(0, {"before"});
  stage_->replace();
  const std::size_t runner = runner_of_test_0();
  stage_->complete(runner);
  expect_account();
  // What it printed is told all the same.
  const std::string output = "gw" + std::to_string(runner) + " prints 10-20";
  EXPECT_EQ(report_of(0), GetParam().on_every_worker ? "gw1 prints 10-20; gw0 prints 0-5"
                                                     : "gw0 prints 0-5; " + output);
  EXPECT_FALSE(reports_[0].failed());
  EXPECT_TRUE(stage_->node(0).history.to_last_failure().empty());
}

TEST_P(CrashItemTest, FailsIfItFailsThen) {
  for (const CrashVerdict verdict : {CrashVerdict::counts, CrashVerdict::does_not_count}) {
    begin(put_back(verdict));
    stage_->crash(0, {"before"});
    stage_->replace();
    const std::size_t runner = runner_of_test_0();
    stage_->complete(runner, {"again"});
    expect_account();
    const int gw = static_cast<int>(runner);
    const std::string rerun = says(gw, "again") + "; gw" + std::to_string(gw) + " prints 10-20";
    EXPECT_EQ(report_of(0),
              verdict == CrashVerdict::counts
                  ? "gw0 prints 0-5 and says " + mark(0) + "before; " + crashes(0) + "; " + rerun
                  : "gw0 prints 0-5; " + rerun);
    EXPECT_FALSE(stage_->node(runner).history.to_last_failure().empty());
  }
}

TEST_P(CrashItemTest, ThatCrashesAgainTellsOfBoth) {
  int crashes_left = 2;
  begin([&](WorkerNode&, TestIndex item, Report&, Scheduler& scheduler) {
    if (--crashes_left > 0) scheduler.mark_test_pending(item);
    return CrashVerdict::counts;
  });
  stage_->crash(0);
  stage_->replace();
  const std::size_t runner = runner_of_test_0();
  stage_->crash(runner);
  stage_->replace();
  expect_account();
  EXPECT_EQ(report_of(0), crashes(0) + "; " + crashes(runner));
}

TEST_P(CrashItemTest, ThatIsPutBackTwiceTellsOfTheCrashesThatCount) {
  for (const bool first_counts : {false, true}) {
    bool is_first = true;
    begin([&](WorkerNode&, TestIndex item, Report&, Scheduler& scheduler) {
      scheduler.mark_test_pending(item);
      return std::exchange(is_first, false) == first_counts ? CrashVerdict::counts
                                                            : CrashVerdict::does_not_count;
    });
    stage_->crash(0, {"first"});
    stage_->replace();
    const std::size_t second = runner_of_test_0();
    stage_->crash(second, {"second"});
    stage_->replace();
    const std::size_t last = runner_of_test_0();
    stage_->complete(last);
    expect_account();
    const std::string gw = "gw" + std::to_string(second);
    const std::string end = "; gw" + std::to_string(last) + " prints 10-20";
    EXPECT_EQ(report_of(0), first_counts ? "gw0 prints 0-5 and says " + mark(0) + "first; " +
                                               crashes(0) + "; " + gw + " prints 0-5" + end
                                         : "gw0 prints 0-5; " + gw + " prints 0-5 and says " +
                                               mark(static_cast<int>(second)) + "second; " +
                                               crashes(second) + end);
  }
}

// A test can clear its own result: what it takes back is no failure, but the crash is.
TEST_P(CrashItemTest, ThatCountsIsNotTakenBackByTheNextRun) {
  begin(put_back(CrashVerdict::counts));
  stage_->crash(0);
  stage_->replace();
  const std::size_t runner = runner_of_test_0();
  stage_->complete(runner, {"cleared"}, 1);
  expect_account();
  EXPECT_TRUE(reports_[0].failed());
  const std::string gw = "gw" + std::to_string(runner);
  EXPECT_EQ(report_of(0), crashes(0) + "; " + gw + "; " + gw + " prints 10-20");
}

// --- put back, and not run again -----------------------------------------------------------------

TEST_P(CrashItemTest, ThatIsNotRunAgainFailsForTheCrash) {
  for (const CrashVerdict verdict : {CrashVerdict::counts, CrashVerdict::does_not_count}) {
    for (const bool is_given_up_before : {false, true}) {
      begin(put_back(verdict));
      stage_->begin(0);
      if (is_given_up_before) stage_->iteration().give_up("not run: enough");
      stage_->crash(0, {"before"});
      if (!is_given_up_before) stage_->iteration().give_up("not run: enough");
      expect_account();
      EXPECT_EQ(report_of(0), "gw0 prints 0-5 and says " + mark(0) + "before; " + crashes(0));
      EXPECT_EQ(stage_->node(0).history.to_last_failure(), std::vector<TestIndex>{0});
    }
  }
}

TEST_P(CrashItemTest, ThatIsNotRunAgainFailsWhateverTheHandlerMadeOfIt) {
  begin([](WorkerNode&, TestIndex item, Report& report, Scheduler& scheduler) {
    report.steps.clear();
    scheduler.mark_test_pending(item);
    return CrashVerdict::does_not_count;
  });
  stage_->crash(0, {"before"});
  stage_->iteration().give_up("not run: enough");
  expect_account();
  EXPECT_EQ(report_of(0), crashes(0));
}

TEST_P(CrashItemTest, ThatCrashedTwiceAndIsNotRunAgainTellsOfBoth) {
  begin(put_back(CrashVerdict::counts));
  stage_->crash(0);
  stage_->replace();
  const std::size_t runner = runner_of_test_0();
  stage_->crash(runner);
  stage_->iteration().give_up("not run: enough");
  expect_account();
  EXPECT_EQ(report_of(0), crashes(0) + "; " + crashes(runner));
}

TEST_P(CrashItemTest, ThatIsBegunAgainIsWaitedFor) {
  begin(put_back(CrashVerdict::counts));
  stage_->crash(0);
  stage_->replace();
  const std::size_t runner = runner_of_test_0();
  stage_->iteration().give_up("not run: enough");
  EXPECT_EQ(report_of(0), "(none)");
  stage_->complete(runner);
  expect_account();
  EXPECT_EQ(report_of(0), crashes(0) + "; gw" + std::to_string(runner) + " prints 10-20");
}

TEST_P(CrashItemTest, FailFastStopsAtACrashThatCounts) {
  for (const CrashVerdict verdict : {CrashVerdict::counts, CrashVerdict::does_not_count}) {
    begin(put_back(verdict), 40, kFailFast);
    stage_->begin(0);
    stage_->crash(0);
    EXPECT_EQ(stage_->iteration().has_work(), verdict == CrashVerdict::does_not_count);
    stage_->replace();
    expect_account();
  }
}

TEST_P(CrashItemTest, ThatTheSchedulerCannotTakeBackFailsForTheCrash) {
  // It sends the test to the dead worker.
  begin([&](WorkerNode& node, TestIndex item, Report&, Scheduler& scheduler) {
    scheduler.mark_test_pending(item);
    EXPECT_THROW(node.send({item}), std::logic_error);
    return CrashVerdict::does_not_count;
  });
  stage_->crash(0);
  stage_->iteration().schedule();
  expect_account("the scheduler of plugin 'X' failed: test 0 was sent to gw0, but gw0 is gone");
  EXPECT_EQ(report_of(0), crashes(0));
}

INSTANTIATE_TEST_SUITE_P(Modes, CrashItemTest, testing::ValuesIn(kCrashModes),
                         [](const auto& row) { return std::string(row.param.name); });

TEST(CrashItemNative, IsToldByTheWorkerThatDoesAsGtestDoes) {
  for (const bool is_reported : {false, true}) {
    Stage stage(std::make_unique<LoadScheduling>(1), 1, 1, put_back(CrashVerdict::does_not_count));
    stage.start();
    stage.crash(0, {"before"});
    const std::size_t i = stage.add_worker();
    stage.collect(i);
    stage.set_up(i, false);
    ASSERT_EQ(stage.iteration().native(), &stage.node(i));
    if (is_reported) {
      TestDone done;
      stage.iteration().on(stage.node(i), done);
    }
    IterationDone end;
    stage.iteration().on(stage.node(i), end);
    EXPECT_EQ(stage.take_report_texts(),
              Texts{is_reported
                        ? "0: gw0 prints 0-5"
                        : "0: gw0 prints 0-5 and says before; gw0 says " + stage.crash_text(0, 0)});
    EXPECT_TRUE(stage.iteration().store().all_played());
  }
}

}  // namespace
}  // namespace gtest_xdist::internal
