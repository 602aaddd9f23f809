// Properties of the schedulers over many random sessions in simulated time.
#include "support/simulation.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <numeric>
#include <optional>
#include <ostream>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "gtest_xdist/scheduler/each.h"
#include "gtest_xdist/scheduler/load.h"
#include "gtest_xdist/scheduler/load_scope.h"
#include "gtest_xdist/scheduler/planned.h"
#include "gtest_xdist/scheduler/serial_last.h"
#include "gtest_xdist/scheduler/work_stealing.h"

#include "support/fake_node.h"
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
constexpr std::size_t kNoBound = std::numeric_limits<std::size_t>::max();

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
  return random.one_in(2) ? kNoBound : random.between<std::size_t>(1, 10);
}

// --- modes that hand every test out once ---------------------------------------------------------

struct Load {
  static constexpr const char* kName = "load";
  static LoadScheduling make(const Workload& load, std::size_t chunk) {
    return LoadScheduling(load.workers, chunk);
  }
};

struct WorkSteal {
  static constexpr const char* kName = "worksteal";
  static WorkStealingScheduling make(const Workload& load, std::size_t) {
    return WorkStealingScheduling(load.workers);
  }
};

std::vector<std::uint32_t> lone_units(const Workload& load) {
  std::vector<std::uint32_t> unit_of(load.durations.size());
  std::iota(unit_of.begin(), unit_of.end(), 0U);
  return unit_of;
}

// Each test is a scope of its own.
struct LoneScopes {
  static constexpr const char* kName = "lone_scopes";
  static LoadScopeScheduling make(const Workload& load, std::size_t) {
    return LoadScopeScheduling(load.workers, lone_units(load), true);
  }
};

Forecast exact_forecast(const Workload& load) {
  Forecast forecast;
  for (const Milliseconds duration : load.durations) {
    forecast.tests.push_back(static_cast<double>(duration) / 1000);
  }
  forecast.suite_of = load.suite_of;
  for (const Milliseconds set_up : load.suite_set_ups) {
    forecast.suites.push_back(static_cast<double>(set_up) / 1000);
  }
  return forecast;
}

// Some tests are unknown, others have changed.
Forecast poor_forecast(const Workload& load) {
  Forecast forecast = exact_forecast(load);
  Random random(static_cast<std::uint32_t>(load.durations.size()));
  for (std::optional<double>& seconds : forecast.tests) {
    if (random.one_in(5)) seconds = random.between(0, 3);
    if (random.one_in(5)) seconds.reset();
  }
  return forecast;
}

PlannedScheduling::Rules chunks_of(std::size_t chunk) {
  PlannedScheduling::Rules rules;
  rules.max_chunk = chunk;
  return rules;
}

struct Planned {
  static constexpr const char* kName = "planned";
  static PlannedScheduling make(const Workload& load, std::size_t chunk) {
    return PlannedScheduling(load.workers, lone_units(load), exact_forecast(load),
                             chunks_of(chunk));
  }
};

struct PlannedPoorly {
  static constexpr const char* kName = "planned_poorly";
  static PlannedScheduling make(const Workload& load, std::size_t chunk) {
    return PlannedScheduling(load.workers, lone_units(load), poor_forecast(load), chunks_of(chunk));
  }
};

struct PlannedBlindly {
  static constexpr const char* kName = "planned_blindly";
  static PlannedScheduling make(const Workload& load, std::size_t chunk) {
    return PlannedScheduling(load.workers, lone_units(load), {}, chunks_of(chunk));
  }
};

struct ModeName {
  template <class Mode>
  static std::string GetName(int) {
    return Mode::kName;
  }
};

template <class Mode>
class ModeSimulation : public testing::Test {};
using Modes = testing::Types<Load, WorkSteal, LoneScopes, Planned, PlannedPoorly, PlannedBlindly>;
TYPED_TEST_SUITE(ModeSimulation, Modes, ModeName);

// No schedule is longer in which a worker is idle only when everything has begun (Graham's bound
// for list scheduling).
Milliseconds longest_allowed(const std::vector<Milliseconds>& durations, std::size_t workers) {
  if (durations.empty()) return 0;
  const Milliseconds sum = std::accumulate(durations.begin(), durations.end(), Milliseconds{0});
  const Milliseconds longest = *std::max_element(durations.begin(), durations.end());
  return (sum + (workers - 1) * longest) / workers;
}

