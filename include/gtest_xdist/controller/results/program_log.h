// Joins what several workers report outside of suites to the reports of one process.
//
// Layer: controller/results. Pure bookkeeping. Every worker sets up and tears down the
// environments; a serial run does this once. So only the first worker's output is kept, and a
// failure that several workers have in common is kept once. Does not know when it is played back.
#ifndef GTEST_XDIST_CONTROLLER_RESULTS_PROGRAM_LOG_H_
#define GTEST_XDIST_CONTROLLER_RESULTS_PROGRAM_LOG_H_

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "gtest_xdist/core/tests/echoes.h"
#include "gtest_xdist/core/tests/report.h"

namespace gtest_xdist::internal {

// The log of one iteration.
class ProgramLog {
 public:
  // Stands for the controller itself in the place of a worker's number.
  static constexpr int kNoWorker = -1;

  // Adds a worker's set-up of the environments. `ran` is false if gtest keeps the environments of
  // an earlier iteration. The first one is played back at its own place, see take_set_up().
  void add_set_up(Report report, bool ran) {
    if (!set_up_) {
      set_up_ran_ = ran;
      set_up_.emplace();
      append(*set_up_, std::move(report), true, set_up_told_);
    } else {
      append(rest_, std::move(report), false, set_up_told_);
    }
  }

  void add_tear_down(Report report) {
    const bool first = !std::exchange(tear_down_ran_, true);
    append(tear_down_, std::move(report), first, tear_down_told_);
  }

  // Adds anything else that a worker tells at the end of an iteration, but only its parts
  // (failures, say), and only new ones.
  void add(Report report) { append(rest_, std::move(report), false, rest_told_); }

  // Likewise what a dead worker had not told yet. It may be of its set-up or tear-down.
  void add_untold(Report report) {
    std::vector<Part> told = set_up_told_;
    for (const std::vector<Part>* more : {&tear_down_told_, &rest_told_}) {
      for (const Part& part : *more) told.push_back(part);
    }
    append(rest_, std::move(report), false, told);
  }

  void add_output(int worker, const OutputSlice& output) { rest_.add_output(worker, output); }

  // Adds a failure that the controller words. `output` stands before it.
  void add_failure(int worker, const OutputSlice& output, std::string message) {
    Report report;
    report.add_part(worker, output, {PartType::fatal_failure, "", -1, std::move(message)});
    append(rest_, std::move(report), true, rest_told_);
  }

  // Only the first properties count.
  void set_properties(std::vector<Property> properties) {
    if (rest_.properties.empty()) rest_.properties = std::move(properties);
  }

  // Whether there is a failure that was not taken.
  bool has_failures() const {
    return rest_.failed() || tear_down_.failed() || (set_up_ && set_up_->failed());
  }

  bool set_up_known() const { return set_up_.has_value(); }
  bool set_up_ran() const { return set_up_ran_; }
  Report take_set_up() { return set_up_ ? std::exchange(*set_up_, {}) : Report{}; }

  bool tear_down_ran() const { return tear_down_ran_; }
  Report take_tear_down() { return std::exchange(tear_down_, {}); }

  // Takes what has no place of its own.
  Report take_rest() { return std::exchange(rest_, {}); }

 private:
  // Adds what is new in comparison with `told`, and adds it to `told`.
  static void append(Report& into, Report from, bool with_output, std::vector<Part>& told) {
    Echoes echoes(told);
    for (Step& step : from.steps) {
      const bool is_new = step.has_part && !echoes.take(step.part);
      if (is_new) told.push_back(step.part);
      if (step.has_part && !is_new) step.has_part = false;
      if (with_output || is_new) into.steps.push_back(std::move(step));
    }
  }

  std::vector<Part> set_up_told_;
  std::vector<Part> tear_down_told_;
  std::vector<Part> rest_told_;
  std::optional<Report> set_up_;
  bool set_up_ran_ = true;
  Report tear_down_;
  bool tear_down_ran_ = false;
  Report rest_;
};

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_CONTROLLER_RESULTS_PROGRAM_LOG_H_
