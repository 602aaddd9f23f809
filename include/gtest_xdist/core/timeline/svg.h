// Numbers and text in an SVG picture.
//
// Layer: core/timeline (standard library only). Knows no timeline.
#ifndef GTEST_XDIST_CORE_TIMELINE_SVG_H_
#define GTEST_XDIST_CORE_TIMELINE_SVG_H_

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>

#include "gtest_xdist/core/text/time_text.h"
#include "gtest_xdist/core/text/utf8.h"

namespace gtest_xdist::internal {

inline std::string svg_number(int value) { return std::to_string(value); }

// A length or a position, to a tenth of a pixel: "12.5", "12"; what is negative is 0.
inline std::string svg_tenths(double value) {
  const auto rounded = static_cast<std::uint64_t>(std::llround(std::max(0.0, value) * 10));
  return rounded % 10 == 0 ? std::to_string(rounded / 10) : format_decimal(rounded, 1);
}

// The element that shows `what`, any text, at that place; `attributes` as in XML.
inline std::string svg_text(int x, int y, const std::string& what,
                            const std::string& attributes = {}) {
  return "<text x=\"" + svg_number(x) + "\" y=\"" + svg_number(y) + "\"" +
         (attributes.empty() ? "" : " " + attributes) + ">" + quote_xml(what) + "</text>\n";
}

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_CORE_TIMELINE_SVG_H_
