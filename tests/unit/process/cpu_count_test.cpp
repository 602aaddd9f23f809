#include "gtest_xdist/process/cpu_count.h"

#include <sched.h>

#include <cstddef>

#include <gtest/gtest.h>

namespace gtest_xdist::internal {
namespace {

TEST(CpuCount, IsWhatTheAffinityMaskAllows) {
  ::cpu_set_t before;
  if (::sched_getaffinity(0, sizeof before, &before) != 0) GTEST_SKIP() << "more than 1024 CPUs";
  EXPECT_EQ(affinity_cpu_count(), static_cast<unsigned>(CPU_COUNT(&before)));
  EXPECT_GE(usable_cpu_count(), 1U);
  EXPECT_LE(usable_cpu_count(), affinity_cpu_count());

  ::cpu_set_t one;
  CPU_ZERO(&one);
  for (std::size_t cpu = 0; CPU_COUNT(&one) == 0; ++cpu) {
    if (CPU_ISSET(cpu, &before)) CPU_SET(cpu, &one);
  }
  ASSERT_EQ(::sched_setaffinity(0, sizeof one, &one), 0);
  EXPECT_EQ(affinity_cpu_count(), 1U);
  EXPECT_EQ(usable_cpu_count(), 1U);
  ASSERT_EQ(::sched_setaffinity(0, sizeof before, &before), 0);
}

}  // namespace
}  // namespace gtest_xdist::internal
