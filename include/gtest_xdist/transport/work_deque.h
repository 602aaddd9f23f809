// The tests that wait for one worker, in shared memory.
//
// Layer: transport. A Chase-Lev deque with the roles turned round: the controller owns it (pushes
// and takes back at the bottom), the worker is the only thief (takes from the top). So the
// controller takes back any test that has not started, while the worker is inside another one and
// without its help. Memory order after Lê, Pop, Cohen and Zappa Nardelli, "Correct and Efficient
// Work-Stealing for Weak Memory Models" (2013).
#ifndef GTEST_XDIST_TRANSPORT_WORK_DEQUE_H_
#define GTEST_XDIST_TRANSPORT_WORK_DEQUE_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "gtest_xdist/core/tests/index_list.h"

namespace gtest_xdist::internal {

inline constexpr std::size_t kCacheLine = 64;  // bytes, x86-64 and most of AArch64

// The part in shared memory. Followed by `capacity` cells, see WorkDeque.
struct WorkDequeState {
  alignas(kCacheLine) std::atomic<std::int64_t> top{0};     // next cell to take; only grows
  alignas(kCacheLine) std::atomic<std::int64_t> bottom{0};  // one past the last cell pushed
};

using WorkDequeCell = std::atomic<TestIndex>;

static_assert(std::atomic<std::int64_t>::is_always_lock_free && WorkDequeCell::is_always_lock_free,
              "a lock inside an atomic would not work between processes");

// A view of a deque; each process makes its own. Does not own the memory. The controller's view
// trusts nothing that the worker can write: it keeps its own end here, and no damage makes it touch
// anything but the deque's cells.
class WorkDeque {
 public:
  // `capacity` is a power of two. `bottom` is where the controller's end is.
  WorkDeque(WorkDequeState& state, WorkDequeCell* cells, std::size_t capacity,
            std::int64_t bottom = 0)
      : state_(&state),
        cells_(cells),
        mask_(static_cast<std::int64_t>(capacity) - 1),
        bottom_(bottom) {}

  // Controller. False if the deque is full; nothing has changed then.
  bool push(TestIndex test) {
    const std::int64_t bottom = bottom_;
    const std::int64_t top = state_->top.load(std::memory_order_acquire);
    if (top > bottom || top < bottom - mask_) return false;
    cell(bottom).store(test, std::memory_order_relaxed);
    // Pairs with the acquire load of bottom in take(): whoever sees the cell counted sees its
    // value.
    state_->bottom.store(bottom + 1, std::memory_order_release);
    bottom_ = bottom + 1;
    return true;
  }

  // Controller. Takes back the test pushed last, unless the worker has it.
  std::optional<TestIndex> take_back() {
    const std::int64_t bottom = bottom_ - 1;
    state_->bottom.store(bottom, std::memory_order_relaxed);
    // Pairs with the fence in take(): either the worker sees the lowered bottom or this sees the
    // raised top; never do both miss.
    std::atomic_thread_fence(std::memory_order_seq_cst);
    std::int64_t top = state_->top.load(std::memory_order_relaxed);
    if (top > bottom) {
      state_->bottom.store(bottom + 1, std::memory_order_relaxed);
      return std::nullopt;
    }
    const TestIndex test = cell(bottom).load(std::memory_order_relaxed);
    if (top < bottom) {
      bottom_ = bottom;
      return test;
    }
    // The last one: both sides want it, and raising top decides.
    const bool won = state_->top.compare_exchange_strong(top, top + 1, std::memory_order_seq_cst,
                                                         std::memory_order_relaxed);
    state_->bottom.store(bottom + 1, std::memory_order_relaxed);
    if (!won) return std::nullopt;
    // taken() counts what the worker took; this one went the other way.
    ++lost_to_owner_;
    return test;
  }

  // Worker. Takes the test pushed first.
  std::optional<TestIndex> take() {
    while (true) {
      std::int64_t top = state_->top.load(std::memory_order_acquire);
      std::atomic_thread_fence(std::memory_order_seq_cst);  // pairs with the one in take_back()
      const std::int64_t bottom = state_->bottom.load(std::memory_order_acquire);
      if (top >= bottom) return std::nullopt;
      const TestIndex test = cell(top).load(std::memory_order_relaxed);
      if (state_->top.compare_exchange_strong(top, top + 1, std::memory_order_seq_cst,
                                              std::memory_order_relaxed)) {
        return test;
      }
    }
  }

  // Either side. How many wait; exact for whoever is the only one active.
  std::size_t size() const {
    const std::int64_t bottom = state_->bottom.load(std::memory_order_relaxed);
    const std::int64_t top = state_->top.load(std::memory_order_relaxed);
    // They may be damaged, and so far apart that a signed difference overflows.
    return bottom > top ? static_cast<std::size_t>(bottom) - static_cast<std::size_t>(top) : 0;
  }

  // Controller. How many tests the worker has taken since the deque was made; nothing if the deque
  // is damaged: if its ends are not where they can be, the worker having completed `completed`.
  std::optional<std::int64_t> taken(std::int64_t completed = 0) const {
    const std::int64_t top = state_->top.load(std::memory_order_acquire);
    if (state_->bottom.load(std::memory_order_relaxed) != bottom_) return std::nullopt;
    if (top < completed + lost_to_owner_ || top > bottom_) return std::nullopt;
    return top - lost_to_owner_;
  }

 private:
  WorkDequeCell& cell(std::int64_t position) const { return cells_[position & mask_]; }

  WorkDequeState* state_;
  WorkDequeCell* cells_;
  std::int64_t mask_;
  std::int64_t bottom_;  // used by the controller alone
  std::int64_t lost_to_owner_ = 0;
};

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_TRANSPORT_WORK_DEQUE_H_
