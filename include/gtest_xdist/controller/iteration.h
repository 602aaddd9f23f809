// One iteration's account: which tests are handed out, what workers say of them, what is given up.
//
// Layer: controller. No process is started or waited for here, and nothing is printed; a Session
// does that and passes on what its workers say.
#ifndef GTEST_XDIST_CONTROLLER_ITERATION_H_
#define GTEST_XDIST_CONTROLLER_ITERATION_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "gtest_xdist/bridge/catalog.h"
#include "gtest_xdist/bridge/compat.h"
#include "gtest_xdist/controller/crash_report.h"
#include "gtest_xdist/controller/program_log.h"
#include "gtest_xdist/controller/result_store.h"
#include "gtest_xdist/controller/worker_node.h"
#include "gtest_xdist/core/message.h"
#include "gtest_xdist/core/options.h"
#include "gtest_xdist/scheduler/each.h"
#include "gtest_xdist/scheduler/load.h"
#include "gtest_xdist/scheduler/scheduler.h"

namespace gtest_xdist::internal {

using WorkerNodes = std::vector<std::unique_ptr<WorkerNode>>;  // by number

class Iteration {
 public:
  // The tests in `order`, of which every report is awaited. What is passed by reference must
  // outlive this; `nodes` are those that live, and may grow.
  Iteration(const Catalog& catalog, const WorkerNodes& nodes, DistMode dist, unsigned workers,
            std::vector<TestIndex> order)
      : catalog_(catalog),
        nodes_(nodes),
        dist_(dist),
        order_(std::move(order)),
        store_(suites_of_tests(catalog), order_, catalog.suite_count(),
               dist == DistMode::each ? workers : 1U),
        scheduler_(make_scheduler(dist, alive())) {}

  ResultStore& store() { return store_; }
  ProgramLog& log() { return log_; }

  // --- handing out ---------------------------------------------------------------------------

  // The worker has the right collection: it gets its share.
  void add(WorkerNode& node) {
    if (given_up_) return;
    scheduler_->add_node(node);
    scheduler_->add_node_collection(node, order_);
  }

  // Hands tests out if all workers have delivered their collection, or have a look at all of them
  // again.
  void schedule() {
    if (given_up_ || !scheduler_->collection_is_completed()) return;
    started_ = true;
    scheduler_->schedule();
  }

  // Whether another worker would have something to do.
  bool has_work() const { return !given_up_ && !(started_ && scheduler_->tests_finished()); }

  // Whether some worker runs, or is on its way to run, a test.
  bool under_way() const {
    if (native_ != nullptr) return true;
    return std::any_of(nodes_.begin(), nodes_.end(), [](const auto& node) {
      return node->state == WorkerNode::State::starting ||
             node->state == WorkerNode::State::collected || node->pending() > 0;
    });
  }

  // The worker that does what gtest does after a failed environment, if there is one: it ends the
  // iteration by itself.
  const WorkerNode* native() const { return native_; }

  // Tells the workers from when on they are running dry.
  void set_wake_marks() const {
    for (const auto& node : nodes_) {
      if (node->state != WorkerNode::State::ready || !is_scheduled(*node)) continue;
      node->slot().wake_below.store(static_cast<std::uint32_t>(scheduler_->wake_below(*node)),
                                    std::memory_order_relaxed);
    }
  }

  // --- giving up -----------------------------------------------------------------------------

  // Starts no test any more. Those that have not started are skipped, and `reason` is what their
  // reports say. The first reason stands.
  void give_up(const std::string& reason) {
    if (!std::exchange(given_up_, true)) give_up_reason_ = reason;
    skip(started_ ? scheduler_->cancel() : store_.missing());
    if (alive() == 0) skip(store_.missing());
  }

  // The last resort: nothing is under way, and still there are tests that nobody has reported.
  void settle_account() { give_up_all("not run: it was never handed out"); }

  // --- what workers say ----------------------------------------------------------------------

