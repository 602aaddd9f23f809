// How one process wakes another that waits.
//
// Layer: transport. A semaphore in shared memory and a word that says whether anybody waits, so
// that ringing costs no system call when nobody does.
#ifndef GTEST_XDIST_TRANSPORT_DOORBELL_H_
#define GTEST_XDIST_TRANSPORT_DOORBELL_H_

#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstdint>

#include <boost/date_time/posix_time/posix_time_types.hpp>
#include <boost/interprocess/exceptions.hpp>
#include <boost/interprocess/sync/interprocess_semaphore.hpp>

namespace gtest_xdist::internal {

// Lives in shared memory. Any number of processes and threads may ring(); one waits.
class Doorbell {
 public:
  // Makes the waiter look again. The writes before it are visible to what the waiter does next.
  void ring() {
    // Pairs with the exchange in answer(). An exchange here too, so that one ring after another
    // leaves the writes before the first visible as well.
    rung_.exchange(1, std::memory_order_seq_cst);
    // Pairs with the store in wait(): either this sees that somebody waits, or the waiter sees
    // rung_.
    if (waiting_.load(std::memory_order_seq_cst) != 0) semaphore_.post();
  }

  // The waiter: whether somebody rang since the last answer. Costs one load.
  bool has_rung() const { return rung_.load(std::memory_order_seq_cst) != 0; }

  // The waiter: as has_rung(), and the ring counts as answered.
  bool answer() { return has_rung() && rung_.exchange(0, std::memory_order_seq_cst) != 0; }

  // The waiter: blocks until somebody rings. What it waits for must be looked at after answer() or
  // wait() returned, and again before the next wait().
  void wait() {
    waiting_.store(1, std::memory_order_seq_cst);
    while (!answer()) {
      unless_interrupted([this] {
        semaphore_.wait();
        return true;
      });
    }
    waiting_.store(0, std::memory_order_relaxed);
  }

  // As wait(), but gives up after `limit`. False if nobody rang.
  bool wait_for(std::chrono::milliseconds limit) {
    using boost::posix_time::microsec_clock;
    const auto deadline =
        microsec_clock::universal_time() + boost::posix_time::milliseconds(limit.count());
    waiting_.store(1, std::memory_order_seq_cst);
    bool rang = answer();
    while (!rang) {
      const bool in_time = unless_interrupted([&] { return semaphore_.timed_wait(deadline); });
      rang = answer();
      if (!in_time) break;
    }
    waiting_.store(0, std::memory_order_relaxed);
    return rang;
  }

 private:
  // A signal handler of the program ends a wait early; Boost reports that as an exception. The wait
  // is then begun again.
  template <class Wait>
  static bool unless_interrupted(Wait wait) {
    try {
      return wait();
    } catch (const boost::interprocess::interprocess_exception& error) {
      if (error.get_native_error() != EINTR) throw;
      return true;
    }
  }

  // Several rings during one wait leave the count above zero; the next wait then turns once more
  // through its loop, which is harmless.
  boost::interprocess::interprocess_semaphore semaphore_{0};
  std::atomic<std::uint32_t> rung_{0};
  std::atomic<std::uint32_t> waiting_{0};
};

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_TRANSPORT_DOORBELL_H_
