// One lane of a timeline's picture: what a worker and its replacements did.
//
// Layer: core/timeline (standard library only). Spans that are too narrow to be seen are drawn
// together with their neighbours, but one that did not pass is always visible. Does not know what
// is around the lanes.
#ifndef GTEST_XDIST_CORE_TIMELINE_TIMELINE_SVG_LANE_H_
#define GTEST_XDIST_CORE_TIMELINE_TIMELINE_SVG_LANE_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>

#include "gtest_xdist/core/identity.h"
#include "gtest_xdist/core/schedule/schedule.h"
#include "gtest_xdist/core/text/text.h"
#include "gtest_xdist/core/text/time_text.h"
#include "gtest_xdist/core/text/utf8.h"
#include "gtest_xdist/core/timeline/svg.h"
#include "gtest_xdist/core/timeline/timeline.h"
#include "gtest_xdist/core/timeline/timeline_geometry.h"
#include "gtest_xdist/core/timeline/timeline_lanes.h"

namespace gtest_xdist::internal {

// The classes of the picture's styles.
inline std::string svg_class_of(ScheduleSpan::Result result) {
  return result == ScheduleSpan::Result::timed_out ? "timedout" : name_of(result);
}

inline std::string svg_class_of(const ScheduleSpan& span) {
  using Kind = ScheduleSpan::Kind;
  if (span.kind == Kind::test || TimelineLanes::is_trouble(span)) return svg_class_of(span.result);
  if (span.kind == Kind::start) return "start";
  return span.kind == Kind::suite_up || span.kind == Kind::suite_down ? "suite" : "env";
}

class TimelineSvgLane {
 public:
  // `lane` is one of `all`. Appends elements to `text`. Keeps references to its arguments.
  TimelineSvgLane(const TimelineLanes& all, const TimelineLanes::Lane& lane,
                  const TimelineGeometry& at, std::string& text)
      : all_(all), lane_(lane), at_(at), height_(at.bar_height()), text_(text) {}

  // Draws the lane, so far below the top of the picture. Call it once.
  void draw(int top) {
    std::string name;
    std::int64_t life = 0;
    text_ += "<g transform=\"translate(0 " + svg_number(top) + ")\">\n";
    for (const auto& [run, i] : lane_.workers) {
      const ScheduleWorker& worker = run->crew[i];
      const std::int64_t end = worker.end_ns > worker.begin_ns ? worker.end_ns : all_.end_ns();
      text_ += "<path fill=\"url(#idle)\"" + at_.box(worker.begin_ns, end, height_, 0) +
               "><title>" + worker_name(i) + " idle</title></path>";
      life += end - worker.begin_ns;
      if (name.empty()) name = worker_name(i);
    }
    if (lane_.workers.size() > all_.runs()) {
      name += " +" + std::to_string(lane_.workers.size() - all_.runs());
    }
    const int baseline = height_ / 2 + (at_.is_low() ? 3 : 4);
    const std::string small = at_.is_low() ? "font-size=\"8\" " : "";
    write(At::kLeft - 8, baseline, name, small + "text-anchor=\"end\"");
    if (life > 0) {
      write(At::kRight + 8, baseline, std::to_string(lane_.busy_ns * 100 / life) + "%",
            small + "class=\"dim\"");
    }
    text_ += "\n";
    for (std::size_t i = 0; i < lane_.spans.size();) i = draw_span(i);
    // On top, so that nothing hides them.
    for (const std::size_t i : lane_.spans) {
      if (TimelineLanes::is_trouble(*all_.entry(i).span)) draw_trouble(all_.entry(i));
    }
    for (const auto& [run, i] : lane_.workers) draw_end(run->crew[i], i);
    text_ += "</g>\n";
  }

 private:
  using At = TimelineGeometry;
  using Entry = TimelineLanes::Entry;
  using Kind = ScheduleSpan::Kind;
  using Result = ScheduleSpan::Result;

