#include "gtest_xdist/controller/results/result_store.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "support/random.h"
#include "support/report_text.h"
#include "support/three_suites.h"

namespace gtest_xdist::internal {
namespace {

using Indices = std::vector<TestIndex>;

// --- which suite, which test ---------------------------------------------------------------------

TEST(ResultStore, WithoutSelectedTestsIsDone) {
  ResultStore store = three_suites({});
  EXPECT_TRUE(store.all_played());
  EXPECT_EQ(store.next_suite(), std::nullopt);
  EXPECT_TRUE(store.missing().empty());
  for (const std::uint32_t suite : {0U, 1U, 2U}) EXPECT_TRUE(store.all_played(suite));
}

TEST(ResultStore, BeginsWithNothing) {
  const ResultStore store = three_suites({1, 3, 5});
  EXPECT_FALSE(store.all_played());
  EXPECT_EQ(store.next_suite(), std::nullopt);
  EXPECT_EQ(store.next_test(0), std::nullopt);
  EXPECT_EQ(store.missing(), (Indices{1, 3, 5}));
  EXPECT_EQ(store.missing_count(), 3U);
}

TEST(ResultStore, TestsComeInTheOrderOfTheirReports) {
  ResultStore store = three_suites();
  for (const TestIndex test : {2U, 0U, 1U}) store.add_test(test, 0, story(0));
  EXPECT_EQ(play_back(store, 0), (Indices{2, 0, 1}));
  EXPECT_TRUE(store.all_played(0));
  EXPECT_FALSE(store.all_played());
}

TEST(ResultStore, ACompleteSuiteComesBeforeABegunOneAndTheFirstBeforeTheLater) {
  ResultStore store = three_suites();
  store.add_test(3, 0, story(0));
  EXPECT_EQ(store.next_suite(), 1U);
  store.add_test(0, 0, story(0));
  EXPECT_EQ(store.next_suite(), 0U);
  store.add_test(5, 0, story(0));
  EXPECT_EQ(store.next_suite(), 2U);
  store.add_test(4, 0, story(0));
  EXPECT_EQ(store.next_suite(), 1U);
  play_back(store, 1);
  EXPECT_EQ(store.next_suite(), 2U);
  play_back(store, 2);
  EXPECT_EQ(store.next_suite(), 0U);
}

TEST(ResultStore, ASuiteIsNotCompleteWhileAWorkerIsInside) {
  ResultStore store = three_suites();
  store.suite_entered(2);
  store.suite_entered(2);
  store.add_test(5, 0, story(0));
  store.add_test(0, 1, story(1));
  EXPECT_EQ(store.next_suite(), 0U);
  EXPECT_FALSE(store.all_left(2));
  store.suite_left(2);
  EXPECT_EQ(store.next_suite(), 0U);
  store.suite_left(2);
  EXPECT_TRUE(store.all_left(2));
  EXPECT_EQ(store.next_suite(), 2U);
}

TEST(ResultStore, ASuiteThatIsPlayedBackDoesNotComeAgain) {
  ResultStore store = three_suites({5});
  store.suite_entered(2);
  store.add_test(5, 0, story(0));
  EXPECT_EQ(play_back(store, 2), (Indices{5}));
  EXPECT_TRUE(store.all_played());
  EXPECT_EQ(store.next_suite(), std::nullopt);
  store.suite_left(2);
  EXPECT_EQ(store.next_suite(), std::nullopt);
}

TEST(ResultStore, ASecondReportOfATestIsPassedOver) {
  ResultStore store = three_suites();
  store.add_test(5, 0, story(0, {"first"}));
  store.add_test(5, 1, story(1, {"second"}));
  EXPECT_EQ(text(store.take_test(*store.next_test(2))), "gw0 prints 0-10; gw0 says first");
  store.add_test(5, 1, story(1, {"third"}));
  EXPECT_EQ(store.next_test(2), std::nullopt);
  EXPECT_TRUE(store.all_played(2));
}

TEST(ResultStore, AReportOfATestThatWasNotSelectedIsPassedOver) {
  ResultStore store = three_suites({0});
  store.add_test(1, 0, story(0));
  EXPECT_EQ(store.next_suite(), std::nullopt);
}

// --- closing, explaining, forgetting
// ---------------------------------------------------------------

TEST(ResultStore, ClosingATestAsksForAReasonOnlyWhereThereIsNoReport) {
  ResultStore store = three_suites();
  EXPECT_TRUE(store.close_test(0));
  EXPECT_EQ(store.missing(), (Indices{0, 1, 2, 3, 4, 5}));
  store.explain_test(0, story(0, {"not run"}));
  EXPECT_FALSE(store.close_test(0));
  EXPECT_EQ(store.missing(), (Indices{1, 2, 3, 4, 5}));
  EXPECT_EQ(text(store.take_test(*store.next_test(0))), "gw0 prints 0-10; gw0 says not run");
}

TEST(ResultStore, SettlingComesToLateForATestThatHasAReport) {
  ResultStore store = three_suites();
  store.add_test(0, 0, story(0, {"ran"}));
  store.explain_test(0, story(0, {"not run"}));
  EXPECT_EQ(text(store.take_test(*store.next_test(0))), "gw0 prints 0-10; gw0 says ran");
  EXPECT_EQ(store.next_test(0), std::nullopt);
}

TEST(ResultStore, AForgottenTestIsNotExpected) {
  ResultStore store = three_suites({3, 4});
  store.add_test(3, 0, story(0));
  store.forget_test(4);
  EXPECT_TRUE(store.missing().empty());
  EXPECT_EQ(store.next_suite(), 1U);
  EXPECT_EQ(play_back(store, 1), (Indices{3}));
  EXPECT_TRUE(store.all_played());
  EXPECT_EQ(store.next_suite(), std::nullopt);
}

TEST(ResultStore, ForgettingATestMayCompleteItsSuite) {
  ResultStore store = three_suites();
  store.add_test(0, 0, story(0));
  store.add_test(3, 0, story(0));
  EXPECT_EQ(store.next_suite(), 0U);
  store.forget_test(4);
  EXPECT_EQ(store.next_suite(), 1U);
}

TEST(ResultStore, ASuiteWhoseRestIsForgottenDoesNotComeAgain) {
  ResultStore store = three_suites({3, 4});
  store.add_test(3, 0, story(0));
  EXPECT_EQ(play_back(store, 1), (Indices{3}));
  store.forget_test(4);
  EXPECT_TRUE(store.all_played(1));
  EXPECT_TRUE(store.all_played());
  EXPECT_EQ(store.next_suite(), std::nullopt);
}

TEST(ResultStore, ForgettingATestThatHasAReportChangesNothing) {
  ResultStore store = three_suites({3});
  store.add_test(3, 0, story(0));
  store.forget_test(3);
  EXPECT_EQ(play_back(store, 1), (Indices{3}));
  EXPECT_TRUE(store.all_played());
}

// --- what several workers say of one suite -------------------------------------------------------

TEST(ResultStore, ASetUpIsToldOnce) {
  ResultStore store = three_suites();
  store.add_suite_up(0, story(1, {"slow"}));
  store.add_suite_up(0, story(0, {"slow"}));
  EXPECT_EQ(text(store.take_suite_up(0)), "gw1 prints 0-10; gw1 says slow");
  EXPECT_EQ(text(store.take_suite_down(0)), "");
}

TEST(ResultStore, WhatIsNewInALaterSetUpIsToldToo) {
  ResultStore store = three_suites();
  store.add_suite_up(0, story(1, {"slow"}));
  store.add_suite_up(0, story(0, {"slow", "odd"}));
  EXPECT_EQ(text(store.take_suite_up(0)), "gw1 prints 0-10; gw1 says slow; gw0 says odd");
}

TEST(ResultStore, WhatOneWorkerSaysTwiceIsToldTwice) {
  ResultStore store = three_suites();
  store.add_suite_up(0, story(1, {"slow", "slow"}));
  store.add_suite_up(0, story(0, {"slow", "slow"}));
  EXPECT_EQ(text(store.take_suite_up(0)), "gw1 prints 0-10; gw1 says slow; gw1 says slow");
}

TEST(ResultStore, ASetUpAfterThePlaybackBeganIsToldAtTheEnd) {
  ResultStore store = three_suites();
  store.add_suite_up(0, story(1, {"slow"}));
  EXPECT_EQ(text(store.take_suite_up(0)), "gw1 prints 0-10; gw1 says slow");
  store.add_suite_up(0, story(0, {"slow", "odd"}));
  EXPECT_EQ(text(store.take_suite_down(0)), "gw0 says odd");
}

TEST(ResultStore, ATearDownIsToldOnceAndItsTimesAddUp) {
  ResultStore store = three_suites();
  const auto down = [](int worker, std::int64_t start, std::int64_t elapsed) {
    Report report = story(worker, {"leak"});
    report.start_ms = start;
    report.elapsed_ms = elapsed;
    report.properties = {{"worker", std::to_string(worker)}};
    return report;
  };
  store.add_suite_down(0, down(1, 5000, 30));
  store.add_suite_down(0, down(0, 4000, 12));
  store.add_suite_down(0, down(2, 6000, 0));
  const Report told = store.take_suite_down(0);
  EXPECT_EQ(text(told), "gw1 prints 0-10; gw1 says leak");
  EXPECT_EQ(told.start_ms, 4000);
  EXPECT_EQ(told.elapsed_ms, 42);
  ASSERT_EQ(told.properties.size(), 3U);
  EXPECT_EQ(told.properties[0].value, "1");
  EXPECT_EQ(told.properties[2].value, "2");
}

// As a serial run tells it: in the set-up, and in the tear-down again.
TEST(ResultStore, AFailureOfSetUpAndTearDownIsToldTwice) {
  ResultStore store = three_suites();
  for (const int worker : {0, 1}) {
    store.add_suite_up(0, story(worker, {"no server"}));
    store.add_suite_down(0, story(worker, {"no server", "leak"}));
  }
  EXPECT_EQ(text(store.take_suite_up(0)), "gw0 prints 0-10; gw0 says no server");
  EXPECT_EQ(text(store.take_suite_down(0)), "gw0 prints 0-10; gw0 says no server; gw0 says leak");
}

TEST(ResultStore, SuitesAreToldApart) {
  ResultStore store = three_suites();
  store.add_suite_up(0, story(0, {"slow"}));
  store.add_suite_up(1, story(0, {"slow"}));
  EXPECT_EQ(text(store.take_suite_up(1)), "gw0 prints 0-10; gw0 says slow");
  EXPECT_EQ(text(store.take_suite_up(0)), "gw0 prints 0-10; gw0 says slow");
}

// --- whatever happens, every selected test is played back once
// --------------------------------------

TEST(ResultStore, EveryTestIsPlayedBackOnceInAnyOrderOfEvents) {
  Random random(50);
  for (int round = 0; round < 500; ++round) {
    const std::size_t workers = random.between<std::size_t>(1, 3);
    std::vector<std::uint32_t> suite_of;
    for (std::uint32_t suite = 0; suite < 4; ++suite) {
      suite_of.insert(suite_of.end(), random.between<std::size_t>(0, 5), suite);
    }
    Indices selected;
    for (TestIndex test = 0; test < suite_of.size(); ++test) {
      if (!random.one_in(4)) selected.push_back(test);
    }
    ResultStore store(suite_of, selected, 4, workers);
    std::map<TestIndex, int> forgotten;
    std::map<TestIndex, int> played;
    while (!store.all_played()) {
      const Indices missing = store.missing();
      if (!missing.empty()) {
        const TestIndex test = missing[random.between<std::size_t>(0, missing.size() - 1)];
        const int worker = random.between(0, static_cast<int>(workers) - 1);
        if (random.one_in(20)) {
          store.forget_test(test);
          forgotten[test] = 1;
        } else if (random.one_in(20)) {
          if (store.close_test(test)) store.explain_test(test, story(worker));
        } else {
          store.add_test(test, worker, story(worker));
        }
      }
      if (random.one_in(3)) {
        if (const std::optional<std::uint32_t> suite = store.next_suite()) {
          if (const std::optional<TestIndex> test = store.next_test(*suite)) {
            ASSERT_EQ(suite_of[*test], *suite);
            store.take_test(*test);
            ++played[*test];
          }
        }
      }
      ASSERT_LE(played.size(), selected.size());
    }
    for (const TestIndex test : selected) ASSERT_EQ(played[test] + forgotten[test], 1) << test;
  }
}

}  // namespace
}  // namespace gtest_xdist::internal
