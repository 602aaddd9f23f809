// The controller's ends of the channels to one worker, but for its tests.
//
// Layer: controller/node. What the worker may have damaged is found out here; what follows from
// that is a WorkerNode's business.
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
#include "gtest_xdist/transport/segment.h"
#include "gtest_xdist/transport/worker_slot.h"

namespace gtest_xdist::internal {

class WorkerChannels {
 public:
  static constexpr const char* kDamaged = "its command ring is damaged";

  // Those of slot `slot` of `segment`, which must outlive this; makes the slot anew.
  WorkerChannels(Segment& segment, std::uint32_t slot)
      : number_(slot),
        slot_(reset(segment, slot)),
        results_(segment.results_reader(slot)),
        commands_(segment.commands_writer(slot)) {}

  std::uint32_t slot_number() const { return number_; }
  WorkerSlot& slot() const { return slot_; }

  // Has the worker look whether there is something for it.
  void wake() { slot_.bell.ring(); }

  // A worker reads its commands whenever it runs dry, and no more than a few are on their way.
  // False if the ring is damaged.
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

  // Whether the worker has left half a ring of commands unread: the last one says it often enough.
  bool is_told_enough() const { return commands_.fill() > commands_.capacity() / 2; }

  // Takes what the worker has published. True if there was something; throws CorruptRing.
  bool drain() {
    if (!results_.drain()) return false;
    slot_.space_bell.ring();
    return true;
  }

  // The next of what has been taken; false if there is none. Throws CorruptRing.
  bool next_frame(std::string_view& frame) { return results_.next(frame); }

  // Whether the commands are still what they can be.
  bool are_intact() const { return commands_.is_intact(); }

  // Where the worker is, by its own word. Pairs with the release store in Reporter::enter().
  Phase phase() const { return slot_.phase.load(std::memory_order_acquire); }

  // Since when it is in a phase in which user code runs, by its own word, but not before it was
  // `started` and not after `now`. To be asked after phase().
  std::chrono::steady_clock::time_point phase_since(
      std::chrono::steady_clock::time_point started,
      std::chrono::steady_clock::time_point now) const {
    const std::int64_t since = slot_.phase_since.load(std::memory_order_relaxed);
    const std::int64_t not_before = std::min(clock_nanoseconds(started), clock_nanoseconds(now));
    return std::chrono::steady_clock::time_point(
        std::chrono::nanoseconds(std::clamp(since, not_before, clock_nanoseconds(now))));
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
