// What workers have reported and nobody has replayed yet.
//
// Layer: controller/results. Pure bookkeeping: no process, no gtest. Puts together what several
// workers say of one suite, and in the mode `each` of one test, so that it reads as if one process
// had run it.
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
#include "gtest_xdist/core/tests/index_list.h"
#include "gtest_xdist/core/tests/report.h"
#include "gtest_xdist/process/notes.h"

namespace gtest_xdist::internal {

// One iteration's results. Suites and tests are numbered as in the collection.
class ResultStore {
 public:
  // `suite_of[i]` is the suite of test i; `selected` are the tests that reports are expected of.
  // `reports_per_test` is 1, or in the mode `each` the number of workers.
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

  // --- what workers report -----------------------------------------------------------------------

  // A worker has entered a suite: its results are not complete before it has left again.
  void suite_entered(std::uint32_t suite) { ++suites_[suite].open_stretches; }
  void suite_left(std::uint32_t suite) {
    --suites_[suite].open_stretches;
    note_progress(suite);
  }

  // Output and parts that all workers have in common are told once: the first worker's. A later one
  // adds only parts that nobody had.
  void add_suite_up(std::uint32_t suite, Report report) {
    Suite& s = suites_[suite];
    merge(s.began_replay ? s.down : s.up, std::move(report), s.up_told, s.parts);
  }
  void add_suite_down(std::uint32_t suite, Report report) {
    Suite& s = suites_[suite];
    s.down.start_ms =
        s.down.start_ms == 0 ? report.start_ms : std::min(s.down.start_ms, report.start_ms);
    s.down.elapsed_ms += report.elapsed_ms;
    s.down.properties.insert(s.down.properties.end(), report.properties.begin(),
                             report.properties.end());
    merge(s.down, std::move(report), s.down_told, s.parts);
  }

  // `worker` reports a test, possibly not for the first time. The report becomes ready when all
  // that are expected of it are there.
  void add_test(TestIndex test, int worker, Report report) {
    if (state_[test] != State::expected) return;
    if (!merges_) {
      make_ready(test, std::move(report));
      return;
    }
    if (partial_.empty()) partial_.resize(state_.size());
    std::vector<Told>& reports = partial_[test];
    auto later = reports.begin();
    while (later != reports.end() && later->number <= static_cast<std::uint32_t>(worker)) ++later;
    reports.insert(later, {static_cast<std::uint32_t>(worker), std::move(report)});
    if (reports.size() >= awaited_[test]) close_test(test);
  }

  // No further report of the test will come. True if there is none at all: the caller has to say
  // why, by settle_test().
  bool close_test(TestIndex test) {
    if (state_[test] != State::expected) return false;
    if (told_of(test) == 0) return true;
    make_ready(test, merge_each(std::exchange(partial_[test], {})));
    return false;
  }

  // The controller's own report of a test, instead of all others.
  void settle_test(TestIndex test, Report report) {
    if (state_[test] != State::expected) return;
    if (told_of(test) > 0) partial_[test].clear();
    make_ready(test, std::move(report));
  }

  // Mode `each`: a worker does not run the test after all. False if now none does, and there is no
  // report of it.
  bool expect_one_report_less(TestIndex test) {
    if (awaited_[test] > 0) --awaited_[test];
    const std::size_t reports = told_of(test);
    if (reports > 0 && reports >= awaited_[test]) close_test(test);
    return awaited_[test] > 0 || state_[test] != State::expected;
  }

  // Takes a test out of the count: nobody will ever report it, and nothing is to be replayed.
  void forget_test(TestIndex test) {
    if (state_[test] != State::expected) return;
    state_[test] = State::not_selected;
    --suites_[suite_of_[test]].expected;
    --expected_;
    note_progress(suite_of_[test]);
  }

  // Tests of which nothing has become ready.
  std::vector<TestIndex> missing() const {
    std::vector<TestIndex> tests;
    for (TestIndex test = 0; test < state_.size(); ++test) {
      if (state_[test] == State::expected) tests.push_back(test);
    }
    return tests;
  }

  // How many these are.
  std::size_t missing_count() const { return expected_ - arrived_; }

  // Whether every test has become ready.
  bool all_arrived() const { return missing_count() == 0; }

  // Whether a failure has been reported, of a test or a suite.
  bool has_failures() const { return has_failures_; }

