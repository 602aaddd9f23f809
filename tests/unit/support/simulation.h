// A session in simulated time: a scheduler, workers that take time, crash and are replaced.
#ifndef SUPPORT_SIMULATION_H_
#define SUPPORT_SIMULATION_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "gtest_xdist/core/tests/index_list.h"
#include "gtest_xdist/scheduler/scheduler.h"

#include "support/fake_node.h"

namespace gtest_xdist {

using Milliseconds = std::uint64_t;

struct Workload {
  std::vector<Milliseconds> durations;  // by test
  std::size_t workers = 1;
  Milliseconds set_up = 0;  // what a worker takes before its first test, or twice that, or none
  Milliseconds replace_time = 0;        // from a crash to the replacement's collection
  std::size_t restarts = 0;             // how many workers may be replaced
  std::vector<std::size_t> crashes;     // the runs, counted over all workers, that end in a crash
  bool puts_back = false;               // whether a test that crashed is put back
  std::vector<std::uint32_t> suite_of;  // by test; may be empty
  std::vector<Milliseconds> suite_set_ups;  // by suite: what each stretch of it takes in addition
};

class Simulation {
 public:
  // The scheduler must be new, and is not owned.
  Simulation(Scheduler& scheduler, const Workload& workload)
      : scheduler_(scheduler),
        load_(workload),
        restarts_left_(workload.restarts),
        completed_(workload.durations.size()) {
    for (std::size_t i = 0; i < load_.workers; ++i) add_worker();
    scheduler_.schedule();
  }

  // Lets the next thing happen: a test begins or ends, or a worker arrives or becomes ready. False
  // if nothing will happen any more.
  bool step() {
    Worker* next = nullptr;
    for (const auto& worker : workers_) {
      plan(*worker);
      if (worker->due && (next == nullptr || *worker->due < *next->due)) next = worker.get();
    }
    if (!replacements_.empty() && (next == nullptr || replacements_.front() <= *next->due)) {
      now_ = replacements_.front();
      replacements_.erase(replacements_.begin());
      add_worker();
      scheduler_.schedule();
      return true;
    }
    if (next == nullptr) return false;
    now_ = *next->due;
    next->due.reset();
    if (!next->node.ready()) {
      next->node.set_ready(true);
      scheduler_.schedule();
    } else if (next->node.running()) {
      end_test(*next);
    } else {
      next->node.start();
    }
    return true;
  }

  // Whether a worker has nothing to do although a test waits that it could begin first.
  bool wastes_time() const {
    bool somebody_is_idle = false;
    bool something_waits = false;
    for (const auto& worker : workers_) {
      if (worker->gone) continue;
      const FakeNode& node = worker->node;
      somebody_is_idle |= node.ready() && node.pending() == 0;
      const bool begins_one_now = node.ready() && !node.running();
      something_waits |= node.unstarted() > (begins_one_now ? 1U : 0U);
    }
    return somebody_is_idle && something_waits;
  }

  void run() {
    while (step()) {
    }
  }

  // Ends a worker now, whatever it does. False if it is gone already.
  bool crash(std::size_t number) {
    Worker& worker = *workers_[number];
    if (worker.gone) return false;
    if (worker.node.running()) worker.ran.push_back(*worker.node.running());
    crash(worker);
    return true;
  }

  Milliseconds now() const { return now_; }
  std::size_t worker_count() const { return workers_.size(); }

  // Null if the worker is gone.
  const FakeNode* node(std::size_t worker) const {
    return workers_[worker]->gone ? nullptr : &workers_[worker]->node;
  }

  // What a worker ran, in order, the test that it crashed in included.
  const std::vector<TestIndex>& ran(std::size_t worker) const { return workers_[worker]->ran; }

  // How many stretches of suites there were.
  std::size_t stretches() const { return stretches_; }

  // How often each test was run by anybody.
  std::vector<std::size_t> run_counts() const {
    std::vector<std::size_t> counts(load_.durations.size(), 0);
    for (const auto& worker : workers_) {
      for (const TestIndex test : worker->ran) ++counts[test];
    }
    return counts;
  }

  // How often each test was completed.
  const std::vector<std::size_t>& completion_counts() const { return completed_; }

 private:
  struct Worker {
    explicit Worker(int number) : node(number) {}

    FakeNode node;
    std::optional<Milliseconds> due;  // when it becomes ready, or begins or ends a test
    std::vector<TestIndex> ran;
    std::optional<std::uint32_t> suite;  // that it is in
    bool gone = false;
  };

  void add_worker() {
    std::vector<TestIndex> collection(load_.durations.size());
    for (TestIndex i = 0; i < collection.size(); ++i) collection[i] = i;
    workers_.push_back(std::make_unique<Worker>(static_cast<int>(workers_.size())));
    Worker& worker = *workers_.back();
    if (load_.set_up > 0) {
      worker.node.set_ready(false);
      worker.due = now_ + load_.set_up * (workers_.size() % 3);
    }
    scheduler_.add_node(worker.node);
    scheduler_.add_node_collection(worker.node, collection);
  }

  void plan(Worker& worker) {
    if (worker.gone || !worker.node.ready()) return;
    if (worker.node.running()) {
      const TestIndex test = *worker.node.running();
      if (!worker.due) worker.due = now_ + load_.durations[test] + enter_suite(worker, test);
    } else if (worker.node.unstarted() > 0) {
      worker.due = now_;
    } else {
      worker.due.reset();  // what it was about to begin was taken back
    }
  }

  // Milliseconds that it takes.
  Milliseconds enter_suite(Worker& worker, TestIndex test) {
    if (load_.suite_of.empty() || worker.suite == load_.suite_of[test]) return 0;
    worker.suite = load_.suite_of[test];
    ++stretches_;
    return load_.suite_set_ups[*worker.suite];
  }

  void end_test(Worker& worker) {
    const TestIndex test = *worker.node.running();
    worker.ran.push_back(test);
    const std::size_t run = runs_++;
    if (std::find(load_.crashes.begin(), load_.crashes.end(), run) != load_.crashes.end()) {
      crash(worker);
      return;
    }
    worker.node.complete();
    ++completed_[test];
    const double seconds = static_cast<double>(load_.durations[test]) / 1000;
    scheduler_.mark_test_complete(worker.node, test, seconds);
  }

  void crash(Worker& worker) {
    worker.gone = true;
    worker.due.reset();
    const std::optional<TestIndex> item = worker.node.running();
    scheduler_.remove_node(worker.node, worker.node.die());
    if (item && load_.puts_back) scheduler_.mark_test_pending(*item);
    if (restarts_left_ == 0) return;
    --restarts_left_;
    replacements_.push_back(now_ + load_.replace_time);
  }

  Scheduler& scheduler_;
  Workload load_;
  std::size_t restarts_left_;
  std::vector<std::size_t> completed_;  // by test
  std::size_t runs_ = 0;
  std::size_t stretches_ = 0;
  Milliseconds now_ = 0;
  std::vector<std::unique_ptr<Worker>> workers_;  // by number
  std::vector<Milliseconds> replacements_;        // when they arrive
};

}  // namespace gtest_xdist

#endif  // SUPPORT_SIMULATION_H_
