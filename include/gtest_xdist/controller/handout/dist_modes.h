// Makes the schedulers that come with the library, each for its mode.
//
// Layer: controller/handout. Does not call them. Knows no plugin, and no recorded schedule.
#ifndef GTEST_XDIST_CONTROLLER_HANDOUT_DIST_MODES_H_
#define GTEST_XDIST_CONTROLLER_HANDOUT_DIST_MODES_H_

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "gtest_xdist/bridge/catalog.h"
#include "gtest_xdist/controller/locks/lock_table.h"
#include "gtest_xdist/controller/records/session_durations.h"
#include "gtest_xdist/core/groups.h"
#include "gtest_xdist/core/settings/options.h"
#include "gtest_xdist/scheduler/each.h"
#include "gtest_xdist/scheduler/load.h"
#include "gtest_xdist/scheduler/load_scope.h"
#include "gtest_xdist/scheduler/planned.h"
#include "gtest_xdist/scheduler/scheduler.h"
#include "gtest_xdist/scheduler/serial_last.h"
#include "gtest_xdist/scheduler/units/forecast.h"
#include "gtest_xdist/scheduler/units/scopes.h"
#include "gtest_xdist/scheduler/work_stealing.h"

namespace gtest_xdist::internal {

// The values of `of(test)` for all registered tests, in order.
template <class Of>
auto of_each_test(const Catalog& catalog, Of of) {
  std::vector<decltype(of(TestIndex{}))> values;
  values.reserve(catalog.size());
  for (TestIndex i = 0; i < catalog.size(); ++i) values.push_back(of(i));
  return values;
}

// The scope of each test. Tests of one suite, of one file or of one group share a scope. In the
// modes without scopes each test has its own.
inline std::vector<std::uint32_t> scopes_of_mode(DistMode mode, const Catalog& catalog) {
  if (mode == DistMode::load || mode == DistMode::worksteal) {
    return lone_scopes(catalog.size());
  }
  if (mode == DistMode::loadscope) {
    return of_each_test(catalog, [&](TestIndex i) -> std::uint32_t { return catalog.suite_of(i); });
  }
  if (mode == DistMode::loadfile) {
    return scopes_of(of_each_test(catalog, [&](TestIndex i) {
      const char* const file = catalog.test(i).file();
      return std::string(file == nullptr ? "" : file);
    }));
  }
  return scopes_of_groups(
      of_each_test(catalog, [&](TestIndex i) { return groups_of(catalog.full_name(i)); }));
}

// Joins scopes whose tests share a lock, so that these stay on one worker. Then no test waits for a
// lock that another worker has.
inline std::vector<std::uint32_t> join_locked_scopes(std::vector<std::uint32_t> scopes,
                                                     const LockTable& locks) {
  if (!locks.has_locks()) return scopes;
  return join_scopes(std::move(scopes), [&](std::size_t test) -> const std::vector<LockId>& {
    return locks.locks_of(static_cast<TestIndex>(test));
  });
}

// The durations to expect; empty if `durations` is null.
inline Forecast forecast_of(const Catalog& catalog, const SessionDurations* durations) {
  if (durations == nullptr) return {};
  Forecast forecast;
  forecast.tests = of_each_test(
      catalog, [&](TestIndex i) { return durations->of_test(i).value_or(Forecast::kUnknown); });
  forecast.suite_of =
      of_each_test(catalog, [&](TestIndex i) -> std::uint32_t { return catalog.suite_of(i); });
  for (SuiteIndex i = 0; i < catalog.suite_count(); ++i) {
    forecast.suites.push_back(durations->of_suite(i).value_or(0));
  }
  return forecast;
}

// As std::make_unique, but returns a pointer to the base class: each further type of
// std::unique_ptr costs thirty functions to compile.
template <class Scheduling, class... Arguments>
std::unique_ptr<Scheduler> new_scheduler(Arguments&&... arguments) {
  return std::unique_ptr<Scheduler>(new Scheduling(std::forward<Arguments>(arguments)...));
}

// For the modes that hand out each test once.
inline std::unique_ptr<Scheduler> make_planned_scheduler(const Options& options,
                                                         const Catalog& catalog,
                                                         const SessionDurations* durations,
                                                         std::size_t workers,
                                                         const LockTable& locks) {
  const bool has_scopes = options.dist != DistMode::load && options.dist != DistMode::worksteal;
  PlannedScheduling::Rules rules;
  rules.reorder = !has_scopes || options.loadscope_reorder;
  if (options.dist == DistMode::load && options.maxschedchunk) {
    rules.max_chunk = *options.maxschedchunk;
  }
  return new_scheduler<PlannedScheduling>(
      workers, join_locked_scopes(scopes_of_mode(options.dist, catalog), locks),
      forecast_of(catalog, durations), rules);
}

// Whether tests are planned: because durations are used; or because tests that share a lock must
// stay together, and the mode's own scheduler knows only single tests.
inline bool is_planned(DistMode mode, const LockTable& locks, const SessionDurations* durations) {
  switch (mode) {
    case DistMode::load:
    case DistMode::worksteal:
      return durations != nullptr || locks.has_locks();
    case DistMode::loadscope:
    case DistMode::loadfile:
    case DistMode::loadgroup:
      return durations != nullptr;
    case DistMode::each:
    case DistMode::no:
      break;
  }
  return false;
}

// As make_scheduler(), but pays no attention to serial tests.
inline std::unique_ptr<Scheduler> make_scheduler_of_mode(const Options& options,
                                                         const Catalog& catalog,
                                                         std::size_t workers,
                                                         const LockTable& locks,
                                                         const SessionDurations* durations) {
  if (is_planned(options.dist, locks, durations)) {
    return make_planned_scheduler(options, catalog, durations, workers, locks);
  }
  switch (options.dist) {
    case DistMode::load:
      return new_scheduler<LoadScheduling>(
          workers, options.maxschedchunk.value_or(std::numeric_limits<unsigned>::max()));
    case DistMode::worksteal:
      return new_scheduler<WorkStealingScheduling>(workers);
    case DistMode::loadscope:
    case DistMode::loadfile:
    case DistMode::loadgroup:
      return new_scheduler<LoadScopeScheduling>(
          workers, join_locked_scopes(scopes_of_mode(options.dist, catalog), locks),
          options.loadscope_reorder);
    case DistMode::each:
      return new_scheduler<EachScheduling>(workers);
    case DistMode::no:
      break;
  }
  throw std::logic_error("nothing is distributed, so there is no scheduler");
}

// Makes the scheduler of the mode, for a session that starts with `workers`. If `durations` is
// null, tests are not planned by durations.
inline std::unique_ptr<Scheduler> make_scheduler(const Options& options, const Catalog& catalog,
                                                 std::size_t workers, const LockTable& locks,
                                                 const SessionDurations* durations) {
  std::unique_ptr<Scheduler> scheduler =
      make_scheduler_of_mode(options, catalog, workers, locks, durations);
  // If every worker runs every test, the order does not matter: LockGate makes serial tests wait.
  if (!locks.has_serial() || options.dist == DistMode::each) return scheduler;
  std::vector<bool> is_serial(catalog.size());
  for (TestIndex test = 0; test < catalog.size(); ++test) is_serial[test] = locks.is_serial(test);
  return new_scheduler<SerialLastScheduling>(std::move(scheduler), std::move(is_serial));
}

// How messages name the scheduler of a mode.
inline std::string scheduler_name(DistMode dist) { return "the scheduler '" + name_of(dist) + "'"; }

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_CONTROLLER_HANDOUT_DIST_MODES_H_
