// Shows a worker's output at once, line by line, for GTEST_XDIST_CAPTURE=no.
//
// Layer: controller/node. Shows everything in the worker's output files, with the output that is
// normally shown once or not at all. Does not know which test printed it.
#ifndef GTEST_XDIST_CONTROLLER_NODE_LIVE_OUTPUT_H_
#define GTEST_XDIST_CONTROLLER_NODE_LIVE_OUTPUT_H_

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>
#include <utility>

#include "gtest_xdist/controller/node/line_relay.h"
#include "gtest_xdist/controller/node/worker_output.h"
#include "gtest_xdist/core/tests/report.h"
#include "gtest_xdist/process/notes.h"
#include "gtest_xdist/process/output/output_file.h"
#include "gtest_xdist/transport/worker_slot.h"

namespace gtest_xdist::internal {

// The output of one worker. Prints to this process's own streams. Each line begins with the
// worker's name. The end of a test ends a line.
class LiveOutput {
 public:
  LiveOutput(const std::string& worker, WorkerOutput& output, const WorkerSlot& slot)
      : out_(output.out, slot.out_region, stdout, worker),
        err_(output.err, slot.err_region, stderr, worker) {}

  // Shows the lines that were printed since the last call. Returns false if the worker's messages
  // must be heard first, because they say where a test ended: hear them, then call this again.
  bool relay() {
    const bool is_out_done = out_.relay();
    return err_.relay() && is_out_done;
  }

  // The worker has reported `slice`. Call this in the order of its reports.
  void hear(const OutputSlice& slice) {
    out_.hear(slice.out.end);
    err_.hear(slice.err.end);
  }

  // As hear(), if the message has output.
  template <class Message>
  void hear_message(const Message& message) {
    hear_output_of(message, 0);
  }

  // The worker is dead, and all its messages have been heard. Shows the rest.
  void end() {
    out_.end();
    err_.end();
  }

 private:
  template <class Message>
  auto hear_output_of(const Message& message, int) -> decltype(message.output, void()) {
    hear(message.output);
  }
  template <class Message>
  void hear_output_of(const Message&, long) {}

  class Stream {
   public:
    Stream(OutputFile& file, const std::atomic<std::uint64_t>& region, std::FILE* to,
           const std::string& worker)
        : file_(file), region_(region), to_(to), lines_("[" + worker + "] ") {}

    bool relay() {
      if (!file_.valid()) return true;
      // Read the size first. Then every byte before it was printed in this region or an earlier
      // one. The load pairs with the exchange in OutputMarks::tell_region().
      const std::uint64_t size = file_.size();
      const std::uint64_t region = std::min(region_.load(std::memory_order_seq_cst), size);
      if (size == shown_) return true;
      // A report of the bytes before `region` may be on its way, so wait for it once. If it does
      // not come, no report will: a listener printed them, say.
      if (region > heard_ && std::exchange(region_seen_, region) != region) return false;
      if (shown_ < region) show(region, true);
      show(size, false);
      return true;
    }

    void hear(std::uint64_t end) {
      heard_ = std::max(heard_, end);
      if (file_.valid() && end > shown_ - lines_.size()) show(std::min(end, file_.size()), true);
    }

    void end() {
      if (file_.valid()) show(file_.size(), true);
    }

   private:
    void show(std::uint64_t end, bool ends_line) {
      file_.consume({shown_, std::max(shown_, end)},
                    [this](std::string_view bytes) { print(lines_.add(bytes)); });
      shown_ = std::max(shown_, end);
      if (ends_line) print(lines_.end_line());
    }

    void print(const std::string& lines) const {
      if (lines.empty()) return;
      hide_status_line();
      std::fflush(stdout);
      std::fwrite(lines.data(), 1, lines.size(), to_);
      std::fflush(to_);
    }

    OutputFile& file_;
    const std::atomic<std::uint64_t>& region_;  // where the current region of output began
    std::FILE* const to_;
    LineRelay lines_;
    std::uint64_t shown_ = 0;        // how far the file has been read
    std::uint64_t heard_ = 0;        // how far the worker has reported it
    std::uint64_t region_seen_ = 0;  // the last region that relay() has waited for
  };

  Stream out_;
  Stream err_;
};

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_CONTROLLER_NODE_LIVE_OUTPUT_H_
