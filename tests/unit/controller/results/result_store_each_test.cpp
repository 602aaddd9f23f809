// Mode `each`: what several workers say of one test.
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "gtest_xdist/controller/results/result_store.h"

#include "support/report_text.h"
#include "support/three_suites.h"

namespace gtest_xdist::internal {
namespace {

using Indices = std::vector<TestIndex>;

TEST(ResultStoreEach, ATestIsReadyWhenAllHaveReportedIt) {
  ResultStore store = three_suites({0, 5}, 3);
  store.add_test(5, 2, story(2));
  store.add_test(5, 0, story(0));
  EXPECT_EQ(store.next_test(2), std::nullopt);
  EXPECT_EQ(store.missing(), (Indices{0, 5}));
  store.add_test(5, 1, story(1));
  EXPECT_EQ(store.next_test(2), 5U);
  EXPECT_EQ(store.missing(), (Indices{0}));
  EXPECT_EQ(store.missing_count(), 1U);
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
  store.explain_test(5, story(0, {"given up"}));
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

}  // namespace
}  // namespace gtest_xdist::internal
