// Simulation: a session in simulated time, for tests of schedulers. Workers take time, crash and
// are replaced, and the session checks whether the scheduler keeps its contract.
//
// Layer: testing (of the controller, what needs no system). It has no process and no clock, so
// equal workloads give equal sessions. It checks tests that are sent as the controller does.
#ifndef GTEST_XDIST_TESTING_SIMULATION_H_
#define GTEST_XDIST_TESTING_SIMULATION_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "gtest_xdist/controller/handout/scheduler_guard.h"
#include "gtest_xdist/core/identity.h"
#include "gtest_xdist/core/tests/index_list.h"
#include "gtest_xdist/scheduler/scheduler.h"
#include "gtest_xdist/testing/fake_node.h"
#include "gtest_xdist/testing/run_ledger.h"
#include "gtest_xdist/testing/workload.h"

namespace gtest_xdist {

// One session of one scheduler. Make it, then run it to its end:
//
//     gtest_xdist::Workload load;
//     load.durations = {20, 20, 20, 60};
//     load.workers = 2;
//     load.crashes = {1};  // the second run that ends takes its worker along
//     load.restarts = 1;
//     gtest_xdist::Simulation session(std::make_unique<MyScheduler>(2), load);
//     session.run();
//     EXPECT_EQ(session.error(), "");
//     EXPECT_LE(session.now(), 80);
class Simulation {
 public:
  // Takes the scheduler, which must be new. All workers arrive, and the scheduler is called up to
  // its first schedule(). Throws std::invalid_argument if the scheduler is null, and what its
  // runs_on_every_worker() throws.
  Simulation(std::unique_ptr<Scheduler> scheduler, Workload workload)
      : load_(std::move(workload)),
        ledger_(load_.durations.size(), load_.workers, there(scheduler).runs_on_every_worker()),
        scheduler_(std::move(scheduler), "the scheduler", ledger_.assignments()),
        restarts_left_(load_.restarts) {
    for (std::size_t i = 0; i < load_.workers; ++i) add_worker();
    if (scheduler_.collection_is_completed()) {
      scheduler_.schedule();
    } else {
      fail("collection_is_completed() is false, but all " + std::to_string(load_.workers) +
           " workers have delivered their collections");
    }
    check_answers();
  }
  Simulation(const Simulation&) = delete;
  Simulation& operator=(const Simulation&) = delete;

  // Lets the next thing happen: a test starts or ends, a worker arrives or becomes ready. False if
  // nothing will happen any more, or the scheduler has failed: then error() is final.
  bool step() {
    if (!error().empty()) return false;
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
    } else if (next == nullptr) {
      check_end();
      return false;
    } else {
      now_ = *next->due;
      next->due.reset();
      go_on(*next);
    }
    check_answers();
    return true;
  }

  // Calls step() until it returns false. The workload bounds the number of steps. So this returns,
  // unless a member of the scheduler does not.
  void run() {
    while (step()) {
    }
  }

  // Ends a worker now, whatever it does. If it runs a test, that test has crashed. False, and
  // nothing happens, if the worker is gone. Like node() and ran(), throws std::out_of_range if
  // there has been no such worker.
  bool crash(std::size_t worker) {
    Worker& victim = *workers_.at(worker);
    if (victim.gone) return false;
    if (victim.node.running()) note_run(victim);
    crash(victim);
    check_answers();
    return true;
  }

  // How the scheduler has broken its contract; empty while all is well. Names the member of
  // Scheduler, the node and the test, as far as known: "the scheduler failed in schedule: test 5
  // was sent to gw1 twice". A Simulation finds
  // - what a member throws;
  // - a test that is sent although it does not exist, is with a node, or is complete;
  // - a test that is sent to a node that is gone;
  // - a tests_finished() that is true too early;
  // and, when nothing happens any more and a worker is left,
  // - a test that was never sent, or not again after it was taken back or put back, or after its
  //   worker had died;
  // - a tests_finished() or has_pending() that still waits for something.
  const std::string& error() const { return error_.empty() ? scheduler_.error() : error_; }

  // --- what has happened -------------------------------------------------------------------------

  // The time since the beginning: after run(), how long the session took.
  Milliseconds now() const { return now_; }

  // How many workers have arrived, with replacements. They have the numbers below this one.
  std::size_t worker_count() const { return workers_.size(); }

  // What a worker has and does now; null if it is gone. Valid until the next step.
  const FakeNode* node(std::size_t worker) const {
    return workers_.at(worker)->gone ? nullptr : &workers_.at(worker)->node;
  }

  // The tests in the order in which they were started, by any worker.
  const std::vector<TestIndex>& started() const { return started_; }

  // The tests that a worker has run, in order. The test that it crashed in is among them, the test
  // that it runs is not.
  const std::vector<TestIndex>& ran(std::size_t worker) const { return workers_.at(worker)->ran; }

  // By test: how often workers have run it, to its end or to a crash.
  std::vector<std::size_t> run_counts() const {
    std::vector<std::size_t> counts(load_.durations.size(), 0);
    for (const auto& worker : workers_) {
      for (const TestIndex test : worker->ran) ++counts[test];
    }
    return counts;
  }

  // By test: how often it was completed.
  std::vector<std::size_t> completion_counts() const { return ledger_.completion_counts(); }

  // Whether a worker is idle although a test waits on another worker, and the idle one could start
  // it earlier.
  bool wastes_time() const {
    bool somebody_is_idle = false;
    bool something_waits = false;
    for (const auto& worker : workers_) {
      if (worker->gone) continue;
      const FakeNode& node = worker->node;
      somebody_is_idle |= node.ready() && node.pending() == 0;
      const bool starts_one_now = node.ready() && !node.running();
      something_waits |= node.unstarted() > (starts_one_now ? 1U : 0U);
    }
    return somebody_is_idle && something_waits;
  }

