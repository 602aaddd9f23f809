// Calls the scheduler of one iteration, so that it hands out tests to workers.
//
// Layer: controller/handout. Knows the scheduler's errors, but not the results of tests.
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

// Hears of the scheduler's error.
class SchedulerFailureHandler {
 public:
  virtual ~SchedulerFailureHandler() = default;

  // "the scheduler 'load' failed in schedule: ...". Called once at most.
  virtual void on_scheduler_failure(const std::string& error) = 0;
};

class HandOut {
 public:
  // The only way to the scheduler. When this object ends, the handler hears of an error.
  class Use {
   public:
    explicit Use(HandOut& hand_out) : hand_out_(hand_out) {}
    Use(const Use&) = delete;
    Use& operator=(const Use&) = delete;
    ~Use() { hand_out_.tell_failure(); }

    SchedulerGuard* operator->() const { return &hand_out_.scheduler_; }
    SchedulerGuard& operator*() const { return hand_out_.scheduler_; }

   private:
    HandOut& hand_out_;
  };

  // What is handed out, and by which scheduler.
  struct Plan {
    std::unique_ptr<Scheduler> scheduler;
    std::string scheduler_name;    // for messages: "the scheduler 'load'"
    std::vector<TestIndex> order;  // the tests
    unsigned workers;              // if every worker runs every test, so often does each run
    const LockTable& locks;
  };

  // `tests` is the number of registered tests.
  HandOut(Plan plan, std::size_t tests)
      : order_(std::move(plan.order)),
        scheduler_(std::move(plan.scheduler), std::move(plan.scheduler_name), assignments_),
        runs_per_test_(scheduler_.runs_on_every_worker() ? plan.workers : 1U),
        assignments_(tests, order_, runs_per_test_) {
    if (!plan.locks.empty()) gate_.emplace(plan.locks);
  }

  const std::vector<TestIndex>& order() const { return order_; }
  std::size_t runs_per_test() const { return runs_per_test_; }
  bool runs_on_every_worker() const { return scheduler_.runs_on_every_worker(); }
  Assignments& assignments() { return assignments_; }

  // Null if no test excludes another.
  LockGate* gate() { return gate_ ? &*gate_ : nullptr; }

  // Lets workers start the tests that were sent and may start now.
  void let_through() {
    if (gate_) gate_->let_through();
  }

  // From now on `handler` hears of the scheduler's error; at once if there is one. Without a
  // handler, nothing is told.
  void tell_failure_to(SchedulerFailureHandler& handler) {
    failure_handler_ = &handler;
    tell_failure();
  }

  // Gives the scheduler away, for another iteration. This object can hand out nothing afterwards.
  std::unique_ptr<Scheduler> release_scheduler() { return scheduler_.release(); }

  // Gives the worker to the scheduler. Its collection is right; or it is not known yet, and the
  // worker runs nothing if it differs.
  void add(WorkerNode& node) {
    if (ended_) return;
    nodes_.push_back(&node);
    const Use scheduler(*this);
    scheduler->add_node(node);
    scheduler->add_node_collection(node, order_);
  }

  // Has the scheduler hand out tests, once all workers have delivered their collections. Later
  // calls have it look at all workers again.
  void schedule() {
    const Use scheduler(*this);
    if (ended_ || !scheduler->collection_is_completed()) return;
    started_ = true;
    scheduler->schedule();
  }

  // `test` is complete on `node`; it took `seconds`.
  void complete(WorkerNode& node, TestIndex test, double seconds) {
    Use(*this)->mark_test_complete(node, test, seconds);
  }

  // Whether an additional worker would have something to do.
  bool has_work() {
    const Use scheduler(*this);
    return !ended_ && !(started_ && scheduler->tests_finished()) && scheduler->error().empty();
  }

  // The tests that a worker leaves to others, if it gave back `unstarted`: these; or all tests, if
  // every worker runs every test and none was handed out yet.
  std::vector<TestIndex> share_left(const std::vector<TestIndex>& unstarted) const {
    return runs_on_every_worker() && !started_ ? order_ : unstarted;
  }

  // The worker is gone, or runs no tests. Others must run `unfinished`. Does nothing if the worker
  // was not added.
  void remove(WorkerNode& node, const std::vector<TestIndex>& unfinished) {
    const auto it = std::find(nodes_.begin(), nodes_.end(), &node);
    if (it == nodes_.end()) return;
    nodes_.erase(it);
    Use(*this)->remove_node(node, unfinished);
  }

  // Tells each worker when to ring because it has few tests left.
  void set_wake_marks() {
    constexpr std::size_t kMost = std::numeric_limits<std::uint32_t>::max();
    const Use scheduler(*this);
    for (const WorkerNode* node : nodes_) {
      std::size_t mark = std::min(scheduler->wake_below(*node), kMost);
      if (gate_) mark = std::min(std::max(mark, gate_->wake_below(node->number())), kMost);
      node->slot().wake_below.store(static_cast<std::uint32_t>(mark), std::memory_order_relaxed);
    }
  }

  // The message about tests that are neither reported nor under way. Names the first few.
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

  // From now on hands out nothing, and does not call the scheduler.
  void end() {
    ended_ = true;
    scheduler_.stop();
    assignments_.close();
  }
  bool ended() const { return ended_; }

  // Takes back all tests that have not started, and shuts the workers down.
  void take_everything_back() {
    for (WorkerNode* node : nodes_) {
      node->take_everything_back();
      node->shutdown();
    }
  }

 private:
  void tell_failure() {
    if (failure_handler_ == nullptr || scheduler_.error().empty()) return;
    std::exchange(failure_handler_, nullptr)->on_scheduler_failure(scheduler_.error());
  }

  const std::vector<TestIndex> order_;
  SchedulerGuard scheduler_;
  const std::size_t runs_per_test_;
  Assignments assignments_;
  std::optional<LockGate> gate_;
  SchedulerFailureHandler* failure_handler_ = nullptr;  // null once it has heard of an error
  std::vector<WorkerNode*> nodes_;                      // the workers that the scheduler has
  bool started_ = false;  // whether the scheduler has begun to hand out tests
  bool ended_ = false;
};

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_CONTROLLER_HANDOUT_HAND_OUT_H_
