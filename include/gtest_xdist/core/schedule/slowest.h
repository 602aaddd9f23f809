// GTEST_XDIST_DURATIONS: the slowest tests and suites of an iteration, as a text.
//
// Layer: core/schedule (standard library only).
#ifndef GTEST_XDIST_CORE_SCHEDULE_SLOWEST_H_
#define GTEST_XDIST_CORE_SCHEDULE_SLOWEST_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "gtest_xdist/core/lean/function_ref.h"
#include "gtest_xdist/core/lean/sorted_order.h"
#include "gtest_xdist/core/schedule/schedule.h"
#include "gtest_xdist/core/text/time_text.h"

namespace gtest_xdist::internal {

// How long all runs of a test took, or a suite in all workers together.
struct TimeTaken {
  std::uint32_t subject = 0;    // the index of the test, or of the suite
  std::int64_t counts_ns = 0;   // the time to sort by: a test's longest run, or all of a suite
  std::int64_t set_ups_ns = 0;  // of a suite: its set-ups and tear-downs
  std::size_t times = 0;        // runs of the test: several if it was tried again, or where every
                                // worker runs every test; set-ups of the suite
  bool any = false;
};

// The entry of the subject. Adds it if there is none.
inline TimeTaken& time_of(std::vector<TimeTaken>& times, std::uint32_t subject) {
  while (times.size() <= subject) {
    const auto next = static_cast<std::uint32_t>(times.size());
    times.emplace_back().subject = next;
  }
  times[subject].any = true;
  return times[subject];
}

// By index.
inline std::vector<TimeTaken> test_times(const ScheduleRun& run, unsigned iteration) {
  std::vector<TimeTaken> times;
  for (const ScheduleSpan& span : run.spans) {
    if (span.iteration != iteration || span.kind != ScheduleSpan::Kind::test) continue;
    TimeTaken& time = time_of(times, span.subject);
    time.counts_ns = std::max(time.counts_ns, span.duration_ns());
    ++time.times;
  }
  return times;
}

inline std::vector<TimeTaken> suite_times(const ScheduleRun& run, unsigned iteration) {
  using Kind = ScheduleSpan::Kind;
  std::vector<TimeTaken> times;
  for (const ScheduleSpan& span : run.spans) {
    if (span.iteration != iteration) continue;
    if (span.kind == Kind::test) {
      time_of(times, run.names->suite_of(span.subject)).counts_ns += span.duration_ns();
    } else if (span.kind == Kind::suite_up || span.kind == Kind::suite_down) {
      TimeTaken& time = time_of(times, span.subject);
      time.counts_ns += span.duration_ns();
      time.set_ups_ns += span.duration_ns();
      if (span.kind == Kind::suite_up) ++time.times;
    }
  }
  return times;
}

// "slowest 3 of 20 tests:", and then a line for each, which ends with `tell(time)`. 0 as `most`
// means all. Equal times are in the order of the subjects' numbers.
inline std::string format_slowest_of(const std::vector<TimeTaken>& times, std::size_t most,
                                     const std::string& what,
                                     FunctionRef<std::string(const TimeTaken&)> tell) {
  std::vector<std::size_t> any;
  for (const TimeTaken& time : times) {
    if (time.any) any.push_back(time.subject);
  }
  put_in_order(any, sorted_order(any.size(), [&](std::size_t a, std::size_t b) {
                 return times[any[a]].counts_ns > times[any[b]].counts_ns;
               }));
  const std::size_t shown = most == 0 ? any.size() : std::min(most, any.size());
  std::string text = "slowest " + std::to_string(shown) + " of " + std::to_string(any.size()) +
                     " " + what + (any.size() == 1 ? ":\n" : "s:\n");
  for (std::size_t i = 0; i < shown; ++i) {
    constexpr std::size_t kWidth = 10;
    const TimeTaken& taken = times[any[i]];
    const std::string time = describe_nanoseconds(taken.counts_ns);
    text +=
        std::string(kWidth - std::min(kWidth, time.size()), ' ') + time + "  " + tell(taken) + "\n";
  }
  return text;
}

// Two lists, of at most `most` tests and `most` suites (0: of all). Empty if no test has run.
inline std::string format_slowest(const ScheduleRun& run, unsigned iteration, std::size_t most) {
  const std::vector<TimeTaken> tests = test_times(run, iteration);
  if (tests.empty()) return {};
  const auto count = [](std::size_t number, const std::string& what) {
    return std::to_string(number) + " " + what + (number == 1 ? "" : "s");
  };
  return format_slowest_of(tests, most, "test",
                           [&](const TimeTaken& time) {
                             std::string text = run.names->of_test(time.subject);
                             if (time.times > 1) text += ", longest of " + count(time.times, "run");
                             return text;
                           }) +
         format_slowest_of(suite_times(run, iteration), most, "suite", [&](const TimeTaken& time) {
           return run.names->of_suite(time.subject) + ": tests " +
                  describe_nanoseconds(time.counts_ns - time.set_ups_ns) + ", " +
                  count(time.times, "set-up") + " and tear-down" + (time.times == 1 ? " " : "s ") +
                  describe_nanoseconds(time.set_ups_ns);
         });
}

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_CORE_SCHEDULE_SLOWEST_H_
