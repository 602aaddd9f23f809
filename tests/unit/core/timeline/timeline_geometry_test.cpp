#include "gtest_xdist/core/timeline/timeline_geometry.h"

#include <cstddef>

#include <gtest/gtest.h>

namespace gtest_xdist::internal {
namespace {

using At = TimelineGeometry;

TEST(TimelineGeometry, TimeFillsTheWidth) {
  const At at(1, 1000, 3000);
  EXPECT_EQ(at.length_ns(), 2000);
  EXPECT_DOUBLE_EQ(at.x(1000), At::kLeft);
  EXPECT_DOUBLE_EQ(at.x(3000), At::kRight);
  EXPECT_DOUBLE_EQ(at.pixels(1000), (At::kRight - At::kLeft) / 2.0);
  EXPECT_EQ(at.position(2000), "818");
  EXPECT_EQ(at.box(2000, 3000, 7, 0), " d=\"M818 0h722v7h-722z\"");
}

TEST(TimelineGeometry, ABoxCanBeSeen) {
  EXPECT_EQ(At(1, 0, 1'000'000).box(0, 1, 7, 2.5), " d=\"M96 0h2.5v7h-2.5z\"");
}

TEST(TimelineGeometry, NoTimeIsSomeTime) {
  const At at(0, 5, 5);
  EXPECT_EQ(at.length_ns(), 1);
  EXPECT_EQ(at.bottom(), At::kTop + at.lane_height()) << "no lane is one";
}

TEST(TimelineGeometry, ManyLanesAreLow) {
  struct Row {
    std::size_t lanes;
    int height;
    int bar;
    bool low;
  };
  for (const Row& row :
       {Row{1, 40, 35, false}, Row{8, 40, 35, false}, Row{9, 28, 25, false}, Row{16, 28, 25, false},
        Row{17, 18, 16, false}, Row{48, 18, 16, false}, Row{49, 9, 7, true}}) {
    const At at(row.lanes, 0, 1);
    EXPECT_EQ(at.lane_height(), row.height) << row.lanes;
    EXPECT_EQ(at.bar_height(), row.bar) << row.lanes;
    EXPECT_EQ(at.is_low(), row.low) << row.lanes;
    EXPECT_EQ(at.bottom(), At::kTop + row.height * static_cast<int>(row.lanes));
  }
}

TEST(TimelineGeometry, ManyLanesHaveFewerMarksEach) {
  EXPECT_DOUBLE_EQ(At(8, 0, 1).narrow(), 1);
  EXPECT_GT(At(100, 0, 1).narrow(), 10);
}

}  // namespace
}  // namespace gtest_xdist::internal
