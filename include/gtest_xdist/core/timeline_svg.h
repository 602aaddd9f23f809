// GTEST_XDIST_TIMELINE=<file>.svg: a schedule as a picture that any browser shows.
//
// Layer: core (standard library only). A lane for each place of a worker, in which those that came
// in its place follow. What would be narrower than can be seen is drawn together with its
// neighbours, so the picture of a hundred thousand tests is not much larger than that of a
// thousand; but what has not passed is always to be seen.
#ifndef GTEST_XDIST_CORE_TIMELINE_SVG_H_
#define GTEST_XDIST_CORE_TIMELINE_SVG_H_

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "gtest_xdist/core/schedule.h"
#include "gtest_xdist/core/time_text.h"
#include "gtest_xdist/core/timeline.h"
#include "gtest_xdist/core/utf8.h"

namespace gtest_xdist::internal {

class TimelineSvg {
 public:
  // The whole picture.
  static std::string draw(const Schedule& schedule) {
    TimelineSvg picture(schedule);
    picture.draw();
    return std::move(picture.text_);
  }

 private:
  using Kind = ScheduleSpan::Kind;
  using Result = ScheduleSpan::Result;

  // All lengths are pixels.
  static constexpr int kWidth = 1600;
  static constexpr int kLeft = 96;  // where time begins
  static constexpr int kRight = 1540;
  static constexpr int kTop = 112;  // of the first lane
  static constexpr int kLine = 17;  // of text below the lanes
  static constexpr double kCharacter = 6.2;
  static constexpr std::size_t kMostLongest = 8;  // tests that are listed
  static constexpr std::size_t kMostTroubles = 20;
  // More marks than this make a file large.
  static constexpr double kMostMarks = 12'000;

  struct Lane {
    std::vector<std::pair<const ScheduleRun*, std::size_t>> workers;  // by time
    std::vector<std::size_t> spans;                                   // likewise; of entries_
    std::int64_t busy_ns = 0;
  };

  struct Entry {
    const ScheduleRun* run;
    const ScheduleSpan* span;
    std::pair<unsigned, unsigned> attempt;
    std::size_t rank = 0;  // among the longest tests, from 1
  };

  explicit TimelineSvg(const Schedule& schedule) : schedule_(schedule) {
    for (const ScheduleRun& run : schedule.runs) collect(run);
    std::vector<std::size_t> tests;
    for (std::size_t i = 0; i < entries_.size(); ++i) {
      if (entries_[i].span->kind == Kind::test) tests.push_back(i);
    }
    const std::size_t listed = std::min(kMostLongest, tests.size());
    std::partial_sort(tests.begin(), tests.begin() + static_cast<std::ptrdiff_t>(listed),
                      tests.end(), [&](std::size_t a, std::size_t b) {
                        const std::int64_t first = entries_[a].span->duration_ns();
                        const std::int64_t second = entries_[b].span->duration_ns();
                        return first != second ? first > second : a < b;
                      });
    for (std::size_t i = 0; i < listed; ++i) entries_[tests[i]].rank = i + 1;
    longest_.assign(tests.begin(), tests.begin() + static_cast<std::ptrdiff_t>(listed));
    const std::size_t lanes = std::max<std::size_t>(1, lanes_.size());
    lane_height_ = lanes <= 8 ? 40 : lanes <= 16 ? 28 : lanes <= 48 ? 18 : 9;
    narrow_ = std::max(1.0, (kRight - kLeft) * static_cast<double>(lanes) / kMostMarks);
    bottom_ = kTop + lane_height_ * static_cast<int>(lanes);
  }

  void collect(const ScheduleRun& run) {
    const std::vector<std::pair<unsigned, unsigned>> attempts = attempts_of(run);
    for (std::size_t i = 0; i < run.crew.size(); ++i) {
      lanes_[run.crew[i].slot].workers.emplace_back(&run, i);
      end_ = std::max(end_, run.crew[i].end_ns);
      if (!begins_ || run.crew[i].begin_ns < begin_) begin_ = run.crew[i].begin_ns;
      begins_ = true;
    }
    for (std::size_t i = 0; i < run.spans.size(); ++i) {
      const ScheduleSpan& span = run.spans[i];
      Lane& lane = lanes_[run.crew[static_cast<std::size_t>(span.worker)].slot];
      lane.spans.push_back(entries_.size());
      entries_.push_back({&run, &span, attempts[i]});
      end_ = std::max(end_, span.end_ns);
      if (span.kind != Kind::start) lane.busy_ns += span.duration_ns();
      if (span.kind == Kind::test) ++counts_[span.result];
      if (is_trouble(span)) troubles_.push_back(entries_.size() - 1);
    }
  }

