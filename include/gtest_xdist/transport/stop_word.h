// StopWord: says in shared memory whether tests may still start.
//
// Layer: transport. A worker counts its failures here before it takes its next test. So no worker
// begins a test after the failure that reaches the limit. The word alone decides nothing: the
// controller keeps its own count. Does not know which test has failed.
#ifndef GTEST_XDIST_TRANSPORT_STOP_WORD_H_
#define GTEST_XDIST_TRANSPORT_STOP_WORD_H_

#include <atomic>
#include <cstdint>

namespace gtest_xdist::internal {

// One for each session. The iterations use it one after another.
class StopWord {
 public:
  // Controller, while no test can start or end. From here on tests may start until `limit` more
  // have failed, or until stop(). 0: no limit. Pairs with is_set(): a worker that sees the word
  // cleared again also sees the new limit.
  void begin(std::uint32_t limit) {
    failures_.store(0, std::memory_order_relaxed);
    limit_.store(limit, std::memory_order_relaxed);
    stopped_.store(0, std::memory_order_release);
  }

  // Controller: from here on only stop() stops tests; failures do not.
  void lift_limit() { limit_.store(0); }

  // Counts a failed test: in the worker, or in the controller if the worker has died in the test.
  // Call this before the failure is reported, and before the worker begins another test.
  void count_failure() {
    const std::uint32_t failures = failures_.fetch_add(1) + 1;
    const std::uint32_t limit = limit_.load();
    if (limit != 0 && failures >= limit) stop();
  }

  // No test starts any more. Pairs with is_set(): a process that sees the word set also sees that
  // the test which led to it was taken from its deque.
  void stop() { stopped_.store(1, std::memory_order_release); }
  bool is_set() const { return stopped_.load(std::memory_order_acquire) != 0; }

 private:
  std::atomic<std::uint32_t> limit_{0};
  std::atomic<std::uint32_t> failures_{0};
  // No bool: a worker that overwrites its memory may leave a value here that is no bool.
  std::atomic<std::uint32_t> stopped_{0};

  static_assert(std::atomic<std::uint32_t>::is_always_lock_free,
                "a lock inside an atomic would not work between processes");
};

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_TRANSPORT_STOP_WORD_H_
