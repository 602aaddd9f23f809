// Keeps account of what is reported of each test of an iteration.
//
// Layer: controller/results. Pure bookkeeping. In the end a test has one report, whatever happens.
// Does not call the scheduler. Its parts:
//
//   ResultStore  the reports that can be played back
//   KeptCrashes  crashes of tests that will run again
//   Retries      failed tests that wait for another attempt
#ifndef GTEST_XDIST_CONTROLLER_RESULTS_ACCOUNT_H_
#define GTEST_XDIST_CONTROLLER_RESULTS_ACCOUNT_H_

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "gtest_xdist/bridge/catalog.h"
#include "gtest_xdist/controller/node/assignments.h"
#include "gtest_xdist/controller/node/worker_nodes.h"
#include "gtest_xdist/controller/results/crash_items.h"
#include "gtest_xdist/controller/results/result_store.h"
#include "gtest_xdist/controller/results/retries.h"
#include "gtest_xdist/controller/results/run_tally.h"
#include "gtest_xdist/core/tests/index_list.h"
#include "gtest_xdist/core/tests/report.h"
#include "gtest_xdist/hooks/session.h"

namespace gtest_xdist::internal {

class Account {
 public:
  // Expects reports of the tests in `order`, each of which runs `runs_per_test` times.
  Account(const Catalog& catalog, const WorkerNodes& nodes, Assignments& assignments,
          const std::vector<TestIndex>& order, std::size_t runs_per_test, std::size_t retries)
      : catalog_(catalog),
        nodes_(nodes),
        assignments_(assignments),
        store_(suites_of_tests(catalog), order, catalog.suite_count(), runs_per_test),
        // If every worker runs every test, a pass on another worker proves nothing.
        retries_(retries, runs_per_test > 1) {}

  ResultStore& store() { return store_; }
  const ResultStore& store() const { return store_; }

  Retries& retries() { return retries_; }
  const Retries& retries() const { return retries_; }

  // Sets the handler that is called at the end of each run, after the run was entered here.
  void on_run_end(RunEndHandler handler) { on_run_end_ = std::move(handler); }

  // A worker has run the test. `is_rerun`: the test was put back after a crash. Returns whether the
  // test has failed for good.
  bool add(TestIndex test, Report report, bool is_rerun) {
    if (is_rerun) prepend(kept_.take_steps(test), report);
    return conclude(test, std::move(report));
  }

  // As add(), for a test that a worker ran natively. It is not retried.
  void add_native(TestIndex test, Report report) {
    if (retries_.is_waiting(test)) conclude_retries(test);
    prepend(kept_.take_steps(test), report);
    const int worker = report.worker;
    const RunEnd end = {test, worker, outcome_of_run(report)};
    store_.add_test(test, worker, *retries_.conclude(test, std::move(report), true));
    tell(end);
  }

  // As add(), for a test that has crashed and was not put back.
  bool add_crash(TestIndex test, KeptCrash crash) {
    prepend(std::move(crash.earlier), crash.report);
    return conclude(test, std::move(crash.report));
  }

  // The test has crashed and was put back. The report of its next run includes the crash.
  void keep_crash(TestIndex test, KeptCrash crash) { kept_.keep(test, std::move(crash)); }

  // Takes the steps of an earlier crash of the test, for the report of a further one.
  std::vector<Step> take_kept_steps(TestIndex test) { return kept_.take_steps(test); }

  // Drops one run of each of `tests`; no other worker makes up for it. Returns those that have
  // neither a run nor a report left.
  std::vector<TestIndex> drop_runs(const std::vector<TestIndex>& tests) {
    std::vector<TestIndex> without_runs;
    for (const TestIndex test : tests) {
      assignments_.drop_run(test);
      const bool crashed = assignments_.is_put_back(test) && conclude_kept_crash(test);
      if (!crashed && !store_.expect_one_report_less(test)) without_runs.push_back(test);
    }
    return without_runs;
  }

  // The test will not run (again). True if it has no report at all, and expects one.
  bool close(TestIndex test) {
    while (conclude_kept_crash(test)) {
    }
    conclude_retries(test);
    return store_.close_test(test);
  }

  // As close(). If the test has no report, reports it as skipped, with `reason`.
  void skip(TestIndex test, const std::string& reason) {
    if (!close(test)) return;
    const testing::TestInfo& info = catalog_.test(test);
    Report report;
    report.add_part(0, {}, {PartType::skip, info.file(), info.line(), reason});
    store_.explain_test(test, std::move(report));
  }

  // Skips all tests that are not reported and that no worker has, with `reason`.
  void skip_rest(const std::string& reason) {
    for (const TestIndex test : store_.missing()) {
      if (!assignments_.is_pending(test)) skip(test, reason);
    }
  }

 private:
  static std::vector<SuiteIndex> suites_of_tests(const Catalog& catalog) {
    std::vector<SuiteIndex> suites;
    suites.reserve(catalog.size());
    for (SuiteIndex suite = 0; suite < catalog.suite_count(); ++suite) {
      suites.resize(catalog.first_test(suite + 1), suite);
    }
    return suites;
  }

  bool conclude(TestIndex test, Report report) {
    RunEnd end = {test, report.worker, outcome_of_run(report)};
    std::optional<Report> result = retries_.conclude(test, std::move(report));
    const bool failed = result && result->failed();
    if (result) store_.add_test(test, result->worker, std::move(*result));
    if (!result) end.outcome = Outcome::rerun;
    tell(end);
    return failed;
  }

  void tell(const RunEnd& end) const {
    if (on_run_end_) on_run_end_(end);
  }

  // The test gets no further attempt: stores the reports of the failed ones.
  void conclude_retries(TestIndex test) {
    while (std::optional<Report> report = retries_.give_up(test)) {
      store_.add_test(test, report->worker, std::move(*report));
    }
  }

  // The test crashed, was put back, and will not run again: stores the report of the crash. False
  // if there is no such crash.
  bool conclude_kept_crash(TestIndex test) {
    KeptCrash kept = kept_.take(test);
    if (kept.test == kNoTest) return false;
    const int worker = kept.worker;
    nodes_[static_cast<std::size_t>(worker)]->history.mark_failure();
    Report report = report_without_rerun(std::move(kept));
    store_.add_test(test, worker, *retries_.conclude(test, std::move(report), true));
    return true;
  }

  const Catalog& catalog_;
  const WorkerNodes& nodes_;
  Assignments& assignments_;
  ResultStore store_;
  KeptCrashes kept_;
  Retries retries_;
  RunEndHandler on_run_end_;
};

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_CONTROLLER_RESULTS_ACCOUNT_H_
