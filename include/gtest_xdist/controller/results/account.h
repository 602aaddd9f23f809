// What is reported of each test of an iteration, and the reason where a test was not run.
//
// Layer: controller/results. Pure bookkeeping. A test has one report in the end, whatever happens.
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
#include "gtest_xdist/controller/node/worker_node.h"
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
  // Of the tests in `order`, each run `runs_per_test` times. What is passed by reference must
  // outlive this.
  Account(const Catalog& catalog, const WorkerNodes& nodes, Assignments& assignments,
          const std::vector<TestIndex>& order, std::size_t runs_per_test, std::size_t retries)
      : catalog_(catalog),
        nodes_(nodes),
        assignments_(assignments),
        store_(suites_of_tests(catalog), order, catalog.suite_count(), runs_per_test),
        // Where every worker runs every test, one that passes elsewhere says nothing.
        retries_(retries, runs_per_test > 1) {}

  ResultStore& store() { return store_; }
  const ResultStore& store() const { return store_; }

  Retries& retries() { return retries_; }
  const Retries& retries() const { return retries_; }

  // Has `handler` called at the end of each run of a test, when it has been entered here.
  void on_run_end(RunEndHandler handler) { on_run_end_ = std::move(handler); }

  // The worker has run the test; `is_rerun` if it is one that had been put back. Returns whether
  // the test has failed for good.
  bool add(TestIndex test, Report report, bool is_rerun) {
    if (is_rerun) prepend(kept_.take_steps(test), report);
    return conclude(test, std::move(report));
  }

  // As add(), where gtest itself decides what is run.
  void add_native(TestIndex test, Report report) {
    if (retries_.is_waiting(test)) settle_retries(test);
    prepend(kept_.take_steps(test), report);
    const std::optional<RunEnd> end = end_of(test, report);
    const int worker = report.worker;
    store_.add_test(test, worker, *retries_.conclude(test, std::move(report), true));
    if (end) on_run_end_(*end);
  }

  // As add(): the test has crashed, and has not been put back.
  bool add_crash(TestIndex test, KeptCrash crash) {
    prepend(std::move(crash.earlier), crash.report);
    return conclude(test, std::move(crash.report));
  }

  // The test has crashed, and has been put back: the crash is told with its next run.
  void keep_crash(TestIndex test, KeptCrash crash) { kept_.keep(test, std::move(crash)); }

  // What is to be told of an earlier crash of the test, which has crashed again.
  std::vector<Step> take_kept_steps(TestIndex test) { return kept_.take_steps(test); }

  // Where every worker runs every test: one of them will not run these, nor will another instead.
  // Returns those that no worker runs now and that nobody has reported.
  std::vector<TestIndex> drop_runs(const std::vector<TestIndex>& tests) {
    std::vector<TestIndex> without_runs;
    for (const TestIndex test : tests) {
      assignments_.drop_run(test);
      const bool crashed = assignments_.is_put_back(test) && settle_kept_crash(test);
      if (!crashed && !store_.expect_one_report_less(test)) without_runs.push_back(test);
    }
    return without_runs;
  }

  // The test will not be run (again). True if there is nothing to report of it.
  bool close(TestIndex test) {
    while (settle_kept_crash(test)) {
    }
    settle_retries(test);
    return store_.close_test(test);
  }

  // As close(), and if there is nothing to report, the test is skipped for `reason`.
  void skip(TestIndex test, const std::string& reason) {
    if (!close(test)) return;
    const testing::TestInfo& info = catalog_.test(test);
    Report report;
    report.add_part(0, {}, {PartType::skip, info.file(), info.line(), reason});
    store_.settle_test(test, std::move(report));
  }

  // Skips all tests that are not reported and that no worker has.
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
    std::optional<RunEnd> end = end_of(test, report);
    std::optional<Report> result = retries_.conclude(test, std::move(report));
    const bool failed = result && result->failed();
    if (result) store_.add_test(test, result->worker, std::move(*result));
    if (end && !result) end->outcome = Outcome::rerun;
    if (end) on_run_end_(*end);
    return failed;
  }

  // Nothing if nobody wants to hear of it.
  std::optional<RunEnd> end_of(TestIndex test, const Report& report) const {
    if (!on_run_end_) return std::nullopt;
    const Outcome otherwise = report.skipped() ? Outcome::skipped : Outcome::passed;
    return RunEnd{test, report.worker, report.failed() ? Outcome::failed : otherwise};
  }

  // What waits for another attempt has failed.
  void settle_retries(TestIndex test) {
    while (std::optional<Report> report = retries_.give_up(test)) {
      store_.add_test(test, report->worker, std::move(*report));
    }
  }

  // A test that crashed and was put back will not be run again; false if there is no such crash.
  bool settle_kept_crash(TestIndex test) {
    std::optional<KeptCrash> kept = kept_.take(test);
    if (!kept) return false;
    const int worker = kept->worker;
    nodes_[static_cast<std::size_t>(worker)]->history.mark_failure();
    Report report = report_without_rerun(std::move(*kept));
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
