// The schedulers that come with the library, by the name of their mode.
//
// Layer: controller.
#ifndef GTEST_XDIST_CONTROLLER_DIST_MODES_H_
#define GTEST_XDIST_CONTROLLER_DIST_MODES_H_

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "gtest_xdist/bridge/catalog.h"
#include "gtest_xdist/controller/lock_table.h"
#include "gtest_xdist/core/groups.h"
#include "gtest_xdist/core/options.h"
#include "gtest_xdist/scheduler/each.h"
#include "gtest_xdist/scheduler/load.h"
#include "gtest_xdist/scheduler/load_scope.h"
#include "gtest_xdist/scheduler/scheduler.h"
#include "gtest_xdist/scheduler/scopes.h"
#include "gtest_xdist/scheduler/serial_last.h"
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

// Which tests stay together: those of one suite, of one file, or of one group.
inline std::vector<std::uint32_t> scopes_of_mode(DistMode mode, const Catalog& catalog) {
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

// `load` and `worksteal` where tests hold locks: what shares a lock is one piece of work, every
// other test is one by itself, and the largest come first.
inline std::unique_ptr<Scheduler> make_scheduler_of_locked_tests(const Catalog& catalog,
                                                                 std::size_t workers,
                                                                 const LockTable& locks) {
  return std::make_unique<LoadScopeScheduling>(
      workers, join_locked_scopes(lone_scopes(catalog.size()), locks), true);
}

// As make_scheduler(), of tests of which none is to run alone.
inline std::unique_ptr<Scheduler> make_scheduler_of_mode(const Options& options,
                                                         const Catalog& catalog,
                                                         std::size_t workers,
                                                         const LockTable& locks) {
  switch (options.dist) {
    case DistMode::load:
      if (locks.has_locks()) return make_scheduler_of_locked_tests(catalog, workers, locks);
      return std::make_unique<LoadScheduling>(
          workers, options.maxschedchunk.value_or(std::numeric_limits<unsigned>::max()));
    case DistMode::worksteal:
      if (locks.has_locks()) return make_scheduler_of_locked_tests(catalog, workers, locks);
      return std::make_unique<WorkStealingScheduling>(workers);
    case DistMode::loadscope:
    case DistMode::loadfile:
    case DistMode::loadgroup:
      return std::make_unique<LoadScopeScheduling>(
          workers, join_locked_scopes(scopes_of_mode(options.dist, catalog), locks),
          options.loadscope_reorder);
    case DistMode::each:
      return std::make_unique<EachScheduling>(workers);
    case DistMode::no:
      break;
  }
  throw std::logic_error("nothing is distributed, so there is no scheduler");
}

// For a session that starts with `workers`. `locks` must outlive the scheduler.
inline std::unique_ptr<Scheduler> make_scheduler(const Options& options, const Catalog& catalog,
                                                 std::size_t workers, const LockTable& locks) {
  std::unique_ptr<Scheduler> scheduler = make_scheduler_of_mode(options, catalog, workers, locks);
  // Where every worker runs every test, nothing is planned: the gate has the serial ones wait.
  if (!locks.has_serial() || options.dist == DistMode::each) return scheduler;
  return std::make_unique<SerialLastScheduling>(
      std::move(scheduler), [&locks](TestIndex test) { return locks.is_serial(test); });
}

// How messages name it.
inline std::string scheduler_name(DistMode dist) { return "the scheduler '" + name_of(dist) + "'"; }

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_CONTROLLER_DIST_MODES_H_
