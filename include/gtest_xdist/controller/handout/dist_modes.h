// The schedulers that come with the library, by the name of their mode.
//
// Layer: controller/handout.
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

// What `of(test)` says of each registered test.
template <class Of>
auto of_each_test(const Catalog& catalog, Of of) {
  std::vector<decltype(of(TestIndex{}))> values;
  values.reserve(catalog.size());
  for (TestIndex i = 0; i < catalog.size(); ++i) values.push_back(of(i));
  return values;
}

// Which tests stay together: those of one suite, of one file, or of one group; in the modes without
// scopes none.
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

// Tests that share a lock stay on one worker, in whichever scope they are: there no test waits for
// another worker's.
inline std::vector<std::uint32_t> join_locked_scopes(std::vector<std::uint32_t> scopes,
                                                     const LockTable& locks) {
  if (!locks.has_locks()) return scopes;
  return join_scopes(std::move(scopes), [&](std::size_t test) -> const std::vector<LockId>& {
    return locks.locks_of(static_cast<TestIndex>(test));
  });
}

// What is known of how long tests take: nothing if `durations` is null.
inline Forecast forecast_of(const Catalog& catalog, const SessionDurations* durations) {
  if (durations == nullptr) return {};
  Forecast forecast;
  forecast.tests = of_each_test(catalog, [&](TestIndex i) { return durations->of_test(i); });
  forecast.suite_of =
      of_each_test(catalog, [&](TestIndex i) -> std::uint32_t { return catalog.suite_of(i); });
  for (SuiteIndex i = 0; i < catalog.suite_count(); ++i) {
    forecast.suites.push_back(durations->of_suite(i).value_or(0));
  }
  return forecast;
}

// For the modes that hand every test out once.
// As std::make_unique, but of the base: each type of std::unique_ptr is thirty functions to
// compile.
template <class Scheduling, class... Arguments>
std::unique_ptr<Scheduler> new_scheduler(Arguments&&... arguments) {
  return std::unique_ptr<Scheduler>(new Scheduling(std::forward<Arguments>(arguments)...));
}

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

// Whether tests are planned: by what is known of them, or because what shares a lock stays together
// and the mode itself knows single tests only.
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

// As make_scheduler(), of tests of which none is to run alone.
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

// For a session that starts with `workers`. `locks` must outlive the scheduler. `durations` may be
// null: nothing is to be planned by them.
inline std::unique_ptr<Scheduler> make_scheduler(const Options& options, const Catalog& catalog,
                                                 std::size_t workers, const LockTable& locks,
                                                 const SessionDurations* durations) {
  std::unique_ptr<Scheduler> scheduler =
      make_scheduler_of_mode(options, catalog, workers, locks, durations);
  // Where every worker runs every test, nothing is planned: the gate has the serial ones wait.
  if (!locks.has_serial() || options.dist == DistMode::each) return scheduler;
  return new_scheduler<SerialLastScheduling>(
      std::move(scheduler), [&locks](TestIndex test) { return locks.is_serial(test); });
}

// How messages name it.
inline std::string scheduler_name(DistMode dist) { return "the scheduler '" + name_of(dist) + "'"; }

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_CONTROLLER_HANDOUT_DIST_MODES_H_
