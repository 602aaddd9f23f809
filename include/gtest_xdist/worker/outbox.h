// Outbox: sends a worker's messages through its result ring, and rings when the controller should
// look.
//
// Layer: worker. Does not know what messages mean.
#ifndef GTEST_XDIST_WORKER_OUTBOX_H_
#define GTEST_XDIST_WORKER_OUTBOX_H_

#include <atomic>
#include <string>

#include "gtest_xdist/core/messages/message.h"
#include "gtest_xdist/transport/machine_clock.h"
#include "gtest_xdist/transport/segment.h"
#include "gtest_xdist/transport/worker_slot.h"

namespace gtest_xdist::internal {

// When the controller should look at a message.
enum class Urgency { now, if_running_dry, later };

// Not safe for several threads.
class Outbox {
 public:
  explicit Outbox(const WorkerSegment& segment)
      : controller_bell_(segment.bell()),
        slot_(segment.view().slot()),
        deque_(segment.view().deque()),
        results_(segment.view().results_writer()) {}

  // Blocks while the ring is full. The controller's next look ends the wait.
  template <class Message>
  void send(const Message& message, Urgency urgency) {
    frame_.clear();
    encode_message(message, frame_);
    send_frame(urgency);
  }

 private:
  void send_frame(Urgency urgency) {
    results_.write(frame_, [this] { wait_for_space(); });
    if (wants_attention(urgency)) {
      controller_bell_.ring();
      last_ring_ = MachineClock::now();
    }
  }

  void wait_for_space() {
    controller_bell_.ring_loudly();
    slot_.space_bell.wait();
  }

  // A ring costs some microseconds if the controller sleeps, so a finished test alone causes none.
  bool wants_attention(Urgency urgency) const {
    if (urgency == Urgency::now) return true;
    if (urgency == Urgency::if_running_dry &&
        deque_.size() < slot_.wake_below.load(std::memory_order_relaxed)) {
      return true;
    }
    return results_.fill() > results_.capacity() / 2 ||
           MachineClock::now() - last_ring_ > kLongestSilence;
  }

  Doorbell& controller_bell_;
  WorkerSlot& slot_;
  WorkDeque deque_;
  RingWriter results_;
  std::string frame_;
  MachineClock::time_point last_ring_{};
};

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_WORKER_OUTBOX_H_
