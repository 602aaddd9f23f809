// Runs failed tests again: knows which wait for another attempt, and picks the worker.
//
// Layer: controller/results. Does not involve the scheduler, for which such a test is complete.
// Sends retries only to workers that have nothing else to do.
#ifndef GTEST_XDIST_CONTROLLER_RESULTS_RETRIES_H_
#define GTEST_XDIST_CONTROLLER_RESULTS_RETRIES_H_

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "gtest_xdist/controller/node/worker_node.h"
#include "gtest_xdist/controller/results/attempts.h"
#include "gtest_xdist/core/tests/index_list.h"
#include "gtest_xdist/core/tests/report.h"

namespace gtest_xdist::internal {

// The retries of one iteration.
class Retries {
 public:
  // A test that passed, or was skipped, after failed attempts.
  struct Flaky {
    TestIndex test = kNoTest;
    std::string story;  // "passed on attempt 2 of 3 (gw1); attempt 1 failed on gw0"
  };

  // A failed test is run up to `most` times more. With `at_home`, the worker that it first failed
  // on runs it, if that can still run tests. Otherwise a worker that it has not failed on does, if
  // there is any.
  Retries(std::size_t most, bool at_home) : most_(most), at_home_(at_home) {}

  // A run of the test has ended, on the worker that `report` names. Returns the report of the test;
  // or nothing, if the test has failed and now waits for another attempt. `is_last`: no attempt
  // follows in any case.
  std::optional<Report> conclude(TestIndex test, Report report, bool is_last = false) {
    Failed failed = take_attempts(test, report.worker);
    const bool may_retry = report.failed() && failed.attempts.size() < most_;
    if (may_retry && !why_closed_ && !is_last) {
      failed.attempts.push_back(std::move(report));
      waiting_.push_back(std::move(failed));
      return std::nullopt;
    }
    if (may_retry) return tell_last(std::move(failed.attempts), std::move(report));
    if (failed.attempts.empty()) return report;
    if (!report.failed()) add_flaky(test, tell_story(failed.attempts, report, most_ + 1));
    return tell_attempts(std::move(failed.attempts), std::move(report), most_ + 1);
  }

  // The test will not run again. Returns its report, if it waits for an attempt, or if a worker
  // died in one. In the mode `each` it may wait several times: call this until it returns nothing.
  std::optional<Report> give_up(TestIndex test) {
    Failed failed = take(waiting_, test);
    if (failed.attempts.empty()) failed = take(interrupted_, test);
    if (failed.attempts.empty()) return std::nullopt;
    Report last = std::move(failed.attempts.back());
    failed.attempts.pop_back();
    return tell_last(std::move(failed.attempts), std::move(last));
  }

  // Whether the test waits for a worker.
  bool is_waiting(TestIndex test) const {
    for (const Failed& failed : waiting_) {
      if (failed.test == test) return true;
    }
    return false;
  }
  bool any_waiting() const { return !waiting_.empty(); }

  // Sends waiting tests to workers that have nothing to do. A test keeps waiting while a better
  // worker for it is busy or not ready yet: see find_idle().
  void hand_out(const WorkerNodes& nodes) {
    for (auto it = waiting_.begin();
         it != waiting_.end() &&
         any_of(nodes, [](const WorkerNode& node) { return is_idle(node); });) {
      WorkerNode* const node = find_idle(nodes, *it);
      if (node == nullptr) {
        ++it;
        continue;
      }
      node->send_retry(it->test);
      it->worker = node->number();
      running_.push_back(std::move(*it));
      it = waiting_.erase(it);
    }
  }

  // If a retry was taken back, or its worker died before it began, it waits again.
  void reclaim(const WorkerNodes& nodes) {
    for (auto it = running_.begin(); it != running_.end();) {
      if (nodes[static_cast<std::size_t>(it->worker)]->tests().has_retry()) {
        ++it;
        continue;
      }
      waiting_.insert(waiting_.begin(), std::move(*it));
      it = running_.erase(it);
    }
  }

  // The worker has died in the test. conclude() must follow, at once or when the test has run
  // again.
  void interrupt(TestIndex test, int worker) {
    for (auto it = running_.begin(); it != running_.end(); ++it) {
      if (it->worker != worker || it->test != test) continue;
      interrupted_.push_back(std::move(*it));
      running_.erase(it);
      return;
    }
  }

  // From now on no test is run again. The reports of those that were due say `why`: "not run: ...".
  // The first reason stands.
  void close(const std::string& why) {
    if (!why_closed_) why_closed_ = why;
  }

  // Sorted by test.
  const std::vector<Flaky>& flaky() const { return flaky_; }

 private:
  struct Failed {
    TestIndex test = kNoTest;
    std::vector<Report> attempts;  // in order; of an entry at least one
    int worker = -1;               // the worker that has it, while it runs
  };

  // Takes the first entry of that test. If there is none, returns one without attempts.
  static Failed take(std::vector<Failed>& from, TestIndex test) {
    for (auto it = from.begin(); it != from.end(); ++it) {
      if (it->test != test) continue;
      Failed failed = std::move(*it);
      from.erase(it);
      return failed;
    }
    return {test, {}};
  }

  void add_flaky(TestIndex test, std::string story) {
    flaky_.push_back({test, std::move(story)});
    for (std::size_t i = flaky_.size() - 1; i > 0; --i) {
      if (flaky_[i - 1].test <= flaky_[i].test) return;
      std::swap(flaky_[i - 1], flaky_[i]);
    }
  }

  // Takes the attempts before the one that `worker` has made.
  Failed take_attempts(TestIndex test, int worker) {
    interrupt(test, worker);
    return take(interrupted_, test);
  }

  // The report of a test whose next attempt is not made.
  Report tell_last(std::vector<Report> failed, Report last) const {
    if (failed.empty() && !why_closed_) return last;
    return tell_attempts(std::move(failed), std::move(last), most_ + 1, why_closed_.value_or(""));
  }

  static bool has_failed_on(const Failed& failed, const WorkerNode& node) {
    for (const Report& report : failed.attempts) {
      if (report.worker == node.number()) return true;
    }
    return false;
  }

  bool is_home(const Failed& failed, const WorkerNode& node) const {
    return at_home_ && failed.attempts.front().worker == node.number();
  }

  static bool is_idle(const WorkerNode& node) { return node.ready() && !node.is_busy(); }

  // The best worker that is idle: home, then a worker without a failure of the test, then any. Null
  // if none is idle, or if a better one may still run tests.
  WorkerNode* find_idle(const WorkerNodes& nodes, const Failed& failed) const {
    const auto preference = [&](const WorkerNode& node) {
      if (is_home(failed, node)) return 2;
      return has_failed_on(failed, node) ? 0 : 1;
    };
    int best = 0;
    for (const auto& node : nodes) {
      if (node->life().may_run_tests()) best = std::max(best, preference(*node));
    }
    for (const auto& node : nodes) {
      if (is_idle(*node) && preference(*node) == best) return node.get();
    }
    return nullptr;
  }

  const std::size_t most_;
  const bool at_home_;
  std::optional<std::string> why_closed_;
  std::vector<Failed> waiting_;
  std::vector<Failed> running_;      // sent to a worker; at most one for each
  std::vector<Failed> interrupted_;  // their worker died; what comes next is not known yet
  std::vector<Flaky> flaky_;         // sorted by test
};

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_CONTROLLER_RESULTS_RETRIES_H_
