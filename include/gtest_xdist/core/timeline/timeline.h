// What pictures of a schedule have in common: attempts, and how good the schedule was.
//
// Layer: core/timeline (standard library only).
#ifndef GTEST_XDIST_CORE_TIMELINE_TIMELINE_H_
#define GTEST_XDIST_CORE_TIMELINE_TIMELINE_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "gtest_xdist/core/lean/sorted_order.h"
#include "gtest_xdist/core/schedule/schedule.h"

namespace gtest_xdist::internal {

inline std::string name_of(ScheduleSpan::Result result) {
  switch (result) {
    case ScheduleSpan::Result::passed:
      return "passed";
    case ScheduleSpan::Result::skipped:
      return "skipped";
    case ScheduleSpan::Result::failed:
      return "failed";
    case ScheduleSpan::Result::crashed:
      return "crashed";
    case ScheduleSpan::Result::timed_out:
      return "timed out";
    case ScheduleSpan::Result::interrupted:
      return "interrupted";
  }
  return {};
}

inline std::string name_of(const ScheduleRun& run, const ScheduleSpan& span) {
  switch (span.kind) {
    case ScheduleSpan::Kind::start:
      return "start of the process";
    case ScheduleSpan::Kind::environments_up:
      return "set-up of the environments";
    case ScheduleSpan::Kind::suite_up:
      return "set-up of " + run.names->of_suite(span.subject);
    case ScheduleSpan::Kind::test:
      return run.names->of_test(span.subject);
    case ScheduleSpan::Kind::suite_down:
      return "tear-down of " + run.names->of_suite(span.subject);
    case ScheduleSpan::Kind::environments_down:
      return "tear-down of the environments";
  }
  return {};
}

// Which run of its test, of how many; 0 of 0 for what is no test.
struct Attempt {
  unsigned number = 0;
  unsigned count = 0;

  bool operator==(const Attempt& other) const {
    return number == other.number && count == other.count;
  }
};

// Of each span, in their order. Where every worker runs every test, runs are counted in each place
// of a worker.
inline std::vector<Attempt> attempts_of(const ScheduleRun& run) {
  const auto row_of = [&](const ScheduleSpan& span) {
    return run.on_every_worker ? run.crew[static_cast<std::size_t>(span.worker)].slot : 0;
  };
  const auto is_same = [&](const ScheduleSpan& a, const ScheduleSpan& b) {
    return a.subject == b.subject && a.iteration == b.iteration && row_of(a) == row_of(b);
  };
  std::vector<std::size_t> tests;
  for (std::size_t i = 0; i < run.spans.size(); ++i) {
    if (run.spans[i].kind == ScheduleSpan::Kind::test) tests.push_back(i);
  }
  // The runs of a test one after the other.
  put_in_order(tests, sorted_order(tests.size(), [&](std::size_t first, std::size_t second) {
                 const ScheduleSpan& a = run.spans[tests[first]];
                 const ScheduleSpan& b = run.spans[tests[second]];
                 if (a.subject != b.subject) return a.subject < b.subject;
                 if (a.iteration != b.iteration) return a.iteration < b.iteration;
                 if (row_of(a) != row_of(b)) return row_of(a) < row_of(b);
                 return a.begin_ns < b.begin_ns;
               }));
  std::vector<Attempt> attempts(run.spans.size());
  for (std::size_t begin = 0, end = 0; begin < tests.size(); begin = end) {
    while (end < tests.size() && is_same(run.spans[tests[begin]], run.spans[tests[end]])) ++end;
    for (std::size_t i = begin; i < end; ++i) {
      attempts[tests[i]] = {static_cast<unsigned>(i - begin + 1),
                            static_cast<unsigned>(end - begin)};
    }
  }
  return attempts;
}

// How good a schedule was. Iterations follow one another, so their times are added up.
struct Makespan {
  std::int64_t taken_ns = 0;    // from the first set-up of a suite, or test, to the last end
  std::int64_t longest_ns = 0;  // of the longest test
  std::int64_t shared_ns = 0;   // tests, set-ups and tear-downs of suites, shared by all workers
  std::int64_t bound_ns = 0;    // no schedule of the same takes less
  std::size_t tests = 0;        // runs of tests
};

inline Makespan makespan_of(const ScheduleRun& run) {
  struct Part {
    std::int64_t begin = 0;
    std::int64_t end = 0;
    std::int64_t longest = 0;
    std::int64_t work = 0;
    bool any = false;
  };
  using Kind = ScheduleSpan::Kind;
  std::vector<Part> parts;  // by iteration
  Makespan makespan;
  for (const ScheduleSpan& span : run.spans) {
    const bool is_test = span.kind == Kind::test;
    if (!is_test && span.kind != Kind::suite_up && span.kind != Kind::suite_down) continue;
    if (parts.size() <= span.iteration) parts.resize(std::size_t{span.iteration} + 1);
    Part& part = parts[span.iteration];
    part.begin = part.any ? std::min(part.begin, span.begin_ns) : span.begin_ns;
    part.end = std::max(part.end, span.end_ns);
    part.work += span.duration_ns();
    part.any = true;
    if (!is_test) continue;
    part.longest = std::max(part.longest, span.duration_ns());
    ++makespan.tests;
  }
  for (const Part& part : parts) {
    const std::int64_t shared = part.work / std::max(1U, run.workers);
    makespan.taken_ns += part.end - part.begin;
    makespan.longest_ns += part.longest;
    makespan.shared_ns += shared;
    makespan.bound_ns += std::max(part.longest, shared);
  }
  return makespan;
}

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_CORE_TIMELINE_TIMELINE_H_
