// Keeps and prints the output of one worker.
//
// Layer: controller/node. Does not know which tests the worker has.
#ifndef GTEST_XDIST_CONTROLLER_NODE_WORKER_OUTPUT_H_
#define GTEST_XDIST_CONTROLLER_NODE_WORKER_OUTPUT_H_

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <cstdio>
#include <string_view>
#include <utility>
#include <vector>

#include "gtest_xdist/core/tests/report.h"
#include "gtest_xdist/process/output/output_file.h"
#include "gtest_xdist/process/output/output_watch.h"
#include "gtest_xdist/transport/worker_slot.h"

namespace gtest_xdist::internal {

// Standard error has its own file only if the controller's two streams go to different places.
// Otherwise `out` has both, in order.
struct WorkerOutput {
  OutputFile out;
  OutputFile err;

  int out_descriptor() const { return out.descriptor(); }
  int err_descriptor() const { return err.valid() ? err.descriptor() : out.descriptor(); }

  std::vector<int> descriptors() const {
    std::vector<int> files = {out.descriptor()};
    if (err.valid()) files.push_back(err.descriptor());
    return files;
  }

  // Prints a slice to this process's own streams. The slice may be gone from the files afterwards.
  void print(const OutputSlice& slice) {
    const auto print_to = [](std::FILE* stream) {
      return [stream](std::string_view text) { std::fwrite(text.data(), 1, text.size(), stream); };
    };
    out.consume(slice.out, print_to(stdout));
    if (err.valid()) err.consume(slice.err, print_to(stderr));
  }

  // The output since the begin of the current region, or since the end of the last one.
  OutputSlice tail(const WorkerSlot& slot) const {
    OutputSlice slice;
    slice.out = {slot.out_begin.load(std::memory_order_relaxed), out.size()};
    if (err.valid()) slice.err = {slot.err_begin.load(std::memory_order_relaxed), err.size()};
    return slice;
  }

  // Looks at the output while the worker runs. If a region is too large, frees its middle. `slot`
  // is the worker's. Any thread may call this, but only one at a time.
  OutputWatch::Found trim(const WorkerSlot& slot) {
    return std::max(trim(out, slot.out_region, out_seen_), trim(err, slot.err_region, err_seen_));
  }

  // `region` is complete. If it is too large, cuts out its middle, and returns how many bytes were
  // printed. Returns 0 otherwise.
  std::uint64_t close_region(const OutputSlice& region) {
    if (region.empty()) return 0;
    return out.close_region(region.out).value_or(0) + err.close_region(region.err).value_or(0);
  }

  // As above. `report` has all slices of the region, and perhaps slices of workers other than
  // `worker`.
  std::uint64_t close_region(const Report& report, int worker) {
    OutputSlice region;
    for (const Step& step : report.steps) {
      if (step.worker != worker) continue;
      extend(region.out, step.output.out);
      extend(region.err, step.output.err);
    }
    return close_region(region);
  }

  // As above, for the last region of a dead worker.
  std::uint64_t close_last_region(const WorkerSlot& slot) {
    return close_region({{slot.out_region.load(std::memory_order_relaxed), out.size()},
                         {slot.err_region.load(std::memory_order_relaxed), err.size()}});
  }

 private:
  // `seen` is the size of the file at the last look; this updates it.
  static OutputWatch::Found trim(OutputFile& file, const std::atomic<std::uint64_t>& region,
                                 std::uint64_t& seen) {
    using Found = OutputWatch::Found;
    // Read the size first. Then every byte before it was printed in this region or an earlier one.
    // The load pairs with the exchange in OutputMarks::tell_region().
    const std::uint64_t before = std::exchange(seen, file.size());
    if (seen == before) return Found::nothing;
    const std::uint64_t begin = region.load(std::memory_order_seq_cst);
    return file.trim({begin, seen}) ? Found::too_much_output : Found::output;
  }

  static void extend(ByteRange& range, ByteRange by) {
    if (by.empty()) return;
    range = range.empty() ? by
                          : ByteRange{std::min(range.begin, by.begin), std::max(range.end, by.end)};
  }

  std::uint64_t out_seen_ = 0;
  std::uint64_t err_seen_ = 0;
};

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_CONTROLLER_NODE_WORKER_OUTPUT_H_
