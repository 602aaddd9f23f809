// Where the output of one worker goes, and how much of it is kept.
//
// Layer: controller/node.
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

// Standard error has a file of its own only if the controller's two streams go to different places;
// otherwise `out` holds both, in order.
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

  // Prints a slice where this process prints; it may be gone from the files then.
  void print(const OutputSlice& slice) {
    const auto print_to = [](std::FILE* stream) {
      return [stream](std::string_view text) { std::fwrite(text.data(), 1, text.size(), stream); };
    };
    out.consume(slice.out, print_to(stdout));
    if (err.valid()) err.consume(slice.err, print_to(stderr));
  }

  // A look at what the worker prints while it runs: frees the middle of what is too much. `slot` is
  // the worker's. May be called by any one thread.
  OutputWatch::Found trim(const WorkerSlot& slot) {
    return std::max(trim(out, slot.out_region, out_seen_), trim(err, slot.err_region, err_seen_));
  }

  // Something is over that `region` is the output of. If it is too much its middle is cut out;
  // returns how much was printed then, in bytes, else 0.
  std::uint64_t settle(const OutputSlice& region) {
    if (region.empty()) return 0;
    return out.settle(region.out).value_or(0) + err.settle(region.err).value_or(0);
  }

  // Likewise; `report` tells all of it, and perhaps what other workers than `worker` have printed.
  std::uint64_t settle(const Report& report, int worker) {
    OutputSlice region;
    for (const Step& step : report.steps) {
      if (step.worker != worker) continue;
      extend(region.out, step.output.out);
      extend(region.err, step.output.err);
    }
    return settle(region);
  }

  // Likewise for what a worker printed last that is dead.
  std::uint64_t settle_tail(const WorkerSlot& slot) {
    return settle({{slot.out_region.load(std::memory_order_relaxed), out.size()},
                   {slot.err_region.load(std::memory_order_relaxed), err.size()}});
  }

 private:
  // `seen` is the size of the file at the look before, and is set.
  static OutputWatch::Found trim(OutputFile& file, const std::atomic<std::uint64_t>& region,
                                 std::uint64_t& seen) {
    using Found = OutputWatch::Found;
    // The size first: then all that precedes it has been printed in regions that are over, or in
    // this one. Pairs with the exchange in OutputMarks::tell_region().
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
