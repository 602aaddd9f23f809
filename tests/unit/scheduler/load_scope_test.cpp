#include "gtest_xdist/scheduler/load_scope.h"

#include <cstddef>
#include <stdexcept>

#include <gtest/gtest.h>

#include "gtest_xdist/testing/fake_node.h"

#include "support/scope_crew.h"
#include "support/thrown.h"

namespace gtest_xdist {
namespace {

using Pace = FakeNode::Pace;

using Crew = ScopeCrew;

// --- by pytest-xdist's rules ---------------------------------------------------------------------

// But for what follows when everything is handed out: there all workers are shut down then.
TEST(LoadScopeScheduling, HandsOutUnitsAsPytestXdistDoes) {
  struct Row {
    const char* letters;
    std::size_t workers;
    const char* start;
    std::size_t turns;  // until all units are handed out
    const char* all;
  };
  const Row rows[] = {
      {"ABBBBBCCDDDDDE", 1, "0 1-5", 11, "0 1-5 6:7 8-12 13"},
      {"ABBBBBCCDDDDDE", 2, "0 6:7 | 1-5", 6, "0 6:7 8-12 | 1-5 13"},
      {"ABBBBBCCDDDDDE", 3, "0 8-12 | 1-5 | 6:7 13", 0, "0 8-12 | 1-5 | 6:7 13"},
      {"ABBBBBCCDDDDDE", 5, "0 | 1-5 | 6:7 | 8-12 | 13", 0, "0 | 1-5 | 6:7 | 8-12 | 13"},
      {"ABCDEFGH", 2, "0 2 | 1 3", 4, "0 2 4 6 | 1 3 5 7"},
      {"ABCDEFGH", 3, "0 3 | 1 4 | 2 5", 2, "0 3 6 | 1 4 7 | 2 5"},
      {"ABABCACBDD", 2, "0:2:5 | 1:3:7", 2, "0:2:5 4:6 | 1:3:7 8:9"},
      {"ABABCACBDD", 3, "0:2:5 | 1:3:7 | 4:6 8:9", 0, "0:2:5 | 1:3:7 | 4:6 8:9"},
      {"AAAAAABCDEFFFGGHIIIIJ", 2, "0-5 | 6 7", 12, "0-5 13:14 16-19 | 6 7 8 9 10-12 15 20"},
      {"AAAAAABCDEFFFGGHIIIIJ", 3, "0-5 | 6 8 | 7 9", 9, "0-5 | 6 8 10-12 16-19 | 7 9 13:14 15 20"},
      {"AAAAAABCDEFFFGGHIIIIJ", 4, "0-5 | 6 9 | 7 10-12 | 8 13:14", 6,
       "0-5 | 6 9 15 20 | 7 10-12 | 8 13:14 16-19"},
      {"AABBCCDDEEFFGGHH", 2, "0:1 4:5 | 2:3 6:7", 8, "0:1 4:5 8:9 12:13 | 2:3 6:7 10:11 14:15"},
      {"AABBCCDDEEFFGGHH", 4, "0:1 8:9 | 2:3 10:11 | 4:5 12:13 | 6:7 14:15", 0,
       "0:1 8:9 | 2:3 10:11 | 4:5 12:13 | 6:7 14:15"},
      {"ABCABCABC", 1, "0:3:6", 4, "0:3:6 1:4:7 2:5:8"},
      {"ABCABCABC", 2, "0:3:6 | 1:4:7", 1, "0:3:6 2:5:8 | 1:4:7"},
  };
  for (const Row& row : rows) {
    Crew crew(row.letters, row.workers);
    EXPECT_EQ(crew.take_logs(), row.start) << row.letters << ", " << row.workers << " workers";
    Crew again(row.letters, row.workers);
    take_turns(again, row.turns);
    EXPECT_EQ(again.take_logs(), row.all) << row.letters << ", " << row.workers << " workers";
  }
}

TEST(LoadScopeScheduling, WithReorderTheLargestUnitsComeFirst) {
  struct Row {
    const char* letters;
    std::size_t workers;
    const char* sent;
  };
  const Row rows[] = {
      {"ABBBBBCCDDDDDE", 2, "1-5 | 8-12"},
      {"ABBBBBCCDDDDDE", 3, "1-5 | 8-12 | 6:7 0"},
      {"ABBBBBCCDDDDDE", 7, "1-5 | 8-12 | 6:7 | 0 | 13 | S | S"},
      {"ABCDEFGH", 3, "0 3 | 1 4 | 2 5"},
      {"ABABCCCC", 2, "4-7 | 0:2 1:3"},
  };
  for (const Row& row : rows) {
    Crew crew(row.letters, row.workers, true);
    EXPECT_EQ(crew.take_logs(), row.sent) << row.letters << ", " << row.workers << " workers";
  }
}

TEST(LoadScopeScheduling, AWorkerWithTwoTestsLeftGetsTheNextUnit) {
  Crew crew("ABBBBBCCDDDDDE", 2, true);
  EXPECT_EQ(crew.take_logs(), "1-5 | 8-12");
  crew.complete(0, 0, 2);
  EXPECT_EQ(crew.take_logs(), " | ");
  crew.complete(0);
  EXPECT_EQ(crew.take_logs(), "6:7 | ");
  crew.complete(0);
  EXPECT_EQ(crew.take_logs(), " | ");
  crew.complete(0);
  EXPECT_EQ(crew.take_logs(), "0 | ");
  crew.complete(1, 0, 3);
  EXPECT_EQ(crew.take_logs(), " | 13");
}

TEST(LoadScopeScheduling, WantsToHearOfAWorkerThatWillGetAUnit) {
  Crew crew("ABBBBBCCDDDDDE", 2, true);
  EXPECT_EQ(crew.scheduler.wake_below(crew.node(0)), 2U);
  Crew all_dealt("AB", 2);
  EXPECT_EQ(all_dealt.scheduler.wake_below(all_dealt.node(0)), 1U);
}

// --- what this one does besides ------------------------------------------------------------------

TEST(LoadScopeScheduling, AnIdleWorkerGetsAWholeUnitThatHasNotBegun) {
  Crew crew("AAAABBBCCCD", 2);
  EXPECT_EQ(crew.take_logs(), "0-3 | 4-6");
  crew.complete(1);
  EXPECT_EQ(crew.take_logs(), " | 7-9");
  crew.complete(1, 0, 3);
  EXPECT_EQ(crew.take_logs(), " | 10");
  crew.complete(0, 0, 4);
  EXPECT_EQ(crew.take_logs(), "10 | back 10");
  crew.complete(0);
  // What is left waits in the unit that gw1 has begun.
  EXPECT_EQ(crew.take_logs(), "S | ");
  crew.complete(1, 0, 2);
  EXPECT_EQ(crew.take_logs(), " | S");
  EXPECT_TRUE(crew.scheduler.tests_finished());
}

TEST(LoadScopeScheduling, AWorkerThatIsSettledCanHaveAUnitLater) {
  Crew crew("AABB", 3);
  EXPECT_EQ(crew.take_logs(), "0:1 | 2:3 | S");
  crew.crash(0);  // in test 0
  EXPECT_EQ(crew.take_logs(), " |  | 1");
}

TEST(LoadScopeScheduling, AWorkerKeepsTheUnitThatItIsAboutToBegin) {
  Crew crew("AAA", 3, false, Pace::lazy);
  EXPECT_EQ(crew.take_logs(), "0-2 | S | S");
  crew.scheduler.schedule();
  EXPECT_EQ(crew.take_logs(), " |  | ");
}

TEST(LoadScopeScheduling, NoPartOfAUnitIsTaken) {
  Crew crew("AAAAAB", 2, false, Pace::lazy);
  EXPECT_EQ(crew.take_logs(), "0-4 | 5");
  crew.complete(0, 0, 2);  // test 2 is not begun yet
  crew.complete(1);
  EXPECT_EQ(crew.take_logs(), " | S");
  crew.node(0).start();
  crew.scheduler.schedule();
  EXPECT_EQ(crew.take_logs(), " | ");
}

TEST(LoadScopeScheduling, AWorkerThatIsNotReadyGivesAndGetsNothingMore) {
  LoadScopeScheduling scheduler(2, scopes("AABB"), false);
  FakeNode slow(0, Pace::eager);
  FakeNode quick(1, Pace::eager);
  slow.set_ready(false);
  for (FakeNode* node : {&slow, &quick}) {
    scheduler.add_node(*node);
    scheduler.add_node_collection(*node, {0, 1, 2, 3});
  }
  scheduler.schedule();
  EXPECT_EQ(slow.take_log() + " | " + quick.take_log(), "0:1 | 2:3");
  scheduler.mark_test_complete(quick, quick.complete(), 0);
  EXPECT_EQ(slow.take_log() + " | " + quick.take_log(), " | ") << "it is not idle yet";
  scheduler.mark_test_complete(quick, quick.complete(), 0);
  EXPECT_EQ(slow.take_log() + " | " + quick.take_log(), "back 0:1 | 0:1");
  scheduler.schedule();
  EXPECT_EQ(slow.take_log(), "S");
}

TEST(LoadScopeScheduling, PartOfAUnitGoesBackToTheWorkerThatHasBegunIt) {
  LoadScopeScheduling scheduler(2, scopes("ABBBC"), false);
  QuickNode quick(0, Pace::eager);
  FakeNode other(1, Pace::eager);
  scheduler.add_node(quick);
  scheduler.add_node_collection(quick, {0, 1, 2, 3});
  scheduler.schedule();
  EXPECT_EQ(quick.take_log(), "0 1-3");
  scheduler.add_node(other);
  scheduler.schedule();
  EXPECT_EQ(quick.take_log() + " | " + other.take_log(), "back 2:3 2:3 | S");
  scheduler.mark_test_complete(quick, 0, 0);
  for (const TestIndex expected : {1U, 2U, 3U}) {
    EXPECT_FALSE(scheduler.tests_finished());
    EXPECT_EQ(quick.complete(), expected);
    scheduler.mark_test_complete(quick, expected, 0);
  }
  EXPECT_TRUE(scheduler.tests_finished());
}

TEST(LoadScopeScheduling, WithoutTestsIsFinishedAtOnce) {
  Crew crew("", 2);
  EXPECT_EQ(crew.take_logs(), "S | S");
  EXPECT_TRUE(crew.scheduler.tests_finished());
  EXPECT_FALSE(crew.scheduler.has_pending());
}

TEST(LoadScopeScheduling, HandsOutTheTestsInTheOrderOfTheCollection) {
  LoadScopeScheduling scheduler(1, scopes("ABABAB"), false);
  FakeNode node(0);
  scheduler.add_node(node);
  EXPECT_FALSE(scheduler.collection_is_completed());
  scheduler.add_node_collection(node, {5, 4, 1, 0});
  EXPECT_TRUE(scheduler.collection_is_completed());
  EXPECT_FALSE(scheduler.tests_finished());
  scheduler.schedule();
  EXPECT_EQ(node.take_log(), "5:1 4:0");
}

TEST(LoadScopeScheduling, ATestWithoutAScopeIsRefused) {
  LoadScopeScheduling scheduler(1, scopes("AA"), false);
  FakeNode node(0);
  scheduler.add_node(node);
  EXPECT_EQ(text_of_thrown<std::invalid_argument>([&] {
              scheduler.add_node_collection(node, {0, 2});
            }),
            "test 2 has no scope: only 2 tests have one; give a scope for each registered test");
}

TEST(LoadScopeScheduling, DoesNotRunTestsOnEveryWorker) {
  EXPECT_FALSE(LoadScopeScheduling(3, {}, true).runs_on_every_worker());
}

}  // namespace
}  // namespace gtest_xdist
