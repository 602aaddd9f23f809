// Properties of the schedulers over many random sessions in simulated time. Scopes have a file of
// their own.
#include "gtest_xdist/testing/simulation.h"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <memory>
#include <numeric>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "gtest_xdist/scheduler/each.h"
#include "gtest_xdist/scheduler/load.h"
#include "gtest_xdist/scheduler/load_scope.h"
#include "gtest_xdist/scheduler/planned.h"
#include "gtest_xdist/scheduler/replay.h"
#include "gtest_xdist/scheduler/serial_last.h"
#include "gtest_xdist/scheduler/units/scopes.h"
#include "gtest_xdist/scheduler/work_stealing.h"
#include "gtest_xdist/testing/fake_node.h"

#include "support/random.h"
#include "support/workloads.h"

namespace gtest_xdist::internal {
namespace {

constexpr std::size_t kNoBound = std::numeric_limits<std::size_t>::max();

std::size_t random_chunk(Random& random) {
  return random.one_in(2) ? kNoBound : random.between<std::size_t>(1, 10);
}

// --- modes that hand every test out once ---------------------------------------------------------

struct Load {
  static constexpr const char* kName = "load";
  static std::unique_ptr<Scheduler> make(const Workload& load, std::size_t chunk) {
    return std::make_unique<LoadScheduling>(load.workers, chunk);
  }
};

struct WorkSteal {
  static constexpr const char* kName = "worksteal";
  static std::unique_ptr<Scheduler> make(const Workload& load, std::size_t) {
    return std::make_unique<WorkStealingScheduling>(load.workers);
  }
};

// Each test is a scope of its own.
struct LoneScopes {
  static constexpr const char* kName = "lone_scopes";
  static std::unique_ptr<Scheduler> make(const Workload& load, std::size_t) {
    return std::make_unique<LoadScopeScheduling>(load.workers, lone_scopes(load.durations.size()),
                                                 true);
  }
};

PlannedScheduling::Rules chunks_of(std::size_t chunk) {
  PlannedScheduling::Rules rules;
  rules.max_chunk = chunk;
  return rules;
}

struct Planned {
  static constexpr const char* kName = "planned";
  static std::unique_ptr<Scheduler> make(const Workload& load, std::size_t chunk) {
    return std::make_unique<PlannedScheduling>(load.workers, lone_scopes(load.durations.size()),
                                               exact_forecast(load), chunks_of(chunk));
  }
};

struct PlannedPoorly {
  static constexpr const char* kName = "planned_poorly";
  static std::unique_ptr<Scheduler> make(const Workload& load, std::size_t chunk) {
    return std::make_unique<PlannedScheduling>(load.workers, lone_scopes(load.durations.size()),
                                               poor_forecast(load), chunks_of(chunk));
  }
};

struct PlannedBlindly {
  static constexpr const char* kName = "planned_blindly";
  static std::unique_ptr<Scheduler> make(const Workload& load, std::size_t chunk) {
    return std::make_unique<PlannedScheduling>(load.workers, lone_scopes(load.durations.size()),
                                               Forecast(), chunks_of(chunk));
  }
};

template <class Mode>
class ModeSimulation : public testing::Test {};
using Modes = testing::Types<Load, WorkSteal, LoneScopes, Planned, PlannedPoorly, PlannedBlindly>;
TYPED_TEST_SUITE(ModeSimulation, Modes, ModeName);

// A worker is idle only when every test has begun.
TYPED_TEST(ModeSimulation, NoWorkerIsIdleWhileATestWaits) {
  Random random(10);
  for (int round = 0; round < kRounds; ++round) {
    const Workload load = random_workload(random);
    Simulation session(TypeParam::make(load, random_chunk(random)), load);
    session.run();
    ASSERT_EQ(session.error(), "") << load;
    ASSERT_EQ(session.run_counts(), each_run(load.durations.size(), 1)) << load;
    ASSERT_LE(session.now(), longest_allowed(load.durations, load.workers)) << load;
  }
}

TYPED_TEST(ModeSimulation, EveryTestIsRunOnceWhoeverDies) {
  Random random(11);
  for (int round = 0; round < kRounds; ++round) {
    Workload load = troubled_workload(random);
    if (load.crashes.size() < load.workers) {  // then those that are left do it all
      load.restarts = random.between<std::size_t>(0, load.crashes.size());
    }
    Simulation session(TypeParam::make(load, random_chunk(random)), load);
    while (session.step()) ASSERT_FALSE(session.wastes_time()) << load;
    ASSERT_EQ(session.error(), "") << load;
    ASSERT_EQ(session.run_counts(), each_run(load.durations.size(), 1)) << load;
    ASSERT_EQ(session.worker_count(), load.workers + load.restarts) << load;
  }
}

TYPED_TEST(ModeSimulation, AWorkerMayDieAtAnyStep) {
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
          Simulation session(TypeParam::make(load, kNoBound), load);
          for (std::size_t i = 0; i < step && !over; ++i) over = !session.step();
          ASSERT_TRUE(session.crash(victim));
          session.run();
          ASSERT_EQ(session.error(), "") << "step " << step;
          ASSERT_EQ(session.run_counts(), each_run(suite.size(), 1)) << "step " << step;
        }
        EXPECT_GT(step, 2 * suite.size());  // each test begins and ends
      }
    }
  }
}

// What crashes is put back, and is run again by a worker that does not die in it.
TYPED_TEST(ModeSimulation, EveryTestIsCompletedOnceIfCrashesArePutBack) {
  Random random(12);
  for (int round = 0; round < kRounds; ++round) {
    Workload load = troubled_workload(random);
    load.puts_back = true;
    Simulation session(TypeParam::make(load, random_chunk(random)), load);
    while (session.step()) ASSERT_FALSE(session.wastes_time()) << load;
    ASSERT_EQ(session.error(), "") << load;
    ASSERT_EQ(session.completion_counts(), each_run(load.durations.size(), 1)) << load;
  }
}

