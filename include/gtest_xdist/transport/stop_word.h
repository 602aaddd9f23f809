// Whether tests may still start, in shared memory.
//
// Layer: transport. A worker counts its own failures here before it takes its next test, so that no
// worker begins one after the failure that was one too many. Nothing is decided by it alone: the
// controller keeps its own count.
#ifndef GTEST_XDIST_TRANSPORT_STOP_WORD_H_
#define GTEST_XDIST_TRANSPORT_STOP_WORD_H_

#include <atomic>
#include <cstdint>

namespace gtest_xdist::internal {

// One for each session, used by one iteration after another.
class StopWord {
 public:
  // Controller, while no test can start or end: tests may start until `limit` more have failed; 0:
  // until stop().
  void begin(std::uint32_t limit) {
    failures_.store(0, std::memory_order_relaxed);
    limit_.store(limit, std::memory_order_relaxed);
    stopped_.store(0, std::memory_order_release);
  }

  // Controller: failures do not stop anything any more, only stop() does.
  void lift_limit() { limit_.store(0); }

  // Whoever knows of it first: a test has failed. To be called before it is told or another one
  // begins.
  void count_failure() {
    const std::uint32_t failures = failures_.fetch_add(1) + 1;
    const std::uint32_t limit = limit_.load();
    if (limit != 0 && failures >= limit) stop();
  }

  // No test starts any more. Pairs with is_set(): who sees it sees also that the test which led to
  // it was taken from its deque.
  void stop() { stopped_.store(1, std::memory_order_release); }
  bool is_set() const { return stopped_.load(std::memory_order_acquire) != 0; }

 private:
  std::atomic<std::uint32_t> limit_{0};
  std::atomic<std::uint32_t> failures_{0};
  // No bool: what a worker leaves there that damages its memory need not be one.
  std::atomic<std::uint32_t> stopped_{0};

  static_assert(std::atomic<std::uint32_t>::is_always_lock_free,
                "a lock inside an atomic would not work between processes");
};

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_TRANSPORT_STOP_WORD_H_
