// GTEST_XDIST_CAPTURE=no: what a worker prints is shown at once, line by line.
//
// Layer: controller/node. Everything in the worker's output files, also what is otherwise told once
// or not at all.
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

// One worker's. Prints where this process prints; each line begins with the worker's name. Lines
// end at the latest where a test does.
class LiveOutput {
 public:
  // What is passed by reference must outlive this.
  LiveOutput(const std::string& worker, WorkerOutput& output, const WorkerSlot& slot)
      : out_(output.out, slot.out_region, stdout, worker),
        err_(output.err, slot.err_region, stderr, worker) {}

  // Shows the lines that have been printed since. False if what the worker has to say has to be
  // heard before, which tells where a test has ended: then this is to be called again.
  bool relay() {
    const bool is_out_done = out_.relay();
    return err_.relay() && is_out_done;
  }

  // The worker reports that this is what something has printed, in the order of its reports.
  void hear(const OutputSlice& slice) {
    out_.hear(slice.out.end);
    err_.hear(slice.err.end);
  }

  // As hear(), if the message tells of output.
  template <class Message>
  void hear_message(const Message& message) {
    hear_output_of(message, 0);
  }

  // The worker is dead, and has reported all that it could.
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
      // The size first: then all that precedes it has been printed in regions that are over, or in
      // this one. Pairs with the exchange in OutputMarks::tell_region().
      const std::uint64_t size = file_.size();
      const std::uint64_t region = std::min(region_.load(std::memory_order_seq_cst), size);
      if (size == shown_) return true;
      // Of what lies between, the end may be on its way. If it is not, nobody reports it: a
      // listener has printed it, say.
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
      make_way();
      std::fflush(stdout);
      std::fwrite(lines.data(), 1, lines.size(), to_);
      std::fflush(to_);
    }

    OutputFile& file_;
    const std::atomic<std::uint64_t>& region_;  // where what is being printed began
    std::FILE* const to_;
    LineRelay lines_;
    std::uint64_t shown_ = 0;        // how far it has been read
    std::uint64_t heard_ = 0;        // how far it has been reported
    std::uint64_t region_seen_ = 0;  // that began before it had been
  };

  Stream out_;
  Stream err_;
};

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_CONTROLLER_NODE_LIVE_OUTPUT_H_
