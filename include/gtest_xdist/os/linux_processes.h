// Linux: the processes that a process has started.
//
// Layer: os; only os.h and files beside it include it.
#ifndef GTEST_XDIST_OS_LINUX_PROCESSES_H_
#define GTEST_XDIST_OS_LINUX_PROCESSES_H_

#include <dirent.h>
#include <signal.h>
#include <sys/types.h>
#include <time.h>  // NOLINT: CLOCK_BOOTTIME is not in <ctime>
#include <unistd.h>

#include <chrono>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

#include "gtest_xdist/os/linux_clock.h"

namespace gtest_xdist::internal::os {

// By std::chrono::steady_clock, as the kernel has it.
struct TimeSpan {
  std::chrono::steady_clock::time_point begin;
  std::chrono::steady_clock::time_point end;
};

// When a process started: somewhere within `started`.
struct ProcessFacts {
  ::pid_t parent = 0;
  ::pid_t group = 0;
  TimeSpan started;
};

// The names in a directory that are numbers; empty if it cannot be read.
inline std::vector<int> numbers_in(const std::string& directory) {
  std::vector<int> numbers;
  ::DIR* const entries = ::opendir(directory.c_str());
  if (entries == nullptr) return numbers;
  while (const ::dirent* const entry = ::readdir(entries)) {
    const char* const name = &entry->d_name[0];
    if (*name >= '0' && *name <= '9') numbers.push_back(std::atoi(name));
  }
  ::closedir(entries);
  return numbers;
}

// Its parent is 0 if there is no such process.
inline ProcessFacts facts_of(::pid_t process) {
  std::ifstream file("/proc/" + std::to_string(process) + "/stat");
  std::string text;
  std::getline(file, text);
  const std::size_t name_end = text.rfind(')');  // a name may contain anything
  ProcessFacts facts;
  if (name_end == std::string::npos) return facts;
  long long ticks = 0;  // since the machine started
  constexpr const char* kFields =
      " %*c %d %d %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %lld";
  std::sscanf(&text[name_end + 1], kFields, &facts.parent, &facts.group, &ticks);
  const long long tick = 1'000'000'000 / ::sysconf(_SC_CLK_TCK);
  // That clock goes on while the machine sleeps; ours does not.
  const std::chrono::nanoseconds asleep =
      kernel_time(CLOCK_BOOTTIME) - kernel_time(CLOCK_MONOTONIC);
  const std::chrono::nanoseconds start = std::chrono::nanoseconds(ticks * tick) - asleep;
  facts.started.begin = std::chrono::steady_clock::time_point(start);
  facts.started.end = std::chrono::steady_clock::time_point(start + std::chrono::nanoseconds(tick));
  return facts;
}

// Kills the processes that `ancestor` has started since `since`, and what these have started.
// Spares those of the ancestor's own process group, and those that started in the span `spared`.
// Does not find processes whose parent has ended. Call it while the ancestor lives.
inline void kill_descendants(::pid_t ancestor, std::chrono::steady_clock::time_point since,
                             const TimeSpan& spared) {
  const ::pid_t group = facts_of(ancestor).group;
  const auto holds = [](const std::vector<int>& processes, ::pid_t wanted) {
    bool found = false;
    for (const int process : processes) found |= process == wanted;
    return found;
  };
  std::vector<int> family = {ancestor};
  std::vector<int> victims;
  for (std::size_t before = 0; before < family.size();) {
    before = family.size();
    for (const int process : numbers_in("/proc")) {
      if (holds(family, process)) continue;
      const ProcessFacts facts = facts_of(process);
      if (!holds(family, facts.parent) || facts.started.end < since) continue;
      if (facts.started.end >= spared.begin && !(facts.started.begin > spared.end)) continue;
      family.push_back(process);
      if (facts.group == group) continue;
      ::kill(process, SIGSTOP);  // so that it starts nothing more, and does not end
      victims.push_back(process);
    }
  }
  for (const int victim : victims) ::kill(victim, SIGKILL);
}

}  // namespace gtest_xdist::internal::os

#endif  // GTEST_XDIST_OS_LINUX_PROCESSES_H_
