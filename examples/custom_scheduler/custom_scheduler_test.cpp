// Tests the scheduler without processes, in simulated time.
#include <cstddef>
#include <memory>
#include <vector>

#include <gtest/gtest.h>

#include <gtest_xdist/testing.h>

#include "longest_first.h"

namespace {

// The last two of six tests are long.
std::vector<gtest_xdist::Item> items() {
  auto items =
      gtest_xdist::fake_items({"Q.A", "Q.B", "Q.C", "Q.D", "Report.Takes", "Report.TakesToo"});
  items[4].groups = items[5].groups = {"long"};
  return items;
}

gtest_xdist::Workload two_workers() {
  gtest_xdist::Workload load;
  load.durations = {2, 2, 2, 2, 200, 200};  // in ms
  load.workers = 2;
  return load;
}

TEST(LongestFirst, StartsLongTestsFirst) {
  gtest_xdist::PluginSession<UseLongestFirst> plugin(items(), 2);
  gtest_xdist::Simulation session(plugin.make_scheduler(), two_workers());
  session.run();
  EXPECT_EQ(session.error(), "");
  EXPECT_EQ(session.started(), (std::vector<gtest_xdist::TestIndex>{4, 5, 0, 1, 2, 3}));
  EXPECT_EQ(session.now(), 204U);
}

// Whichever run ends in a crash, the other worker and a replacement do the rest.
TEST(LongestFirst, LosesNoTestWhenAWorkerDies) {
  for (const std::size_t restarts : {0U, 1U}) {
    for (std::size_t run = 0; run < 6; ++run) {
      gtest_xdist::Workload load = two_workers();
      load.crashes = {run};
      load.restarts = restarts;
      load.puts_back = true;
      gtest_xdist::PluginSession<UseLongestFirst> plugin(items(), 2);
      gtest_xdist::Simulation session(plugin.make_scheduler(), load);
      session.run();
      EXPECT_EQ(session.error(), "") << "a crash in run " << run;
      EXPECT_EQ(session.completion_counts(), std::vector<std::size_t>(6, 1));
    }
  }
}

}  // namespace
