// Makes one report of several attempts at a test.
//
// Layer: controller/results. The last attempt decides. The earlier ones become text between the
// test's start and its end, as gtest would print them; gtest's model does not hear their failures.
// Does not know when a test is run again.
#ifndef GTEST_XDIST_CONTROLLER_RESULTS_ATTEMPTS_H_
#define GTEST_XDIST_CONTROLLER_RESULTS_ATTEMPTS_H_

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "gtest_xdist/bridge/parts.h"
#include "gtest_xdist/core/identity.h"
#include "gtest_xdist/core/lean/append.h"
#include "gtest_xdist/core/tests/report.h"

namespace gtest_xdist::internal {

// "attempt 2 of 3"
inline std::string attempt_name(std::size_t number, std::size_t most) {
  return "attempt " + std::to_string(number) + " of " + std::to_string(most);
}

// "passed on attempt 2 of 3"
inline std::string outcome_of(const Report& last, std::size_t number, std::size_t most) {
  return (last.skipped() ? "skipped on " : "passed on ") + attempt_name(number, most);
}

// "passed on attempt 3 of 3 (gw1); attempt 1 failed on gw0, attempt 2 on gw2"
inline std::string tell_story(const std::vector<Report>& failed, const Report& last,
                              std::size_t most) {
  std::string text =
      outcome_of(last, failed.size() + 1, most) + " (" + worker_name(last.worker) + ")";
  for (std::size_t i = 0; i < failed.size(); ++i) {
    text += (i == 0 ? "; attempt " : ", attempt ") + std::to_string(i + 1) +
            (i == 0 ? " failed on " : " on ") + worker_name(failed[i].worker);
  }
  return text;
}

// A line about an attempt, in gtest's form: "[ ATTEMPT  ] 2 of 3 not run: no worker is left".
inline Step attempt_line(std::size_t number, std::size_t most, const std::string& what,
                         int worker) {
  Step step;
  step.worker = worker;
  step.is_aside = true;
  step.text =
      "[ ATTEMPT  ] " + std::to_string(number) + " of " + std::to_string(most) + " " + what + "\n";
  return step;
}

// The line before an attempt: "[ ATTEMPT  ] 2 of 3 on gw1".
inline Step attempt_line(std::size_t number, std::size_t most, int worker) {
  return attempt_line(number, most, "on " + worker_name(worker), worker);
}

// The test's report: first the text of the failed attempts, then `last`. If a further attempt was
// due but is not made, `why_last` says why: "not run: ...".
inline Report tell_attempts(std::vector<Report> failed, Report last, std::size_t most,
                            const std::string& why_last = {}) {
  std::vector<Step> steps;
  for (std::size_t i = 0; i < failed.size(); ++i) {
    steps.push_back(attempt_line(i + 1, most, failed[i].worker));
    for (Step& step : failed[i].steps) {
      step.is_aside = true;
      if (std::exchange(step.has_part, false)) step.text += printed_form(to_gtest(step.part));
      steps.push_back(std::move(step));
    }
  }
  steps.push_back(attempt_line(failed.size() + 1, most, last.worker));
  if (!last.failed()) last.flaky = outcome_of(last, failed.size() + 1, most);
  move_all(steps, last.steps);
  if (!why_last.empty()) {
    steps.push_back(attempt_line(failed.size() + 2, most, why_last, last.worker));
  }
  last.steps = std::move(steps);
  return last;
}

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_CONTROLLER_RESULTS_ATTEMPTS_H_
