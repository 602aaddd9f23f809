// How one process wakes another that waits.
//
// Layer: transport. A word in shared memory that the waiter sleeps on, and one that says whether
// anybody waits, so that ringing costs no system call when nobody does. A semaphore would be at
// home here, but whoever shares the memory can damage it, and the C library ends a process that
// uses a damaged semaphore. These are plain words: whatever they hold, a bell at worst rings once
// too often, or does not end a wait before the next ring().
#ifndef GTEST_XDIST_TRANSPORT_DOORBELL_H_
#define GTEST_XDIST_TRANSPORT_DOORBELL_H_

#include <atomic>
#include <chrono>

#include "gtest_xdist/os/os.h"

namespace gtest_xdist::internal {

// Lives in shared memory. Any number of processes and threads may ring(); one waits. Nothing here
// throws.
class Doorbell {
 public:
  // Makes the waiter look again. The writes before it are visible to what the waiter does next.
  void ring() noexcept {
    // Pairs with the exchange in answer(). An exchange here too, so that one ring after another
    // leaves the writes before the first visible as well.
    rung_.exchange(1, std::memory_order_seq_cst);
    // Pairs with the store in wait(): either this sees that somebody waits, or the
    // waiter sees rung_.
    if (waiting_.load(std::memory_order_seq_cst) != 0) os::wake_one(rung_);
  }

  // As ring(), but wakes the waiter even if the bell does not say that there is one: somebody may
  // have damaged it.
  void ring_loudly() noexcept {
    rung_.exchange(1, std::memory_order_seq_cst);
    os::wake_one(rung_);
  }

  // The waiter: whether somebody rang since the last answer. Costs one load.
  bool has_rung() const noexcept { return rung_.load(std::memory_order_seq_cst) != 0; }

  // The waiter: as has_rung(), and the ring counts as answered.
  bool answer() noexcept { return has_rung() && rung_.exchange(0, std::memory_order_seq_cst) != 0; }

  // The waiter: blocks until somebody rings. What it waits for must be looked at after answer() or
  // wait() returned, and again before the next wait().
  void wait() noexcept {
    waiting_.store(1, std::memory_order_seq_cst);
    while (!answer()) os::sleep_while(rung_, 0);
    waiting_.store(0, std::memory_order_relaxed);
  }

  // As wait(), but gives up after `limit`. False if nobody rang.
  bool wait_for(std::chrono::milliseconds limit) noexcept {
    using Clock = std::chrono::steady_clock;
    const Clock::time_point deadline = Clock::now() + limit;
    waiting_.store(1, std::memory_order_seq_cst);
    bool rang = answer();
    while (!rang) {
      const auto left = std::chrono::nanoseconds(deadline - Clock::now());
      if (left.count() <= 0) break;
      const bool is_over = os::sleep_while(rung_, 0, left);
      rang = answer();
      if (is_over) break;
    }
    waiting_.store(0, std::memory_order_relaxed);
    return rang;
  }

 private:
  os::SharedWord rung_{0};
  os::SharedWord waiting_{0};
};

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_TRANSPORT_DOORBELL_H_