  // --- what is replayed --------------------------------------------------------------------------

  bool all_replayed() const { return replayed_ == expected_; }

  // The suite to replay next: the first that is complete, else the first that has a report; none if
  // none has.
  std::optional<std::uint32_t> next_suite() const {
    const std::set<std::uint32_t>& choice = complete_.empty() ? begun_ : complete_;
    if (choice.empty()) return std::nullopt;
    return *choice.begin();
  }

  // A test of the suite that can be replayed now.
  std::optional<TestIndex> next_test(std::uint32_t suite) const {
    const Suite& s = suites_[suite];
    if (s.taken == s.ready.size()) return std::nullopt;
    return s.ready[s.taken].number;
  }

  // Whether every test of the suite has been replayed.
  bool all_replayed(std::uint32_t suite) const {
    return suites_[suite].replayed == suites_[suite].expected;
  }

  // Whether no worker is inside the suite any more.
  bool all_left(std::uint32_t suite) const { return suites_[suite].open_stretches == 0; }

  // The report of the test that next_test() named.
  Report take_test(TestIndex test) {
    Suite& s = suites_[suite_of_[test]];
    Report report = std::move(s.ready[s.taken++].report);
    if (s.taken == s.ready.size()) {
      s.ready.clear();
      s.taken = 0;
    }
    ++s.replayed;
    ++replayed_;
    note_progress(suite_of_[test]);
    return report;
  }

  Report take_suite_up(std::uint32_t suite) {
    suites_[suite].began_replay = true;
    return std::move(suites_[suite].up);
  }
  Report take_suite_down(std::uint32_t suite) { return std::move(suites_[suite].down); }

 private:
  enum class State : std::uint8_t { not_selected, expected, ready };

  // A report, and the number of its test, or of its worker where the test is known.
  struct Told {
    std::uint32_t number = 0;
    Report report;
  };

  struct Suite {
    std::size_t expected = 0;
    std::size_t arrived = 0;  // ready or replayed
    std::size_t replayed = 0;
    std::size_t open_stretches = 0;
    std::vector<Told> ready;  // by test
    std::size_t taken = 0;    // so many of these have been replayed
    Report up;
    Report down;
    std::vector<Part> parts;  // of up and down, told or to be told
    bool up_told = false;     // whether some worker's set-up is in `up` or `down`
    bool down_told = false;
    bool began_replay = false;
  };

  // Keeps the two lists that next_suite() chooses from.
  void note_progress(std::uint32_t suite) {
    const Suite& s = suites_[suite];
    if (s.replayed == s.expected) {
      begun_.erase(suite);
      complete_.erase(suite);
    }
    if (s.taken == s.ready.size()) return;
    begun_.insert(suite);
    if (s.arrived == s.expected && s.open_stretches == 0) complete_.insert(suite);
  }

  // Adds what is new in `from`: all of it the first time (`told` becomes true), later only parts.
  void merge(Report& into, Report from, bool& told, std::vector<Part>& parts) {
    // What one worker says twice happened twice.
    const std::size_t before = parts.size();
    has_failures_ |= from.failed();
    for (Step& step : from.steps) {
      const bool is_new = step.has_part && !is_told(step.part, parts, before);
      if (is_new) parts.push_back(step.part);
      if (step.has_part && !is_new) step.has_part = false;
      if (!told || is_new) into.steps.push_back(std::move(step));
    }
    told = true;
  }

  // One test that several workers ran: the first worker's report if none failed, else the reports
  // of all that failed, each part marked with its worker. A report may begin with what a worker
  // that died left to say; that is told in any case.
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
      if (&report == &first) merged.properties = report.properties;
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

  // How many workers have reported the test, of which more reports are awaited.
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
  std::vector<std::size_t> awaited_;  // reports, by test
  bool merges_;                       // whether a report waits for those of other workers
  std::size_t expected_;
  std::size_t arrived_ = 0;
  std::size_t replayed_ = 0;
  bool has_failures_ = false;
  std::set<std::uint32_t> begun_;     // suites that have a report and are not all replayed
  std::set<std::uint32_t> complete_;  // of these, the ones whose reports are all there
  // Mode `each`: what workers have said so far, by test and then by worker; empty until they do.
  std::vector<std::vector<Told>> partial_;
};

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_CONTROLLER_RESULTS_RESULT_STORE_H_