  void on(WorkerNode& node, const EnvironmentsUp& m) {
    node.program_report.add_output(node.number(), m.output);
    log_.add_set_up(std::exchange(node.program_report, {}), m.ran);
    if (node.state != WorkerNode::State::collected) return;
    node.state = m.usable ? WorkerNode::State::ready : WorkerNode::State::unusable;
    if (m.usable) return schedule();
    std::vector<TestIndex> tests = node.take_back(node.unstarted());
    if (dist_ == DistMode::each) {
      store_.expect_one_report_less();
      tests.clear();
    }
    give_back(node, tests);
    if (nobody_can_run()) {
      // What a serial run does now depends on the version of gtest; this worker shows it.
      given_up_ = true;
      native_ = &node;
      node.command(Command::run_natively);
    }
  }

  static void on(WorkerNode& node, PartSeen& m) {
    Report* report = nullptr;
    switch (m.scope) {
      case Scope::program:
        report = &node.program_report;
        break;
      case Scope::suite:
        report = &node.suite_report;
        break;
      case Scope::test:
        report = &node.test_report;
        break;
    }
    report->add_part(node.number(), m.output, std::move(m.part));
  }

  void on(WorkerNode& node, const SuiteUp& m) {
    if (m.suite >= catalog_.suite_count() || node.open_suite) {
      node.broken = "it entered a suite that it cannot enter";
      return;
    }
    node.open_suite = m.suite;
    store_.suite_entered(m.suite);
    node.suite_report.add_output(node.number(), m.output);
    store_.add_suite_up(m.suite, std::exchange(node.suite_report, {}));
  }

  void on(WorkerNode& node, TestDone& m) {
    const bool native = &node == native_;
    if (native ? m.test >= catalog_.size() : !node.complete(m.test)) {
      node.broken = "it reported a test that it did not have";
      return;
    }
    Report report = std::exchange(node.test_report, {});
    report.add_output(node.number(), m.output);
    report.dropped_parts = m.dropped_parts;
    report.properties = std::move(m.properties);
    report.start_ms = m.start_ms;
    report.elapsed_ms = m.elapsed_ms;
    const bool failed = report.failed();
    if (failed) node.mark_failure();
    store_.add_test(m.test, node.number(), std::move(report));
    if (native) return;
    if (failed) stop_if_wanted();
    constexpr double kMillisecond = 0.001;
    scheduler_->mark_test_complete(node, m.test, static_cast<double>(m.elapsed_ms) * kMillisecond);
  }

  void on(WorkerNode& node, SuiteDown& m) {
    if (!node.open_suite || *node.open_suite != m.suite) {
      node.broken = "it left a suite that it was not in";
      return;
    }
    node.suite_report.add_output(node.number(), m.output);
    node.suite_report.properties = std::move(m.properties);
    node.suite_report.start_ms = m.start_ms;
    node.suite_report.elapsed_ms = m.elapsed_ms;
    store_.add_suite_down(m.suite, std::exchange(node.suite_report, {}));
    leave_suite(node);
  }

  void on(WorkerNode& node, const EnvironmentsDown& m) {
    node.program_report.add_output(node.number(), m.output);
    log_.add_tear_down(std::exchange(node.program_report, {}));
  }

  void on(WorkerNode& node, const NativeOutput& m) { log_.add_output(node.number(), m.output); }

  void on(WorkerNode& node, IterationDone& m) {
    node.in_iteration = false;
    node.state = WorkerNode::State::collected;
    log_.add(std::exchange(node.program_report, {}));
    log_.set_properties(std::move(m.properties));
    if (&node != native_) return;
    native_ = nullptr;
    // What it did not report is not reported in a serial run either.
    for (const TestIndex test : store_.missing()) store_.forget_test(test);
  }

  // The worker is dead, and `how` says in which way: the test that it was running fails, or else
  // the suite that it was tearing down, or else the run; what it had not started goes to others.
  void on_crash(WorkerNode& node, const std::string& how) {
    const std::optional<TestIndex> item = node.crash_item();
    if (item) {
      report_crash_in_test(node, *item, how);
    } else if (node.open_suite && node.slot().phase.load() == Phase::suite_down) {
      const std::string suite = catalog_.suite(*node.open_suite).name();
      node.suite_report.add_part(
          node.number(), node.tail(),
          {PartType::fatal_failure, "", -1, crashed_in_tear_down(node, suite, how)});
      store_.add_suite_down(*node.open_suite, std::move(node.suite_report));
    } else {
      log_.add(std::move(node.program_report));
      log_.add_failure(node.number(), node.tail(), crashed_elsewhere(node, how));
    }
    leave_suite(node);
    give_back(node, node.abandon(item.has_value()));
    if (&node == native_) native_ = nullptr;
    if (item) stop_if_wanted();
  }

