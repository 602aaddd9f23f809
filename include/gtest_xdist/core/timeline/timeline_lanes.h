// A schedule sorted into lanes, for a picture of it.
//
// Layer: core/timeline (standard library only). A worker and its replacements share a lane. Does
// not know how a lane is drawn.
#ifndef GTEST_XDIST_CORE_TIMELINE_TIMELINE_LANES_H_
#define GTEST_XDIST_CORE_TIMELINE_TIMELINE_LANES_H_

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "gtest_xdist/core/lean/sorted_order.h"
#include "gtest_xdist/core/schedule/schedule.h"
#include "gtest_xdist/core/text/time_text.h"
#include "gtest_xdist/core/timeline/timeline.h"

namespace gtest_xdist::internal {

class TimelineLanes {
 public:
  using Kind = ScheduleSpan::Kind;
  using Result = ScheduleSpan::Result;

  // A span of some run.
  struct Entry {
    const ScheduleRun* run;
    const ScheduleSpan* span;
    Attempt attempt;
    std::size_t rank = 0;  // among the longest tests, from 1; 0: not listed
  };

  struct Lane {
    std::vector<std::pair<const ScheduleRun*, std::size_t>> workers;  // by time
    std::vector<std::size_t> spans;                                   // by time; numbers of entries
    std::int64_t busy_ns = 0;
  };

  // Keeps a reference to `schedule`.
  explicit TimelineLanes(const Schedule& schedule) : runs_(schedule.runs.size()) {
    for (const ScheduleRun& run : schedule.runs) collect(run);
    drop_empty_lanes();
    rank();
  }

  // By number.
  const std::vector<Lane>& lanes() const { return lanes_; }

  // How many runs there are.
  std::size_t runs() const { return runs_; }

  const Entry& entry(std::size_t number) const { return entries_[number]; }

  // The longest tests, as numbers of entries, the longest first.
  const std::vector<std::size_t>& longest() const { return longest_; }

  // The spans for which is_trouble() is true, as numbers of entries.
  const std::vector<std::size_t>& troubles() const { return troubles_; }

  // How many runs of tests had the result.
  std::size_t count(Result result) const { return counts_[static_cast<std::size_t>(result)]; }

  // When the first worker began, and when the last one ended.
  std::int64_t begin_ns() const { return begin_; }
  std::int64_t end_ns() const { return end_; }

  // Whether it is a span that somebody should look at.
  static bool is_trouble(const ScheduleSpan& span) {
    return span.result != Result::passed && span.result != Result::skipped;
  }

 private:
  static constexpr std::size_t kMostLongest = 8;  // tests that are listed

  void collect(const ScheduleRun& run) {
    const std::vector<Attempt> attempts = attempts_of(run);
    for (std::size_t i = 0; i < run.crew.size(); ++i) {
      lane_at(run.crew[i].slot).workers.emplace_back(&run, i);
      end_ = std::max(end_, run.crew[i].end_ns);
      if (!begins_ || run.crew[i].begin_ns < begin_) begin_ = run.crew[i].begin_ns;
      begins_ = true;
    }
    for (std::size_t i = 0; i < run.spans.size(); ++i) {
      const ScheduleSpan& span = run.spans[i];
      Lane& lane = lane_at(run.crew[static_cast<std::size_t>(span.worker)].slot);
      lane.spans.push_back(entries_.size());
      entries_.push_back({&run, &span, attempts[i]});
      end_ = std::max(end_, span.end_ns);
      if (span.kind != Kind::start) lane.busy_ns += span.duration_ns();
      if (span.kind == Kind::test) ++counts_[static_cast<std::size_t>(span.result)];
      if (is_trouble(span)) troubles_.push_back(entries_.size() - 1);
    }
  }

  Lane& lane_at(std::size_t slot) {
    if (lanes_.size() <= slot) lanes_.resize(slot + 1);
    return lanes_[slot];
  }

  // Removes lanes without a worker.
  void drop_empty_lanes() {
    std::size_t kept = 0;
    for (std::size_t i = 0; i < lanes_.size(); ++i) {
      if (lanes_[i].workers.empty()) continue;
      if (kept != i) std::swap(lanes_[kept], lanes_[i]);
      ++kept;
    }
    lanes_.resize(kept);
  }

  void rank() {
    std::vector<std::size_t> tests;
    for (std::size_t i = 0; i < entries_.size(); ++i) {
      if (entries_[i].span->kind == Kind::test) tests.push_back(i);
    }
    put_in_order(tests, sorted_order(tests.size(), [&](std::size_t a, std::size_t b) {
                   return entries_[tests[a]].span->duration_ns() >
                          entries_[tests[b]].span->duration_ns();
                 }));
    const std::size_t listed = std::min(kMostLongest, tests.size());
    for (std::size_t i = 0; i < listed; ++i) entries_[tests[i]].rank = i + 1;
    longest_.assign(tests.begin(), tests.begin() + static_cast<std::ptrdiff_t>(listed));
  }

  const std::size_t runs_;
  std::vector<Lane> lanes_;
  std::vector<Entry> entries_;
  std::vector<std::size_t> longest_;
  std::vector<std::size_t> troubles_;
  std::array<std::size_t, ScheduleSpan::kResults> counts_{};
  std::int64_t begin_ = 0;
  std::int64_t end_ = 0;
  bool begins_ = false;
};

// "S.T: 35.2 ms, failed on gw1 (attempt 1 of 2)".
inline std::string describe(const TimelineLanes::Entry& entry) {
  const ScheduleSpan& span = *entry.span;
  std::string text = name_of(*entry.run, span) + ": " + describe_nanoseconds(span.duration_ns()) +
                     ", " + name_of(span.result) + " on gw" + std::to_string(span.worker);
  if (entry.attempt.count > 1) {
    text += " (attempt " + std::to_string(entry.attempt.number) + " of " +
            std::to_string(entry.attempt.count) + ")";
  }
  if (entry.run->iterations > 1) text += ", iteration " + std::to_string(span.iteration);
  return text;
}

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_CORE_TIMELINE_TIMELINE_LANES_H_