  // Draws the span at `i`, or a group of narrow ones that begins with it. Returns the next one.
  std::size_t draw_span(std::size_t i) {
    const Entry& first = all_.entry(lane_.spans[i]);
    if (TimelineLanes::is_trouble(*first.span)) return i + 1;
    const std::int64_t begin = first.span->begin_ns;
    std::int64_t end = first.span->end_ns;
    const double widest = 5 * at_.narrow();
    std::size_t tests = 0;
    std::size_t last = i;
    if (at_.pixels(end - begin) < at_.narrow()) {
      for (std::size_t next = i; next < lane_.spans.size(); ++next) {
        const ScheduleSpan& span = *all_.entry(lane_.spans[next]).span;
        if (TimelineLanes::is_trouble(span)) break;
        if (at_.pixels(span.duration_ns()) >= at_.narrow()) break;
        if (at_.pixels(span.begin_ns - end) > at_.narrow() / 2) break;
        if (at_.pixels(span.end_ns - begin) > widest) break;
        end = span.end_ns;
        last = next;
        if (span.kind == Kind::test) ++tests;
      }
    }
    if (last == i) {
      draw_one(first);
    } else {
      const Entry& other = all_.entry(lane_.spans[last]);
      const std::string shown = tests > 0 ? "many" : svg_class_of(*first.span);
      text_ +=
          "<path class=\"" + shown + "\"" + at_.box(begin, end, height_, 0.4) + "><title>" +
          std::to_string(tests) + (tests == 1 ? " test, " : " tests, ") +
          describe_nanoseconds(end - begin) + ": " +
          quote_xml(name_of(*first.run, *first.span) + " to " + name_of(*other.run, *other.span)) +
          "</title></path>\n";
    }
    return last + 1;
  }

  void draw_one(const Entry& entry) {
    const ScheduleSpan& span = *entry.span;
    text_ += "<path class=\"" + svg_class_of(span) + (at_.is_low() ? "\"" : " edge\"") +
             at_.box(span.begin_ns, span.end_ns, height_, 0.4) + "><title>" +
             quote_xml(describe(entry)) + "</title></path>";
    draw_label(entry);
    text_ += "\n";
  }

  // As much of the name as there is room for: the suite's name goes first.
  void draw_label(const Entry& entry) {
    const ScheduleSpan& span = *entry.span;
    if (span.kind != Kind::test || at_.is_low()) return;
    const double width = at_.pixels(span.duration_ns());
    const auto room = static_cast<std::size_t>(std::max(0.0, (width - 5) / At::kCharacter));
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
        while (size > 0 && continues_character(label[size])) --size;
        label = label.substr(0, size) + "…";
      }
    }
    text_ += "<text class=\"label\" x=\"" + svg_tenths(at_.x(span.begin_ns) + 3) + "\" y=\"" +
             svg_number(height_ / 2 + 4) + "\">" + quote_xml(label) + "</text>";
  }

  // Wide enough to be seen, with a mark above.
  void draw_trouble(const Entry& entry) {
    constexpr double kLeast = 3;
    const ScheduleSpan& span = *entry.span;
    const std::string x = at_.position(span.begin_ns);
    // One that is hidden by the one before is still listed and counted.
    const double end = at_.pixels(span.end_ns);
    if (end < hidden_to_ && span.result == hidden_as_) return;
    hidden_to_ = std::max(end, at_.pixels(span.begin_ns) + kLeast);
    hidden_as_ = span.result;
    text_ += "<path class=\"" + svg_class_of(span) + "\"" +
             at_.box(span.begin_ns, span.end_ns, height_, kLeast) + "><title>" +
             quote_xml(describe(entry)) + "</title></path><path fill=\"#d62728\" d=\"M" + x + " " +
             svg_number(0) + "l-4 -6h8z\"/>";
    draw_label(entry);
    text_ += "\n";
  }

  // A worker that did not end as it should, and its replacement.
  void draw_end(const ScheduleWorker& worker, std::size_t i) {
    if (!worker.end.empty()) {
      text_ += "<path stroke=\"#d62728\" stroke-width=\"2\" d=\"M" + at_.position(worker.end_ns) +
               " -2v" + svg_number(height_ + 4) + "m-4 -" + svg_number(height_ / 2 + 6) +
               "l8 8m0 -8l-8 8\"><title>" + worker_name(i) + ": " + quote_xml(worker.end) +
               "</title></path>";
    }
    if (worker.slot != i && at_.lane_height() >= 28) {
      write(static_cast<int>(at_.x(worker.begin_ns)) + 6, height_ - 3, worker_name(i),
            "font-size=\"10\" fill=\"#34609c\"");
    }
    text_ += "\n";
  }

  void write(int x, int y, const std::string& what, const std::string& attributes = {}) {
    text_ += svg_text(x, y, what, attributes);
  }

  const TimelineLanes& all_;
  const TimelineLanes::Lane& lane_;
  const TimelineGeometry& at_;
  const int height_;
  std::string& text_;
  double hidden_to_ = 0;  // where the last failure that is drawn ends
  Result hidden_as_ = Result::passed;
};

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_CORE_TIMELINE_TIMELINE_SVG_LANE_H_
