// Reads a recorded schedule that is run again, and checks that it fits this program.
//
// Layer: controller/records. Gives lists of tests by index; does not know the workers of this
// session.
#ifndef GTEST_XDIST_CONTROLLER_RECORDS_REPLAY_PLAN_H_
#define GTEST_XDIST_CONTROLLER_RECORDS_REPLAY_PLAN_H_

#include <algorithm>
#include <cstddef>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "gtest_xdist/bridge/catalog.h"
#include "gtest_xdist/core/identity.h"
#include "gtest_xdist/core/lean/append.h"
#include "gtest_xdist/core/schedule/record_parser.h"
#include "gtest_xdist/core/schedule/schedule_record.h"
#include "gtest_xdist/core/settings/option_values.h"
#include "gtest_xdist/core/settings/options.h"
#include "gtest_xdist/core/tests/index_list.h"
#include "gtest_xdist/process/files/plain_file.h"

namespace gtest_xdist::internal {

// A member that fails throws the UsageError for GTEST_XDIST_REPLAY.
class ReplayPlan {
 public:
  // Reads the file of `target`. `directory` is the directory in which the process was started.
  ReplayPlan(ReplayTarget target, const std::string& directory) : target_(std::move(target)) {
    try {
      record_ = RecordParser::parse(read_file(absolute_path(target_.file, directory)));
    } catch (const std::exception& error) {
      refuse(error.what());
    }
    if (target_.worker) check_worker();
  }

  // The path as the user gave it.
  const std::string& file() const { return target_.file; }

  // The record of the RUN_ALL_TESTS with this number, from 0. `repeat` is --gtest_repeat.
  const RecordedRun& run(unsigned number, const Catalog& catalog, int repeat) const {
    auto it = record_.runs.begin();
    while (it != record_.runs.end() && it->number != number + 1) ++it;
    if (it == record_.runs.end()) {
      refuse("it has no run " + std::to_string(number + 1) + " of all tests");
    }
    if (it->tests != catalog.size()) {
      refuse("it was made by '" + record_.program + "' when it had " + std::to_string(it->tests) +
             " tests; here are " + std::to_string(catalog.size()));
    }
    if (it->digest != catalog.digest_of_names()) {
      refuse("it was made by '" + record_.program + "' when its tests had other names or another " +
             "order");
    }
    const std::size_t iterations = it->iterations.size();
    if (repeat < 0 || static_cast<std::size_t>(repeat) > iterations) {
      refuse("it has " + std::to_string(iterations) +
             (iterations == 1 ? " iteration" : " iterations") + ", and --gtest_repeat is " +
             std::to_string(repeat));
    }
    return *it;
  }

  // Throws unless exactly the recorded tests are selected now.
  void check_selection(const RecordedRun& run, const Catalog& catalog) const {
    std::vector<bool> then(catalog.size());
    for (const TestIndex test : run.selected) then[test] = true;
    for (TestIndex test = 0; test < catalog.size(); ++test) {
      const bool now = catalog.test(test).should_run();
      if (now == then[test]) continue;
      refuse("'" + catalog.full_name(test) + "' was " + (now ? "not selected" : "selected") +
             " then and is" + (now ? "" : " not") + " now");
    }
  }

  // The tests that the target's worker ran, by iteration. `repeat` is --gtest_repeat: in one of the
  // first `repeat` iterations the worker must have run a test.
  std::vector<std::vector<TestIndex>> lists(const RecordedRun& run, int repeat) const {
    std::vector<std::vector<TestIndex>> lists;
    bool any = repeat == 0;
    for (const RecordedIteration& iteration : run.iterations) {
      lists.emplace_back();
      for (const RecordedWorker& worker : iteration) {
        if (worker.number == *target_.worker) lists.back() = worker.tests;
      }
      any |= !lists.back().empty() && lists.size() <= static_cast<std::size_t>(repeat);
    }
    if (!any) {
      refuse(worker_name(*target_.worker) + " has run no test in iteration " +
             (repeat == 1 ? "1" : "1 to " + std::to_string(repeat)) + ", and --gtest_repeat is " +
             std::to_string(repeat));
    }
    return lists;
  }

  // The tests for each slot of a worker, in order: those that the worker ran, and those that its
  // replacements ran.
  static std::vector<std::vector<TestIndex>> shares(const RecordedRun& run, unsigned iteration) {
    std::vector<std::vector<TestIndex>> shares(run.workers);
    if (iteration >= run.iterations.size()) return shares;
    for (const RecordedWorker& worker : run.iterations[iteration]) {
      append_all(shares[worker.slot], first_runs(worker));
    }
    return shares;
  }

  // The tests in `order` that no worker ran in the record. If every worker runs every test: one
  // occurrence for each slot in which it was not run.
  static std::vector<TestIndex> left_out(const RecordedRun& run, unsigned iteration,
                                         const std::vector<TestIndex>& order) {
    std::vector<TestIndex> missing;
    std::vector<std::vector<TestIndex>> shares = ReplayPlan::shares(run, iteration);
    if (!run.on_every_worker) {
      for (std::size_t i = 1; i < shares.size(); ++i) {
        append_all(shares[0], shares[i]);
      }
      shares.resize(1);
    }
    for (const std::vector<TestIndex>& share : shares) {
      std::vector<bool> has(run.tests);
      for (const TestIndex test : share) has[test] = true;
      for (const TestIndex test : order) {
        if (!has[test]) missing.push_back(test);
      }
    }
    return missing;
  }

  // Why those tests are not run.
  std::string reason_to_leave_out() const {
    return "not run: it was not run when '" + target_.file + "' was recorded";
  }

 private:
  [[noreturn]] void refuse(const std::string& why) const {
    reject(kReplayVariable, target_.value,
           "a file that GTEST_XDIST_RECORD has written for this program; " + why);
  }

  void check_worker() const {
    std::vector<std::string> workers;
    for (const RecordedRun& run : record_.runs) {
      for (const RecordedIteration& iteration : run.iterations) {
        for (const RecordedWorker& worker : iteration) {
          const std::string name = worker_name(worker.number);
          if (worker.number == *target_.worker) return;
          if (std::find(workers.begin(), workers.end(), name) == workers.end()) {
            workers.push_back(name);
          }
        }
      }
    }
    refuse(worker_name(*target_.worker) +
           " has run no test in it; those that have: " + join(workers));
  }

  ReplayTarget target_;
  ScheduleRecord record_;
};

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_CONTROLLER_RECORDS_REPLAY_PLAN_H_
