// Linux: the time, whatever a program makes of the C library's functions for it.
//
// Layer: os; only os.h and files beside it include it.
#ifndef GTEST_XDIST_OS_LINUX_CLOCK_H_
#define GTEST_XDIST_OS_LINUX_CLOCK_H_

#include <sys/syscall.h>
#include <time.h>  // NOLINT: CLOCK_BOOTTIME is not in <ctime>
#include <unistd.h>

#include <chrono>

#include "gtest_xdist/os/linux_modules.h"

namespace gtest_xdist::internal::os {

// The time of one of the kernel's clocks. Costs a system call.
inline std::chrono::nanoseconds kernel_time(::clockid_t clock) noexcept {
  struct {
    long seconds, nanoseconds;  // of this call, also where time_t is longer
  } time{};
  ::syscall(SYS_clock_gettime, clock, &time);
  return std::chrono::seconds(time.seconds) + std::chrono::nanoseconds(time.nanoseconds);
}

// The time of std::chrono::steady_clock, which asks the C library. If the program, or a library
// before the C library, replaces the function that it calls, or where one cannot say, this asks the
// kernel.
inline std::chrono::steady_clock::time_point steady_time() noexcept {
  static const bool is_c_librarys =
      knows_definitions() &&
      is_in_c_library(
          definition({"clock_gettime", reinterpret_cast<const void*>(&::clock_gettime)}));
  if (is_c_librarys) return std::chrono::steady_clock::now();
  return std::chrono::steady_clock::time_point(kernel_time(CLOCK_MONOTONIC));
}

}  // namespace gtest_xdist::internal::os

#endif  // GTEST_XDIST_OS_LINUX_CLOCK_H_
