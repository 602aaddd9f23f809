// Makes the scheduler of each iteration, and decides the order of the tests that it gets.
//
// Layer: controller/handout. Does not call the schedulers. The choice depends on:
//
//   Replay            a recorded schedule
//   SessionHooks      plugins
//   Options           the mode
//   SessionDurations  how long tests take
#ifndef GTEST_XDIST_CONTROLLER_HANDOUT_PLANNING_H_
#define GTEST_XDIST_CONTROLLER_HANDOUT_PLANNING_H_

#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "gtest_xdist/bridge/catalog.h"
#include "gtest_xdist/bridge/insides/compat.h"
#include "gtest_xdist/bridge/shuffle.h"
#include "gtest_xdist/controller/handout/dist_modes.h"
#include "gtest_xdist/controller/locks/lock_table.h"
#include "gtest_xdist/controller/node/worker_nodes.h"
#include "gtest_xdist/controller/records/replay_plan.h"
#include "gtest_xdist/controller/records/session_durations.h"
#include "gtest_xdist/core/settings/options.h"
#include "gtest_xdist/core/tests/index_list.h"
#include "gtest_xdist/hooks/session_hooks.h"
#include "gtest_xdist/scheduler/replay.h"
#include "gtest_xdist/scheduler/scheduler.h"

namespace gtest_xdist::internal {

// A recorded session that is run again.
struct Replay {
  const ReplayPlan& plan;
  const RecordedRun& run;  // of the plan
};

class Planning {
 public:
  // `nodes` are all workers of the session; they may become more. `durations` and `replay` may be
  // null. The schedulers that this makes refer to it.
  Planning(const Catalog& catalog, const Options& options, SessionHooks& hooks,
           const WorkerNodes& nodes, const SessionDurations* durations, const Replay* replay)
      : catalog_(catalog),
        options_(options),
        hooks_(hooks),
        nodes_(nodes),
        durations_(durations),
        replay_(replay),
        locks_(lock_table_of(catalog)) {}

  const LockTable& locks() const { return locks_; }

  // Makes a scheduler for an iteration that begins with `workers`: a plugin's, else the mode's. In
  // a replay, no plugin is asked.
  std::unique_ptr<Scheduler> make_scheduler(std::size_t workers) {
    if (replay_ != nullptr) return make_scheduler_of_mode(workers);
    std::string plugin;
    std::unique_ptr<Scheduler> scheduler = hooks_.make_scheduler(plugin);
    if (!scheduler) return make_scheduler_of_mode(workers);
    name_ = plugin.empty() ? "the scheduler that a plugin made"  // a wrapper made it
                           : "the scheduler of plugin '" + plugin + "'";
    return scheduler;
  }

  std::unique_ptr<Scheduler> make_scheduler_of_mode(std::size_t workers) {
    if (replay_ != nullptr) {
      name_ = "the replay of '" + replay_->plan.file() + "'";
      return new_scheduler<ReplayScheduling>(
          workers, ReplayPlan::shares(replay_->run, iteration_),
          [this](const Node& node) { return slot_of(node); }, replay_->run.on_every_worker);
    }
    name_ = scheduler_name(options_.dist);
    // --gtest_shuffle fixes the order, so do not plan.
    const bool is_planned = !GTEST_XDIST_FLAG_GET(shuffle);
    return internal::make_scheduler(options_, catalog_, workers, locks_,
                                    is_planned ? durations_ : nullptr);
  }

  // Stands for the worker in a recorded schedule. A replacement takes it over.
  std::size_t slot_of(const Node& node) const {
    return nodes_[static_cast<std::size_t>(node.number())]->slot_number();
  }

  // Call this between two iterations.
  void go_on() { ++iteration_; }

  // The tests in `order` that must not run, one occurrence for each run that is left out; and the
  // reason, for their reports.
  std::vector<TestIndex> left_out(const std::vector<TestIndex>& order) const {
    if (replay_ == nullptr) return {};
    return ReplayPlan::left_out(replay_->run, iteration_, order);
  }
  std::string reason_to_leave_out() const {
    return replay_ == nullptr ? "" : replay_->plan.reason_to_leave_out();
  }

  // How messages name the scheduler that was made last.
  const std::string& name() const { return name_; }

  // The selected tests, in the order in which they are handed out. This is `collected`, unless
  // gtest shuffles.
  std::vector<TestIndex> order(const std::vector<TestIndex>& collected) const {
    if (!GTEST_XDIST_FLAG_GET(shuffle)) return collected;
    return shuffled_selection(catalog_, testing::UnitTest::GetInstance()->random_seed());
  }

 private:
  const Catalog& catalog_;
  const Options& options_;
  SessionHooks& hooks_;
  const WorkerNodes& nodes_;
  const SessionDurations* const durations_;
  const Replay* const replay_;
  unsigned iteration_ = 0;
  const LockTable locks_;
  std::string name_;
};

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_CONTROLLER_HANDOUT_PLANNING_H_
