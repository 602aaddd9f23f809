// Tests that a worker died in, where every worker runs every test.
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "gtest_xdist/controller/session/iteration.h"
#include "gtest_xdist/scheduler/each.h"

#include "support/crash_item_test.h"
#include "support/stage.h"

namespace gtest_xdist::internal {
namespace {

using Texts = std::vector<std::string>;

TEST(CrashItemEach, MayCrashOnEveryWorker) {
  Stage stage(std::make_unique<EachScheduling>(2), 2, 2, put_back(CrashVerdict::counts));
  stage.start();
  stage.complete(1);
  stage.crash(0);  // in 0
  stage.crash(1);  // in 1, its last
  stage.replace();
  stage.replace();
  EXPECT_EQ(stage.node(2).pending(), 2U);
  EXPECT_EQ(stage.node(3).pending(), 1U);
  stage.run();
  EXPECT_EQ(stage.take_report_texts(),
            (Texts{"0: gw0 says [gw0] " + stage.crash_text(0, 0) + "; gw2 prints 10-20",
                   "1: gw1 says [gw1] " + stage.crash_text(1, 1) + "; gw3 prints 10-20"}));
  EXPECT_EQ(stage.take_failures(), "");
}

// Whoever runs it first may do so for a worker that had not begun it.
TEST(CrashItemEach, IsMadeUpForWhenNoRunIsMissing) {
  for (const bool all_run : {false, true}) {
    Stage stage(std::make_unique<EachScheduling>(3), 3, 2, put_back(CrashVerdict::does_not_count));
    stage.start();
    stage.complete(1);
    stage.crash(0);  // in 0; leaves 1
    stage.crash(1);  // in 1
    for (const std::size_t i : {std::size_t{2}, stage.replace()}) {
      stage.complete(i);
      stage.complete(i);
    }
    EXPECT_EQ(stage.take_report_texts(), Texts{"0: gw1 prints 10-20"});
    if (all_run) {
      stage.complete(stage.replace());
      EXPECT_EQ(stage.take_report_texts(), Texts{"1: gw2 prints 10-20"});
    } else {
      stage.iteration().give_up("not run: enough");
      EXPECT_EQ(stage.take_report_texts(), Texts{"1: gw1 says [gw1] " + stage.crash_text(1, 1)});
    }
    EXPECT_TRUE(stage.is_accounted_for());
  }
}

TEST(CrashItemEach, OfATestThatCrashesEverywhereAllIsTold) {
  Stage stage(std::make_unique<EachScheduling>(2), 2, 1, put_back(CrashVerdict::counts));
  stage.start();
  stage.crash(0);
  stage.crash(1);
  stage.replace();
  stage.complete(2);
  EXPECT_TRUE(stage.take_reports().empty());
  stage.iteration().give_up("not run: enough");
  EXPECT_EQ(stage.take_report_texts(),
            Texts{"0: gw1 says [gw1] " + stage.crash_text(1, 0) + "; gw0 says [gw0] " +
                  stage.crash_text(0, 0) + "; gw2 prints 10-20"});
}

// The replacement cannot run it, and nobody else is to.
TEST(CrashItemEach, FailsIfTheReplacementHasNoEnvironments) {
  Stage stage(std::make_unique<EachScheduling>(2), 2, 2, put_back(CrashVerdict::does_not_count));
  stage.start();
  stage.crash(0);
  const std::size_t i = stage.add_worker();
  stage.collect(i);
  stage.set_up(i, false);
  stage.run();
  EXPECT_EQ(stage.take_report_texts(),
            (Texts{"0: gw0 says [gw0] " + stage.crash_text(0, 0), "1: gw1 prints 10-20"}));
  EXPECT_EQ(stage.take_failures(), "");
}

// A user's scheduler may give it to a worker that has run the test itself.
TEST(CrashItemEach, MayBeRunByAWorkerThatHasRunIt) {
  class Sparing : public EachScheduling {
   public:
    using EachScheduling::EachScheduling;
    void mark_test_pending(TestIndex test) override { nodes().front()->send({test}); }
  };
  Stage stage(std::make_unique<Sparing>(2), 2, 1, put_back(CrashVerdict::does_not_count));
  stage.start();
  stage.complete(0);
  stage.crash(1, {"before"});
  stage.complete(0, {"broken"});
  EXPECT_EQ(stage.take_report_texts(),
            Texts{"0: gw1 prints 0-5; gw0 says [gw0] broken; gw0 prints 10-20"});
}

}  // namespace
}  // namespace gtest_xdist::internal
