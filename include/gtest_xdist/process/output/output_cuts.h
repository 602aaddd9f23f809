// Remembers which stretches of a file have been cut out, and finds the pieces that are left.
//
// Layer: process/output. Pure bookkeeping: it does not know the file.
#ifndef GTEST_XDIST_PROCESS_OUTPUT_OUTPUT_CUTS_H_
#define GTEST_XDIST_PROCESS_OUTPUT_OUTPUT_CUTS_H_

#include <algorithm>
#include <cstdint>
#include <iterator>

#include "gtest_xdist/core/tests/report.h"
#include "gtest_xdist/process/output/stretches.h"

namespace gtest_xdist::internal {

class OutputCuts {
 public:
  // The next piece of a range. `cut` bytes are missing, if it is not 0; then the bytes of `shown`
  // follow.
  struct Piece {
    std::uint64_t cut = 0;
    ByteRange shown;
  };

  // Cuts `range` out. Cuts that touch or overlap become one.
  void add(ByteRange range) {
    if (range.end <= range.begin) return;
    bool is_named = false;
    range = join(cuts_, range, is_named);
    cuts_[range.begin] = {range.end, is_named};
  }

  // The end of the cut that `position` is in; `position` itself if it is in none.
  std::uint64_t end_at(std::uint64_t position) const {
    const auto next = cuts_.upper_bound(position);
    if (next == cuts_.begin()) return position;
    return std::max(position, std::prev(next)->second.end);
  }

  // Takes the first piece off `range`, which must not be empty. A cut is named once, in the piece
  // of the first range that reaches it. The range that reaches a cut's end removes the cut.
  Piece take(ByteRange& range) {
    Piece piece;
    auto next = cuts_.upper_bound(range.begin);
    if (next != cuts_.begin() && std::prev(next)->second.end > range.begin) {
      const auto here = std::prev(next);
      if (!here->second.is_named) piece.cut = here->second.end - here->first;
      here->second.is_named = true;
      range.begin = std::min(range.end, here->second.end);
      if (range.begin == here->second.end) cuts_.erase(here);
    }
    piece.shown = {range.begin, next == cuts_.end() ? range.end : std::min(range.end, next->first)};
    range.begin = piece.shown.end;
    return piece;
  }

 private:
  Stretches cuts_;
};

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_PROCESS_OUTPUT_OUTPUT_CUTS_H_
