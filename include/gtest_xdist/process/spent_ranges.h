// Which stretches of a file have been read and are not needed any more.
//
// Layer: process. Pure bookkeeping.
#ifndef GTEST_XDIST_PROCESS_SPENT_RANGES_H_
#define GTEST_XDIST_PROCESS_SPENT_RANGES_H_

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <map>
#include <optional>

#include "gtest_xdist/core/report.h"

namespace gtest_xdist::internal {

class SpentRanges {
 public:
  // `range` is spent. Returns the stretch of spent bytes around it, if that has at least `enough`
  // bytes; it is forgotten then. What is read in pieces is so put together, in whichever order.
  std::optional<ByteRange> add(ByteRange range, std::uint64_t enough) {
    if (range.end <= range.begin) return std::nullopt;
    auto next = ends_.lower_bound(range.begin);
    if (next != ends_.begin() && std::prev(next)->second >= range.begin) --next;
    while (next != ends_.end() && next->first <= range.end) {
      range = {std::min(range.begin, next->first), std::max(range.end, next->second)};
      next = ends_.erase(next);
    }
    if (range.end - range.begin >= enough) return range;
    ends_.emplace(range.begin, range.end);
    return std::nullopt;
  }

 private:
  std::map<std::uint64_t, std::uint64_t> ends_;  // by beginning; no two touch
};

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_PROCESS_SPENT_RANGES_H_
