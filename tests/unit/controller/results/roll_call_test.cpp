#include "gtest_xdist/controller/results/roll_call.h"

#include <numeric>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "gtest_xdist/bridge/insides/private_access.h"

namespace gtest_xdist::internal {
namespace {

using Indices = std::vector<TestIndex>;

class RollCallTest : public testing::Test {
 protected:
  static constexpr TestIndex kTests = 30;

  // What is wrong; empty if nothing is.
  std::string close(const Indices& selected, const Indices& unreported = {}) {
    return roll_call_
        .close(selected, unreported, [](TestIndex test) { return "T." + std::to_string(test); })
        .value_or("");
  }

  RollCall roll_call_{kTests};
};

TEST_F(RollCallTest, EachSelectedTestHasBeenReportedOnce) {
  roll_call_.answer(3, Verdict::passed);
  roll_call_.answer(0, Verdict::failed);
  roll_call_.answer(29, Verdict::skipped);
  roll_call_.answer(7, Verdict::not_run);
  EXPECT_EQ(close({0, 3, 7, 29}), "");
}

TEST_F(RollCallTest, NothingSelectedAndNothingReported) { EXPECT_EQ(close({}), ""); }

TEST_F(RollCallTest, ATestIsLost) {
  roll_call_.answer(0, Verdict::failed);
  EXPECT_EQ(close({0, 3}),
            "the account of the tests is wrong: selected 2, passed 0, failed 1, skipped 0, not run "
            "0; never reported: 'T.3'");
}

TEST_F(RollCallTest, ATestIsReportedTwiceInPlaceOfAnother) {
  roll_call_.answer(1, Verdict::passed);
  roll_call_.answer(1, Verdict::skipped);
  EXPECT_EQ(close({1, 2}),
            "the account of the tests is wrong: selected 2, passed 1, failed 0, skipped 1, not run "
            "0; never reported: 'T.2'; reported more than once: 'T.1'");
}

TEST_F(RollCallTest, MoreThanTwiceIsNotCountedRoundToOnce) {
  for (int i = 0; i < 257; ++i) roll_call_.answer(1, Verdict::passed);
  EXPECT_EQ(close({1}),
            "the account of the tests is wrong: selected 1, passed 257, failed 0, skipped 0, not "
            "run 0; reported more than once: 'T.1'");
}

TEST_F(RollCallTest, ATestIsReportedThatNobodySelected) {
  roll_call_.answer(1, Verdict::passed);
  roll_call_.answer(5, Verdict::not_run);
  EXPECT_EQ(close({1}),
            "the account of the tests is wrong: selected 1, passed 1, failed 0, skipped 0, not run "
            "1; reported, though not selected: 'T.5'");
}

TEST_F(RollCallTest, ATestPassesThatNobodyRan) {
  roll_call_.answer(1, Verdict::passed_without_run);
  EXPECT_EQ(close({1}),
            "the account of the tests is wrong: selected 1, passed 0, failed 0, skipped 0, not run "
            "0; passed, though no worker ran it: 'T.1'");
}

TEST_F(RollCallTest, TheFirstNamesAreTold) {
  Indices all(kTests);
  std::iota(all.begin(), all.end(), 0U);
  EXPECT_EQ(close(all),
            "the account of the tests is wrong: selected 30, passed 0, failed 0, skipped 0, not "
            "run 0; never reported: 'T.0', 'T.1', 'T.2', 'T.3', 'T.4', 'T.5', 'T.6', 'T.7', 'T.8', "
            "'T.9' and 20 more");
}

TEST_F(RollCallTest, WhatNobodyWasToReportIsMissedByNobody) {
  roll_call_.answer(1, Verdict::passed);
  EXPECT_EQ(close({1, 2, 3}, {2, 3}), "");
}

TEST_F(RollCallTest, WhatNobodyWasToReportIsReported) {
  roll_call_.answer(1, Verdict::passed);
  EXPECT_NE(close({1}, {1}), "");
}

TEST_F(RollCallTest, EachIterationHasAnAccountOfItsOwn) {
  roll_call_.answer(1, Verdict::passed);
  EXPECT_NE(close({1, 2}), "");
  roll_call_.answer(2, Verdict::passed);
  EXPECT_EQ(close({2}), "");
  EXPECT_NE(close({2}), "");
}

TEST_F(RollCallTest, Verdicts) {
  testing::TestResult result;
  const auto add_part = [&](testing::TestPartResult::Type type) {
    private_call<ResultAddTestPart>(result, testing::TestPartResult(type, "file.cpp", 1, "why"));
  };
  EXPECT_EQ(verdict_on(result, true), Verdict::passed);
  EXPECT_EQ(verdict_on(result, false), Verdict::passed_without_run);
  add_part(testing::TestPartResult::kSkip);
  EXPECT_EQ(verdict_on(result, true), Verdict::skipped);
  EXPECT_EQ(verdict_on(result, false), Verdict::not_run);
  add_part(testing::TestPartResult::kNonFatalFailure);
  EXPECT_EQ(verdict_on(result, true), Verdict::failed);
  EXPECT_EQ(verdict_on(result, false), Verdict::failed);
}

}  // namespace
}  // namespace gtest_xdist::internal