 private:
  static std::vector<SuiteIndex> suites_of_tests(const Catalog& catalog) {
    std::vector<SuiteIndex> suites;
    suites.reserve(catalog.size());
    for (SuiteIndex suite = 0; suite < catalog.suite_count(); ++suite) {
      suites.insert(suites.end(), catalog.first_test(suite + 1) - catalog.first_test(suite), suite);
    }
    return suites;
  }

  static std::unique_ptr<Scheduler> make_scheduler(DistMode dist, std::size_t workers) {
    switch (dist) {
      case DistMode::load:
        return std::make_unique<LoadScheduling>(workers);
      case DistMode::each:
        return std::make_unique<EachScheduling>(workers);
    }
    throw std::logic_error("a dist mode without a scheduler");
  }

  std::size_t alive() const {
    return static_cast<std::size_t>(
        std::count_if(nodes_.begin(), nodes_.end(),
                      [](const auto& node) { return node->state != WorkerNode::State::gone; }));
  }

  bool is_scheduled(const WorkerNode& node) const {
    const std::vector<Node*> nodes = scheduler_->nodes();
    return std::find(nodes.begin(), nodes.end(), &node) != nodes.end();
  }

  bool nobody_can_run() const {
    return !given_up_ && std::all_of(nodes_.begin(), nodes_.end(), [](const auto& node) {
      return node->state == WorkerNode::State::gone || node->state == WorkerNode::State::unusable;
    });
  }

  // What a worker will not run goes back to the scheduler.
  void give_back(WorkerNode& node, const std::vector<TestIndex>& tests) {
    if (given_up_) skip(tests);
    if (is_scheduled(node)) {
      scheduler_->remove_node(node, given_up_ ? std::vector<TestIndex>{} : tests);
    }
  }

  // --gtest_fail_fast: after a failure the rest is reported as gtest does it, skipped without a
  // word.
  void stop_if_wanted() {
    if (GTEST_XDIST_FLAG_GET(fail_fast)) give_up("");
  }

  void give_up_all(const std::string& reason) {
    give_up(reason);
    skip(store_.missing());
  }

  void skip(const std::vector<TestIndex>& tests) {
    for (const TestIndex test : tests) {
      if (!store_.close_test(test)) continue;
      const testing::TestInfo& info = catalog_.test(test);
      Report report;
      report.add_part(0, {}, {PartType::skip, info.file(), info.line(), give_up_reason_});
      store_.settle_test(test, std::move(report));
    }
  }

  void report_crash_in_test(WorkerNode& node, TestIndex item, const std::string& how) {
    const testing::TestInfo& test = catalog_.test(item);
    Report report = std::move(node.suite_report);  // of a set-up that did not end; else empty
    std::move(node.test_report.steps.begin(), node.test_report.steps.end(),
              std::back_inserter(report.steps));
    report.add_part(node.number(), node.tail(),
                    {PartType::fatal_failure, test.file(), test.line(),
                     crashed_while_running(node, catalog_.full_name(item), how)});
    store_.add_test(item, node.number(), std::move(report));
    node.add_crash_item_to_history();
    node.mark_failure();
  }

  void leave_suite(WorkerNode& node) {
    if (node.open_suite) store_.suite_left(*node.open_suite);
    node.open_suite.reset();
    node.suite_report = {};
  }

  const Catalog& catalog_;
  const WorkerNodes& nodes_;
  const DistMode dist_;
  const std::vector<TestIndex> order_;
  ResultStore store_;
  ProgramLog log_;
  std::unique_ptr<Scheduler> scheduler_;
  bool started_ = false;   // whether tests have been handed out
  bool given_up_ = false;  // whether no further test is to start
  std::string give_up_reason_;
  WorkerNode* native_ = nullptr;
};

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_CONTROLLER_ITERATION_H_
