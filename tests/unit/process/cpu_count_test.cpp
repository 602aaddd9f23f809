#include "gtest_xdist/process/cpu_count.h"

#include <sched.h>

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "support/scratch.h"

namespace gtest_xdist::internal {
namespace {

using Files = std::vector<std::pair<std::string, std::string>>;  // names and contents

unsigned quota(const std::string& membership, const Files& files) {
  const ScratchDirectory directory;
  directory.write("membership", membership);
  for (const auto& [name, text] : files) directory.write("mount/" + name, text);
  return cgroup_cpu_quota(directory.path() + "/membership", directory.path() + "/mount");
}

TEST(CpuQuota, OfCgroupsOfVersionTwo) {
  struct Row {
    const char* cpu_max;
    unsigned cpus;
  };
  const Row rows[] = {
      {"max 100000\n", 0},    {"200000 100000\n", 2}, {"150000 100000\n", 2},
      {"100001 100000\n", 2}, {"50000 100000\n", 1},  {"1000 100000\n", 1},
      {"800000 50000\n", 16}, {"max\n", 0},           {"", 0},
      {"0 100000\n", 0},      {"nonsense\n", 0},      {"200000 0\n", 0},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(quota("0::/\n", {{"cpu.max", row.cpu_max}}), row.cpus) << row.cpu_max;
    EXPECT_EQ(quota("0::/a\n", {{"a/cpu.max", row.cpu_max}}), row.cpus) << row.cpu_max;
  }
}

TEST(CpuQuota, OfCgroupsOfVersionOne) {
  struct Row {
    const char* quota;
    const char* period;
    unsigned cpus;
  };
  const Row rows[] = {
      {"-1\n", "100000\n", 0},    {"300000\n", "100000\n", 3}, {"250000\n", "100000\n", 3},
      {"10000\n", "100000\n", 1}, {"300000\n", "", 0},         {"", "100000\n", 0},
      {"300000\n", "0\n", 0},
  };
  for (const Row& row : rows) {
    for (const char* controllers : {"cpu", "cpu,cpuacct", "cpuacct,cpu"}) {
      EXPECT_EQ(quota(std::string("5:memory:/x\n3:") + controllers + ":/job\n",
                      {{"cpu/job/cpu.cfs_quota_us", row.quota},
                       {"cpu/job/cpu.cfs_period_us", row.period}}),
                row.cpus)
          << controllers << " " << row.quota;
    }
  }
}

TEST(CpuQuota, IsTheSmallestOnTheWayUp) {
  const std::string deep = "0::/a/b/c\n";
  EXPECT_EQ(quota(deep, {{"a/cpu.max", "400000 100000"},
                         {"a/b/cpu.max", "200000 100000"},
                         {"a/b/c/cpu.max", "300000 100000"}}),
            2U);
  EXPECT_EQ(quota(deep, {{"cpu.max", "100000 100000"}, {"a/b/c/cpu.max", "300000 100000"}}), 1U);
  EXPECT_EQ(quota(deep, {{"a/b/c/cpu.max", "max 100000"}, {"a/cpu.max", "500000 100000"}}), 5U);
  EXPECT_EQ(quota(deep, {{"other/cpu.max", "100000 100000"}}), 0U);
}

TEST(CpuQuota, OfSeveralHierarchiesIsTheSmallest) {
  const Files files = {{"cpu/a/cpu.cfs_quota_us", "300000"},
                       {"cpu/a/cpu.cfs_period_us", "100000"},
                       {"b/cpu.max", "200000 100000"}};
  EXPECT_EQ(quota("3:cpu:/a\n0::/b\n", files), 2U);
  EXPECT_EQ(quota("3:cpu:/a\n0::/\n", files), 3U);
  EXPECT_EQ(quota("3:cpuset:/a\n2:memory,cpuacct:/a\n", files), 0U);
}

TEST(CpuQuota, IsNoneWhereNothingCanBeRead) {
  EXPECT_EQ(quota("", {}), 0U);
  EXPECT_EQ(quota("no colons\n:\n\n", {{"cpu.max", "100000 100000"}}), 0U);
  EXPECT_EQ(quota("0::\n", {{"cpu.max", "100000 100000"}}), 1U);
  EXPECT_EQ(cgroup_cpu_quota("/no/such/file", "/no/such/directory"), 0U);
}

// The kernel begins every path with a slash; a file that is not the kernel's must do no harm.
TEST(CpuQuota, IsNoneWhereAPathIsNoPath) { EXPECT_EQ(quota("0::no/slash/before\n", {}), 0U); }

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
