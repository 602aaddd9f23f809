// WorkerSlot: one worker's part of the shared memory, with its channels and what it says of itself.
//
// Layer: transport. The worker writes this unless a comment says otherwise. The controller must not
// trust it. Does not know what the controller makes of it.
#ifndef GTEST_XDIST_TRANSPORT_WORKER_SLOT_H_
#define GTEST_XDIST_TRANSPORT_WORKER_SLOT_H_

#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstdint>

#include "gtest_xdist/core/tests/index_list.h"
#include "gtest_xdist/transport/byte_ring.h"
#include "gtest_xdist/transport/doorbell.h"
#include "gtest_xdist/transport/work_deque.h"

namespace gtest_xdist::internal {

// Where a worker is in its life.
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

// Whether an error of a worker's output means that output is missing in its files. Other errors do
// not count: a test that closes its output loses what it prints in a serial run, too.
inline bool is_loss(int error) {
  return error == ENOSPC || error == EDQUOT || error == EFBIG || error == EIO;
}

// Whether this is a phase at all: a worker can write anything into its slot.
inline bool is_valid(Phase phase) { return phase <= Phase::finishing; }

// Whether user code runs in the phase, up to the hooks after the last test.
inline bool runs_user_code(Phase phase) {
  return phase != Phase::idle && phase != Phase::finishing;
}

// If a worker reports something, and its last ring is longer ago than this, it rings. The time is
// long enough to cost nothing, and short enough for a person to see results come in. So a
// controller that looks once more this long after a ring has seen all there is.
inline constexpr std::chrono::milliseconds kLongestSilence{5};

// A replacement gets the slot of the worker that it replaces, made anew.
struct WorkerSlot {
  // The controller rings the first for work or a command, and the second for room in the result
  // ring. Any thread of the worker may wait for that room.
  Doorbell bell;
  Doorbell space_bell;
  WorkDequeState deque;
  ByteRingState results;
  ByteRingState commands;

  // The worker writes the following, and the controller reads it, also after the worker's death. It
  // decides about time limits, names the test that a worker died in, judges the worker's exit
  // status, and finds a dead worker's last output by it.
  alignas(kCacheLine) std::atomic<Phase> phase{Phase::starting};
  // When the phase began, as clock_nanoseconds(); correct in phases in which user code runs.
  // Written before the phase. The controller writes the first value, before it starts the process.
  std::atomic<std::int64_t> phase_since{0};
  // Offsets in its files. `begin`: where the output begins that it has not reported yet. `region`:
  // where the current region of output begins; if none is open, where the last one ended.
  std::atomic<std::uint64_t> out_begin{0};
  std::atomic<std::uint64_t> err_begin{0};
  std::atomic<std::uint64_t> out_region{0};
  std::atomic<std::uint64_t> err_region{0};
  // Why the worker's output files do not hold all that it printed, as errno; 0 if they do.
  std::atomic<std::int32_t> output_error{0};
  // The first test whose output they do not hold; kNoTest if there is none, or it is not known.
  std::atomic<TestIndex> output_lost_in{kNoTest};
  // When the worker last made a value of once(), as clock_nanoseconds(): several in one phase count
  // as one. While it makes one, the end is the largest number.
  std::atomic<std::int64_t> making_since{0};
  std::atomic<std::int64_t> making_until{0};
  // Not 0 if a test has emptied one of these files.
  std::atomic<std::uint32_t> output_emptied{0};
  // What main has returned or exit() was called with; kNoExitStatus before that.
  static constexpr std::int32_t kNoExitStatus = -1;
  std::atomic<std::int32_t> exit_status{kNoExitStatus};

  // The controller writes this: the worker rings if fewer tests than this wait in its deque.
  alignas(kCacheLine) std::atomic<std::uint32_t> wake_below{1};
};

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_TRANSPORT_WORKER_SLOT_H_
