// Through an iteration, which decides when it is given up.
#include "gtest_xdist/controller/session/giving_up.h"

#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "gtest_xdist/core/messages/message.h"
#include "gtest_xdist/scheduler/each.h"
#include "gtest_xdist/scheduler/load.h"

#include "support/stage.h"

namespace gtest_xdist::internal {
namespace {

using Texts = std::vector<std::string>;

TEST(GivingUp, TakesBackAllThatHasNotStarted) {
  Stage stage(std::make_unique<LoadScheduling>(2), 2, 16);
  stage.start();
  stage.begin(0);
  stage.begin(1);
  stage.iteration().give_up("not run: enough");
  Texts expected;
  for (const TestIndex test : {1U, 3U, 4U, 5U, 6U, 7U, 8U, 9U, 10U, 11U, 12U, 13U, 14U, 15U}) {
    expected.push_back(skipped(test, "not run: enough"));
  }
  EXPECT_EQ(stage.take_report_texts(), expected);
  EXPECT_TRUE(stage.iteration().under_way());
  EXPECT_FALSE(stage.iteration().has_work());
  stage.complete(0);
  stage.complete(1);
  EXPECT_EQ(stage.take_report_texts(), (Texts{passed(0, 0), passed(2, 1)}));
  EXPECT_FALSE(stage.iteration().under_way());
  EXPECT_EQ(stage.take_failures(), "");
}

TEST(GivingUp, BeforeTheStartSkipsEverything) {
  Stage stage(std::make_unique<LoadScheduling>(2), 2, 2);
  stage.collect(0);
  stage.iteration().give_up("not run: enough");
  stage.iteration().give_up("not run: the first reason stands");
  stage.collect(1);
  stage.set_up(0);
  stage.set_up(1);
  EXPECT_EQ(stage.take_report_texts(),
            (Texts{skipped(0, "not run: enough"), skipped(1, "not run: enough")}));
  EXPECT_EQ(stage.node(0).pending() + stage.node(1).pending(), 0U);
}

// A worker that dies later leaves nothing that others would start.
TEST(GivingUp, SkipsWhatAWorkerLeavesThatDiesLater) {
  Stage stage(std::make_unique<LoadScheduling>(2), 2, 16);
  stage.start();
  stage.begin(0);
  stage.begin(1);
  stage.iteration().give_up("not run: enough");
  stage.take_reports();
  stage.crash(1);
  EXPECT_EQ(stage.take_report_texts(), Texts{"2: gw1 says " + stage.crash_text(1, 2)});
  stage.complete(0);
  EXPECT_EQ(stage.take_report_texts(), Texts{passed(0, 0)});
  EXPECT_TRUE(stage.is_accounted_for());
  EXPECT_FALSE(stage.iteration().under_way());
}

// In `each` one worker may be in a test that another has not begun, or has done.
TEST(GivingUp, WaitsForWorkersThatAreInATest) {
  Stage stage(std::make_unique<EachScheduling>(3), 3, 4);
  stage.start();
  stage.complete(0);  // gw0 has done 0, and is in 1
  stage.begin(0);
  stage.begin(1);  // in 0
  stage.complete(2);
  stage.complete(2);
  stage.begin(2);  // in 2
  stage.iteration().give_up("not run: enough");
  EXPECT_EQ(stage.take_report_texts(), Texts{skipped(3, "not run: enough")});
  stage.complete(1, {"broken"});
  EXPECT_EQ(stage.take_report_texts(), Texts{"0: gw1 says [gw1] broken; gw1 prints 10-20"});
  stage.crash(0);
  EXPECT_EQ(stage.take_report_texts(), Texts{"1: gw0 says [gw0] " + stage.crash_text(0, 1)});
  stage.complete(2);
  EXPECT_EQ(stage.take_report_texts(), Texts{passed(2, 2)});
  EXPECT_TRUE(stage.is_accounted_for());
}

TEST(GivingUp, AfterAFailureSaysNothing) {
  Stage stage(std::make_unique<LoadScheduling>(1), 1, 4, {}, no_locks(), kFailFast);
  stage.start();
  stage.complete(0);
  stage.complete(0, {"broken"});
  EXPECT_EQ(stage.take_report_texts(), (Texts{passed(0, 0), "1: gw0 says broken; gw0 prints 10-20",
                                              skipped(2, ""), skipped(3, "")}));
}

// --- one worker does the rest --------------------------------------------------------------------

TEST(GivingUp, TheLastWorkerWithoutEnvironmentsDoesAsGtestDoes) {
  for (const bool dies : {false, true}) {
    Stage stage(std::make_unique<LoadScheduling>(1), 1, 3);
    stage.collect(0);
    stage.set_up(0, false);
    ASSERT_EQ(stage.iteration().native(), &stage.node(0));
    EXPECT_TRUE(stage.iteration().under_way());
    TestDone done;
    done.test = 1;
    stage.iteration().on(stage.node(0), done);
    stage.iteration().give_up("not run: what it reports counts");
    EXPECT_EQ(stage.take_report_texts(), Texts{"1: "});
    if (dies) {
      stage.crash(0);
      EXPECT_EQ(stage.take_report_texts(), (Texts{skipped(0, "not run: what it reports counts"),
                                                  skipped(2, "not run: what it reports counts")}));
    } else {
      IterationDone end;
      stage.iteration().on(stage.node(0), end);
      EXPECT_TRUE(stage.iteration().store().all_played());
    }
    EXPECT_EQ(stage.iteration().native(), nullptr);
  }
}

TEST(GivingUp, IfTheLastWorkerWithoutEnvironmentsDiesTheTestsAreNotRun) {
  Stage stage(std::make_unique<LoadScheduling>(1), 1, 1);
  stage.collect(0);
  stage.set_up(0, false);
  stage.crash(0);
  EXPECT_EQ(stage.take_report_texts(), Texts{skipped(0, "not run: no worker could run it")});
}

}  // namespace
}  // namespace gtest_xdist::internal
