#include "gtest_xdist/controller/result_store.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "support/random.h"
#include "support/report_text.h"

namespace gtest_xdist::internal {
namespace {

using Indices = std::vector<TestIndex>;

// What `worker` says of a test or a set-up: ten bytes of output, then a failure for each message.
Report story(int worker, const std::vector<std::string>& messages = {}) {
  Report report;
  report.add_output(worker, {{0, 10}, {}});
  for (const std::string& message : messages) {
    report.add_part(worker, {}, {PartType::nonfatal_failure, "a.cpp", 3, message});
  }
  return report;
}

// Three suites: tests 0 to 2, 3 and 4, 5.
ResultStore three_suites(const Indices& selected = {0, 1, 2, 3, 4, 5},
                         std::size_t reports_per_test = 1) {
  return {{0, 0, 0, 1, 1, 2}, selected, 3, reports_per_test};
}

// Replays what there is of a suite; the tests in order.
Indices replay(ResultStore& store, std::uint32_t suite) {
  Indices tests;
  while (const std::optional<TestIndex> test = store.next_test(suite)) {
    tests.push_back(*test);
    store.take_test(*test);
  }
  return tests;
}

// --- which suite, which test ---------------------------------------------------------------------

TEST(ResultStore, WithoutSelectedTestsIsDone) {
  ResultStore store = three_suites({});
  EXPECT_TRUE(store.all_replayed());
  EXPECT_EQ(store.next_suite(), std::nullopt);
  EXPECT_TRUE(store.missing().empty());
  for (const std::uint32_t suite : {0U, 1U, 2U}) EXPECT_TRUE(store.all_replayed(suite));
}

TEST(ResultStore, BeginsWithNothing) {
  const ResultStore store = three_suites({1, 3, 5});
  EXPECT_FALSE(store.all_replayed());
  EXPECT_EQ(store.next_suite(), std::nullopt);
  EXPECT_EQ(store.next_test(0), std::nullopt);
  EXPECT_EQ(store.missing(), (Indices{1, 3, 5}));
}

TEST(ResultStore, TestsComeInTheOrderOfTheirReports) {
  ResultStore store = three_suites();
  for (const TestIndex test : {2U, 0U, 1U}) store.add_test(test, 0, story(0));
  EXPECT_EQ(replay(store, 0), (Indices{2, 0, 1}));
  EXPECT_TRUE(store.all_replayed(0));
  EXPECT_FALSE(store.all_replayed());
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
  replay(store, 1);
  EXPECT_EQ(store.next_suite(), 2U);
  replay(store, 2);
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

TEST(ResultStore, ASuiteThatIsReplayedDoesNotComeAgain) {
  ResultStore store = three_suites({5});
  store.suite_entered(2);
  store.add_test(5, 0, story(0));
  EXPECT_EQ(replay(store, 2), (Indices{5}));
  EXPECT_TRUE(store.all_replayed());
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
  EXPECT_TRUE(store.all_replayed(2));
}

TEST(ResultStore, AReportOfATestThatWasNotSelectedIsPassedOver) {
  ResultStore store = three_suites({0});
  store.add_test(1, 0, story(0));
  EXPECT_EQ(store.next_suite(), std::nullopt);
}

// --- closing, settling, forgetting ---------------------------------------------------------------

TEST(ResultStore, ClosingATestAsksForAReasonOnlyWhereThereIsNoReport) {
  ResultStore store = three_suites();
  EXPECT_TRUE(store.close_test(0));
  EXPECT_EQ(store.missing(), (Indices{0, 1, 2, 3, 4, 5}));
  store.settle_test(0, story(0, {"not run"}));
  EXPECT_FALSE(store.close_test(0));
  EXPECT_EQ(store.missing(), (Indices{1, 2, 3, 4, 5}));
  EXPECT_EQ(text(store.take_test(*store.next_test(0))), "gw0 prints 0-10; gw0 says not run");
}

TEST(ResultStore, SettlingComesToLateForATestThatHasAReport) {
  ResultStore store = three_suites();
  store.add_test(0, 0, story(0, {"ran"}));
  store.settle_test(0, story(0, {"not run"}));
  EXPECT_EQ(text(store.take_test(*store.next_test(0))), "gw0 prints 0-10; gw0 says ran");
  EXPECT_EQ(store.next_test(0), std::nullopt);
}

TEST(ResultStore, AForgottenTestIsNotExpected) {
  ResultStore store = three_suites({3, 4});
  store.add_test(3, 0, story(0));
  store.forget_test(4);
  EXPECT_TRUE(store.missing().empty());
  EXPECT_EQ(store.next_suite(), 1U);
  EXPECT_EQ(replay(store, 1), (Indices{3}));
  EXPECT_TRUE(store.all_replayed());
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
  EXPECT_EQ(replay(store, 1), (Indices{3}));
  store.forget_test(4);
  EXPECT_TRUE(store.all_replayed(1));
  EXPECT_TRUE(store.all_replayed());
  EXPECT_EQ(store.next_suite(), std::nullopt);
}

TEST(ResultStore, ForgettingATestThatHasAReportChangesNothing) {
  ResultStore store = three_suites({3});
  store.add_test(3, 0, story(0));
  store.forget_test(3);
  EXPECT_EQ(replay(store, 1), (Indices{3}));
  EXPECT_TRUE(store.all_replayed());
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

TEST(ResultStore, ASetUpAfterTheReplayBeganIsToldAtTheEnd) {
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

TEST(ResultStore, AFailureOfSetUpAndTearDownIsToldOnce) {
  ResultStore store = three_suites();
  store.add_suite_up(0, story(0, {"no server"}));
  store.add_suite_down(0, story(0, {"no server", "leak"}));
  EXPECT_EQ(text(store.take_suite_up(0)), "gw0 prints 0-10; gw0 says no server");
  EXPECT_EQ(text(store.take_suite_down(0)), "gw0 prints 0-10; gw0; gw0 says leak");
}

TEST(ResultStore, SuitesAreToldApart) {
  ResultStore store = three_suites();
  store.add_suite_up(0, story(0, {"slow"}));
  store.add_suite_up(1, story(0, {"slow"}));
  EXPECT_EQ(text(store.take_suite_up(1)), "gw0 prints 0-10; gw0 says slow");
  EXPECT_EQ(text(store.take_suite_up(0)), "gw0 prints 0-10; gw0 says slow");
}

// --- mode `each`: what several workers say of one test -------------------------------------------

TEST(ResultStoreEach, ATestIsReadyWhenAllHaveReportedIt) {
  ResultStore store = three_suites({0, 5}, 3);
  store.add_test(5, 2, story(2));
  store.add_test(5, 0, story(0));
  EXPECT_EQ(store.next_test(2), std::nullopt);
  EXPECT_EQ(store.missing(), (Indices{0, 5}));
  store.add_test(5, 1, story(1));
  EXPECT_EQ(store.next_test(2), 5U);
  EXPECT_EQ(store.missing(), (Indices{0}));
}

TEST(ResultStoreEach, ATestThatPassesEverywhereIsToldOnce) {
  ResultStore store = three_suites({5}, 3);
  for (const int worker : {2, 0, 1}) store.add_test(5, worker, story(worker));
  EXPECT_EQ(text(store.take_test(5)), "gw0 prints 0-10");
}

TEST(ResultStoreEach, PartsOfFailuresAreMarkedWithTheirWorkers) {
  ResultStore store = three_suites({5}, 3);
  store.add_test(5, 2, story(2, {"bad", "worse"}));
  store.add_test(5, 0, story(0));
  store.add_test(5, 1, story(1, {"bad"}));
  const Report told = store.take_test(5);
  EXPECT_EQ(text(told),
            "gw1 prints 0-10; gw1 says [gw1] bad; "
            "gw2 prints 0-10; gw2 says [gw2] bad; gw2 says [gw2] worse");
  EXPECT_TRUE(told.failed());
}

// A test can clear its own result: what it dropped is no failure, whoever reports it.
TEST(ResultStoreEach, DroppedPartsStayDropped) {
  Report cleared = story(0, {"cleared"});
  cleared.dropped_parts = 1;
  ResultStore passing = three_suites({5}, 2);
  passing.add_test(5, 0, cleared);
  passing.add_test(5, 1, story(1));
  EXPECT_FALSE(passing.take_test(5).failed());

  ResultStore failing = three_suites({5}, 2);
  Report failed = story(1, {"cleared", "bad"});
  failed.dropped_parts = 1;
  failing.add_test(5, 0, story(0));
  failing.add_test(5, 1, failed);
  Report told = failing.take_test(5);
  EXPECT_TRUE(told.failed());
  told.steps.pop_back();  // without "bad"
  EXPECT_FALSE(told.failed());
}

TEST(ResultStoreEach, TimesSpanAllWorkers) {
  ResultStore store = three_suites({5}, 2);
  Report first = story(0);
  first.start_ms = 2000;
  first.elapsed_ms = 5;
  first.properties = {{"key", "of gw0"}};
  Report second = story(1, {"bad"});
  second.start_ms = 1000;
  second.elapsed_ms = 9;
  second.properties = {{"key", "of gw1"}};
  store.add_test(5, 1, second);
  store.add_test(5, 0, first);
  const Report told = store.take_test(5);
  EXPECT_EQ(told.start_ms, 1000);
  EXPECT_EQ(told.elapsed_ms, 9);
  ASSERT_EQ(told.properties.size(), 1U);
  EXPECT_EQ(told.properties[0].value, "of gw0");
}

TEST(ResultStoreEach, ClosingATestTakesTheReportsThatAreThere) {
  ResultStore store = three_suites({0, 1, 5}, 3);
  store.add_test(5, 1, story(1));
  EXPECT_FALSE(store.close_test(5));
  EXPECT_EQ(text(store.take_test(5)), "gw1 prints 0-10");
  EXPECT_TRUE(store.close_test(0)) << "nobody reported it";
  store.add_test(5, 0, story(0));  // too late
  EXPECT_EQ(store.next_test(2), std::nullopt);
}

TEST(ResultStoreEach, SettlingReplacesThePartialReports) {
  ResultStore store = three_suites({5}, 2);
  store.add_test(5, 0, story(0, {"bad"}));
  store.settle_test(5, story(0, {"given up"}));
  EXPECT_EQ(text(store.take_test(5)), "gw0 prints 0-10; gw0 says given up");
}

TEST(ResultStoreEach, AWorkerLessMayCompleteATest) {
  ResultStore store = three_suites({0, 1, 5}, 3);
  for (const int worker : {0, 1}) store.add_test(0, worker, story(worker));
  for (const int worker : {0, 1}) store.add_test(5, worker, story(worker));
  store.add_test(1, 0, story(0));
  for (const TestIndex test : {0U, 1U}) EXPECT_TRUE(store.expect_one_report_less(test));
  EXPECT_EQ(store.missing(), (Indices{1, 5})) << "5 is still to be run by all";
  EXPECT_EQ(store.next_test(0), 0U);
  store.add_test(1, 1, story(1));
  EXPECT_EQ(store.missing(), (Indices{5}));
  store.add_test(5, 2, story(2));
  EXPECT_TRUE(store.missing().empty());
}

TEST(ResultStoreEach, ATestThatNobodyIsToReportIsReadyWithAnyReport) {
  ResultStore store = three_suites({5}, 2);
  EXPECT_TRUE(store.expect_one_report_less(5));
  EXPECT_FALSE(store.expect_one_report_less(5));
  EXPECT_FALSE(store.expect_one_report_less(5));
  EXPECT_EQ(store.next_test(2), std::nullopt);
  store.add_test(5, 1, story(1));
  EXPECT_EQ(store.next_test(2), 5U);
}

TEST(ResultStoreEach, OneWorkerThatIsLeftIsStillMarked) {
  ResultStore store = three_suites({5}, 2);
  store.expect_one_report_less(5);
  store.add_test(5, 1, story(1, {"bad"}));
  EXPECT_EQ(text(store.take_test(5)), "gw1 prints 0-10; gw1 says [gw1] bad");
}

// A test that was put back may be run again by a worker that has run it.
TEST(ResultStoreEach, AWorkerMayReportATestTwice) {
  ResultStore store = three_suites({5}, 3);
  store.add_test(5, 1, story(1, {"first"}));
  store.add_test(5, 0, story(0));
  EXPECT_EQ(store.next_test(2), std::nullopt);
  store.add_test(5, 1, story(1, {"second"}));
  EXPECT_EQ(text(store.take_test(5)),
            "gw1 prints 0-10; gw1 says [gw1] first; gw1 prints 0-10; gw1 says [gw1] second");
}

// A report may begin with what a worker told that died in the test before.
Report after_crash(Report crash, const Report& report) {
  crash.steps.insert(crash.steps.end(), report.steps.begin(), report.steps.end());
  return crash;
}

TEST(ResultStoreEach, WhatADeadWorkerSaidIsMarkedWithThatWorker) {
  ResultStore store = three_suites({5}, 2);
  store.add_test(5, 0, story(0));
  store.add_test(5, 2, after_crash(story(1, {"crashed"}), story(2, {"bad"})));
  EXPECT_EQ(text(store.take_test(5)),
            "gw1 prints 0-10; gw1 says [gw1] crashed; gw2 prints 0-10; gw2 says [gw2] bad");
}

TEST(ResultStoreEach, WhatADeadWorkerPrintedIsToldInAnyCase) {
  ResultStore store = three_suites({5}, 2);
  store.add_test(5, 0, story(0));
  store.add_test(5, 2, after_crash(story(1), story(2)));
  EXPECT_EQ(text(store.take_test(5)), "gw0 prints 0-10; gw1 prints 0-10");

  ResultStore failing = three_suites({5}, 2);
  failing.add_test(5, 0, story(0, {"bad"}));
  failing.add_test(5, 2, after_crash(story(1), story(2)));
  EXPECT_EQ(text(failing.take_test(5)), "gw0 prints 0-10; gw0 says [gw0] bad; gw1 prints 0-10");
}

TEST(ResultStoreEach, APartOfNoWorkerIsMarkedWithTheOneThatReports) {
  ResultStore store = three_suites({5}, 2);
  store.add_test(5, 0, story(0));
  store.add_test(5, 1, story(-1, {"bad"}));
  EXPECT_EQ(text(store.take_test(5)), "gw-1 prints 0-10; gw-1 says [gw1] bad");
}

TEST(ResultStoreEach, AMergedReportNamesTheFirstWorkerThatIsTold) {
  for (const bool fails : {false, true}) {
    ResultStore store = three_suites({5}, 3);
    for (const int worker : {0, 1, 2}) {
      Report report = story(worker, fails && worker > 0 ? std::vector<std::string>{"bad"}
                                                        : std::vector<std::string>{});
      report.worker = worker;
      store.add_test(5, worker, report);
    }
    EXPECT_EQ(store.take_test(5).worker, fails ? 1 : 0);
  }
}

// --- whatever happens, every selected test is replayed once --------------------------------------

TEST(ResultStore, EveryTestIsReplayedOnceInAnyOrderOfEvents) {
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
    std::map<TestIndex, int> replayed;
    while (!store.all_replayed()) {
      const Indices missing = store.missing();
      if (!missing.empty()) {
        const TestIndex test = missing[random.between<std::size_t>(0, missing.size() - 1)];
        const int worker = random.between(0, static_cast<int>(workers) - 1);
        if (random.one_in(20)) {
          store.forget_test(test);
          forgotten[test] = 1;
        } else if (random.one_in(20)) {
          if (store.close_test(test)) store.settle_test(test, story(worker));
        } else {
          store.add_test(test, worker, story(worker));
        }
      }
      if (random.one_in(3)) {
        if (const std::optional<std::uint32_t> suite = store.next_suite()) {
          if (const std::optional<TestIndex> test = store.next_test(*suite)) {
            ASSERT_EQ(suite_of[*test], *suite);
            store.take_test(*test);
            ++replayed[*test];
          }
        }
      }
      ASSERT_LE(replayed.size(), selected.size());
    }
    for (const TestIndex test : selected) ASSERT_EQ(replayed[test] + forgotten[test], 1) << test;
  }
}

}  // namespace
}  // namespace gtest_xdist::internal
