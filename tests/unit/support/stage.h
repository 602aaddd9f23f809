// An iteration whose workers a test plays, in place of a session and of processes.
#ifndef SUPPORT_STAGE_H_
#define SUPPORT_STAGE_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <numeric>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "gtest_xdist/bridge/catalog.h"
#include "gtest_xdist/controller/crew/session_clock.h"
#include "gtest_xdist/controller/handout/hand_out.h"
#include "gtest_xdist/controller/locks/lock_table.h"
#include "gtest_xdist/controller/session/iteration.h"
#include "gtest_xdist/core/messages/message.h"
#include "gtest_xdist/transport/segment.h"
#include "gtest_xdist/transport/segment_layout.h"
#include "gtest_xdist/transport/worker_slot.h"

#include "support/report_text.h"

namespace gtest_xdist::internal {

inline const LockTable& no_locks() {
  static const LockTable none;
  return none;
}

// As with --gtest_fail_fast.
inline const FailurePolicy kFailFast{1};

// The tests are the first ones of this very binary; nobody runs them.
class Stage {
 public:
  static constexpr const char* kName = "the scheduler of plugin 'X'";
  static constexpr const char* kHow = "killed by signal 6 (SIGABRT)";

  // Workers 0 to `workers` - 1 are starting, and tests 0 to `tests` - 1 are selected.
  Stage(std::unique_ptr<Scheduler> scheduler, unsigned workers, TestIndex tests,
        CrashItemHandler on_crash_item = {}, const LockTable& locks = no_locks(),
        const FailurePolicy& policy = {})
      : tests_(tests) {
    std::vector<TestIndex> order(tests);
    std::iota(order.begin(), order.end(), 0U);
    iteration_.emplace(IterationContext{catalog_, nodes_, clock_, segment_.stop_word(), policy,
                                        std::move(on_crash_item)},
                       HandOut::Plan{std::move(scheduler), kName, order, workers, locks});
    for (unsigned i = 0; i < workers; ++i) add_worker();
  }

  Iteration& iteration() { return *iteration_; }
  StopWord& stop_word() { return segment_.stop_word(); }
  WorkerNode& node(std::size_t i) { return *nodes_[i]; }
  std::size_t size() const { return nodes_.size(); }
  std::string name(TestIndex test) const { return catalog_.full_name(test); }
  TestIndex registered() const { return catalog_.size(); }

  // --- what workers do ---------------------------------------------------------------------------

  std::size_t add_worker() {
    nodes_.push_back(std::make_unique<WorkerNode>(static_cast<int>(nodes_.size()), segment_,
                                                  static_cast<std::uint32_t>(nodes_.size())));
    iteration_->enter(*nodes_.back());
    return nodes_.size() - 1;
  }

  // The worker has the right collection.
  void collect(std::size_t i) {
    node(i).arrived(true);
    iteration_->add(node(i));
    iteration_->schedule();
  }

  void set_up(std::size_t i, bool usable = true) {
    iteration_->on(node(i), EnvironmentsUp{true, usable, {}, {}});
  }

  // All workers are there and ready.
  void start() {
    for (std::size_t i = 0; i < size(); ++i) collect(i);
    for (std::size_t i = 0; i < size(); ++i) set_up(i);
  }

  // Another worker, which is ready at once.
  std::size_t replace() {
    const std::size_t i = add_worker();
    collect(i);
    set_up(i);
    return i;
  }

  // The worker begins its next test, if it runs none and there is one; the test that it runs.
  std::optional<TestIndex> begin(std::size_t i) {
    std::optional<TestIndex>& running = running_[i];
    if (!running && node(i).ready() && !stop_word().is_set()) {
      running = segment_.deque(node(i).slot_number()).take();
    }
    if (running) node(i).slot().phase.store(Phase::test);
    return running;
  }

  // The worker completes a test, which it begins if it runs none: fails for each of `failures`, and
  // takes the first `dropped_parts` of all it told back.
  TestIndex complete(std::size_t i, const std::vector<std::string>& failures = {},
                     std::uint64_t dropped_parts = 0) {
    const std::optional<TestIndex> test = begin(i);
    EXPECT_TRUE(test) << "gw" << i << " has nothing to run";
    if (!test) return kNoTest;
    running_[i].reset();
    node(i).slot().phase.store(Phase::idle);
    if (failures.size() > dropped_parts) stop_word().count_failure();
    for (const std::string& failure : failures) {
      PartSeen part{Scope::test, {}, {PartType::fatal_failure, "a.cpp", 1, failure}};
      iteration_->on(node(i), part);
    }
    TestDone done;
    done.test = *test;
    done.dropped_parts = dropped_parts;
    done.output = {{10, 20}, {}};
    iteration_->on(node(i), done);
    node(i).leave_suite();  // here every test is a suite of its own
    go_on_if_given_up();
    EXPECT_EQ(node(i).accusation(), "");
    return *test;
  }

