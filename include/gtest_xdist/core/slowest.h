// GTEST_XDIST_DURATIONS: the slowest tests and suites of an iteration, as a text.
//
// Layer: core (standard library only).
#ifndef GTEST_XDIST_CORE_SLOWEST_H_
#define GTEST_XDIST_CORE_SLOWEST_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "gtest_xdist/core/index_list.h"
#include "gtest_xdist/core/schedule.h"
#include "gtest_xdist/core/time_text.h"

namespace gtest_xdist::internal {

// What the runs of a test took.
struct TestDuration {
  std::int64_t longest_ns = 0;
  std::size_t runs = 0;  // several if it was tried again, or where every worker runs every test
};

// What a suite took in all workers together.
struct SuiteDuration {
  std::int64_t tests_ns = 0;
  std::int64_t set_ups_ns = 0;  // and tear-downs
  std::size_t set_ups = 0;

  std::int64_t total_ns() const { return tests_ns + set_ups_ns; }
};

inline std::map<TestIndex, TestDuration> test_times(const ScheduleRun& run, unsigned iteration) {
  std::map<TestIndex, TestDuration> times;
  for (const ScheduleSpan& span : run.spans) {
    if (span.iteration != iteration || span.kind != ScheduleSpan::Kind::test) continue;
    TestDuration& time = times[span.subject];
    time.longest_ns = std::max(time.longest_ns, span.duration_ns());
    ++time.runs;
  }
  return times;
}

inline std::map<std::uint32_t, SuiteDuration> suite_times(const ScheduleRun& run,
                                                          unsigned iteration) {
  using Kind = ScheduleSpan::Kind;
  std::map<std::uint32_t, SuiteDuration> times;
  for (const ScheduleSpan& span : run.spans) {
    if (span.iteration != iteration) continue;
    if (span.kind == Kind::test) {
      times[run.suite_of(span.subject)].tests_ns += span.duration_ns();
    } else if (span.kind == Kind::suite_up || span.kind == Kind::suite_down) {
      SuiteDuration& time = times[span.subject];
      time.set_ups_ns += span.duration_ns();
      if (span.kind == Kind::suite_up) ++time.set_ups;
    }
  }
  return times;
}

// "slowest 3 of 20 tests:" and a line for each, whose text is `tell(entry)`. `most` is 0 for all.
template <class Times, class Longer, class Tell>
std::string format_slowest_of(const Times& times, std::size_t most, const std::string& what,
                              Longer longer, Tell tell) {
  std::vector<typename Times::const_pointer> entries;
  entries.reserve(times.size());
  for (const auto& entry : times) entries.push_back(&entry);
  const std::size_t shown = most == 0 ? entries.size() : std::min(most, entries.size());
  // Equally long ones in the order of their numbers.
  std::partial_sort(entries.begin(), entries.begin() + static_cast<std::ptrdiff_t>(shown),
                    entries.end(), [&](const auto* a, const auto* b) {
                      return longer(a->second) != longer(b->second)
                                 ? longer(a->second) > longer(b->second)
                                 : a->first < b->first;
                    });
  std::string text = "slowest " + std::to_string(shown) + " of " + std::to_string(entries.size()) +
                     " " + what + (entries.size() == 1 ? ":\n" : "s:\n");
  for (std::size_t i = 0; i < shown; ++i) {
    constexpr std::size_t kWidth = 10;
    const std::string time = describe_nanoseconds(longer(entries[i]->second));
    text += std::string(kWidth - std::min(kWidth, time.size()), ' ') + time + "  " +
            tell(*entries[i]) + "\n";
  }
  return text;
}

// Two lists, of at most so many tests and suites (0: of all); empty if no test has run.
inline std::string format_slowest(const ScheduleRun& run, unsigned iteration, std::size_t most) {
  const std::map<TestIndex, TestDuration> tests = test_times(run, iteration);
  if (tests.empty()) return {};
  const auto count = [](std::size_t number, const std::string& what) {
    return std::to_string(number) + " " + what + (number == 1 ? "" : "s");
  };
  return format_slowest_of(
             tests, most, "test", [](const TestDuration& time) { return time.longest_ns; },
             [&](const auto& entry) {
               std::string text = run.test_name(entry.first);
               if (entry.second.runs > 1) text += ", longest of " + count(entry.second.runs, "run");
               return text;
             }) +
         format_slowest_of(
             suite_times(run, iteration), most, "suite",
             [](const SuiteDuration& time) { return time.total_ns(); },
             [&](const auto& entry) {
               const SuiteDuration& time = entry.second;
               return run.suite_name(entry.first) + ": tests " +
                      describe_nanoseconds(time.tests_ns) + ", " + count(time.set_ups, "set-up") +
                      " and tear-down" + (time.set_ups == 1 ? " " : "s ") +
                      describe_nanoseconds(time.set_ups_ns);
             });
}

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_CORE_SLOWEST_H_
