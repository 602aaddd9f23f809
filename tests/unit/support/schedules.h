// Schedules of a made-up program, for tests of what is made of a schedule.
#ifndef SUPPORT_SCHEDULES_H_
#define SUPPORT_SCHEDULES_H_

#include <cstdint>
#include <memory>
#include <string>

#include "gtest_xdist/core/schedule/schedule.h"
#include "gtest_xdist/core/tests/index_list.h"

namespace gtest_xdist::internal {

inline constexpr std::int64_t kMillisecond = 1'000'000;

// Two tests in each suite: S0.T0, S0.T1, S1.T2, ...
class NumberedNames : public ScheduleNames {
 public:
  std::string of_test(TestIndex test) const override {
    return of_suite(suite_of(test)) + ".T" + std::to_string(test);
  }
  std::string of_suite(std::uint32_t suite) const override { return "S" + std::to_string(suite); }
  std::uint32_t suite_of(TestIndex test) const override { return test / 2; }
};

// Of tests "S0.T0", "S0.T1", "S1.T2", ...: two in each suite.
inline ScheduleRun empty_run(unsigned workers, std::uint32_t tests) {
  ScheduleRun run;
  run.workers = workers;
  run.tests = tests;
  run.digest = 0x123;
  run.iterations = 1;
  for (TestIndex test = 0; test < tests; ++test) run.selected.push_back(test);
  for (unsigned i = 0; i < workers; ++i) {
    run.crew.emplace_back();
    run.crew.back().slot = i;
  }
  run.names = std::make_shared<NumberedNames>();
  return run;
}

// Appends a span, in milliseconds.
inline ScheduleSpan& add_span(ScheduleRun& run, ScheduleSpan::Kind kind, int worker,
                              std::uint32_t subject, std::int64_t begin_ms, std::int64_t end_ms) {
  ScheduleSpan& span = run.spans.emplace_back();
  span.kind = kind;
  span.worker = worker;
  span.subject = subject;
  span.begin_ns = begin_ms * kMillisecond;
  span.end_ns = end_ms * kMillisecond;
  return span;
}

}  // namespace gtest_xdist::internal

#endif  // SUPPORT_SCHEDULES_H_
