// Doorbell: one process wakes another that waits.
//
// Layer: transport. The waiter sleeps on one word in shared memory. A second word says whether a
// process waits, so that a ring costs no system call when none does. This is no semaphore, because
// other processes can damage the memory, and the C library ends a process that uses a damaged
// semaphore. Whatever the two words hold, a bell at worst rings once too often, or does not end a
// wait before the next ring(). Does not know what the waiter waits for.
#ifndef GTEST_XDIST_TRANSPORT_DOORBELL_H_
#define GTEST_XDIST_TRANSPORT_DOORBELL_H_

#include <atomic>
#include <chrono>

#include "gtest_xdist/os/os.h"
#include "gtest_xdist/transport/machine_clock.h"

namespace gtest_xdist::internal {

// Lives in shared memory. Any number of processes and threads may ring(); one waits. Nothing here
// throws.
class Doorbell {
 public:
  // Makes the waiter look again. The waiter then sees all writes before this call.
  void ring() noexcept {
    // Pairs with the exchange in answer(). This is an exchange, too, so that after several rings
    // the writes before the first one are visible as well.
    rung_.exchange(1, std::memory_order_seq_cst);
    // Pairs with the stores of 1 in wait() and wait_for(): either this sees that a process waits,
    // or the waiter sees rung_.
    if (waiting_.load(std::memory_order_seq_cst) != 0) os::wake_one(rung_);
  }

  // As ring(), but wakes the waiter even if the bell does not say that there is one: a damaged bell
  // must not leave the controller asleep.
  void ring_loudly() noexcept {
    rung_.exchange(1, std::memory_order_seq_cst);
    os::wake_one(rung_);
  }

  // The waiter: whether the bell has rung since the last answer. Costs one load.
  bool has_rung() const noexcept { return rung_.load(std::memory_order_seq_cst) != 0; }

  // The waiter: as has_rung(), but the ring counts as answered then.
  bool answer() noexcept { return has_rung() && rung_.exchange(0, std::memory_order_seq_cst) != 0; }

  // The waiter: blocks until the bell rings. After answer() or wait() has returned, look whether
  // there is what you wait for, before you call wait() again.
  void wait() noexcept {
    waiting_.store(1, std::memory_order_seq_cst);
    while (!answer()) os::sleep_while(rung_, 0);
    waiting_.store(0, std::memory_order_relaxed);
  }

  // As wait(), but gives up after `limit`. False if the bell has not rung.
  bool wait_for(std::chrono::milliseconds limit) noexcept {
    const MachineClock::time_point deadline = MachineClock::now() + limit;
    waiting_.store(1, std::memory_order_seq_cst);
    bool rang = answer();
    while (!rang) {
      const std::chrono::nanoseconds left = deadline - MachineClock::now();
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
