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

// std::chrono::steady_clock's time. now() costs a system call if the program, or a library before
// the C library, replaces the function that steady_clock calls, or where one cannot say.
struct MachineClock {
  using time_point = std::chrono::steady_clock::time_point;

  static time_point now() noexcept {
    static const bool is_replaced = !os::has_c_librarys_clock();
    return is_replaced ? time_point(os::kernel_time()) : std::chrono::steady_clock::now();
  }
};

// The form in which times are written into shared memory.
inline std::int64_t clock_nanoseconds(MachineClock::time_point time) {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(time.time_since_epoch()).count();
}

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_TRANSPORT_MACHINE_CLOCK_H_
