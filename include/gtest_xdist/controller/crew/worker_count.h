// Says how many workers a session should have.
//
// Layer: controller/crew. Does not know make's jobserver, which may allow fewer.
#ifndef GTEST_XDIST_CONTROLLER_CREW_WORKER_COUNT_H_
#define GTEST_XDIST_CONTROLLER_CREW_WORKER_COUNT_H_

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>

#include "gtest_xdist/core/lean/function_ref.h"
#include "gtest_xdist/core/settings/options.h"
#include "gtest_xdist/hooks/session_hooks.h"
#include "gtest_xdist/process/cpu_count.h"

namespace gtest_xdist::internal {

// The number that a plugin returns, else the number of CPUs that this process may use. If a plugin
// returns an impossible number, calls `fail` with a message, and counts CPUs.
inline unsigned count_workers_automatically(const Options& options, SessionHooks& hooks,
                                            FunctionRef<void(const std::string&)> fail) {
  const std::optional<unsigned> answer = hooks.auto_num_workers();
  if (answer && *answer >= 1 && *answer <= kMaxWorkers) return *answer;
  if (answer) {
    fail("a plugin's auto_num_workers returned " + std::to_string(*answer) +
         ": expected a number from 1 to " + std::to_string(kMaxWorkers));
  }
  return options.workers.kind == WorkerCount::Kind::logical ? affinity_cpu_count()
                                                            : usable_cpu_count();
}

// The number of workers for `tests` tests. Never more than `tests`, except in the mode `each`.
inline unsigned count_workers(const Options& options, std::size_t tests, SessionHooks& hooks,
                              FunctionRef<void(const std::string&)> fail) {
  unsigned wanted = options.workers.number;
  if (options.workers.kind != WorkerCount::Kind::fixed) {
    wanted = count_workers_automatically(options, hooks, fail);
  }
  wanted = std::min(wanted, options.maxprocesses.value_or(kMaxWorkers));
  if (options.dist == DistMode::each) return wanted;
  return static_cast<unsigned>(std::min<std::size_t>(wanted, tests));
}

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_CONTROLLER_CREW_WORKER_COUNT_H_