  static bool is_trouble(const ScheduleSpan& span) {
    return span.result != Result::passed && span.result != Result::skipped;
  }

  void draw() {
    const std::size_t lines = std::max(longest_.size(), std::min(troubles_.size(), kMostTroubles));
    const int height = bottom_ + 40 + kLine * static_cast<int>(lines + 2);
    text_ = "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"" + number(kWidth) + "\" height=\"" +
            number(height) + "\" viewBox=\"0 0 " + number(kWidth) + " " + number(height) +
            "\" font-family=\"Helvetica,Arial,sans-serif\" font-size=\"12\">\n"
            "<style>.passed{fill:#4caf6e}.many{fill:#7cc795}.skipped{fill:#e8c33a}"
            ".failed{fill:#d62728}.crashed{fill:#1a1a1a}.timedout{fill:#8e24aa}"
            ".interrupted{fill:#90a4ae}.suite{fill:#5b8fd6}.env{fill:#34609c}.start{fill:#b7c9e2}"
            ".grid{stroke:#d0d4da;stroke-width:1}.label{font-size:10px;fill:#fff;"
            "pointer-events:none}.dim{fill:#5f6670}.edge{stroke:#fff;stroke-width:.6}"
            "path:hover{opacity:.7}</style>\n"
            "<defs><pattern id=\"idle\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\">"
            "<path d=\"M0 0h6v6h-6z\" fill=\"#f3f1ec\"/><path d=\"M0 6L6 0\" stroke=\"#cfc9bb\"/>"
            "</pattern></defs>\n"
            "<path d=\"M0 0h" +
            number(kWidth) + "v" + number(height) + "h-" + number(kWidth) + "z\" fill=\"#fff\"/>\n";
    draw_caption();
    draw_legend();
    draw_axis();
    int top = kTop;
    for (const auto& [slot, lane] : lanes_) {
      draw_lane(lane, top);
      top += lane_height_;
    }
    draw_lists();
    text_ += "</svg>\n";
  }

  // --- around the lanes --------------------------------------------------------------------------

  void draw_caption() {
    Makespan all;
    unsigned workers = 0;
    for (const ScheduleRun& run : schedule_.runs) {
      const Makespan makespan = makespan_of(run);
      all.taken_ns += makespan.taken_ns;
      all.longest_ns += makespan.longest_ns;
      all.shared_ns += makespan.shared_ns;
      all.bound_ns += makespan.bound_ns;
      all.tests += makespan.tests;
      workers = std::max(workers, run.workers);
    }
    write(16, 26, schedule_.program, "font-size=\"18\" font-weight=\"bold\"");
    write(16, 46,
          std::to_string(all.tests) + (all.tests == 1 ? " test run on " : " test runs on ") +
              std::to_string(workers) + (workers == 1 ? " worker" : " workers") + " in " +
              describe_nanoseconds(all.taken_ns) + "; at least " +
              describe_nanoseconds(all.bound_ns) + " are needed: max(longest test " +
              describe_nanoseconds(all.longest_ns) + ", all work / workers " +
              describe_nanoseconds(all.shared_ns) + ")");
  }

  void draw_legend() {
    int x = 16;
    const auto add = [&](const std::string& fill, const std::string& what) {
      text_ += "<path " + fill + " d=\"M" + number(x) + " 58h14v12h-14z\"/>";
      write(x + 19, 68, what);
      x += 34 + static_cast<int>(kCharacter * static_cast<double>(what.size()));
    };
    for (const Result result : {Result::passed, Result::failed, Result::crashed, Result::timed_out,
                                Result::skipped, Result::interrupted}) {
      const auto count = counts_.find(result);
      if (count == counts_.end() && result != Result::passed && result != Result::failed) continue;
      add("class=\"" + class_of(result) + "\"",
          std::to_string(count == counts_.end() ? 0 : count->second) + " " + name_of(result));
    }
    add("class=\"many\"", "several short tests");
    add("class=\"suite\"", "suite set-up, tear-down");
    add("class=\"env\"", "environments");
    add("class=\"start\"", "start of the process");
    add("fill=\"url(#idle)\" stroke=\"#cfc9bb\"", "idle");
  }