// Whether a worker has a test of which `is_serial` is true, and another has anything.
template <class IsSerial>
bool runs_beside_a_serial_test(const Simulation& session, IsSerial is_serial) {
  std::size_t busy = 0;
  bool serial = false;
  for (std::size_t i = 0; i < session.worker_count(); ++i) {
    const FakeNode* node = session.node(i);
    if (node == nullptr || node->pending() == 0) continue;
    ++busy;
    serial |= std::any_of(node->queue().begin(), node->queue().end(), is_serial) ||
              (node->running() && is_serial(*node->running()));
  }
  return serial && busy > 1;
}

TYPED_TEST(ModeSimulation, SerialTestsRunAlone) {
  Random random(19);
  for (int round = 0; round < kRounds; ++round) {
    const Workload load = troubled_workload(random);
    const TestIndex every = random.between<TestIndex>(1, 10);
    const auto is_serial = [every](TestIndex test) { return test % every == 0; };
    std::vector<bool> serial(load.durations.size());
    for (TestIndex test = 0; test < serial.size(); ++test) serial[test] = is_serial(test);
    Simulation session(
        std::make_unique<SerialLastScheduling>(TypeParam::make(load, random_chunk(random)), serial),
        load);
    while (session.step()) ASSERT_FALSE(runs_beside_a_serial_test(session, is_serial)) << load;
    ASSERT_EQ(session.error(), "") << load;
    ASSERT_EQ(session.run_counts(), each_run(load.durations.size(), 1)) << load;
  }
}

TYPED_TEST(ModeSimulation, EqualSessionsAreEqual) {
  Random random(13);
  for (int round = 0; round < kRounds / 10; ++round) {
    const Workload load = troubled_workload(random);
    Simulation first(TypeParam::make(load, kNoBound), load);
    Simulation second(TypeParam::make(load, kNoBound), load);
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
    Simulation session(std::make_unique<EachScheduling>(load.workers), load);
    session.run();
    ASSERT_EQ(session.error(), "") << load;
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
    Simulation session(std::make_unique<EachScheduling>(load.workers), load);
    session.run();
    ASSERT_EQ(session.error(), "") << load;
    ASSERT_EQ(session.run_counts(), each_run(load.durations.size(), load.workers)) << load;
  }
}

TEST(EachSimulation, EveryTestIsCompletedOncePerWorkerIfCrashesArePutBack) {
  Random random(16);
  for (int round = 0; round < kRounds; ++round) {
    Workload load = troubled_workload(random);
    load.puts_back = true;
    Simulation session(std::make_unique<EachScheduling>(load.workers), load);
    session.run();
    ASSERT_EQ(session.error(), "") << load;
    ASSERT_EQ(session.completion_counts(), each_run(load.durations.size(), load.workers)) << load;
    for (std::size_t i = 0; i < session.worker_count(); ++i) {
      std::vector<TestIndex> ran = session.ran(i);
      ASSERT_TRUE(std::is_sorted(ran.begin(), ran.end())) << load;
      ASSERT_EQ(std::adjacent_find(ran.begin(), ran.end()), ran.end()) << load;
    }
  }
}

// --- replay --------------------------------------------------------------------------------------

using Shares = std::vector<std::vector<TestIndex>>;

// All tests, in any order.
Shares random_shares(const Workload& load, Random& random) {
  Shares shares(load.workers);
  for (TestIndex test = 0; test < load.durations.size(); ++test) {
    std::vector<TestIndex>& share = shares[random.between<std::size_t>(0, load.workers - 1)];
    share.insert(random.one_in(2) ? share.begin() : share.end(), test);
  }
  return shares;
}

std::unique_ptr<Scheduler> replay_of(const Workload& load, const Shares& shares) {
  return std::make_unique<ReplayScheduling>(
      load.workers, shares,
      [](const Node& node) { return static_cast<std::size_t>(node.number()); }, false);
}

TEST(ReplaySimulation, EveryWorkerRunsItsShareInOrder) {
  Random random(20);
  for (int round = 0; round < kRounds / 3; ++round) {
    const Workload load = random_workload(random);
    const Shares shares = random_shares(load, random);
    Simulation session(replay_of(load, shares), load);
    session.run();
    ASSERT_EQ(session.error(), "") << load;
    for (std::size_t i = 0; i < load.workers; ++i) ASSERT_EQ(session.ran(i), shares[i]) << load;
  }
}

TEST(ReplaySimulation, EveryTestIsRunOnceWhoeverDies) {
  Random random(21);
  for (int round = 0; round < kRounds; ++round) {
    const Workload load = troubled_workload(random);
    Simulation session(replay_of(load, random_shares(load, random)), load);
    session.run();
    ASSERT_EQ(session.error(), "") << load;
    ASSERT_EQ(session.run_counts(), each_run(load.durations.size(), 1)) << load;
  }
}

TEST(ReplaySimulation, EveryTestIsCompletedOnceIfCrashesArePutBack) {
  Random random(22);
  for (int round = 0; round < kRounds; ++round) {
    Workload load = troubled_workload(random);
    load.puts_back = true;
    Simulation session(replay_of(load, random_shares(load, random)), load);
    session.run();
    ASSERT_EQ(session.error(), "") << load;
    ASSERT_EQ(session.completion_counts(), each_run(load.durations.size(), 1)) << load;
  }
}

}  // namespace
}  // namespace gtest_xdist::internal
