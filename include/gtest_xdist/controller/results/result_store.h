// Keeps the reports of workers until they are played back.
//
// Layer: controller/results. Pure bookkeeping: no process, no gtest. Joins the reports of several
// workers on one suite, and in the mode `each` on one test, so that they read like those of one
// process.
#ifndef GTEST_XDIST_CONTROLLER_RESULTS_RESULT_STORE_H_
#define GTEST_XDIST_CONTROLLER_RESULTS_RESULT_STORE_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "gtest_xdist/core/identity.h"
#include "gtest_xdist/core/lean/append.h"
#include "gtest_xdist/core/tests/echoes.h"
#include "gtest_xdist/core/tests/index_list.h"
#include "gtest_xdist/core/tests/report.h"

namespace gtest_xdist::internal {

// The results of one iteration. A test is given by its index, a suite by its number.
class ResultStore {
 public:
  // `suite_of[i]` is the suite of test i. Reports of the tests in `selected` are expected: one of
  // each, or in the mode `each` one from each worker (`reports_per_test`).
  ResultStore(std::vector<std::uint32_t> suite_of, const std::vector<TestIndex>& selected,
              std::size_t suites, std::size_t reports_per_test)
      : suite_of_(std::move(suite_of)),
        state_(suite_of_.size(), State::not_selected),
        suites_(suites),
        awaited_(suite_of_.size(), reports_per_test),
        merges_(reports_per_test > 1),
        expected_(selected.size()) {
    for (const TestIndex test : selected) {
      state_[test] = State::expected;
      ++suites_[suite_of_[test]].expected;
    }
  }

  // --- reports of workers ------------------------------------------------------------------------

  // A worker has entered the suite. The suite is not complete until the worker has left it.
  void suite_entered(std::uint32_t suite) { ++suites_[suite].open_stretches; }
  void suite_left(std::uint32_t suite) {
    --suites_[suite].open_stretches;
    note_progress(suite);
  }

  // Adds a worker's set-up or tear-down of the suite. The first worker's output and parts are kept.
  // A later worker adds only new parts.
  void add_suite_up(std::uint32_t suite, Report report) {
    Suite& s = suites_[suite];
    merge(s.began_playback ? s.down : s.up, std::move(report), s.up_told, s.up_parts);
  }
  void add_suite_down(std::uint32_t suite, Report report) {
    Suite& s = suites_[suite];
    s.down.start_ms =
        s.down.start_ms == 0 ? report.start_ms : std::min(s.down.start_ms, report.start_ms);
    s.down.elapsed_ms += report.elapsed_ms;
    append_all(s.down.properties, report.properties);
    merge(s.down, std::move(report), s.down_told, s.down_parts);
  }

  // `worker` reports a test, possibly not for the first time. When all expected reports of the test
  // are there, the test becomes ready.
  void add_test(TestIndex test, int worker, Report report) {
    if (state_[test] != State::expected) return;
    if (!merges_) {
      make_ready(test, std::move(report));
      return;
    }
    if (partial_.empty()) partial_.resize(state_.size());
    std::vector<Told>& reports = partial_[test];
    // Sorted by worker; the reports of one worker stay in their order.
    reports.push_back({static_cast<std::uint32_t>(worker), std::move(report)});
    for (std::size_t i = reports.size() - 1; i > 0; --i) {
      if (reports[i - 1].number <= reports[i].number) break;
      std::swap(reports[i - 1], reports[i]);
    }
    if (reports.size() >= awaited_[test]) close_test(test);
  }

  // No further report of the test will come. True if an expected test has none at all: the caller
  // must say why, by explain_test().
  bool close_test(TestIndex test) {
    if (state_[test] != State::expected) return false;
    if (told_of(test) == 0) return true;
    make_ready(test, merge_each(std::move(partial_[test])));
    return false;
  }

