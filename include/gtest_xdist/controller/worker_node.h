// The controller's side of one worker.
//
// Layer: controller. Owns the process, its output files and the controller's ends of its channels;
// keeps the account of which tests the worker has.
#ifndef GTEST_XDIST_CONTROLLER_WORKER_NODE_H_
#define GTEST_XDIST_CONTROLLER_WORKER_NODE_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gtest_xdist/controller/notes.h"
#include "gtest_xdist/core/message.h"
#include "gtest_xdist/process/child_process.h"
#include "gtest_xdist/process/output_file.h"
#include "gtest_xdist/scheduler/scheduler.h"
#include "gtest_xdist/transport/segment.h"

namespace gtest_xdist::internal {

// Where the output of one worker goes. Standard error has a file of its own only if the
// controller's two streams go to different places; otherwise `out` holds both, in order.
struct WorkerOutput {
  OutputFile out;
  OutputFile err;

  int out_descriptor() const { return out.descriptor(); }
  int err_descriptor() const { return err.valid() ? err.descriptor() : out.descriptor(); }
};

class WorkerNode : public Node {
 public:
  // What the controller knows of the worker's progress.
  enum class State {
    starting,   // its collection has not been compared yet
    collected,  // it has the tests that it should have; its environments are being set up
    ready,      // it runs items
    unusable,   // its collection differs or its environments failed: it runs none
    done,       // RUN_ALL_TESTS is over
    gone,       // the process has ended
  };

  // Uses slot `slot` of `segment`, which must outlive this, and makes it anew.
  WorkerNode(int number, Segment& segment, std::uint32_t slot)
      : number_(number),
        slot_number_(slot),
        slot_(reset(segment, slot)),
        deque_(segment.deque(slot)),
        results_(segment.results_reader(slot)),
        commands_(segment.commands_writer(slot)) {}

  // --- Node
  // ----------------------------------------------------------------------------------------

  int number() const override { return number_; }

  bool ready() const override { return state == State::ready; }

  void send(const std::vector<TestIndex>& tests) override {
    for (const TestIndex test : tests) {
      // The deque holds every test there is, so a full one is not of our making.
      if (!deque_.push(test)) broken = "its deque is damaged";
      pending_.push_back(test);
    }
    settled_ = false;
    slot_.bell.ring();
  }

  std::vector<TestIndex> take_back(std::size_t count) override {
    std::vector<TestIndex> tests;
    while (tests.size() < count && !pending_.empty()) {
      const std::optional<TestIndex> test = deque_.take_back();
      if (!test) break;
      // The account here decides, not what the shared memory says.
      if (*test != pending_.back()) {
        broken = "its deque is damaged";
        break;
      }
      tests.push_back(pending_.back());
      pending_.pop_back();
    }
    std::reverse(tests.begin(), tests.end());
    return tests;
  }

  std::size_t pending() const override { return pending_.size(); }

  std::size_t unstarted() const override { return std::min(deque_.size(), pending_.size()); }

  void shutdown() override {
    if (!std::exchange(settled_, true)) command(Command::settle);
  }

  // --- the controller's own business
  // ---------------------------------------------------------------

  std::string name() const { return worker_name(number_); }
  std::uint32_t slot_number() const { return slot_number_; }
  WorkerSlot& slot() const { return slot_; }

  void command(Command command) {
    std::string frame;
    Encoder encoder(frame);
    encoder(command);
    // A worker reads its commands whenever it runs dry, and no more than a few are on their way.
    if (commands_.fill() + frame.size() + sizeof(FrameLength) > commands_.capacity()) {
      broken = "its command ring is damaged";
      return;
    }
    commands_.write(frame, [] {});
    slot_.bell.ring();
  }

  // Takes what the worker has published. True if there was something; throws CorruptRing.
  bool drain() {
    if (!results_.drain()) return false;
    slot_.space_bell.ring();
    return true;
  }
  bool next_frame(std::string_view& frame) { return results_.next(frame); }

  // Takes `test` off the account; false if it is not the one that must come next.
  bool complete(TestIndex test) {
    if (pending_.empty() || pending_.front() != test) return false;
    pending_.pop_front();
    ++completed_;
    history_.push_back(test);
    return true;
  }

  // After the worker's end: the test that it died in, or in the set-up of its suite, if any. A test
  // that it had taken but not begun is none.
  std::optional<TestIndex> crash_item() const {
    const Phase phase = slot_.phase.load();
    const bool begun = phase == Phase::suite_up || phase == Phase::test;
    if (!begun || pending_.empty() || deque_.taken() <= completed_) return std::nullopt;
    return pending_.front();
  }

  // After the worker's end: counts the crash item as one that the worker ran.
  void add_crash_item_to_history() { history_.push_back(pending_.front()); }

  // After the worker's end: gives up the account. What it has not run, in order; the test that it
  // died in is left out.
  std::vector<TestIndex> abandon(bool without_crash_item) {
    std::vector<TestIndex> tests(pending_.begin() + (without_crash_item ? 1 : 0), pending_.end());
    pending_.clear();
    return tests;
  }

  // What was printed since the current region began, or since the last one.
  OutputSlice tail() const {
    OutputSlice slice;
    slice.out = {slot_.out_begin.load(std::memory_order_relaxed), output.out.size()};
    if (output.err.valid()) {
      slice.err = {slot_.err_begin.load(std::memory_order_relaxed), output.err.size()};
    }
    return slice;
  }

  // The test that it completed or died in last has failed.
  void mark_failure() { last_failure_ = history_.size(); }

  // What it ran in this iteration, in order, up to the last test that failed; empty if none did.
  std::vector<TestIndex> history_to_last_failure() const {
    return {history_.begin(), history_.begin() + static_cast<std::ptrdiff_t>(last_failure_)};
  }

  void begin_iteration() {
    in_iteration = true;
    history_.clear();
    last_failure_ = 0;
  }

  State state = State::starting;
  WorkerOutput output;
  std::unique_ptr<ChildProcess> process;

  std::string broken;  // why the worker must be ended, if it must

  // What has been told of things that are not finished yet.
  Report test_report;
  Report suite_report;
  Report program_report;
  std::optional<std::uint32_t> open_suite;  // the suite it is in, by what it reported
  bool in_iteration = false;  // takes part in the current iteration and has not ended it

 private:
  static WorkerSlot& reset(Segment& segment, std::uint32_t slot) {
    segment.reset_slot(slot);
    return segment.slot(slot);
  }

  int number_;
  std::uint32_t slot_number_;
  WorkerSlot& slot_;
  WorkDeque deque_;
  RingReader results_;
  RingWriter commands_;
  bool settled_ = false;
  std::deque<TestIndex> pending_;  // in the deque or taken, in order
  std::int64_t completed_ = 0;
  std::vector<TestIndex> history_;  // of this iteration
  std::size_t last_failure_ = 0;    // length of the history at its last failed test
};

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_CONTROLLER_WORKER_NODE_H_
