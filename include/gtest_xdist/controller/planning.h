// Who hands the tests of an iteration out, and in which order they are offered.
//
// Layer: controller. Asks plugins, the mode, and what is known of the tests.
#ifndef GTEST_XDIST_CONTROLLER_PLANNING_H_
#define GTEST_XDIST_CONTROLLER_PLANNING_H_

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "gtest_xdist/bridge/catalog.h"
#include "gtest_xdist/bridge/compat.h"
#include "gtest_xdist/bridge/shuffle.h"
#include "gtest_xdist/controller/dist_modes.h"
#include "gtest_xdist/controller/lock_table.h"
#include "gtest_xdist/controller/session_durations.h"
#include "gtest_xdist/core/index_list.h"
#include "gtest_xdist/core/options.h"
#include "gtest_xdist/hooks/session_hooks.h"
#include "gtest_xdist/scheduler/scheduler.h"

namespace gtest_xdist::internal {

class Planning {
 public:
  // `durations` may be null. What is passed by reference or pointer must outlive this, and this the
  // schedulers that it makes.
  Planning(const Catalog& catalog, const Options& options, SessionHooks& hooks,
           const SessionDurations* durations)
      : catalog_(catalog),
        options_(options),
        hooks_(hooks),
        durations_(durations),
        locks_(lock_table_of(catalog)) {}

  const LockTable& locks() const { return locks_; }

  // A plugin's scheduler, else that of the mode. For an iteration that begins with `workers`.
  std::unique_ptr<Scheduler> make_scheduler(std::size_t workers) {
    std::string plugin;
    std::unique_ptr<Scheduler> scheduler = hooks_.make_scheduler(plugin);
    if (!scheduler) return make_scheduler_of_mode(workers);
    name_ = plugin.empty() ? "the scheduler that a plugin made"  // a wrapper did
                           : "the scheduler of plugin '" + plugin + "'";
    return scheduler;
  }

  std::unique_ptr<Scheduler> make_scheduler_of_mode(std::size_t workers) {
    name_ = scheduler_name(options_.dist);
    // Who has the tests shuffled wants no other order.
    const bool is_planned = !GTEST_XDIST_FLAG_GET(shuffle);
    return internal::make_scheduler(options_, catalog_, workers, locks_,
                                    is_planned ? durations_ : nullptr);
  }

  // How messages name the scheduler that was made last.
  const std::string& name() const { return name_; }

  // The selected tests, in the order in which they are to be handed out; `collected` is their order
  // unless it is to be another one.
  std::vector<TestIndex> order(const std::vector<TestIndex>& collected) const {
    if (!GTEST_XDIST_FLAG_GET(shuffle)) return collected;
    return shuffled_selection(catalog_, testing::UnitTest::GetInstance()->random_seed());
  }

 private:
  const Catalog& catalog_;
  const Options& options_;
  SessionHooks& hooks_;
  const SessionDurations* const durations_;
  const LockTable locks_;
  std::string name_;
};

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_CONTROLLER_PLANNING_H_