  // Sets the controller's own report of a test, instead of all others.
  void explain_test(TestIndex test, Report report) {
    if (state_[test] != State::expected) return;
    if (told_of(test) > 0) partial_[test].clear();
    make_ready(test, std::move(report));
  }

  // One run of the test less is expected: in the mode `each`, a worker does not run it after all.
  // False if no further run is expected, and there is no report.
  bool expect_one_report_less(TestIndex test) {
    if (awaited_[test] > 0) --awaited_[test];
    const std::size_t reports = told_of(test);
    if (reports > 0 && reports >= awaited_[test]) close_test(test);
    return awaited_[test] > 0 || state_[test] != State::expected;
  }

  // Takes a test out of the count: it will stay without a report, and is not played.
  void forget_test(TestIndex test) {
    if (state_[test] != State::expected) return;
    state_[test] = State::not_selected;
    --suites_[suite_of_[test]].expected;
    --expected_;
    note_progress(suite_of_[test]);
  }

  // The expected tests that are not ready.
  std::vector<TestIndex> missing() const {
    std::vector<TestIndex> tests;
    for (TestIndex test = 0; test < state_.size(); ++test) {
      if (state_[test] == State::expected) tests.push_back(test);
    }
    return tests;
  }

  // How many these are.
  std::size_t missing_count() const { return expected_ - arrived_; }

  // Whether every expected test has become ready.
  bool all_arrived() const { return missing_count() == 0; }

  // Whether a failure of a test or a suite was reported.
  bool has_failures() const { return has_failures_; }

  // --- playback ----------------------------------------------------------------------------------

  bool all_played() const { return played_ == expected_; }

  // The suite to play back next: the first complete one, else the first with a test that is ready.
  // Empty if there is none.
  std::optional<std::uint32_t> next_suite() const {
    const std::set<std::uint32_t>& choice = complete_.empty() ? begun_ : complete_;
    if (choice.empty()) return std::nullopt;
    return *choice.begin();
  }

  // A test of the suite that can be played back now, if any.
  std::optional<TestIndex> next_test(std::uint32_t suite) const {
    const Suite& s = suites_[suite];
    if (s.taken == s.ready.size()) return std::nullopt;
    return s.ready[s.taken].number;
  }

  // Whether every test of the suite has been played back.
  bool all_played(std::uint32_t suite) const {
    return suites_[suite].played == suites_[suite].expected;
  }

  // Whether no worker is inside the suite.
  bool all_left(std::uint32_t suite) const { return suites_[suite].open_stretches == 0; }

  // Takes the report of the test that next_test() has returned.
  Report take_test(TestIndex test) {
    Suite& s = suites_[suite_of_[test]];
    Report report = std::move(s.ready[s.taken++].report);
    if (s.taken == s.ready.size()) {
      s.ready.clear();
      s.taken = 0;
    }
    ++s.played;
    ++played_;
    note_progress(suite_of_[test]);
    return report;
  }

  Report take_suite_up(std::uint32_t suite) {
    suites_[suite].began_playback = true;
    return std::move(suites_[suite].up);
  }
  Report take_suite_down(std::uint32_t suite) { return std::move(suites_[suite].down); }

 private:
  enum class State : std::uint8_t { not_selected, expected, ready };

  // A report, with the number of its test; in `partial_`, with that of its worker.
  struct Told {
    std::uint32_t number = 0;
    Report report;
  };

  struct Suite {
    std::size_t expected = 0;
    std::size_t arrived = 0;  // ready or played back
    std::size_t played = 0;
    std::size_t open_stretches = 0;
    std::vector<Told> ready;  // in the order in which they became so
    std::size_t taken = 0;    // how many of these have been played back
    Report up;
    Report down;
    std::vector<Part> up_parts;    // of all set-ups so far, without those of equal ones
    std::vector<Part> down_parts;  // likewise of all tear-downs
    bool up_told = false;          // whether some worker's set-up is in `up` or `down`
    bool down_told = false;
    bool began_playback = false;
  };

