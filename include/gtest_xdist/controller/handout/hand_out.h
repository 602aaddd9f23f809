// The scheduler of one iteration at work: what it hands out, and to which workers.
//
// Layer: controller/handout. Calls the scheduler and minds its errors; what becomes of the tests is
// an Iteration's business.
#ifndef GTEST_XDIST_CONTROLLER_HANDOUT_HAND_OUT_H_
#define GTEST_XDIST_CONTROLLER_HANDOUT_HAND_OUT_H_

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "gtest_xdist/controller/handout/scheduler_guard.h"
#include "gtest_xdist/controller/locks/lock_gate.h"
#include "gtest_xdist/controller/locks/lock_table.h"
#include "gtest_xdist/controller/node/assignments.h"
#include "gtest_xdist/controller/node/worker_node.h"
#include "gtest_xdist/core/tests/index_list.h"
#include "gtest_xdist/scheduler/scheduler.h"

namespace gtest_xdist::internal {

// After any member that is not const, error() may say that the scheduler has failed.
class HandOut {
 public:
  // The tests in `order`, of `tests` that are registered, each once, or where every worker runs
  // every test once on each of `workers`. `locks` must outlive this.
  HandOut(std::unique_ptr<Scheduler> scheduler, std::string scheduler_name, std::size_t tests,
          unsigned workers, std::vector<TestIndex> order, const LockTable& locks)
      : order_(std::move(order)),
        scheduler_(std::move(scheduler), std::move(scheduler_name), assignments_),
        runs_per_test_(scheduler_.runs_on_every_worker() ? workers : 1U),
        assignments_(tests, order_, runs_per_test_) {
    if (!locks.empty()) gate_.emplace(locks);
  }

  const std::vector<TestIndex>& order() const { return order_; }
  std::size_t runs_per_test() const { return runs_per_test_; }
  bool runs_on_every_worker() const { return scheduler_.runs_on_every_worker(); }
  Assignments& assignments() { return assignments_; }

  // Null if no test excludes another.
  LockGate* gate() { return gate_ ? &*gate_ : nullptr; }

  // Has workers start what they were sent and may start now.
  void let_through() {
    if (gate_) gate_->let_through();
  }

  // For those who put a test back.
  SchedulerGuard& scheduler() { return scheduler_; }

  // For another iteration; this one can hand nothing out any more.
  std::unique_ptr<Scheduler> release_scheduler() { return scheduler_.release(); }

  // What the scheduler has done wrong; empty while all is well.
  const std::string& error() const { return scheduler_.error(); }

  // The worker has the right collection, or runs nothing if it turns out to have another.
  void add(WorkerNode& node) {
    if (ended_) return;
    nodes_.push_back(&node);
    scheduler_.add_node(node);
    scheduler_.add_node_collection(node, order_);
  }

  // Hands tests out if all workers have delivered their collection, or has a look at all of them
  // again.
  void schedule() {
    if (ended_ || !scheduler_.collection_is_completed()) return;
    started_ = true;
    scheduler_.schedule();
  }

  // `test` is complete on `node`, which took `seconds` for it.
  void complete(WorkerNode& node, TestIndex test, double seconds) {
    scheduler_.mark_test_complete(node, test, seconds);
  }

  // Whether another worker would have something to do.
  bool has_work() {
    const bool finished = ended_ || (started_ && scheduler_.tests_finished());
    return !finished && error().empty();
  }

  // What a worker leaves that gave `unstarted` back. Where every worker runs every test, and none
  // has been handed out yet, it leaves all of them.
  std::vector<TestIndex> share_left(const std::vector<TestIndex>& unstarted) const {
    return runs_on_every_worker() && !started_ ? order_ : unstarted;
  }

  // The worker is gone, or runs no tests: others are to run `unfinished`. Does nothing if it was
  // not added.
  void remove(WorkerNode& node, const std::vector<TestIndex>& unfinished) {
    const auto it = std::find(nodes_.begin(), nodes_.end(), &node);
    if (it == nodes_.end()) return;
    nodes_.erase(it);
    scheduler_.remove_node(node, unfinished);
  }

  // Tells the workers from when on they are running dry.
  void set_wake_marks() {
    constexpr std::size_t kMost = std::numeric_limits<std::uint32_t>::max();
    for (const WorkerNode* node : nodes_) {
      std::size_t mark = std::min(scheduler_.wake_below(*node), kMost);
      if (gate_) mark = std::min(std::max(mark, gate_->wake_below(node->number())), kMost);
      node->slot().wake_below.store(static_cast<std::uint32_t>(mark), std::memory_order_relaxed);
    }
  }

  // What to say of tests that are neither reported nor under way, the first few by name.
  std::string describe_neglected(const std::vector<std::string>& names) const {
    constexpr std::size_t kMostNames = 10;
    std::string text = scheduler_.name() + " has never handed out " + std::to_string(names.size());
    text += names.size() == 1 ? " test" : " tests";
    if (runs_on_every_worker()) text += " to all workers";
    for (std::size_t i = 0; i < std::min(names.size(), kMostNames); ++i) {
      text += (i == 0 ? ": " : ", ") + names[i];
    }
    return names.size() > kMostNames ? text + ", ..." : text;
  }

  // Hands nothing out any more; the scheduler is not called from now on.
  void end() {
    ended_ = true;
    scheduler_.stop();
    assignments_.close();
  }
  bool ended() const { return ended_; }

  // Takes back whatever has not started, and lets the workers go.
  void take_everything_back() {
    for (WorkerNode* node : nodes_) {
      node->take_everything_back();
      node->shutdown();
    }
  }

 private:
  const std::vector<TestIndex> order_;
  SchedulerGuard scheduler_;
  const std::size_t runs_per_test_;
  Assignments assignments_;
  std::optional<LockGate> gate_;
  std::vector<WorkerNode*> nodes_;  // that the scheduler has
  bool started_ = false;            // whether tests have been handed out
  bool ended_ = false;
};

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_CONTROLLER_HANDOUT_HAND_OUT_H_
