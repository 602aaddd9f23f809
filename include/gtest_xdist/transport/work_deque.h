// WorkDeque: the tests that wait for one worker, in shared memory.
//
// Layer: transport. This is a Chase-Lev deque with the roles turned round. The controller owns it:
// it pushes and takes back at the bottom. The worker is the only thief: it takes from the top. So
// the controller can take back any test that has not started, without help of the worker, which may
// be inside another test. Memory order after Lê, Pop, Cohen and Zappa Nardelli, "Correct and
// Efficient Work-Stealing for Weak Memory Models" (2013). Knows tests only as numbers.
#ifndef GTEST_XDIST_TRANSPORT_WORK_DEQUE_H_
#define GTEST_XDIST_TRANSPORT_WORK_DEQUE_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "gtest_xdist/core/tests/index_list.h"

namespace gtest_xdist::internal {

inline constexpr std::size_t kCacheLine = 64;  // bytes, x86-64 and most of AArch64

// The part in shared memory. `capacity` cells follow it, see WorkDeque.
struct WorkDequeState {
  alignas(kCacheLine) std::atomic<std::int64_t> top{0};     // next cell to take; only grows
  alignas(kCacheLine) std::atomic<std::int64_t> bottom{0};  // one past the last cell pushed
};

using WorkDequeCell = std::atomic<TestIndex>;

static_assert(std::atomic<std::int64_t>::is_always_lock_free && WorkDequeCell::is_always_lock_free,
              "a lock inside an atomic would not work between processes");

// A view of a deque; each process makes its own. Does not own the memory. The controller's view
// trusts nothing that the worker can write. It keeps its own end here, and even if the memory is
// damaged it accesses only the deque's cells.
class WorkDeque {
 public:
  // `capacity` is a power of two. `bottom` is the controller's end.
  WorkDeque(WorkDequeState& state, WorkDequeCell* cells, std::size_t capacity,
            std::int64_t bottom = 0)
      : state_(&state),
        cells_(cells),
        mask_(static_cast<std::int64_t>(capacity) - 1),
        bottom_(bottom) {}

  // Controller. Adds a test. False, and nothing has changed, if the deque is full or its top is
  // damaged.
  bool push(TestIndex test) {
    const std::int64_t bottom = bottom_;
    const std::int64_t top = state_->top.load(std::memory_order_acquire);
    if (top > bottom || top < bottom - mask_) return false;
    cell(bottom).store(test, std::memory_order_relaxed);
    // Pairs with the acquire load of bottom in take(): a worker that sees the cell counted also
    // sees its value.
    state_->bottom.store(bottom + 1, std::memory_order_release);
    bottom_ = bottom + 1;
    return true;
  }

  // Controller. Takes back the test that was pushed last, unless the worker has it.
  std::optional<TestIndex> take_back() {
    const std::int64_t bottom = bottom_ - 1;
    state_->bottom.store(bottom, std::memory_order_relaxed);
    // Pairs with the fence in take(): either the worker sees the lowered bottom, or this sees the
    // raised top. It cannot happen that both miss.
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
    // The last one: both sides may want it. The side that raises top gets it.
    const bool won = state_->top.compare_exchange_strong(top, top + 1, std::memory_order_seq_cst,
                                                         std::memory_order_relaxed);
    state_->bottom.store(bottom + 1, std::memory_order_relaxed);
    if (!won) return std::nullopt;
    // top has grown by this test, too, but taken() counts only what the worker took.
    ++lost_to_owner_;
    return test;
  }

  // Worker. Takes the test that was pushed first.
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

  // Either side. How many tests wait. Exact only while the other side does nothing.
  std::size_t size() const {
    const std::int64_t bottom = state_->bottom.load(std::memory_order_relaxed);
    const std::int64_t top = state_->top.load(std::memory_order_relaxed);
    // The ends may be damaged, and so far apart that a signed difference overflows.
    return bottom > top ? static_cast<std::size_t>(bottom) - static_cast<std::size_t>(top) : 0;
  }

  // Controller. How many tests the worker has taken since the deque was made. Nothing if the ends
  // are not where they can be when the worker has completed `completed` tests: then the deque is
  // damaged.
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
  std::int64_t bottom_;  // the controller's end; a worker does not use it
  std::int64_t lost_to_owner_ = 0;
};

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_TRANSPORT_WORK_DEQUE_H_
