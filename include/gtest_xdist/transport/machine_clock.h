// The clock that all processes of the machine share, whatever a suite makes of the C library's.
//
// Layer: transport. Workers and controller read it to compare what they have written into shared
// memory. A suite that fakes the time for its own code does not fake ours, so that time limits
// still end tests.
#ifndef GTEST_XDIST_TRANSPORT_MACHINE_CLOCK_H_
#define GTEST_XDIST_TRANSPORT_MACHINE_CLOCK_H_

#include <chrono>
#include <cstdint>

#include "gtest_xdist/os/os.h"

namespace gtest_xdist::internal {

// std::chrono::steady_clock's time, as steady_time() finds it.
struct MachineClock {
  using time_point = std::chrono::steady_clock::time_point;
  static time_point now() noexcept { return os::steady_time(); }
};

// The form in which times are written into shared memory.
inline std::int64_t clock_nanoseconds(MachineClock::time_point time) {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(time.time_since_epoch()).count();
}

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_TRANSPORT_MACHINE_CLOCK_H_
