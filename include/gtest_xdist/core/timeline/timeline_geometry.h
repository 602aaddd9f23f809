// Where the things are in a picture of a schedule.
//
// Layer: core/timeline (standard library only). All lengths are pixels. What is drawn there is not
// known here.
#ifndef GTEST_XDIST_CORE_TIMELINE_TIMELINE_GEOMETRY_H_
#define GTEST_XDIST_CORE_TIMELINE_TIMELINE_GEOMETRY_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>

#include "gtest_xdist/core/timeline/svg.h"

namespace gtest_xdist::internal {

class TimelineGeometry {
 public:
  static constexpr int kWidth = 1600;
  static constexpr int kLeft = 96;           // where time begins
  static constexpr int kRight = 1540;        // where it ends
  static constexpr int kTop = 112;           // of the first lane
  static constexpr int kLine = 17;           // of text below the lanes
  static constexpr double kCharacter = 6.2;  // the width of most

  // So many lanes show the time from `begin_ns` to `end_ns`.
  TimelineGeometry(std::size_t lanes, std::int64_t begin_ns, std::int64_t end_ns)
      : lanes_(std::max<std::size_t>(1, lanes)),
        begin_(begin_ns),
        length_(std::max<std::int64_t>(1, end_ns - begin_ns)) {}

  int lane_height() const { return lanes_ <= 8 ? 40 : lanes_ <= 16 ? 28 : lanes_ <= 48 ? 18 : 9; }

  // The height of what a lane shows.
  int bar_height() const { return lane_height() - std::max(2, lane_height() / 8); }

  // Whether a lane is too low for text of the usual size.
  bool is_low() const { return lane_height() < 12; }

  // Of the last lane.
  int bottom() const { return kTop + lane_height() * static_cast<int>(lanes_); }

  // What is narrower is to be drawn with its neighbours.
  double narrow() const {
    return std::max(1.0, (kRight - kLeft) * static_cast<double>(lanes_) / kMostMarks);
  }

  // The time that is shown, in nanoseconds.
  std::int64_t length_ns() const { return length_; }

  // How wide so much time is.
  double pixels(std::int64_t nanoseconds) const {
    return static_cast<double>(nanoseconds) * (kRight - kLeft) / static_cast<double>(length_);
  }

  // Where that time is.
  double x(std::int64_t time) const { return pixels(time - begin_) + kLeft; }
  std::string position(std::int64_t time) const { return svg_tenths(x(time)); }

  // The attribute of a path that is a box from the top of a lane, at least so wide.
  std::string box(std::int64_t begin, std::int64_t end, int height, double least) const {
    const std::string width = svg_tenths(std::max(least, pixels(end - begin)));
    return " d=\"M" + position(begin) + " 0h" + width + "v" + svg_number(height) + "h-" + width +
           "z\"";
  }

 private:
  // More marks than this make a file large.
  static constexpr double kMostMarks = 12'000;

  const std::size_t lanes_;
  const std::int64_t begin_;
  const std::int64_t length_;
};

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_CORE_TIMELINE_TIMELINE_GEOMETRY_H_
