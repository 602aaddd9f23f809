// Holds the controller's ends of a worker's channels, except the deque of tests.
//
// Layer: controller/node. Finds out whether the worker has damaged them. Does not know what follows
// from damage: WorkerNode decides that.
#ifndef GTEST_XDIST_CONTROLLER_NODE_WORKER_CHANNELS_H_
#define GTEST_XDIST_CONTROLLER_NODE_WORKER_CHANNELS_H_

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "gtest_xdist/core/messages/message.h"
#include "gtest_xdist/core/wire/codec.h"
#include "gtest_xdist/transport/machine_clock.h"
#include "gtest_xdist/transport/segment.h"
#include "gtest_xdist/transport/worker_slot.h"

namespace gtest_xdist::internal {

class WorkerChannels {
 public:
  static constexpr const char* kDamaged = "its command ring is damaged";

  // Uses slot `slot` of `segment`, and resets it first.
  WorkerChannels(Segment& segment, std::uint32_t slot)
      : number_(slot),
        slot_(reset(segment, slot)),
        results_(segment.results_reader(slot)),
        commands_(segment.commands_writer(slot)) {}

  std::uint32_t slot_number() const { return number_; }
  WorkerSlot& slot() const { return slot_; }

  // Wakes the worker, so that it looks for tests and commands.
  void wake() { slot_.bell.ring(); }

  // Sends a command, and wakes the worker. A worker reads its commands whenever it has no test to
  // run, and few are on their way, so a full ring is a damaged one. False if the ring is damaged.
  bool send(Command command) {
    std::string frame;
    Encoder encoder(frame);
    encoder(command);
    try {
      if (!commands_.try_write(frame)) return false;
    } catch (const CorruptRing&) {
      return false;
    }
    wake();
    return true;
  }

  // Whether more than half of the command ring is unread. Then do not repeat a command.
  bool is_told_enough() const { return commands_.fill() > commands_.capacity() / 2; }

  // Takes the frames that the worker has published. False if there was none. Throws CorruptRing.
  bool drain() {
    if (!results_.drain()) return false;
    slot_.space_bell.ring();
    return true;
  }

  // Sets `frame` to the next frame that was taken. False if there is none. Throws CorruptRing.
  bool next_frame(std::string_view& frame) { return results_.next(frame); }

  // Whether the command ring is undamaged.
  bool are_intact() const { return commands_.is_intact(); }

  // Where the worker says that it is. Pairs with the release store in Reporter::enter().
  Phase phase() const { return slot_.phase.load(std::memory_order_acquire); }

  // When the worker says that its phase began; this may be in the future. Kept for phases in which
  // user code runs. Call phase() first: then this is not older than that phase.
  MachineClock::time_point phase_since() const {
    return MachineClock::time_point(
        std::chrono::nanoseconds(slot_.phase_since.load(std::memory_order_relaxed)));
  }

 private:
  static WorkerSlot& reset(Segment& segment, std::uint32_t slot) {
    segment.reset_slot(slot);
    return segment.slot(slot);
  }

  std::uint32_t number_;
  WorkerSlot& slot_;
  RingReader results_;
  RingWriter commands_;
};

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_CONTROLLER_NODE_WORKER_CHANNELS_H_