// A worker is idle only when every test has begun.
TYPED_TEST(ModeSimulation, NoWorkerIsIdleWhileATestWaits) {
  Random random(10);
  for (int round = 0; round < kRounds; ++round) {
    const Workload load = random_workload(random);
    auto scheduler = TypeParam::make(load, random_chunk(random));
    Simulation session(scheduler, load);
    session.run();
    ASSERT_TRUE(scheduler.tests_finished()) << load;
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
    auto scheduler = TypeParam::make(load, random_chunk(random));
    Simulation session(scheduler, load);
    while (session.step()) ASSERT_FALSE(session.wastes_time()) << load;
    ASSERT_TRUE(scheduler.tests_finished()) << load;
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
          auto scheduler = TypeParam::make(load, kNoBound);
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
TYPED_TEST(ModeSimulation, EveryTestIsCompletedOnceIfCrashesArePutBack) {
  Random random(12);
  for (int round = 0; round < kRounds; ++round) {
    Workload load = troubled_workload(random);
    load.puts_back = true;
    auto scheduler = TypeParam::make(load, random_chunk(random));
    Simulation session(scheduler, load);
    while (session.step()) ASSERT_FALSE(session.wastes_time()) << load;
    ASSERT_TRUE(scheduler.tests_finished()) << load;
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
    auto others = TypeParam::make(load, random_chunk(random));
    SerialLastScheduling scheduler(std::make_unique<decltype(others)>(std::move(others)),
                                   is_serial);
    Simulation session(scheduler, load);
    while (session.step()) ASSERT_FALSE(runs_beside_a_serial_test(session, is_serial)) << load;
    ASSERT_TRUE(scheduler.tests_finished()) << load;
    ASSERT_FALSE(scheduler.has_pending()) << load;
    ASSERT_EQ(session.run_counts(), each_run(load.durations.size(), 1)) << load;
  }
}

TYPED_TEST(ModeSimulation, EqualSessionsAreEqual) {
  Random random(13);
  for (int round = 0; round < kRounds / 10; ++round) {
    const Workload load = troubled_workload(random);
    auto one = TypeParam::make(load, kNoBound);
    auto other = TypeParam::make(load, kNoBound);
    Simulation first(one, load);
    Simulation second(other, load);
    first.run();
    second.run();
    ASSERT_EQ(first.worker_count(), second.worker_count()) << load;
    for (std::size_t i = 0; i < first.worker_count(); ++i) {
      ASSERT_EQ(first.ran(i), second.ran(i)) << load;
    }
  }
}

// --- scopes --------------------------------------------------------------------------------------

using ScopeOf = std::vector<std::uint32_t>;

ScopeOf random_scopes(Random& random, std::size_t tests) {
  ScopeOf scope_of(tests);
  if (tests == 0) return scope_of;
  const std::uint32_t most =
      random.between<std::uint32_t>(0, static_cast<std::uint32_t>(tests) - 1);
  for (std::uint32_t& scope : scope_of) scope = random.between<std::uint32_t>(0, most);
  if (random.one_in(2)) std::sort(scope_of.begin(), scope_of.end());
  return scope_of;
}

// Whether tests of one scope wait or run on two workers.
bool splits_a_scope(const Simulation& session, const ScopeOf& scope_of) {
  std::map<std::uint32_t, std::size_t> holders;
  for (std::size_t i = 0; i < session.worker_count(); ++i) {
    const FakeNode* node = session.node(i);
    if (node == nullptr) continue;
    std::vector<TestIndex> tests(node->queue().begin(), node->queue().end());
    if (node->running()) tests.push_back(*node->running());
    for (const TestIndex test : tests) {
      if (holders.emplace(scope_of[test], i).first->second != i) return true;
    }
  }
  return false;
}

// Whether a worker has nothing to do although a scope that nobody has begun waits behind another.
bool wastes_time(const Simulation& session, const ScopeOf& scope_of) {
  bool somebody_is_idle = false;
  bool something_waits = false;
  for (std::size_t i = 0; i < session.worker_count(); ++i) {
    const FakeNode* node = session.node(i);
    if (node == nullptr) continue;
    somebody_is_idle |= node->ready() && node->pending() == 0;
    if (node->queue().empty()) continue;
    const std::uint32_t last = scope_of[node->queue().back()];
    const auto is_of_last = [&](TestIndex test) { return scope_of[test] == last; };
    const std::vector<TestIndex>& ran = session.ran(i);
    const bool has_begun = (node->running() && is_of_last(*node->running())) ||
                           std::any_of(ran.begin(), ran.end(), is_of_last);
    const bool begins_now = node->ready() && !node->running() && is_of_last(node->queue().front());
    something_waits |= !has_begun && !begins_now;
  }
  return somebody_is_idle && something_waits;
}

// Whether every worker ran the tests of each scope one behind the other, and, if `in_order`, in the
// order of the collection.
bool ran_scopes_in_one_piece(const Simulation& session, const ScopeOf& scope_of, bool in_order) {
  for (std::size_t i = 0; i < session.worker_count(); ++i) {
    const std::vector<TestIndex>& ran = session.ran(i);
    std::set<std::uint32_t> seen;
    for (std::size_t at = 0; at < ran.size(); ++at) {
      if (seen.insert(scope_of[ran[at]]).second) continue;
      if (scope_of[ran[at - 1]] != scope_of[ran[at]]) return false;
      if (in_order && ran[at - 1] >= ran[at]) return false;
    }
  }
  return true;
}

// How many workers that are alive at the end ran tests of the scope that most of them ran.
std::size_t most_workers_of_a_scope(const Simulation& session, const ScopeOf& scope_of) {
  std::map<std::uint32_t, std::set<std::size_t>> workers;
  std::size_t most = 0;
  for (std::size_t i = 0; i < session.worker_count(); ++i) {
    if (session.node(i) == nullptr) continue;
    for (const TestIndex test : session.ran(i)) {
      workers[scope_of[test]].insert(i);
      most = std::max(most, workers[scope_of[test]].size());
    }
  }
  return most;
}

struct LoadScopes {
  static constexpr const char* kName = "loadscope";
  static LoadScopeScheduling make(const Workload& load, const ScopeOf& scope_of, bool reorder) {
    return LoadScopeScheduling(load.workers, scope_of, reorder);
  }
};

struct PlannedScopes {
  static constexpr const char* kName = "planned";
  static PlannedScheduling make(const Workload& load, const ScopeOf& scope_of, bool reorder) {
    PlannedScheduling::Rules rules;
    rules.reorder = reorder;
    return PlannedScheduling(load.workers, scope_of, exact_forecast(load), rules);
  }
};

struct PoorlyPlannedScopes {
  static constexpr const char* kName = "planned_poorly";
  static PlannedScheduling make(const Workload& load, const ScopeOf& scope_of, bool reorder) {
    PlannedScheduling::Rules rules;
    rules.reorder = reorder;
    return PlannedScheduling(load.workers, scope_of, poor_forecast(load), rules);
  }
};

struct BlindlyPlannedScopes {
  static constexpr const char* kName = "planned_blindly";
  static PlannedScheduling make(const Workload& load, const ScopeOf& scope_of, bool reorder) {
    PlannedScheduling::Rules rules;
    rules.reorder = reorder;
    return PlannedScheduling(load.workers, scope_of, {}, rules);
  }
};

template <class Mode>
class ScopeSimulation : public testing::Test {};
using ScopeModes =
    testing::Types<LoadScopes, PlannedScopes, PoorlyPlannedScopes, BlindlyPlannedScopes>;
TYPED_TEST_SUITE(ScopeSimulation, ScopeModes, ModeName);

TYPED_TEST(ScopeSimulation, AScopeIsRunByOneWorker) {
  Random random(17);
  for (int round = 0; round < kRounds; ++round) {
    const Workload load = random_workload(random);
    const ScopeOf scope_of = random_scopes(random, load.durations.size());
    auto scheduler = TypeParam::make(load, scope_of, random.one_in(2));
    Simulation session(scheduler, load);
    while (session.step()) {
      ASSERT_FALSE(splits_a_scope(session, scope_of)) << load;
      ASSERT_FALSE(wastes_time(session, scope_of)) << load;
    }
    ASSERT_TRUE(scheduler.tests_finished()) << load;
    ASSERT_EQ(session.run_counts(), each_run(load.durations.size(), 1)) << load;
    ASSERT_LE(most_workers_of_a_scope(session, scope_of), 1U) << load;
    ASSERT_TRUE(ran_scopes_in_one_piece(session, scope_of, true)) << load;

    std::vector<Milliseconds> durations(load.durations.size(), 0);
    for (std::size_t test = 0; test < scope_of.size(); ++test) {
      durations[scope_of[test]] += load.durations[test];
    }
    ASSERT_LE(session.now(), longest_allowed(durations, load.workers)) << load;
  }
}

// What is left of a scope goes on in one place, without the test that crashed or with it.
TYPED_TEST(ScopeSimulation, AScopeStaysTogetherWhoeverDies) {
  Random random(18);
  for (int round = 0; round < kRounds; ++round) {
    Workload load = troubled_workload(random);
    load.puts_back = random.one_in(2);
    if (load.crashes.size() < load.workers) {  // then those that are left do it all
      load.restarts = random.between<std::size_t>(0, load.crashes.size());
    }
    const std::size_t tests = load.durations.size();
    const ScopeOf scope_of = random_scopes(random, tests);
    auto scheduler = TypeParam::make(load, scope_of, random.one_in(2));
    Simulation session(scheduler, load);
    while (session.step()) {
      ASSERT_FALSE(splits_a_scope(session, scope_of)) << load;
      ASSERT_FALSE(wastes_time(session, scope_of)) << load;
    }
    ASSERT_TRUE(scheduler.tests_finished()) << load;
    if (load.puts_back) {
      ASSERT_EQ(session.completion_counts(), each_run(tests, 1)) << load;
    } else {
      ASSERT_EQ(session.run_counts(), each_run(tests, 1)) << load;
    }
    ASSERT_LE(most_workers_of_a_scope(session, scope_of), 1U) << load;
    ASSERT_TRUE(ran_scopes_in_one_piece(session, scope_of, !load.puts_back)) << load;
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
