#include "gtest_xdist/core/timeline/svg.h"

#include <gtest/gtest.h>

namespace gtest_xdist::internal {
namespace {

TEST(Svg, RoundsToATenth) {
  EXPECT_EQ(svg_tenths(0), "0");
  EXPECT_EQ(svg_tenths(12), "12");
  EXPECT_EQ(svg_tenths(12.04), "12");
  EXPECT_EQ(svg_tenths(12.06), "12.1");
  EXPECT_EQ(svg_tenths(12.97), "13");
  EXPECT_EQ(svg_tenths(-3), "0");
}

TEST(Svg, QuotesText) {
  EXPECT_EQ(svg_text(-1, 2, "a < b"), "<text x=\"-1\" y=\"2\">a &lt; b</text>\n");
  EXPECT_EQ(svg_text(1, 2, "a", "class=\"dim\""), "<text x=\"1\" y=\"2\" class=\"dim\">a</text>\n");
}

}  // namespace
}  // namespace gtest_xdist::internal
