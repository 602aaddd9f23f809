// One worker's corner of the shared memory: its channels' ends, and what it says of itself.
//
// Layer: transport. Written by the worker but for what the docstrings say otherwise, and so, for
// the controller, no more than a claim.
#ifndef GTEST_XDIST_TRANSPORT_WORKER_SLOT_H_
#define GTEST_XDIST_TRANSPORT_WORKER_SLOT_H_

#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstdint>

#include "gtest_xdist/transport/byte_ring.h"
#include "gtest_xdist/transport/doorbell.h"
#include "gtest_xdist/transport/work_deque.h"

namespace gtest_xdist::internal {

// Where a worker is in its life, for the message about one that died.
enum class Phase : std::uint32_t {
  starting,       // until RUN_ALL_TESTS has selected its tests: static initialisation and main
  session_start,  // hooks of plugins, before any test
  environments_up,
  idle,  // between two items, and before and after all of them
  suite_up,
  test,
  suite_down,
  environments_down,
  session_finish,  // hooks of plugins, after all tests
  finishing,       // after the last iteration: the rest of main, atexit, static destructors
};

// Whether the errors of a worker's output say that something is missing in its files. (A test that
// closes its output loses what it prints in a serial run, too.)
inline bool is_loss(int error) {
  return error == ENOSPC || error == EDQUOT || error == EFBIG || error == EIO;
}

// What lies in memory that a worker can write may be none of them.
inline bool is_valid(Phase phase) { return phase <= Phase::finishing; }

// Whether user code runs in the phase, while there are tests to come.
inline bool runs_user_code(Phase phase) {
  return phase != Phase::idle && phase != Phase::finishing;
}

// The form of WorkerSlot::phase_since. The clock is the machine's, so all processes agree.
inline std::int64_t clock_nanoseconds(std::chrono::steady_clock::time_point time) {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(time.time_since_epoch()).count();
}

// A worker that reports something rings if its last ring is longer ago than this, in milliseconds:
// long enough to cost nothing, short enough for a person to see results come in. So a controller
// that looks once more this long after a ring has seen all there is.
inline constexpr std::chrono::milliseconds kLongestSilence{5};

// One worker's corner. A replacement gets the corner of the worker it replaces, made anew.
struct WorkerSlot {
  // Rung by the controller: work or a command; and room in the result ring, for which any thread of
  // the worker may wait.
  Doorbell bell;
  Doorbell space_bell;
  WorkDequeState deque;
  ByteRingState results;
  ByteRingState commands;

  // Written by the worker, read by the controller, also after the worker's death. Only for messages
  // to people and for finding a dead worker's last output; nothing is scheduled by them.
  alignas(kCacheLine) std::atomic<Phase> phase{Phase::starting};
  // Since when, as told by std::chrono::steady_clock, in nanoseconds; kept for phases in which user
  // code runs. Written before the phase.
  std::atomic<std::int64_t> phase_since{0};
  // Where in its files begins what it has not reported yet; and where all begins that the current
  // test has printed, or if none runs, what was printed since the last one.
  std::atomic<std::uint64_t> out_begin{0};
  std::atomic<std::uint64_t> err_begin{0};
  std::atomic<std::uint64_t> out_region{0};
  std::atomic<std::uint64_t> err_region{0};
  // Why the worker's output files do not hold all that it printed, as errno; 0 if they do.
  std::atomic<std::int32_t> output_error{0};
  // Not 0 if a test has emptied them.
  std::atomic<std::uint32_t> output_emptied{0};
  // What main returned or exit() was given; kNoExitStatus while neither has happened.
  static constexpr std::int32_t kNoExitStatus = -1;
  std::atomic<std::int32_t> exit_status{kNoExitStatus};

  // Written by the controller: the worker rings when fewer tests than this wait in its deque.
  alignas(kCacheLine) std::atomic<std::uint32_t> wake_below{1};
};

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_TRANSPORT_WORKER_SLOT_H_
