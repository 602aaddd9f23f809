// Properties of the schedulers that keep the tests of a scope together, over many random sessions
// in simulated time.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <vector>

#include <gtest/gtest.h>

#include "gtest_xdist/scheduler/load_scope.h"
#include "gtest_xdist/scheduler/planned.h"
#include "gtest_xdist/testing/fake_node.h"
#include "gtest_xdist/testing/simulation.h"

#include "support/random.h"
#include "support/workloads.h"

namespace gtest_xdist::internal {
namespace {

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
  static std::unique_ptr<Scheduler> make(const Workload& load, const ScopeOf& scope_of,
                                         bool reorder) {
    return std::make_unique<LoadScopeScheduling>(load.workers, scope_of, reorder);
  }
};

struct PlannedScopes {
  static constexpr const char* kName = "planned";
  static std::unique_ptr<Scheduler> make(const Workload& load, const ScopeOf& scope_of,
                                         bool reorder) {
    PlannedScheduling::Rules rules;
    rules.reorder = reorder;
    return std::make_unique<PlannedScheduling>(load.workers, scope_of, exact_forecast(load), rules);
  }
};

struct PoorlyPlannedScopes {
  static constexpr const char* kName = "planned_poorly";
  static std::unique_ptr<Scheduler> make(const Workload& load, const ScopeOf& scope_of,
                                         bool reorder) {
    PlannedScheduling::Rules rules;
    rules.reorder = reorder;
    return std::make_unique<PlannedScheduling>(load.workers, scope_of, poor_forecast(load), rules);
  }
};

struct BlindlyPlannedScopes {
  static constexpr const char* kName = "planned_blindly";
  static std::unique_ptr<Scheduler> make(const Workload& load, const ScopeOf& scope_of,
                                         bool reorder) {
    PlannedScheduling::Rules rules;
    rules.reorder = reorder;
    return std::make_unique<PlannedScheduling>(load.workers, scope_of, Forecast(), rules);
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
    Simulation session(TypeParam::make(load, scope_of, random.one_in(2)), load);
    while (session.step()) {
      ASSERT_FALSE(splits_a_scope(session, scope_of)) << load;
      ASSERT_FALSE(wastes_time(session, scope_of)) << load;
    }
    ASSERT_EQ(session.error(), "") << load;
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
    Simulation session(TypeParam::make(load, scope_of, random.one_in(2)), load);
    while (session.step()) {
      ASSERT_FALSE(splits_a_scope(session, scope_of)) << load;
      ASSERT_FALSE(wastes_time(session, scope_of)) << load;
    }
    ASSERT_EQ(session.error(), "") << load;
    if (load.puts_back) {
      ASSERT_EQ(session.completion_counts(), each_run(tests, 1)) << load;
    } else {
      ASSERT_EQ(session.run_counts(), each_run(tests, 1)) << load;
    }
    ASSERT_LE(most_workers_of_a_scope(session, scope_of), 1U) << load;
    ASSERT_TRUE(ran_scopes_in_one_piece(session, scope_of, !load.puts_back)) << load;
  }
}

}  // namespace
}  // namespace gtest_xdist::internal
