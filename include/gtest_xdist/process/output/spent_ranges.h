// Remembers which stretches of a file have been read and are not needed any more.
//
// Layer: process/output. Pure bookkeeping: it does not know the file.
#ifndef GTEST_XDIST_PROCESS_OUTPUT_SPENT_RANGES_H_
#define GTEST_XDIST_PROCESS_OUTPUT_SPENT_RANGES_H_

#include <cstdint>

#include "gtest_xdist/core/tests/report.h"
#include "gtest_xdist/process/output/stretches.h"

namespace gtest_xdist::internal {

class SpentRanges {
 public:
  // Marks `range` as spent. If the stretch of spent bytes around it has at least `enough` bytes,
  // returns and forgets that stretch; else returns an empty one. So ranges that are read in any
  // order come together.
  ByteRange add(ByteRange range, std::uint64_t enough) {
    if (range.end <= range.begin) return {};
    bool is_named = false;
    range = join(spent_, range, is_named);
    if (range.end - range.begin >= enough) return range;
    spent_[range.begin] = {range.end, is_named};
    return {};
  }

 private:
  Stretches spent_;
};

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_PROCESS_OUTPUT_SPENT_RANGES_H_