  // How often workers have set a suite up.
  std::size_t stretches() const { return stretches_; }

 private:
  struct Worker {
    Worker(int number, internal::RunLedger& ledger) : node(number, ledger) {}

    internal::CheckedNode node;
    std::optional<Milliseconds> due;  // when it becomes ready, or starts or ends a test
    std::vector<TestIndex> ran;
    std::optional<std::uint32_t> suite;  // the suite that it is in
    bool gone = false;
  };

  static const Scheduler& there(const std::unique_ptr<Scheduler>& scheduler) {
    if (!scheduler) throw std::invalid_argument("a Simulation needs a scheduler");
    return *scheduler;
  }

  void add_worker() {
    const std::size_t number = workers_.size();
    workers_.push_back(std::make_unique<Worker>(static_cast<int>(number), ledger_));
    Worker& worker = *workers_.back();
    if (!load_.set_ups.empty()) {
      worker.node.set_ready(false);
      worker.due = now_ + load_.set_ups[number % load_.set_ups.size()];
    }
    scheduler_.add_node(worker.node);
    scheduler_.add_node_collection(worker.node, internal::all_tests(load_.durations.size()));
  }

  void plan(Worker& worker) {
    if (worker.gone || !worker.node.ready()) return;
    if (worker.node.running()) {
      const TestIndex test = *worker.node.running();
      if (!worker.due) worker.due = now_ + load_.durations[test] + enter_suite(worker, test);
    } else if (worker.node.unstarted() > 0) {
      worker.due = now_;
    } else {
      worker.due.reset();  // what it was about to start was taken back
    }
  }

  // Returns how long the set-up of the test's suite takes; 0 if the worker is in the suite already.
  Milliseconds enter_suite(Worker& worker, TestIndex test) {
    if (load_.suite_of.empty() || worker.suite == load_.suite_of[test]) return 0;
    worker.suite = load_.suite_of[test];
    ++stretches_;
    return load_.suite_set_ups[*worker.suite];
  }

  void go_on(Worker& worker) {
    FakeNode& node = worker.node;
    if (!node.ready()) {
      node.set_ready(true);
      scheduler_.schedule();
    } else if (node.running()) {
      end_test(worker);
    } else {
      node.start();
      started_.push_back(*node.running());
    }
  }

  void note_run(Worker& worker) { worker.ran.push_back(*worker.node.running()); }

  void end_test(Worker& worker) {
    note_run(worker);
    const std::size_t run = runs_++;
    if (std::find(load_.crashes.begin(), load_.crashes.end(), run) != load_.crashes.end()) {
      crash(worker);
      return;
    }
    const TestIndex test = worker.node.complete();
    ledger_.complete(test, worker.node.number());
    const double seconds = static_cast<double>(load_.durations[test]) / 1000;
    scheduler_.mark_test_complete(worker.node, test, seconds);
  }

  // Calls the scheduler in the order in which the controller does.
  void crash(Worker& worker) {
    worker.gone = true;
    worker.due.reset();
    const int number = worker.node.number();
    const std::optional<TestIndex> item = worker.node.running();
    const std::vector<TestIndex> unfinished = worker.node.die();
    ledger_.die(unfinished, number);
    if (item) ledger_.crash(*item, number);
    scheduler_.remove_node(worker.node, unfinished);
    if (item && load_.puts_back) scheduler_.mark_test_pending(*item);
    if (item) ledger_.conclude_crash(*item);
    if (restarts_left_ == 0) return;
    --restarts_left_;
    replacements_.push_back(now_ + load_.replace_time);
  }

  // --- the contract, beyond what is sent ---------------------------------------------------------

  void fail(const std::string& what) {
    if (error().empty()) error_ = "the scheduler failed: " + what;
  }

  // Call this while no member of the scheduler runs.
  void check_answers() {
    if (!scheduler_.tests_finished() || !error().empty()) return;
    for (const auto& worker : workers_) {
      if (worker->gone || worker->node.pending() == 0) continue;
      return fail("tests_finished() is true, but " + internal::worker_name(worker->node.number()) +
                  " has not completed test " + std::to_string(first_test_of(worker->node)));
    }
    const std::string missing = ledger_.what_is_missing(alive());
    if (!missing.empty()) fail("tests_finished() is true, but " + missing);
  }

  static TestIndex first_test_of(const FakeNode& node) {
    return node.running() ? *node.running() : node.queue().front();
  }

  std::size_t alive() const {
    return static_cast<std::size_t>(std::count_if(
        workers_.begin(), workers_.end(), [](const auto& worker) { return !worker->gone; }));
  }

  // Call this when nothing will happen any more.
  void check_end() {
    if (alive() == 0) return;
    const std::string missing = ledger_.what_is_missing(alive());
    if (!missing.empty()) {
      fail(missing);
    } else if (!scheduler_.tests_finished()) {
      fail("it never ends: tests_finished() is false, but all tests are complete");
    } else if (scheduler_.has_pending()) {
      fail("it never ends: has_pending() is true, but all tests are complete");
    }
  }

  const Workload load_;
  internal::RunLedger ledger_;
  internal::SchedulerGuard scheduler_;
  std::size_t restarts_left_;
  std::vector<TestIndex> started_;
  std::size_t runs_ = 0;
  std::size_t stretches_ = 0;
  Milliseconds now_ = 0;
  std::vector<std::unique_ptr<Worker>> workers_;  // by number
  std::vector<Milliseconds> replacements_;        // when they arrive
  std::string error_;                             // what the guard has not found
};

}  // namespace gtest_xdist

#endif  // GTEST_XDIST_TESTING_SIMULATION_H_
