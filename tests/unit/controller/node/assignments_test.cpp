#include "gtest_xdist/controller/node/assignments.h"

#include <algorithm>
#include <cstddef>
#include <map>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "support/random.h"
#include "support/thrown.h"

namespace gtest_xdist::internal {
namespace {

using Indices = std::vector<TestIndex>;

std::string refusal(Assignments& assignments, const Indices& tests, int node) {
  return text_of_thrown<std::logic_error>([&] { assignments.hand_out(tests, node); });
}

std::string refusal_to_put_back(Assignments& assignments, TestIndex test) {
  return text_of_thrown<std::logic_error>([&] { assignments.put_back(test); });
}

// --- one worker runs each test -------------------------------------------------------------------

TEST(Assignments, SaysWhyATestIsNotToBeHandedOut) {
  struct Row {
    TestIndex test;
    int node;
    const char* refusal;
  };
  const Row rows[] = {
      {5, 1, "test 5 was sent to gw1, but it was sent to gw0 already"},
      {5, 0, "test 5 was sent to gw0 twice"},
      {6, 1, "test 6 was sent to gw1, but it was sent to gw0 already"},  // complete
      {6, 0, "test 6 was sent to gw0 twice"},
      {7, 1, "test 7 was sent to gw1, but it is not selected"},
      {40, 1, "test 40 was sent to gw1, but there are only 40 tests"},
      {kNoTest, 1, "test 4294967295 was sent to gw1, but there are only 40 tests"},
  };
  for (const Row& row : rows) {
    Assignments assignments(40, {4, 5, 6}, 1);
    assignments.hand_out({5, 6}, 0);
    assignments.complete(6, 0);
    EXPECT_EQ(assignments.violation(), "");
    EXPECT_EQ(refusal(assignments, {row.test}, row.node), row.refusal);
    EXPECT_EQ(assignments.violation(), row.refusal);
  }
}

TEST(Assignments, HandsOutAllOrNothing) {
  Assignments assignments(40, {1, 2, 3}, 1);
  EXPECT_EQ(refusal(assignments, {1, 2, 1}, 0), "test 1 was sent to gw0 twice");
  EXPECT_EQ(refusal(assignments, {3, 2, 9}, 0), "test 9 was sent to gw0, but it is not selected");
  for (const TestIndex test : {1U, 2U, 3U}) EXPECT_FALSE(assignments.is_pending(test));
  EXPECT_NO_THROW(assignments.hand_out({3, 2, 1}, 1));
  EXPECT_EQ(assignments.violation(), "test 1 was sent to gw0 twice") << "the first one stands";
}

TEST(Assignments, ATestThatWasTakenBackIsHandedOutAgain) {
  Assignments assignments(3, {0, 1}, 1);
  assignments.hand_out({0, 1}, 0);
  EXPECT_TRUE(assignments.is_pending(1));
  assignments.take_back(1, 0);
  EXPECT_FALSE(assignments.is_pending(1));
  EXPECT_NO_THROW(assignments.hand_out({1}, 1));
  EXPECT_EQ(refusal(assignments, {1}, 0), "test 1 was sent to gw0, but it was sent to gw1 already");
  assignments.take_back(1, 1);
  EXPECT_NO_THROW(assignments.hand_out({1}, 1));
}

TEST(Assignments, ATestIsPendingUntilItIsComplete) {
  Assignments assignments(3, {0, 1}, 1);
  EXPECT_FALSE(assignments.is_pending(0));
  assignments.hand_out({0}, 0);
  EXPECT_TRUE(assignments.is_pending(0));
  assignments.complete(0, 0);
  EXPECT_FALSE(assignments.is_pending(0));
}

TEST(Assignments, HandsNothingOutOnceItIsClosed) {
  Assignments assignments(3, {0, 1}, 1);
  assignments.hand_out({0}, 0);
  assignments.close();
  EXPECT_EQ(refusal(assignments, {1}, 0),
            "test 1 was sent to gw0, but no test is to start any more");
  EXPECT_EQ(assignments.violation(), "") << "who sent it could not know";
  EXPECT_FALSE(assignments.is_pending(1));
  EXPECT_TRUE(assignments.is_pending(0));
}

// --- tests that a worker died in -----------------------------------------------------------------

TEST(Assignments, TheTestOfACrashIsCompleteUnlessItIsPutBack) {
  Assignments assignments(3, {0, 1}, 1);
  assignments.hand_out({0, 1}, 0);
  assignments.crash(0, 0);
  EXPECT_TRUE(assignments.is_pending(0)) << "it may be put back";
  EXPECT_FALSE(assignments.conclude_crash());
  EXPECT_FALSE(assignments.is_pending(0));
  EXPECT_EQ(refusal(assignments, {0}, 1), "test 0 was sent to gw1, but it was sent to gw0 already");
}

TEST(Assignments, ATestThatWasPutBackIsHandedOutAgain) {
  Assignments assignments(3, {0, 1}, 1);
  assignments.hand_out({0, 1}, 0);
  EXPECT_FALSE(assignments.is_rerun(0, 0));
  assignments.crash(0, 0);
  assignments.put_back(0);
  EXPECT_TRUE(assignments.is_put_back(0));
  EXPECT_FALSE(assignments.is_pending(0));
  EXPECT_TRUE(assignments.conclude_crash());
  assignments.hand_out({0}, 1);
  EXPECT_FALSE(assignments.is_put_back(0));
  EXPECT_TRUE(assignments.is_rerun(0, 1));
  EXPECT_FALSE(assignments.is_rerun(1, 1));
  assignments.take_back(0, 1);
  EXPECT_FALSE(assignments.is_rerun(0, 1));
  EXPECT_TRUE(assignments.is_put_back(0));
  assignments.hand_out({0}, 2);
  EXPECT_TRUE(assignments.is_rerun(0, 2));
  assignments.complete(0, 2);
  EXPECT_FALSE(assignments.is_rerun(0, 2));
}

TEST(Assignments, AListThatIsRefusedLeavesTheTestPutBack) {
  Assignments assignments(3, {0, 1}, 1);
  assignments.hand_out({0}, 0);
  assignments.crash(0, 0);
  assignments.put_back(0);
  refusal(assignments, {0, 2}, 1);
  EXPECT_TRUE(assignments.is_put_back(0));
  EXPECT_FALSE(assignments.is_rerun(0, 1));
}

TEST(Assignments, ATestMayBePutBackAgain) {
  Assignments assignments(3, {0}, 1);
  assignments.hand_out({0}, 0);
  for (int node = 0; node < 3; ++node) {
    assignments.crash(0, node);
    assignments.put_back(0);
    EXPECT_TRUE(assignments.conclude_crash());
    assignments.hand_out({0}, node + 1);
    EXPECT_TRUE(assignments.is_rerun(0, node + 1));
  }
}

TEST(Assignments, SaysWhyATestCannotBePutBack) {
  struct Row {
    TestIndex test;
    const char* refusal;
  };
  const Row rows[] = {
      {0, "test 0 was put back, but its result is known already"},
      {1, "test 1 was put back, but a worker still has it"},
      {2, "test 2 was put back, but no worker has run it"},
      {3, "test 3 was put back, but it has been put back already"},
      {4, "test 4 was put back, but it is not selected"},
      {40, "test 40 was put back, but there are only 40 tests"},
  };
  for (const Row& row : rows) {
    Assignments assignments(40, {0, 1, 2, 3}, 1);
    assignments.hand_out({0, 3}, 0);
    assignments.hand_out({1}, 1);
    assignments.complete(0, 0);
    assignments.crash(3, 0);
    assignments.put_back(3);
    EXPECT_EQ(refusal_to_put_back(assignments, row.test), row.refusal);
    EXPECT_EQ(assignments.violation(), "") << "whoever puts back hands nothing out";
    EXPECT_TRUE(assignments.is_put_back(3));
  }
}

TEST(Assignments, ACrashThatIsConcludedCannotBePutBack) {
  Assignments assignments(3, {0, 1}, 1);
  assignments.hand_out({0, 1}, 0);
  assignments.crash(0, 0);
  EXPECT_EQ(refusal_to_put_back(assignments, 1), "test 1 was put back, but a worker still has it");
  assignments.conclude_crash();
  EXPECT_EQ(refusal_to_put_back(assignments, 0),
            "test 0 was put back, but its result is known already");
}

// --- every worker runs every test ----------------------------------------------------------------

TEST(AssignmentsEach, EveryWorkerMayHaveATestOnce) {
  Assignments assignments(3, {0, 1}, 3);
  assignments.hand_out({0, 1}, 0);
  assignments.hand_out({0, 1}, 1);
  EXPECT_EQ(refusal(assignments, {1}, 1), "test 1 was sent to gw1 twice");
  assignments.complete(1, 1);
  EXPECT_EQ(refusal(assignments, {1}, 1), "test 1 was sent to gw1 twice");
  EXPECT_TRUE(assignments.is_pending(1)) << "on gw0";
  assignments.take_back(1, 0);
  EXPECT_FALSE(assignments.is_pending(1));
  EXPECT_NO_THROW(assignments.hand_out({1}, 0));
}

TEST(AssignmentsEach, NoMoreWorkersThanThereAreMayHaveATest) {
  Assignments assignments(3, {0, 1}, 2);
  assignments.hand_out({0, 1}, 0);
  assignments.hand_out({0}, 1);
  assignments.complete(0, 1);
  EXPECT_EQ(refusal(assignments, {0}, 2),
            "test 0 was sent to gw2, but it was sent to 2 workers already");
  EXPECT_NO_THROW(assignments.hand_out({1}, 2)) << "it takes over from gw1";
  assignments.take_back(0, 0);
  EXPECT_NO_THROW(assignments.hand_out({0}, 2));
}

TEST(AssignmentsEach, ATestThatWasPutBackGoesToAnyWorkerThatDoesNotHaveIt) {
  Assignments assignments(3, {0}, 3);
  for (int node = 0; node < 3; ++node) assignments.hand_out({0}, node);
  assignments.complete(0, 1);
  assignments.crash(0, 0);
  assignments.put_back(0);
  EXPECT_EQ(refusal(assignments, {0}, 2), "test 0 was sent to gw2 twice") << "it has it now";
  EXPECT_NO_THROW(assignments.hand_out({0}, 1)) << "it has run it";
  EXPECT_TRUE(assignments.is_rerun(0, 1));
  EXPECT_FALSE(assignments.is_rerun(0, 2));
  assignments.take_back(0, 1);
  EXPECT_NO_THROW(assignments.hand_out({0}, 3));
  EXPECT_EQ(refusal(assignments, {0}, 4),
            "test 0 was sent to gw4, but it was sent to 3 workers already");
}

TEST(AssignmentsEach, TheLastRunIsTheOneThatMakesUpForACrash) {
  Assignments assignments(3, {0}, 3);
  for (int node = 0; node < 3; ++node) assignments.hand_out({0}, node);
  assignments.crash(0, 0);
  assignments.put_back(0);
  assignments.take_back(0, 1);
  assignments.hand_out({0}, 3);
  EXPECT_FALSE(assignments.is_rerun(0, 3)) << "gw1 has not run it";
  EXPECT_TRUE(assignments.is_put_back(0));
  assignments.hand_out({0}, 4);
  EXPECT_TRUE(assignments.is_rerun(0, 4));
  EXPECT_FALSE(assignments.is_put_back(0));
}

TEST(AssignmentsEach, ARunThatIsDroppedIsNotHandedOut) {
  Assignments assignments(3, {0}, 2);
  assignments.hand_out({0}, 0);
  assignments.drop_run(0);
  EXPECT_EQ(refusal(assignments, {0}, 1),
            "test 0 was sent to gw1, but it was sent to 2 workers already");
}

// --- whatever happens ----------------------------------------------------------------------------

// Against the plain definition: what each worker has, and what it has completed.
TEST(Assignments, AgreeWithAListOfWhoHasWhat) {
  constexpr TestIndex kTests = 6;
  constexpr int kNodes = 4;
  Random random(60);
  for (int round = 0; round < 300; ++round) {
    const std::size_t runs_per_test = random.between<std::size_t>(1, 3);
    Indices selected;
    for (TestIndex test = 0; test < kTests; ++test) {
      if (!random.one_in(4)) selected.push_back(test);
    }
    Assignments assignments(kTests, selected, runs_per_test);
    std::map<int, std::set<TestIndex>> pending;
    std::map<int, std::set<TestIndex>> complete;
    const auto count = [](std::map<int, std::set<TestIndex>>& lists, TestIndex test) {
      std::size_t sum = 0;
      for (const auto& [node, tests] : lists) sum += tests.count(test);
      return sum;
    };
    for (int step = 0; step < 60; ++step) {
      const int node = random.between(0, kNodes - 1);
      const TestIndex test = random.between<TestIndex>(0, kTests);
      if (random.one_in(2)) {
        const bool is_selected = std::count(selected.begin(), selected.end(), test) > 0;
        const bool had = pending[node].count(test) + complete[node].count(test) > 0;
        const bool allowed =
            is_selected && !had && count(pending, test) + count(complete, test) < runs_per_test;
        bool handed_out = true;
        try {
          assignments.hand_out({test}, node);
        } catch (const std::logic_error&) {
          handed_out = false;
        }
        ASSERT_EQ(handed_out, allowed);
        if (handed_out) pending[node].insert(test);
      } else if (pending[node].count(test) > 0) {
        pending[node].erase(test);
        if (random.one_in(2)) {
          assignments.take_back(test, node);
        } else {
          assignments.complete(test, node);
          complete[node].insert(test);
        }
      }
      for (TestIndex i = 0; i < kTests; ++i) {
        ASSERT_EQ(assignments.is_pending(i), count(pending, i) > 0);
      }
    }
  }
}

}  // namespace
}  // namespace gtest_xdist::internal