  void draw_axis() {
    const std::int64_t length = std::max<std::int64_t>(1, end_ - begin_);
    constexpr std::int64_t kMostTicks = 14;
    std::int64_t power = 1;
    while (length / power > kMostTicks * 5) power *= 10;
    std::int64_t step = power;
    for (const int factor : {2, 5, 10}) {
      if (length / step > kMostTicks) step = power * factor;
    }
    for (std::int64_t tick = 0; tick <= length; tick += step) {
      const std::string at = position(begin_ + tick);
      text_ += "<path class=\"grid\" d=\"M" + at + " " + number(kTop - 6) + "V" +
               number(bottom_ + 6) + "\"/>";
      for (const int y : {kTop - 10, bottom_ + 18}) {
        text_ += "<text class=\"dim\" text-anchor=\"middle\" x=\"" + at + "\" y=\"" + number(y) +
                 "\">" + (tick == 0 ? "0" : describe_nanoseconds(tick)) + "</text>";
      }
      text_ += "\n";
    }
    write(kRight + 8, kTop - 10, "busy", "class=\"dim\"");
  }

  void draw_lists() {
    int y = bottom_ + 46;
    write(16, y, "Longest tests", "font-weight=\"bold\"");
    for (const std::size_t i : longest_) {
      y += kLine;
      write(16, y, std::to_string(entries_[i].rank) + "   " + describe(entries_[i]));
    }
    y = bottom_ + 46;
    constexpr int kColumn = 820;
    if (troubles_.empty()) return write(kColumn, y, "Nothing failed", "class=\"dim\"");
    write(kColumn, y, "Failures (" + std::to_string(troubles_.size()) + ")",
          "font-weight=\"bold\" fill=\"#d62728\"");
    for (std::size_t i = 0; i < std::min(kMostTroubles, troubles_.size()); ++i) {
      y += kLine;
      write(kColumn, y, describe(entries_[troubles_[i]]));
    }
    if (troubles_.size() > kMostTroubles) {
      write(kColumn, y + kLine,
            "and " + std::to_string(troubles_.size() - kMostTroubles) + " more");
    }
  }

  // --- lanes -------------------------------------------------------------------------------------

  void draw_lane(const Lane& lane, int top) {
    const int height = lane_height_ - std::max(2, lane_height_ / 8);
    std::string name;
    std::int64_t life = 0;
    text_ += "<g transform=\"translate(0 " + number(top) + ")\">\n";
    for (const auto& [run, i] : lane.workers) {
      const ScheduleWorker& worker = run->crew[i];
      const std::int64_t end = worker.end_ns > worker.begin_ns ? worker.end_ns : end_;
      text_ += "<path fill=\"url(#idle)\"" + box(worker.begin_ns, end, height, 0) + "><title>" +
               worker_name(i) + " idle</title></path>";
      life += end - worker.begin_ns;
      if (name.empty()) name = worker_name(i);
    }
    if (lane.workers.size() > schedule_.runs.size()) {
      name += " +" + std::to_string(lane.workers.size() - schedule_.runs.size());
    }
    const int baseline = height / 2 + (lane_height_ < 12 ? 3 : 4);
    const std::string small = lane_height_ < 12 ? "font-size=\"8\" " : "";
    write(kLeft - 8, baseline, name, small + "text-anchor=\"end\"");
    if (life > 0) {
      write(kRight + 8, baseline, std::to_string(lane.busy_ns * 100 / life) + "%",
            small + "class=\"dim\"");
    }
    text_ += "\n";
    for (std::size_t i = 0; i < lane.spans.size();) i = draw_span(lane.spans, i, height);
    // On top, so that nothing hides them.
    hidden_to_ = 0;
    for (const std::size_t i : lane.spans) {
      if (is_trouble(*entries_[i].span)) draw_trouble(entries_[i], height);
    }
    for (const auto& [run, i] : lane.workers) draw_end(run->crew[i], i, height);
    text_ += "</g>\n";
  }

