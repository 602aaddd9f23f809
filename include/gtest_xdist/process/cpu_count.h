// How many CPUs this process may use.
//
// Layer: process.
#ifndef GTEST_XDIST_PROCESS_CPU_COUNT_H_
#define GTEST_XDIST_PROCESS_CPU_COUNT_H_

#include <algorithm>
#include <thread>

#include "gtest_xdist/os/os.h"

namespace gtest_xdist::internal {

// The number of CPUs in the affinity mask; at least 1.
inline unsigned affinity_cpu_count() {
  const unsigned cpus = os::affinity_cpu_count();
  return std::max(1U, cpus != 0 ? cpus : std::thread::hardware_concurrency());
}

// The number of CPUs that both affinity and CPU quota allow.
inline unsigned usable_cpu_count() {
  const unsigned cpus = affinity_cpu_count();
  const unsigned quota = os::cpu_quota();
  return quota == 0 ? cpus : std::min(cpus, quota);
}

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_PROCESS_CPU_COUNT_H_