  // Updates the two sets that next_suite() chooses from.
  void note_progress(std::uint32_t suite) {
    const Suite& s = suites_[suite];
    if (s.played == s.expected) {
      begun_.erase(suite);
      complete_.erase(suite);
    }
    if (s.taken == s.ready.size()) return;
    begun_.insert(suite);
    if (s.arrived == s.expected && s.open_stretches == 0) complete_.insert(suite);
  }

  // Adds what is new in `from`: all of it the first time, later only new parts. Sets `told`.
  void merge(Report& into, Report from, bool& told, std::vector<Part>& parts) {
    Echoes echoes(parts);
    has_failures_ |= from.failed();
    for (Step& step : from.steps) {
      const bool is_new = step.has_part && !echoes.take(step.part);
      if (is_new) parts.push_back(step.part);
      if (step.has_part && !is_new) step.has_part = false;
      if (!told || is_new) into.steps.push_back(std::move(step));
    }
    told = true;
  }

  // Joins the reports of several workers on one test. If none failed, keeps the first worker's. If
  // some failed, keeps theirs, and marks each part with its worker. A report may begin with steps
  // of a worker that died; these are kept in any case.
  static Report merge_each(std::vector<Told> reports) {
    Report merged;
    bool failed = false;
    for (const Told& told : reports) failed |= told.report.failed();
    const Report& first = reports.front().report;
    merged.start_ms = first.start_ms;
    for (auto& [number, report] : reports) {
      const int worker = static_cast<int>(number);
      merged.start_ms = std::min(merged.start_ms, report.start_ms);
      merged.elapsed_ms = std::max(merged.elapsed_ms, report.elapsed_ms);
      const bool told = failed ? report.failed() : &report == &first;
      if (told && merged.worker < 0) merged.worker = report.worker;
      if (told && !failed) merged.dropped_parts = report.dropped_parts;
      if (&report == &first) merged.properties = std::move(report.properties);
      if (!failed && merged.flaky.empty()) merged.flaky = report.flaky;
      std::uint64_t parts = 0;
      for (Step& step : report.steps) {
        if (!told && step.worker == worker && !step.is_aside) continue;
        if (failed && step.has_part && parts++ < report.dropped_parts) step.has_part = false;
        if (failed && step.has_part) {
          step.part.message = mark(step.worker < 0 ? worker : step.worker) + step.part.message;
        }
        merged.steps.push_back(std::move(step));
      }
    }
    return merged;
  }

  // How many reports of the test wait for further ones.
  std::size_t told_of(TestIndex test) const { return partial_.empty() ? 0 : partial_[test].size(); }

  static std::string mark(int worker) { return "[" + worker_name(worker) + "] "; }

  void make_ready(TestIndex test, Report report) {
    Suite& s = suites_[suite_of_[test]];
    state_[test] = State::ready;
    has_failures_ |= report.failed();
    ++arrived_;
    ++s.arrived;
    s.ready.push_back({test, std::move(report)});
    note_progress(suite_of_[test]);
  }

  std::vector<std::uint32_t> suite_of_;
  std::vector<State> state_;
  std::vector<Suite> suites_;
  std::vector<std::size_t> awaited_;  // how many reports are expected, by test
  bool merges_;                       // whether a report waits for those of other workers
  std::size_t expected_;
  std::size_t arrived_ = 0;
  std::size_t played_ = 0;
  bool has_failures_ = false;
  std::set<std::uint32_t> begun_;     // suites with a ready test that are not all played back
  std::set<std::uint32_t> complete_;  // the suites in begun_ that have all reports
  // Mode `each`: reports of tests that are not ready, by test, sorted by worker. Empty until the
  // first one comes.
  std::vector<std::vector<Told>> partial_;
};

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_CONTROLLER_RESULTS_RESULT_STORE_H_