  // Draws the span at `i`, or a group of narrow ones that begins with it; where it goes on.
  std::size_t draw_span(const std::vector<std::size_t>& spans, std::size_t i, int height) {
    const Entry& first = entries_[spans[i]];
    if (is_trouble(*first.span)) return i + 1;
    const std::int64_t begin = first.span->begin_ns;
    std::int64_t end = first.span->end_ns;
    const double widest = 5 * narrow_;
    std::size_t tests = 0;
    std::size_t last = i;
    if (pixels(end - begin) < narrow_) {
      for (std::size_t next = i; next < spans.size(); ++next) {
        const ScheduleSpan& span = *entries_[spans[next]].span;
        if (is_trouble(span) || pixels(span.duration_ns()) >= narrow_) break;
        if (pixels(span.begin_ns - end) > narrow_ / 2 || pixels(span.end_ns - begin) > widest) {
          break;
        }
        end = span.end_ns;
        last = next;
        if (span.kind == Kind::test) ++tests;
      }
    }
    if (last == i) {
      draw_one(first, height);
    } else {
      const Entry& other = entries_[spans[last]];
      const std::string shown = tests > 0 ? "many" : class_of(*first.span);
      text_ +=
          "<path class=\"" + shown + "\"" + box(begin, end, height, 0.4) + "><title>" +
          std::to_string(tests) + (tests == 1 ? " test, " : " tests, ") +
          describe_nanoseconds(end - begin) + ": " +
          quote_xml(name_of(*first.run, *first.span) + " to " + name_of(*other.run, *other.span)) +
          "</title></path>\n";
    }
    return last + 1;
  }

  void draw_one(const Entry& entry, int height) {
    const ScheduleSpan& span = *entry.span;
    text_ += "<path class=\"" + class_of(span) + (lane_height_ < 12 ? "\"" : " edge\"") +
             box(span.begin_ns, span.end_ns, height, 0.4) + "><title>" +
             quote_xml(describe(entry)) + "</title></path>";
    draw_label(entry, height);
    text_ += "\n";
  }

  // As much of the name as there is room for; rather the test's than its suite's.
  void draw_label(const Entry& entry, int height) {
    const ScheduleSpan& span = *entry.span;
    if (span.kind != Kind::test || lane_height_ < 12) return;
    const double width = pixels(span.duration_ns());
    const auto room = static_cast<std::size_t>(std::max(0.0, (width - 5) / kCharacter));
    const std::string rank = entry.rank > 0 ? std::to_string(entry.rank) : "";
    const std::string name = name_of(*entry.run, span);
    std::string label = (rank.empty() ? "" : rank + " ") + name;
    constexpr std::size_t kLeast = 6;
    if (label.size() > room && room < kLeast) {
      if (rank.empty() || rank.size() > room) return;
      label = rank;
    } else if (label.size() > room) {
      label = (rank.empty() ? "" : rank + " ") + name.substr(name.find('.') + 1);
      if (label.size() > room) {
        std::size_t size = room - 1;
        while (size > 0 && (static_cast<unsigned char>(label[size]) & 0xc0U) == 0x80U) --size;
        label = label.substr(0, size) + "…";
      }
    }
    text_ += "<text class=\"label\" x=\"" + tenths(pixels(span.begin_ns - begin_) + kLeft + 3) +
             "\" y=\"" + number(height / 2 + 4) + "\">" + quote_xml(label) + "</text>";
  }

  // Never narrower than can be seen, with a mark above.
  void draw_trouble(const Entry& entry, int height) {
    constexpr double kLeast = 3;
    const ScheduleSpan& span = *entry.span;
    const std::string x = position(span.begin_ns);
    // What the one before hides is listed and counted all the same.
    const double end = pixels(span.end_ns);
    if (end < hidden_to_ && span.result == hidden_as_) return;
    hidden_to_ = std::max(end, pixels(span.begin_ns) + kLeast);
    hidden_as_ = span.result;
    text_ += "<path class=\"" + class_of(span) + "\"" +
             box(span.begin_ns, span.end_ns, height, kLeast) + "><title>" +
             quote_xml(describe(entry)) + "</title></path><path fill=\"#d62728\" d=\"M" + x + " " +
             number(0) + "l-4 -6h8z\"/>";
    draw_label(entry, height);
    text_ += "\n";
  }

