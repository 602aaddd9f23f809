// Stretches of a file, of which no two touch.
//
// Layer: process/output. Pure bookkeeping for SpentRanges and OutputCuts. It does not know what a
// stretch means: they do.
#ifndef GTEST_XDIST_PROCESS_OUTPUT_STRETCHES_H_
#define GTEST_XDIST_PROCESS_OUTPUT_STRETCHES_H_

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <map>

#include "gtest_xdist/core/tests/report.h"

namespace gtest_xdist::internal {

struct StretchEnd {
  std::uint64_t end = 0;
  bool is_named = false;  // of a cut: whether a piece has named it
};

using Stretches = std::map<std::uint64_t, StretchEnd>;  // by beginning

// Removes the stretches that overlap with the range or touch it, and returns their union with it.
// `is_named` becomes true if it is true of one of them.
inline ByteRange join(Stretches& stretches, ByteRange range, bool& is_named) {
  auto next = stretches.lower_bound(range.begin);
  if (next != stretches.begin() && std::prev(next)->second.end >= range.begin) --next;
  while (next != stretches.end() && next->first <= range.end) {
    range = {std::min(range.begin, next->first), std::max(range.end, next->second.end)};
    is_named |= next->second.is_named;
    next = stretches.erase(next);
  }
  return range;
}

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_PROCESS_OUTPUT_STRETCHES_H_