  // The worker does not begin the test that it has taken after all.
  void give_back(std::size_t i) {
    const TestReturned returned{*std::exchange(running_[i], std::nullopt)};
    node(i).slot().phase.store(Phase::idle);
    iteration_->on(node(i), returned);
    go_on_if_given_up();
  }

  // The worker dies in the test that it is to run next, or runs, having told of `failures`; or
  // where there is none, between two tests.
  void crash(std::size_t i, const std::vector<std::string>& failures = {}) {
    if (begin(i)) {
      for (const std::string& failure : failures) {
        PartSeen part{Scope::test, {{0, 5}, {}}, {PartType::fatal_failure, "a.cpp", 1, failure}};
        iteration_->on(node(i), part);
      }
    }
    running_[i].reset();
    node(i).process_ended();
    iteration_->on_crash(node(i), kHow);
    go_on_if_given_up();
  }

  // What the report of a crash says.
  std::string crash_text(std::size_t i, TestIndex test) const {
    return "worker 'gw" + std::to_string(i) + "' crashed while running '" + name(test) +
           "': " + kHow;
  }

  // --- what a session does -----------------------------------------------------------------------

  // Lets workers run tests, one after the other, until there is nothing more to wait for.
  void run() {
    for (bool any = true; any;) {
      any = false;
      for (std::size_t i = 0; i < size(); ++i) {
        if (!begin(i)) continue;
        complete(i);
        any = true;
      }
      iteration_->go_on();
      iteration_->set_wake_marks();
    }
    if (iteration_->store().missing_count() > 0 && !iteration_->under_way()) {
      iteration_->close_account();
    }
  }

  // Nothing of the stage but its workers may be used any more.
  void end() { iteration_.reset(); }

  // --- what came of it ---------------------------------------------------------------------------

  // The reports since the last call, by test; none comes twice.
  std::map<TestIndex, Report> take_reports() {
    std::map<TestIndex, Report> reports;
    ResultStore& store = iteration_->store();
    for (SuiteIndex suite = 0; suite < catalog_.suite_count(); ++suite) {
      while (const std::optional<TestIndex> test = store.next_test(suite)) {
        EXPECT_TRUE(taken_.insert({*test, true}).second) << name(*test) << " is reported twice";
        reports.emplace(*test, store.take_test(*test));
      }
    }
    return reports;
  }

  // The same as text: "0: gw1 prints 10-20", "1: gw0 says not run: ...". A skip is told of no
  // worker, and begins with "skipped: ".
  std::vector<std::string> take_report_texts() {
    std::vector<std::string> texts;
    for (const auto& [test, report] : take_reports()) {
      texts.push_back(std::to_string(test) + ": " + text_of(report));
    }
    return texts;
  }

  // What is told of a test; a skip as "skipped: reason".
  static std::string text_of(const Report& report) {
    const bool skipped = report.steps.size() == 1 && report.steps.front().has_part &&
                         report.steps.front().part.type == PartType::skip;
    return skipped ? "skipped: " + report.steps.front().part.message : text(report);
  }

  // What the run failed for, since the last call.
  std::string take_failures() {
    std::string all;
    for (const Step& step : iteration_->log().take_rest().steps) {
      if (!step.has_part) continue;
      if (!all.empty()) all += "; ";
      all += step.part.message;
    }
    return all;
  }

  // Whether every selected test has been taken.
  bool is_accounted_for() const { return taken_.size() == tests_; }

 private:
  static constexpr std::uint32_t kMostWorkers = 64;

  // As a session does after all news. Otherwise a test says when.
  void go_on_if_given_up() {
    if (iteration_->has_given_up()) iteration_->go_on();
  }

  Catalog catalog_;
  TestIndex tests_;
  Segment segment_ =
      Segment::create({kMostWorkers, round_up_to_power_of_two(catalog_.size()), 1024, 1024});
  WorkerNodes nodes_;
  SessionClock clock_;
  std::optional<Iteration> iteration_;
  std::map<std::size_t, std::optional<TestIndex>> running_;
  std::map<TestIndex, bool> taken_;
};

// "0: gw1 prints 10-20": what Stage::take_report_texts() has of a test that passed.
inline std::string passed(TestIndex test, int worker) {
  return std::to_string(test) + ": gw" + std::to_string(worker) + " prints 10-20";
}

// Likewise of one that was not run.
inline std::string skipped(TestIndex test, const std::string& reason) {
  return std::to_string(test) + ": skipped: " + reason;
}

}  // namespace gtest_xdist::internal

#endif  // SUPPORT_STAGE_H_
