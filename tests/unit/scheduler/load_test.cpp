#include "gtest_xdist/scheduler/load.h"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "gtest_xdist/testing/fake_node.h"

#include "support/fake_crew.h"

namespace gtest_xdist {
namespace {

using Crew = FakeCrew<LoadScheduling>;
using Pace = FakeNode::Pace;

constexpr std::size_t kNoBound = std::numeric_limits<std::size_t>::max();

// --- by pytest-xdist's rules ---------------------------------------------------------------------
//
// But for one thing: there a worker is shut down with its last test, because it must know what
// follows before it begins; here it is let go when nothing is left for it.

TEST(LoadScheduling, DealsAsPytestXdistDoes) {
  struct Row {
    std::size_t tests;
    std::size_t workers;
    const char* sent;
  };
  const Row rows[] = {
      {1, 4, "0 | S | S | S"},
      {5, 3, "0 | 1 | 2"},
      {8, 4, "0:1 | 2:3 | 4:5 | 6:7"},
      {16, 2, "0:1 | 2:3"},
      {100, 4, "0-5 | 6-11 | 12-17 | 18-23"},
      {812, 4, "0-49 | 50-99 | 100-149 | 150-199"},
      {1000, 8, "0-30 | 31-61 | 62-92 | 93-123 | 124-154 | 155-185 | 186-216 | 217-247"},
  };
  for (const Row& row : rows) {
    Crew crew(row.tests, row.workers, Pace::eager);
    EXPECT_EQ(crew.take_logs(), row.sent) << row.tests << " tests, " << row.workers << " workers";
  }
}

TEST(LoadScheduling, DealsNoMoreThanTheChunk) {
  struct Row {
    std::size_t chunk;
    const char* sent;
  };
  const Row rows[] = {
      {1, "0:1 | 2:3 | 4:5 | 6:7"},         {2, "0:1 | 2:3 | 4:5 | 6:7"},
      {3, "0-2 | 3-5 | 6-8 | 9-11"},        {6, "0-5 | 6-11 | 12-17 | 18-23"},
      {1000, "0-5 | 6-11 | 12-17 | 18-23"},
  };
  for (const Row& row : rows) {
    Crew crew(100, 4, Pace::eager, row.chunk);
    EXPECT_EQ(crew.take_logs(), row.sent) << row.chunk;
  }
}

// 100 tests, two workers of which one stands still: after how many completions what is sent.
std::string refills(double seconds, int completions, std::size_t max_chunk) {
  Crew crew(100, 2, Pace::eager, max_chunk);
  crew.take_logs();
  std::string text;
  for (int completed = 1; completed <= completions; ++completed) {
    crew.complete(0, seconds);
    const std::string sent = crew.node(0).take_log();
    if (!sent.empty()) text += std::to_string(completed) + ": " + sent + "; ";
  }
  EXPECT_EQ(crew.node(1).take_log(), "");
  return text;
}

TEST(LoadScheduling, RefillsBelowTheLowWaterMark) {
  const std::string expected = "4: 24-34; 16: 35-43; 26: 44-51; 35: 52-58; ";
  EXPECT_EQ(refills(0, 36, kNoBound), expected);
  EXPECT_EQ(refills(0.0999, 36, kNoBound), expected);
}

TEST(LoadScheduling, ASlowTestSaysThatThereIsTime) {
  const std::string expected = "11: 24-41; 29: 42-54; ";
  EXPECT_EQ(refills(0.2, 36, kNoBound), expected);
  EXPECT_EQ(refills(0.1, 36, kNoBound), expected);
}

TEST(LoadScheduling, RefillsNoMoreThanTheChunk) {
  struct Row {
    std::size_t chunk;
    double seconds;
    const char* sent;
  };
  const Row rows[] = {
      {1, 0, "1: 4; 2: 5; 3: 6; 4: 7; 5: 8; 6: 9; 7: 10; 8: 11; 9: 12; 10: 13; 11: 14; 12: 15; "},
      {1, 0.2, "1: 4; 2: 5; 3: 6; 4: 7; 5: 8; 6: 9; 7: 10; 8: 11; 9: 12; 10: 13; 11: 14; 12: 15; "},
      {2, 0,
       "1: 4:5; 2: 6:7; 3: 8:9; 4: 10:11; 5: 12:13; 6: 14:15; 7: 16:17; 8: 18:19; 9: 20:21; "
       "12: 22:23; "},
      {2, 0.2, "1: 4:5; 3: 6:7; 5: 8:9; 7: 10:11; 9: 12:13; 11: 14:15; "},
      {3, 0, "1: 6-8; 2: 9-11; 3: 12-14; 4: 15-17; 6: 18-20; 10: 21-23; "},
      {3, 0.2, "2: 6-8; 5: 9-11; 8: 12-14; 11: 15-17; "},
      {8, 0, "1: 16-23; 8: 24-31; "},
      {8, 0.2, "7: 16-23; "},
      {12, 0, "4: 24-34; "},
      {12, 0.2, "11: 24-35; "},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(refills(row.seconds, 12, row.chunk), row.sent)
        << "chunk " << row.chunk << ", " << row.seconds << " s";
  }
}

TEST(LoadScheduling, LetsAWorkerGoWhenNothingIsLeftForIt) {
  Crew crew(16, 2, Pace::eager);
  for (int round = 0; round < 8; ++round) {
    crew.complete(0);
    crew.complete(1);
  }
  EXPECT_EQ(crew.take_logs(), "0:1 4:5 8 10 12 14 S | 2:3 6 7 9 11 13 15 S");
  EXPECT_TRUE(crew.scheduler.tests_finished());
}

// --- what this one does besides ------------------------------------------------------------------

TEST(LoadScheduling, AWorkerAboutToRunDryGetsHalfOfWhatHasNotStarted) {
  Crew crew(100, 2, Pace::eager);
  EXPECT_EQ(crew.take_logs(), "0-11 | 12-23");
  // gw0 stands in test 0 while gw1 does everything else, at last what waits behind test 0.
  crew.complete(1, 0, 99);
  EXPECT_EQ(crew.node(0).take_log(), "back 6-11 back 3-5 back 2 back 1");
  EXPECT_FALSE(crew.scheduler.tests_finished());
  crew.complete(0);
  EXPECT_TRUE(crew.scheduler.tests_finished());
}

TEST(LoadScheduling, ASingleTestMovesOnlyToAnIdleWorker) {
  Crew crew(4, 2, Pace::eager);
  EXPECT_EQ(crew.take_logs(), "0:1 | 2:3");
  crew.complete(1);  // runs test 3, while test 1 waits behind test 0
  EXPECT_EQ(crew.take_logs(), " | ");
  crew.complete(1);
  EXPECT_EQ(crew.take_logs(), "back 1 | 1");
  crew.complete(1);
  EXPECT_EQ(crew.take_logs(), " | S");
  EXPECT_FALSE(crew.scheduler.tests_finished());
  crew.complete(0);
  EXPECT_EQ(crew.take_logs(), "S | ");
  EXPECT_TRUE(crew.scheduler.tests_finished());
}

// To take a test from a worker that will begin it at once gains nothing and wakes both.
TEST(LoadScheduling, AWorkerKeepsTheTestThatItIsAboutToBegin) {
  Crew crew(1, 4, Pace::lazy);
  EXPECT_EQ(crew.take_logs(), "0 | S | S | S");
}

TEST(LoadScheduling, AWorkerThatIsAloneRunsAllInOrder) {
  for (const std::size_t tests : {8U, 21U, 200U}) {
    for (const std::size_t workers : {2U, 3U, 4U}) {
      Crew crew(tests, workers, Pace::lazy);
      const std::vector<TestIndex> order = crew.complete_alone();
      EXPECT_EQ(order.size(), tests) << workers << " workers";
      EXPECT_TRUE(std::is_sorted(order.begin(), order.end())) << tests << ", " << workers;
    }
  }
}

TEST(LoadScheduling, AWorkerThatIsNotReadyGivesAndGetsNothingMore) {
  LoadScheduling scheduler(2);
  FakeNode slow(0, Pace::eager);
  FakeNode quick(1, Pace::eager);
  slow.set_ready(false);
  for (FakeNode* node : {&slow, &quick}) {
    scheduler.add_node(*node);
    scheduler.add_node_collection(*node, {0, 1, 2, 3});
  }
  scheduler.schedule();
  EXPECT_EQ(slow.take_log(), "0:1");
  EXPECT_EQ(quick.take_log(), "2:3");
  scheduler.mark_test_complete(quick, quick.complete(), 0);
  EXPECT_EQ(slow.take_log(), "back 0:1 1") << "it cannot begin it yet";
  EXPECT_EQ(quick.take_log(), "0");
  scheduler.mark_test_complete(quick, quick.complete(), 0);
  EXPECT_EQ(slow.take_log(), "") << "a single test, and the other still has one";
  scheduler.mark_test_complete(quick, quick.complete(), 0);
  EXPECT_EQ(slow.take_log(), "back 1");
  EXPECT_EQ(quick.take_log(), "1");

  quick.send({5, 6, 7});
  scheduler.mark_test_complete(quick, quick.complete(), 0);
  EXPECT_EQ(slow.take_log(), "S");
  slow.set_ready(true);
  scheduler.schedule();
  EXPECT_EQ(slow.take_log(), "7");
}

TEST(LoadScheduling, TheFirstToComeGetsTheFirstOfAFewTests) {
  LoadScheduling scheduler(2);
  FakeNode late(0);
  FakeNode early(1);
  for (FakeNode* node : {&late, &early}) {
    node->set_ready(false);
    scheduler.add_node(*node);
    scheduler.add_node_collection(*node, {0, 1, 2});
  }
  scheduler.schedule();
  EXPECT_EQ(late.take_log() + early.take_log(), "");
  early.set_ready(true);
  scheduler.schedule();
  EXPECT_EQ(early.take_log(), "0");
  late.set_ready(true);
  scheduler.schedule();
  EXPECT_EQ(late.take_log(), "1");
  scheduler.mark_test_complete(late, late.complete(), 0);
  EXPECT_EQ(late.take_log(), "2");
}

TEST(LoadScheduling, TestsOfAWorkerThatIsNotThereComeBeforeTheOthers) {
  LoadScheduling scheduler(2);
  FakeNode here(0, Pace::eager);
  FakeNode absent(1, Pace::eager);
  absent.set_ready(false);
  for (FakeNode* node : {&here, &absent}) {
    scheduler.add_node(*node);
    scheduler.add_node_collection(*node, {0, 1, 2, 3, 4, 5, 6, 7});
  }
  scheduler.schedule();
  EXPECT_EQ(here.take_log() + " | " + absent.take_log(), "0:1 | 2:3");
  scheduler.mark_test_complete(here, here.complete(), 0);
  EXPECT_EQ(here.take_log() + " | " + absent.take_log(), "2 | back 2:3");
}

TEST(LoadScheduling, ButNotThoseOfAnEarlierWorker) {
  LoadScheduling scheduler(2);
  FakeNode absent(0, Pace::eager);
  FakeNode here(1, Pace::eager);
  absent.set_ready(false);
  for (FakeNode* node : {&absent, &here}) {
    scheduler.add_node(*node);
    scheduler.add_node_collection(*node, {0, 1, 2, 3, 4});
  }
  scheduler.schedule();
  EXPECT_EQ(absent.take_log() + " | " + here.take_log(), "0:1 | 2:3");
  scheduler.mark_test_complete(here, here.complete(), 0);
  EXPECT_EQ(absent.take_log() + " | " + here.take_log(), " | 4");
}

TEST(LoadScheduling, TheBusiestWorkerGivesAndHalfOfItMoves) {
  LoadScheduling scheduler(3);
  FakeNode idle(0, Pace::eager);
  FakeNode busy(1, Pace::eager);
  FakeNode busiest(2, Pace::eager);
  for (FakeNode* node : {&idle, &busy, &busiest}) {
    scheduler.add_node(*node);
    scheduler.add_node_collection(*node, {0, 1, 2});
  }
  scheduler.schedule();
  busy.send({10, 11, 12, 13});
  busiest.send({20, 21, 22, 23, 24});
  for (FakeNode* node : {&idle, &busy, &busiest}) node->take_log();

  scheduler.mark_test_complete(idle, idle.complete(), 0);
  EXPECT_EQ(busiest.take_log(), "back 22-24");
  EXPECT_EQ(idle.take_log(), "22-24");
  EXPECT_EQ(busy.take_log(), "");
}

TEST(LoadScheduling, HandsOutTheTestsInTheOrderOfTheCollection) {
  LoadScheduling scheduler(1);
  FakeNode node(0);
  scheduler.add_node(node);
  scheduler.add_node_collection(node, {7, 3, 5, 1, 9});
  scheduler.schedule();
  for (const TestIndex expected : {7U, 3U, 5U, 1U, 9U}) {
    EXPECT_EQ(node.complete(), expected);
    scheduler.mark_test_complete(node, expected, 0);
  }
  EXPECT_TRUE(scheduler.tests_finished());
}

TEST(LoadScheduling, OrderOfArrivalDoesNotMatter) {
  std::string sent;
  for (const std::vector<int>& arrival : {std::vector<int>{0, 1, 2}, {2, 1, 0}, {1, 2, 0}}) {
    LoadScheduling scheduler(3);
    std::vector<FakeNode> nodes = {FakeNode(0), FakeNode(1), FakeNode(2)};
    for (const int number : arrival) {
      FakeNode& node = nodes[static_cast<std::size_t>(number)];
      scheduler.add_node(node);
      scheduler.add_node_collection(node, {0, 1, 2, 3, 4});
    }
    scheduler.schedule();
    EXPECT_EQ(nodes[0].take_log() + " | " + nodes[1].take_log() + " | " + nodes[2].take_log(),
              "0 | 1 | 2");
  }
}

TEST(LoadScheduling, ACollectionIsCompletedByAllWorkers) {
  LoadScheduling scheduler(2);
  FakeNode first(0);
  FakeNode second(1);
  scheduler.add_node(first);
  scheduler.add_node_collection(first, {0});
  EXPECT_FALSE(scheduler.collection_is_completed());
  scheduler.add_node(second);
  EXPECT_FALSE(scheduler.collection_is_completed());
  scheduler.add_node_collection(second, {0});
  EXPECT_TRUE(scheduler.collection_is_completed());
  EXPECT_FALSE(scheduler.tests_finished());
}

TEST(LoadScheduling, WithoutTestsIsFinishedAtOnce) {
  Crew crew(0, 2, Pace::eager);
  EXPECT_EQ(crew.take_logs(), "S | S");
  EXPECT_TRUE(crew.scheduler.tests_finished());
  EXPECT_FALSE(crew.scheduler.has_pending());
}

TEST(LoadScheduling, WantsToHearOfAWorkerBelowTheLowWaterMark) {
  Crew crew(812, 4, Pace::eager);
  EXPECT_EQ(crew.scheduler.wake_below(crew.node(0)), 38U);  // (812 - 4 * 50) / 4 / 4
  Crew small(16, 2, Pace::eager);
  EXPECT_EQ(small.scheduler.wake_below(small.node(0)), 2U);
  Crew all_dealt(8, 4, Pace::eager);
  EXPECT_EQ(all_dealt.scheduler.wake_below(all_dealt.node(0)), 1U);
}

TEST(LoadScheduling, DoesNotRunTestsOnEveryWorker) {
  EXPECT_FALSE(LoadScheduling(3).runs_on_every_worker());
}

}  // namespace
}  // namespace gtest_xdist
