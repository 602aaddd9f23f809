// GTEST_XDIST_TIMELINE=<file>.svg: a schedule as a picture that any browser shows.
//
// Layer: core/timeline (standard library only). Draws everything around the lanes; TimelineSvgLane
// draws a lane. The picture of a hundred thousand tests is not much larger than that of a thousand.
#ifndef GTEST_XDIST_CORE_TIMELINE_TIMELINE_SVG_H_
#define GTEST_XDIST_CORE_TIMELINE_TIMELINE_SVG_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "gtest_xdist/core/schedule/schedule.h"
#include "gtest_xdist/core/text/time_text.h"
#include "gtest_xdist/core/text/utf8.h"
#include "gtest_xdist/core/timeline/svg.h"
#include "gtest_xdist/core/timeline/timeline.h"
#include "gtest_xdist/core/timeline/timeline_geometry.h"
#include "gtest_xdist/core/timeline/timeline_lanes.h"
#include "gtest_xdist/core/timeline/timeline_svg_lane.h"

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
  using At = TimelineGeometry;
  using Result = ScheduleSpan::Result;

  static constexpr std::size_t kMostTroubles = 20;  // as many are listed

  explicit TimelineSvg(const Schedule& schedule)
      : schedule_(schedule),
        lanes_(schedule),
        at_(lanes_.lanes().size(), lanes_.begin_ns(), lanes_.end_ns()) {}

  void draw() {
    const std::size_t lines =
        std::max(lanes_.longest().size(), std::min(lanes_.troubles().size(), kMostTroubles));
    const int height = at_.bottom() + 40 + At::kLine * static_cast<int>(lines + 2);
    text_ = "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"" + svg_number(At::kWidth) +
            "\" height=\"" + svg_number(height) + "\" viewBox=\"0 0 " + svg_number(At::kWidth) +
            " " + svg_number(height) +
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
            svg_number(At::kWidth) + "v" + svg_number(height) + "h-" + svg_number(At::kWidth) +
            "z\" fill=\"#fff\"/>\n";
    draw_caption();
    draw_legend();
    draw_axis();
    int top = At::kTop;
    for (const TimelineLanes::Lane& lane : lanes_.lanes()) {
      TimelineSvgLane(lanes_, lane, at_, text_).draw(top);
      top += at_.lane_height();
    }
    draw_lists();
    text_ += "</svg>\n";
  }

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
      text_ += "<path " + fill + " d=\"M" + svg_number(x) + " 58h14v12h-14z\"/>";
      write(x + 19, 68, what);
      x += 34 + static_cast<int>(At::kCharacter * static_cast<double>(what.size()));
    };
    for (const Result result : {Result::passed, Result::failed, Result::crashed, Result::timed_out,
                                Result::skipped, Result::interrupted}) {
      const std::size_t count = lanes_.count(result);
      if (count == 0 && result != Result::passed && result != Result::failed) continue;
      add("class=\"" + svg_class_of(result) + "\"", std::to_string(count) + " " + name_of(result));
    }
    add("class=\"many\"", "several short tests");
    add("class=\"suite\"", "suite set-up, tear-down");
    add("class=\"env\"", "environments");
    add("class=\"start\"", "start of the process");
    add("fill=\"url(#idle)\" stroke=\"#cfc9bb\"", "idle");
  }

  void draw_axis() {
    const std::int64_t length = at_.length_ns();
    constexpr std::int64_t kMostTicks = 14;
    std::int64_t power = 1;
    while (length / power > kMostTicks * 5) power *= 10;
    std::int64_t step = power;
    for (const int factor : {2, 5, 10}) {
      if (length / step > kMostTicks) step = power * factor;
    }
    for (std::int64_t tick = 0; tick <= length; tick += step) {
      const std::string at = at_.position(lanes_.begin_ns() + tick);
      text_ += "<path class=\"grid\" d=\"M" + at + " " + svg_number(At::kTop - 6) + "V" +
               svg_number(at_.bottom() + 6) + "\"/>";
      for (const int y : {At::kTop - 10, at_.bottom() + 18}) {
        text_ += "<text class=\"dim\" text-anchor=\"middle\" x=\"" + at + "\" y=\"" +
                 svg_number(y) + "\">" + (tick == 0 ? "0" : describe_nanoseconds(tick)) + "</text>";
      }
      text_ += "\n";
    }
    write(At::kRight + 8, At::kTop - 10, "busy", "class=\"dim\"");
  }

  void draw_lists() {
    int y = at_.bottom() + 46;
    write(16, y, "Longest tests", "font-weight=\"bold\"");
    for (const std::size_t i : lanes_.longest()) {
      y += At::kLine;
      write(16, y, std::to_string(lanes_.entry(i).rank) + "   " + describe(lanes_.entry(i)));
    }
    y = at_.bottom() + 46;
    constexpr int kColumn = 820;
    const std::vector<std::size_t>& troubles = lanes_.troubles();
    if (troubles.empty()) return write(kColumn, y, "Nothing failed", "class=\"dim\"");
    write(kColumn, y, "Failures (" + std::to_string(troubles.size()) + ")",
          "font-weight=\"bold\" fill=\"#d62728\"");
    for (std::size_t i = 0; i < std::min(kMostTroubles, troubles.size()); ++i) {
      y += At::kLine;
      write(kColumn, y, describe(lanes_.entry(troubles[i])));
    }
    if (troubles.size() > kMostTroubles) {
      write(kColumn, y + At::kLine,
            "and " + std::to_string(troubles.size() - kMostTroubles) + " more");
    }
  }

  void write(int x, int y, const std::string& what, const std::string& attributes = {}) {
    text_ += svg_text(x, y, what, attributes);
  }

  const Schedule& schedule_;
  const TimelineLanes lanes_;
  const TimelineGeometry at_;
  std::string text_;
};

// The picture in a page of its own.
inline std::string draw_timeline_page(const Schedule& schedule) {
  return "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"/><title>" +
         quote_xml(schedule.program) + "</title></head><body style=\"margin:0\">\n" +
         TimelineSvg::draw(schedule) + "</body></html>\n";
}

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_CORE_TIMELINE_TIMELINE_SVG_H_
