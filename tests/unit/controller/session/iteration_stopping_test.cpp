// What stops an iteration after failures, who counts them, and what a wrong stop word does.
#include <cstddef>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "gtest_xdist/controller/results/failure_limit.h"
#include "gtest_xdist/controller/session/iteration.h"
#include "gtest_xdist/scheduler/each.h"
#include "gtest_xdist/scheduler/load.h"
#include "gtest_xdist/transport/stop_word.h"

#include "support/stage.h"

namespace gtest_xdist::internal {
namespace {

using Texts = std::vector<std::string>;

std::string failed(TestIndex test, int worker) {
  const std::string gw = "gw" + std::to_string(worker);
  return std::to_string(test) + ": " + gw + " says broken; " + gw + " prints 10-20";
}

TEST(StopWord, OfAnyBytesIsSetOrNot) {
  StopWord word;
  for (const int byte : {0x00, 0x01, 0xda, 0xff}) {
    std::memset(static_cast<void*>(&word), byte, sizeof word);
    EXPECT_EQ(byte != 0, word.is_set()) << byte;
  }
}

TEST(StopWord, IsSetByTheLastFailureThatIsAllowed) {
  StopWord word;
  word.count_failure();
  EXPECT_FALSE(word.is_set()) << "there is no limit";
  word.begin(2);
  word.count_failure();
  EXPECT_FALSE(word.is_set());
  word.count_failure();
  EXPECT_TRUE(word.is_set());
  word.begin(1);
  EXPECT_FALSE(word.is_set());
  word.lift_limit();
  word.count_failure();
  EXPECT_FALSE(word.is_set());
  word.stop();
  EXPECT_TRUE(word.is_set());
}

TEST(IterationStopping, WorkersStopBeforeTheControllerHears) {
  Stage stage(std::make_unique<LoadScheduling>(2), 2, 8, {}, no_locks(), FailurePolicy{2});
  stage.start();
  stage.begin(0);
  stage.begin(1);
  stage.stop_word().count_failure();
  stage.stop_word().count_failure();
  EXPECT_TRUE(stage.stop_word().is_set());
  EXPECT_TRUE(stage.iteration().has_work()) << "nobody has said anything";
}

TEST(IterationStopping, SoManyFailuresAreAllowedAsItSays) {
  Stage stage(std::make_unique<LoadScheduling>(1), 1, 4, {}, no_locks(), FailurePolicy{2});
  stage.start();
  stage.complete(0, {"broken"});
  stage.complete(0);
  EXPECT_FALSE(stage.stop_word().is_set());
  stage.complete(0, {"broken"});
  EXPECT_TRUE(stage.stop_word().is_set());
  EXPECT_EQ(stage.take_report_texts(),
            (Texts{failed(0, 0), passed(1, 0), failed(2, 0), skipped(3, "")}));
}

TEST(IterationStopping, ACrashIsAFailure) {
  Stage stage(std::make_unique<LoadScheduling>(2), 2, 8, {}, no_locks(), FailurePolicy{2});
  stage.start();
  stage.complete(0, {"broken"});
  stage.begin(0);
  stage.crash(1);
  EXPECT_TRUE(stage.stop_word().is_set());
  EXPECT_FALSE(stage.iteration().has_work());
  stage.run();
  stage.take_reports();
  EXPECT_TRUE(stage.is_accounted_for());
}

TEST(IterationStopping, WhereEveryWorkerRunsEveryTestDistinctTestsCount) {
  Stage stage(std::make_unique<EachScheduling>(2), 2, 4, {}, no_locks(), FailurePolicy{2});
  stage.start();
  stage.complete(0, {"broken"});
  stage.complete(1, {"broken"});
  EXPECT_FALSE(stage.stop_word().is_set());
  stage.complete(1, {"broken"});
  EXPECT_TRUE(stage.stop_word().is_set());
  EXPECT_EQ(stage.node(0).pending(), 0U);
}

// It is failed already, whatever comes of its next run.
TEST(IterationStopping, ACrashThatCountsAndItsNextRunAreOneFailedTest) {
  const CrashItemHandler put_back = [](WorkerNode&, TestIndex item, Report&, Scheduler& scheduler) {
    scheduler.mark_test_pending(item);
    return CrashVerdict::counts;
  };
  Stage stage(std::make_unique<LoadScheduling>(1), 1, 4, put_back, no_locks(), FailurePolicy{2});
  stage.start();
  stage.crash(0);
  stage.replace();
  EXPECT_EQ(stage.complete(1, {"broken"}), 0U);
  EXPECT_FALSE(stage.stop_word().is_set());
  EXPECT_NE(stage.complete(1, {"broken"}), 0U);
  EXPECT_TRUE(stage.stop_word().is_set());
  stage.run();
  stage.take_reports();
  EXPECT_TRUE(stage.is_accounted_for());
}

TEST(IterationStopping, ATestThatIsGivenBackIsNotRun) {
  Stage stage(std::make_unique<LoadScheduling>(2), 2, 6, {}, no_locks(), kFailFast);
  stage.start();
  stage.complete(0);
  const TestIndex claimed = *stage.begin(1);
  stage.complete(0, {"broken"});
  EXPECT_TRUE(stage.iteration().under_way());
  stage.give_back(1);
  EXPECT_FALSE(stage.iteration().under_way());
  EXPECT_EQ(stage.node(1).running_item(), std::nullopt);
  const Texts texts = stage.take_report_texts();
  EXPECT_EQ(texts[claimed], skipped(claimed, ""));
  EXPECT_TRUE(stage.is_accounted_for());
}

TEST(IterationStopping, ATestThatAWorkerDoesNotHaveCannotBeGivenBack) {
  Stage stage(std::make_unique<LoadScheduling>(1), 1, 4);
  stage.start();
  const TestIndex next = 0;
  stage.iteration().on(stage.node(0), TestReturned{next});
  EXPECT_EQ(stage.node(0).accusation(), "it gave back a test that it did not have");
}

// As by a test that writes anywhere.
TEST(IterationStopping, AStopWordThatIsSetForNoReasonDoesNotStop) {
  for (const std::size_t maxfail : {std::size_t{0}, std::size_t{3}}) {
    Stage stage(std::make_unique<LoadScheduling>(2), 2, 8, {}, no_locks(), FailurePolicy{maxfail});
    stage.start();
    const TestIndex test = *stage.begin(0);
    stage.begin(1);
    stage.complete(1, {"broken"});
    stage.stop_word().stop();
    stage.iteration().go_on();
    EXPECT_TRUE(stage.stop_word().is_set()) << "gw0 may have failed";
    EXPECT_EQ(stage.complete(0), test);
    EXPECT_EQ(stage.begin(0), std::nullopt);
    stage.iteration().go_on();
    EXPECT_FALSE(stage.stop_word().is_set());
    stage.run();
    EXPECT_EQ(stage.take_reports().size(), 8U);
    EXPECT_EQ(stage.take_failures(), "");
    // What is still allowed is.
    Stage rest(std::make_unique<LoadScheduling>(1), 1, 4, {}, no_locks(), FailurePolicy{2});
    rest.start();
    rest.complete(0, {"broken"});
    rest.stop_word().stop();
    rest.iteration().go_on();
    EXPECT_FALSE(rest.stop_word().is_set());
    rest.complete(0, {"broken"});
    EXPECT_TRUE(rest.stop_word().is_set());
  }
}

TEST(IterationStopping, ATestThatIsGivenBackForNoReasonIsRun) {
  Stage stage(std::make_unique<LoadScheduling>(1), 1, 4);
  stage.start();
  stage.begin(0);
  stage.give_back(0);
  stage.run();
  EXPECT_EQ(stage.take_reports().size(), 4U);
  EXPECT_EQ(stage.take_failures(), "");
}

TEST(IterationStopping, TheNextIterationBeginsAnew) {
  StopWord word;
  FailureLimit first({1, 0}, 1, word);
  EXPECT_TRUE(first.add(3));
  const FailureLimit second({2, 0}, 1, word);
  EXPECT_FALSE(word.is_set());
  word.count_failure();
  EXPECT_FALSE(word.is_set());
  EXPECT_FALSE(second.is_contradicted());
}

}  // namespace
}  // namespace gtest_xdist::internal
