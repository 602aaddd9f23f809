// Properties of the schedulers over many random sessions in simulated time.
#include "support/simulation.h"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <numeric>
#include <ostream>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "gtest_xdist/scheduler/each.h"
#include "gtest_xdist/scheduler/load.h"

#include "support/random.h"

namespace gtest_xdist {

// gtest prints it where an assertion fails.
std::ostream& operator<<(std::ostream& out, const Workload& load) {
  out << load.workers << " workers, set-up " << load.set_up << ", replaced after "
      << load.replace_time << ", " << load.restarts << " restarts, crashes in runs";
  for (const std::size_t run : load.crashes) out << ' ' << run;
  if (load.puts_back) out << ", put back";
  out << "; durations";
  for (const Milliseconds duration : load.durations) out << ' ' << duration;
  return out;
}

namespace internal {
namespace {

constexpr int kRounds = 3000;

std::vector<std::size_t> each_run(std::size_t tests, std::size_t times) {
  return std::vector<std::size_t>(tests, times);
}

Workload random_workload(Random& random) {
  Workload load;
  load.workers = random.between<std::size_t>(1, 9);
  load.durations.resize(random.between<std::size_t>(0, random.one_in(4) ? 300 : 30));
  // Around the limit from which a test counts as slow, or far apart.
  const Milliseconds longest = random.one_in(2) ? 250 : 5000;
  for (Milliseconds& duration : load.durations) {
    duration = random.one_in(3) ? 0 : random.between<Milliseconds>(0, longest);
  }
  return load;
}

// Workers may take their time to set up; some runs crash, and dead workers are replaced.
Workload troubled_workload(Random& random) {
  Workload load = random_workload(random);
  load.set_up = random.one_in(2) ? random.between<Milliseconds>(0, 400) : 0;
  load.replace_time = random.between<Milliseconds>(0, 1000);
  const std::size_t runs = load.durations.size();
  std::set<std::size_t> crashes;
  for (std::size_t i = random.between<std::size_t>(0, 4); i > 0 && runs > 0; --i) {
    crashes.insert(random.between<std::size_t>(0, runs - 1));
  }
  load.crashes.assign(crashes.begin(), crashes.end());
  load.restarts = crashes.size();
  return load;
}

std::size_t random_chunk(Random& random) {
  return random.one_in(2) ? std::numeric_limits<std::size_t>::max()
                          : random.between<std::size_t>(1, 10);
}

// --- load ----------------------------------------------------------------------------------------

// A worker is idle only when every test has begun: then no schedule is longer than this (Graham's
// bound for list scheduling).
TEST(LoadSimulation, NoWorkerIsIdleWhileATestWaits) {
  Random random(10);
  for (int round = 0; round < kRounds; ++round) {
    const Workload load = random_workload(random);
    LoadScheduling scheduler(load.workers, random_chunk(random));
    Simulation session(scheduler, load);
    session.run();
    ASSERT_TRUE(scheduler.tests_finished()) << load;
    ASSERT_EQ(session.run_counts(), each_run(load.durations.size(), 1)) << load;

    if (load.durations.empty()) continue;
    const Milliseconds sum =
        std::accumulate(load.durations.begin(), load.durations.end(), Milliseconds{0});
    const Milliseconds longest = *std::max_element(load.durations.begin(), load.durations.end());
    ASSERT_LE(session.now() * load.workers, sum + (load.workers - 1) * longest) << load;
  }
}

TEST(LoadSimulation, EveryTestIsRunOnceWhoeverDies) {
  Random random(11);
  for (int round = 0; round < kRounds; ++round) {
    Workload load = troubled_workload(random);
    if (load.crashes.size() < load.workers) {  // then those that are left do it all
      load.restarts = random.between<std::size_t>(0, load.crashes.size());
    }
    LoadScheduling scheduler(load.workers, random_chunk(random));
    Simulation session(scheduler, load);
    while (session.step()) ASSERT_FALSE(session.wastes_time()) << load;
    ASSERT_TRUE(scheduler.tests_finished()) << load;
    ASSERT_EQ(session.run_counts(), each_run(load.durations.size(), 1)) << load;
    ASSERT_EQ(session.worker_count(), load.workers + load.restarts) << load;
  }
}

TEST(LoadSimulation, AWorkerMayDieAtAnyStep) {
  const std::vector<Milliseconds> suites[] = {
      {300, 0, 20, 150, 0, 0, 5, 90, 40, 1000, 3, 3, 70, 0, 10, 10, 250, 0, 0, 30},
      {10},  // the others are idle when one dies
  };
  Workload load;
  load.workers = 3;
  for (const std::vector<Milliseconds>& suite : suites) {
    load.durations = suite;
    for (const std::size_t restarts : {0U, 1U}) {
      load.restarts = restarts;
      for (std::size_t victim = 0; victim < load.workers; ++victim) {
        bool over = false;
        std::size_t step = 0;
        for (; !over; ++step) {
          LoadScheduling scheduler(load.workers);
          Simulation session(scheduler, load);
          for (std::size_t i = 0; i < step && !over; ++i) over = !session.step();
          ASSERT_TRUE(session.crash(victim));
          session.run();
          ASSERT_TRUE(scheduler.tests_finished()) << "step " << step;
          ASSERT_EQ(session.run_counts(), each_run(suite.size(), 1)) << "step " << step;
        }
        EXPECT_GT(step, 2 * suite.size());  // each test begins and ends
      }
    }
  }
}

// What crashes is put back, and is run again by a worker that does not die in it.
TEST(LoadSimulation, EveryTestIsCompletedOnceIfCrashesArePutBack) {
  Random random(12);
  for (int round = 0; round < kRounds; ++round) {
    Workload load = troubled_workload(random);
    load.puts_back = true;
    LoadScheduling scheduler(load.workers, random_chunk(random));
    Simulation session(scheduler, load);
    while (session.step()) ASSERT_FALSE(session.wastes_time()) << load;
    ASSERT_TRUE(scheduler.tests_finished()) << load;
    ASSERT_EQ(session.completion_counts(), each_run(load.durations.size(), 1)) << load;
  }
}

TEST(LoadSimulation, EqualSessionsAreEqual) {
  Random random(13);
  for (int round = 0; round < kRounds / 10; ++round) {
    const Workload load = troubled_workload(random);
    LoadScheduling schedulers[] = {LoadScheduling(load.workers), LoadScheduling(load.workers)};
    Simulation first(schedulers[0], load);
    Simulation second(schedulers[1], load);
    first.run();
    second.run();
    ASSERT_EQ(first.worker_count(), second.worker_count()) << load;
    for (std::size_t i = 0; i < first.worker_count(); ++i) {
      ASSERT_EQ(first.ran(i), second.ran(i)) << load;
    }
  }
}

// --- each ----------------------------------------------------------------------------------------

TEST(EachSimulation, EveryWorkerRunsEveryTestInOrder) {
  Random random(14);
  for (int round = 0; round < kRounds / 3; ++round) {
    const Workload load = random_workload(random);
    EachScheduling scheduler(load.workers);
    Simulation session(scheduler, load);
    session.run();
    ASSERT_TRUE(scheduler.tests_finished()) << load;
    std::vector<TestIndex> all(load.durations.size());
    std::iota(all.begin(), all.end(), 0U);
    for (std::size_t i = 0; i < load.workers; ++i) ASSERT_EQ(session.ran(i), all) << load;
  }
}

// A replacement goes on where a dead worker stopped, so no worker's run is repeated or cut short.
TEST(EachSimulation, EveryTestIsRunOncePerWorkerWhoeverDies) {
  Random random(15);
  for (int round = 0; round < kRounds; ++round) {
    const Workload load = troubled_workload(random);
    EachScheduling scheduler(load.workers);
    Simulation session(scheduler, load);
    session.run();
    ASSERT_TRUE(scheduler.tests_finished()) << load;
    ASSERT_EQ(session.run_counts(), each_run(load.durations.size(), load.workers)) << load;
  }
}

TEST(EachSimulation, EveryTestIsCompletedOncePerWorkerIfCrashesArePutBack) {
  Random random(16);
  for (int round = 0; round < kRounds; ++round) {
    Workload load = troubled_workload(random);
    load.puts_back = true;
    EachScheduling scheduler(load.workers);
    Simulation session(scheduler, load);
    session.run();
    ASSERT_TRUE(scheduler.tests_finished()) << load;
    ASSERT_EQ(session.completion_counts(), each_run(load.durations.size(), load.workers)) << load;
    for (std::size_t i = 0; i < session.worker_count(); ++i) {
      std::vector<TestIndex> ran = session.ran(i);
      ASSERT_TRUE(std::is_sorted(ran.begin(), ran.end())) << load;
      ASSERT_EQ(std::adjacent_find(ran.begin(), ran.end()), ran.end()) << load;
    }
  }
}

}  // namespace
}  // namespace internal
}  // namespace gtest_xdist