  // A worker that did not end as it should, and who came in its place.
  void draw_end(const ScheduleWorker& worker, std::size_t i, int height) {
    if (!worker.end.empty()) {
      text_ += "<path stroke=\"#d62728\" stroke-width=\"2\" d=\"M" + position(worker.end_ns) +
               " -2v" + number(height + 4) + "m-4 -" + number(height / 2 + 6) +
               "l8 8m0 -8l-8 8\"><title>" + worker_name(i) + ": " + quote_xml(worker.end) +
               "</title></path>";
    }
    if (worker.slot != i && lane_height_ >= 28) {
      write(static_cast<int>(pixels(worker.begin_ns - begin_)) + kLeft + 6, height - 3,
            worker_name(i), "font-size=\"10\" fill=\"#34609c\"");
    }
    text_ += "\n";
  }

  // --- words -------------------------------------------------------------------------------------

  static std::string worker_name(std::size_t number) { return "gw" + std::to_string(number); }

  static std::string class_of(Result result) {
    return result == Result::timed_out ? "timedout" : name_of(result);
  }

  static std::string class_of(const ScheduleSpan& span) {
    if (span.kind == Kind::test || is_trouble(span)) return class_of(span.result);
    if (span.kind == Kind::start) return "start";
    return span.kind == Kind::suite_up || span.kind == Kind::suite_down ? "suite" : "env";
  }

  // "S.T: 35.2 ms, failed on gw1 (attempt 1 of 2)".
  std::string describe(const Entry& entry) const {
    const ScheduleSpan& span = *entry.span;
    std::string text = name_of(*entry.run, span) + ": " + describe_nanoseconds(span.duration_ns()) +
                       ", " + name_of(span.result) + " on " +
                       worker_name(static_cast<std::size_t>(span.worker));
    if (entry.attempt.second > 1) {
      text += " (attempt " + std::to_string(entry.attempt.first) + " of " +
              std::to_string(entry.attempt.second) + ")";
    }
    if (entry.run->iterations > 1) text += ", iteration " + std::to_string(span.iteration);
    return text;
  }

  // --- geometry ----------------------------------------------------------------------------------

  double pixels(std::int64_t nanoseconds) const {
    const auto length = static_cast<double>(std::max<std::int64_t>(1, end_ - begin_));
    return static_cast<double>(nanoseconds) * (kRight - kLeft) / length;
  }

  std::string position(std::int64_t time) const { return tenths(pixels(time - begin_) + kLeft); }

  // The attribute of a path, at least so wide.
  std::string box(std::int64_t begin, std::int64_t end, int height, double least) const {
    const std::string width = tenths(std::max(least, pixels(end - begin)));
    return " d=\"M" + position(begin) + " 0h" + width + "v" + number(height) + "h-" + width + "z\"";
  }

  void write(int x, int y, const std::string& what, const std::string& attributes = {}) {
    text_ += "<text x=\"" + number(x) + "\" y=\"" + number(y) + "\"" +
             (attributes.empty() ? "" : " " + attributes) + ">" + quote_xml(what) + "</text>\n";
  }

  static std::string number(int value) { return std::to_string(value); }

  static std::string tenths(double value) {
    const auto rounded = static_cast<std::uint64_t>(std::llround(std::max(0.0, value) * 10));
    return rounded % 10 == 0 ? std::to_string(rounded / 10) : format_decimal(rounded, 1);
  }

  const Schedule& schedule_;
  std::map<unsigned, Lane> lanes_;  // by place of a worker
  std::vector<Entry> entries_;
  std::vector<std::size_t> longest_;   // of entries_
  std::vector<std::size_t> troubles_;  // likewise
  std::map<Result, std::size_t> counts_;
  std::int64_t begin_ = 0;
  std::int64_t end_ = 0;
  bool begins_ = false;
  int lane_height_ = 0;
  double narrow_ = 1;  // what is narrower is drawn with its neighbours
  int bottom_ = 0;
  double hidden_to_ = 0;  // where the last failure that is drawn in a lane ends
  Result hidden_as_ = Result::passed;
  std::string text_;
};

// The picture in a page of its own.
inline std::string draw_timeline_page(const Schedule& schedule) {
  return "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"/><title>" +
         quote_xml(schedule.program) + "</title></head><body style=\"margin:0\">\n" +
         TimelineSvg::draw(schedule) + "</body></html>\n";
}

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_CORE_TIMELINE_SVG_H_
