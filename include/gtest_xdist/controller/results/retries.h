// Runs failed tests again: knows which wait for another attempt, and picks the worker.
//
// Layer: controller/results. Does not involve the scheduler, for which such a test is complete.
// Sends retries only to workers that have nothing else to do.
//
// A plugin that answers handlecrashitem with mark_test_pending() has a test run again, too, but
// that is another thing and has its own code (Assignments::put_back, KeptCrashes). There the
// scheduler, which may be a user's, gets the test back and hands it out as any other. A retry comes
// after the scheduler has counted the test as complete, so that a scheduler written for
// pytest-xdist's rules needs to know nothing of retries. And only the crash that was just told of
// can be put back.
#ifndef GTEST_XDIST_CONTROLLER_RESULTS_RETRIES_H_
#define GTEST_XDIST_CONTROLLER_RESULTS_RETRIES_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "gtest_xdist/controller/node/worker_node.h"
#include "gtest_xdist/controller/node/worker_nodes.h"
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
      count_waiting(test, 1);
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
    Failed failed = is_waiting(test) ? take_waiting(test) : take(interrupted_, test);
    if (failed.attempts.empty()) return std::nullopt;
    Report last = std::move(failed.attempts.back());
    failed.attempts.pop_back();
    return tell_last(std::move(failed.attempts), std::move(last));
  }

  // Whether the test waits for a worker.
  bool is_waiting(TestIndex test) const {
    return test < times_waiting_.size() && times_waiting_[test] > 0;
  }
  bool any_waiting() const { return all_waiting_ > 0; }

  // Sends waiting tests to workers that have nothing to do: each gets the first one for which there
  // is no better worker. A test keeps waiting while a better one is busy or not ready yet. Costs
  // next to nothing while nothing has changed.
  void hand_out(const WorkerNodes& nodes) {
    if (!any_waiting()) return;
    note_who_can_run(nodes);
    for (const auto& node : nodes) {
      if (!is_idle(*node)) continue;
      std::uint32_t& i = passed_over_[static_cast<std::size_t>(node->number())];
      for (i = std::max(i, first_); i < waiting_.size(); ++i) {
        if (waiting_[i].attempts.empty() || !is_best(*node, waiting_[i], nodes)) continue;
        node->send_retry(waiting_[i].test);
        running_.push_back(remove_waiting(i));
        running_.back().worker = node->number();
        break;
      }
    }
    forget_removed();
  }

  // If a retry was taken back, or its worker died before it began, it waits again.
  void reclaim(const WorkerNodes& nodes) {
    for (auto it = running_.begin(); it != running_.end();) {
      if (nodes[static_cast<std::size_t>(it->worker)]->tests().has_retry()) {
        ++it;
        continue;
      }
      count_waiting(it->test, 1);
      waiting_.insert(waiting_.begin(), std::move(*it));
      it = running_.erase(it);
      first_ = 0;
      passed_over_.clear();
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

  void count_waiting(TestIndex test, int change) {
    if (test >= times_waiting_.size()) times_waiting_.resize(std::size_t{test} + 1);
    times_waiting_[test] += static_cast<std::uint32_t>(change);
    all_waiting_ += static_cast<std::size_t>(change);
  }

  // Leaves an entry without attempts.
  Failed remove_waiting(std::size_t i) {
    count_waiting(waiting_[i].test, -1);
    Failed failed = std::move(waiting_[i]);
    while (first_ < waiting_.size() && waiting_[first_].attempts.empty()) ++first_;
    return failed;
  }

  // The first entry of the test, of which there must be one.
  Failed take_waiting(TestIndex test) {
    std::size_t i = first_;
    while (waiting_[i].test != test || waiting_[i].attempts.empty()) ++i;
    return remove_waiting(i);
  }

  // Frees the space of removed entries, so rarely that it costs nothing for each.
  void forget_removed() {
    if (first_ <= waiting_.size() / 2) return;
    std::vector<Failed> left;
    for (std::size_t i = first_; i < waiting_.size(); ++i) left.push_back(std::move(waiting_[i]));
    waiting_.swap(left);
    for (std::uint32_t& i : passed_over_) i -= std::min(i, first_);
    first_ = 0;
  }

  // If others can run tests than before, then a worker may be the best for tests that it has passed
  // over.
  void note_who_can_run(const WorkerNodes& nodes) {
    std::uint64_t who = nodes.size();
    for (const auto& node : nodes) {
      if (node->life().may_run_tests()) {
        who = who * 31 + static_cast<std::uint64_t>(node->number());
      }
    }
    if (who_can_run_ != who) passed_over_.clear();
    who_can_run_ = who;
    passed_over_.resize(nodes.size());
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

  // The best worker for a test is its home, then one without a failure of the test, then any.
  int preference(const WorkerNode& node, const Failed& failed) const {
    if (is_home(failed, node)) return 2;
    return has_failed_on(failed, node) ? 0 : 1;
  }

  // Whether no worker that may still run tests is better.
  bool is_best(const WorkerNode& node, const Failed& failed, const WorkerNodes& nodes) const {
    const int its = preference(node, failed);
    if (its == (at_home_ ? 2 : 1)) return true;
    return !any_of(nodes, [&](const WorkerNode& other) {
      return other.life().may_run_tests() && preference(other, failed) > its;
    });
  }

  const std::size_t most_;
  const bool at_home_;
  std::optional<std::string> why_closed_;
  // The tests that wait, in order. An entry without attempts was removed.
  std::vector<Failed> waiting_;
  std::uint32_t first_ = 0;                   // all entries of waiting_ before it were removed
  std::size_t all_waiting_ = 0;               // entries that were not
  std::vector<std::uint32_t> times_waiting_;  // by test
  // By number of a worker: it is not the best for any entry before this one.
  std::vector<std::uint32_t> passed_over_;
  std::uint64_t who_can_run_ = 0;
  std::vector<Failed> running_;      // sent to a worker; at most one for each
  std::vector<Failed> interrupted_;  // their worker died; what comes next is not known yet
  std::vector<Flaky> flaky_;         // sorted by test
};

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_CONTROLLER_RESULTS_RETRIES_H_
