// Linux: how many CPUs this process may use.
//
// Layer: os; only os.h includes it.
#ifndef GTEST_XDIST_OS_LINUX_CPUS_H_
#define GTEST_XDIST_OS_LINUX_CPUS_H_

#include <sched.h>

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <fstream>
#include <string>

namespace gtest_xdist::internal::os {

// The number of CPUs in the affinity mask; 0 if the system does not say.
inline unsigned affinity_cpu_count() {
  // Room for 8192 CPUs: the kernel refuses a mask smaller than its own.
  ::cpu_set_t sets[8];
  if (::sched_getaffinity(0, sizeof sets, sets) != 0) return 0;
  return static_cast<unsigned>(CPU_COUNT_S(sizeof sets, sets));
}

// The quota of one cgroup in whole CPUs, rounded up; 0 if it has none. `directory` is the directory
// of the cgroup, of either version of cgroups.
inline unsigned cgroup_cpu_quota(const std::string& directory) {
  double quota = -1;
  double period = -1;
  std::string first;
  if (std::ifstream unified(directory + "/cpu.max"); unified >> first >> period) {
    if (first != "max") quota = std::strtod(first.c_str(), nullptr);
  } else {
    std::ifstream(directory + "/cpu.cfs_quota_us") >> quota;
    std::ifstream(directory + "/cpu.cfs_period_us") >> period;
  }
  if (quota <= 0 || period <= 0) return 0;
  return std::max(1U, static_cast<unsigned>((quota + period - 1) / period));
}

// The smallest CPU quota of this process's cgroup and of those above it; 0 if there is none. Only
// tests pass the two paths.
inline unsigned cpu_quota(const std::string& membership_file = "/proc/self/cgroup",
                          const std::string& mount_point = "/sys/fs/cgroup") {
  unsigned smallest = 0;
  const auto consider = [&](const std::string& directory) {
    const unsigned quota = cgroup_cpu_quota(directory);
    if (quota != 0 && (smallest == 0 || quota < smallest)) smallest = quota;
  };
  std::ifstream membership(membership_file);
  // Each line: hierarchy number ':' controllers ':' path. No controllers: version 2.
  for (std::string line; std::getline(membership, line);) {
    const std::size_t first = line.find(':');
    const std::size_t second = line.find(':', first + 1);
    if (first == std::string::npos || second == std::string::npos) continue;
    const std::string controllers = ',' + line.substr(first + 1, second - first - 1) + ',';
    const bool unified = controllers == ",,";
    if (!unified && controllers.find(",cpu,") == std::string::npos) continue;
    const std::string root = unified ? mount_point : mount_point + "/cpu";
    std::string path = line.substr(second + 1);
    for (std::size_t slash = path.rfind('/'); slash != std::string::npos && path.size() > 1;
         slash = path.rfind('/')) {
      consider(root + path);
      path.erase(slash);
    }
    consider(root);  // in a container the path is often one of the host's
  }
  return smallest;
}

}  // namespace gtest_xdist::internal::os

#endif  // GTEST_XDIST_OS_LINUX_CPUS_H_
