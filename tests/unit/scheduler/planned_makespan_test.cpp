// How long sessions take that are planned by durations, in simulated time.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <numeric>
#include <vector>

#include <gtest/gtest.h>

#include "gtest_xdist/core/tests/index_list.h"
#include "gtest_xdist/scheduler/planned.h"
#include "gtest_xdist/scheduler/units/scopes.h"
#include "gtest_xdist/testing/simulation.h"

#include "support/random.h"
#include "support/workloads.h"

namespace gtest_xdist::internal {
namespace {

double seconds(Milliseconds milliseconds) { return static_cast<double>(milliseconds) / 1000; }

// What each test took, times something between 1 - error and 1 + error, in percent.
Forecast forecast_of(const Workload& load, int error) {
  Random random(3);
  Forecast forecast;
  for (const Milliseconds duration : load.durations) {
    const int percent = 100 + random.between(-error, error);
    forecast.tests.push_back(seconds(duration) * percent / 100);
  }
  forecast.suite_of = load.suite_of;
  for (const Milliseconds set_up : load.suite_set_ups) forecast.suites.push_back(seconds(set_up));
  return forecast;
}

std::unique_ptr<Scheduler> planned(const Workload& load, int error) {
  return std::make_unique<PlannedScheduling>(load.workers, lone_scopes(load.durations.size()),
                                             forecast_of(load, error), PlannedScheduling::Rules());
}

// The makespan as a multiple of what no way to hand these tests out can beat.
double ratio_of(const Workload& load, int error) {
  Simulation session(planned(load, error), load);
  session.run();
  EXPECT_EQ(session.error(), "");
  EXPECT_EQ(session.run_counts(), std::vector<std::size_t>(load.durations.size(), 1));
  const Milliseconds sum =
      std::accumulate(load.durations.begin(), load.durations.end(), Milliseconds{0});
  const Milliseconds longest = *std::max_element(load.durations.begin(), load.durations.end());
  return seconds(session.now()) /
         std::max(seconds(longest), seconds(sum) / static_cast<double>(load.workers));
}

// From 0 to 1, neither included.
double chance(Random& random) { return random.between(1, 999'999) / 1e6; }

TEST(PlannedMakespan, OfManySleepsOnManyWorkers) {
  Random random(1);
  Workload load;
  load.workers = 32;
  for (int i = 0; i < 1000; ++i) {
    load.durations.push_back(static_cast<Milliseconds>(-10'000 * std::log(chance(random))));
  }
  EXPECT_LE(ratio_of(load, 0), 1.01);
  EXPECT_LE(ratio_of(load, 50), 1.02);
}

TEST(PlannedMakespan, OfSleepsOfWhichFewAreVeryLong) {
  Random random(2);
  Workload load;
  load.workers = 8;
  for (int i = 0; i < 300; ++i) {
    load.durations.push_back(static_cast<Milliseconds>(6'667 * std::pow(chance(random), -1 / 1.5)));
  }
  EXPECT_LE(ratio_of(load, 0), 1.01);
  EXPECT_LE(ratio_of(load, 50), 1.02);
}

TEST(PlannedMakespan, OfOneLongSleepAtTheEnd) {
  Workload load;
  load.workers = 8;
  load.durations.assign(299, 10'000);
  load.durations.push_back(299 * 10'000 / 3);
  EXPECT_EQ(ratio_of(load, 0), 1);
  EXPECT_EQ(ratio_of(load, 50), 1);
}

// --- suites with a dear set-up -------------------------------------------------------------------

Workload dear_suites(std::size_t suites, std::size_t tests, Milliseconds each, Milliseconds set_up,
                     std::size_t workers) {
  Workload load;
  load.workers = workers;
  load.durations.assign(suites * tests, each);
  for (std::size_t i = 0; i < suites * tests; ++i) {
    load.suite_of.push_back(static_cast<std::uint32_t>(i / tests));
  }
  load.suite_set_ups.assign(suites, set_up);
  return load;
}

struct Outcome {
  Milliseconds end;
  std::size_t stretches;
};

Outcome outcome_of(const Workload& load) {
  Simulation session(planned(load, 0), load);
  session.run();
  EXPECT_EQ(session.error(), "");
  EXPECT_EQ(session.run_counts(), std::vector<std::size_t>(load.durations.size(), 1));
  return {session.now(), session.stretches()};
}

TEST(PlannedSuites, StayWholeWhereThereAreEnough) {
  const Outcome outcome = outcome_of(dear_suites(20, 10, 100, 100, 4));
  EXPECT_EQ(outcome.stretches, 20U);
  EXPECT_EQ(outcome.end, 5500U);
}

TEST(PlannedSuites, AreDividedWhereWorkersWouldHaveNothingToDo) {
  const Outcome outcome = outcome_of(dear_suites(1, 1000, 10, 100, 4));
  EXPECT_EQ(outcome.stretches, 4U);
  EXPECT_EQ(outcome.end, 2600U);
}

// Also if the set-up takes longer than all tests of the suite.
TEST(PlannedSuites, AreDividedIfAllIsDoneEarlierSo) {
  const Outcome outcome = outcome_of(dear_suites(1, 100, 10, 2000, 4));
  EXPECT_EQ(outcome.stretches, 4U);
  EXPECT_EQ(outcome.end, 2250U);
}

TEST(PlannedSuites, AreNotDividedForNothing) {
  // The others have nothing to do, but would need longer for a set-up than the tests take.
  const Outcome outcome = outcome_of(dear_suites(3, 2, 10, 1000, 3));
  EXPECT_EQ(outcome.stretches, 3U);
  EXPECT_EQ(outcome.end, 1020U);
}

// Three suites on two workers: the third is begun by one and divided when the other is idle.
TEST(PlannedSuites, AreDividedAtTheEnd) {
  const Outcome outcome = outcome_of(dear_suites(3, 100, 10, 100, 2));
  EXPECT_LE(outcome.stretches, 5U);
  EXPECT_LE(outcome.end, 1'750U);
}

TEST(PlannedSuites, WithACheapSetUpAreTestsAsOthers) {
  const Outcome outcome = outcome_of(dear_suites(5, 10, 1000, 1, 4));
  EXPECT_LE(outcome.end, 13'100U);
}

TEST(PlannedSuites, LoseNoTestWhoeverDies) {
  Random random(4);
  for (int round = 0; round < 2000; ++round) {
    Workload load;
    load.workers = random.between<std::size_t>(1, 6);
    const std::size_t tests = random.between<std::size_t>(1, 60);
    const auto suites = random.between<std::uint32_t>(1, 8);
    for (std::size_t i = 0; i < tests; ++i) {
      load.durations.push_back(random.between<Milliseconds>(0, 100));
      load.suite_of.push_back(random.between<std::uint32_t>(0, suites - 1));
    }
    for (std::uint32_t i = 0; i < suites; ++i) {
      load.suite_set_ups.push_back(random.one_in(2) ? 0 : random.between<Milliseconds>(0, 500));
    }
    load.set_ups = random_set_ups(random);
    if (random.one_in(2)) load.crashes = {random.between<std::size_t>(0, tests - 1)};
    load.restarts = load.workers == 1 ? load.crashes.size() : 0;
    load.puts_back = random.one_in(2);
    Simulation session(planned(load, 90), load);
    session.run();
    ASSERT_EQ(session.error(), "") << round;
    if (load.puts_back) {
      ASSERT_EQ(session.completion_counts(), std::vector<std::size_t>(tests, 1)) << round;
    } else {
      ASSERT_EQ(session.run_counts(), std::vector<std::size_t>(tests, 1)) << round;
    }
  }
}

}  // namespace
}  // namespace gtest_xdist::internal
