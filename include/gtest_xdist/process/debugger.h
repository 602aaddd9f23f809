// Asks gdb what another process is doing.
//
// Layer: process.
#ifndef GTEST_XDIST_PROCESS_DEBUGGER_H_
#define GTEST_XDIST_PROCESS_DEBUGGER_H_

#include <fcntl.h>
#include <sys/types.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

#include "gtest_xdist/process/child_process.h"
#include "gtest_xdist/process/files/descriptor.h"
#include "gtest_xdist/process/self.h"

namespace gtest_xdist::internal {

// The path of a program that is in PATH; empty if there is none.
inline std::string find_program(const std::string& name, const Environment& environment) {
  for (const auto& [variable, value] : environment) {
    if (variable != "PATH") continue;
    const std::string_view path = value;
    for (std::size_t begin = 0; begin <= path.size();) {
      const std::size_t end = std::min(path.find(':', begin), path.size());
      const std::string file = std::string(path.substr(begin, end - begin)) + "/" + name;
      if (end > begin && ::access(file.c_str(), X_OK) == 0) return file;
      begin = end + 1;
    }
  }
  return {};
}

// Starts gdb, which writes the stacks of all threads of `process` to the descriptor `output`. Wait
// for the process that is returned. Null if there is no gdb, or if it cannot be started.
inline std::unique_ptr<ChildProcess> print_stacks(::pid_t process, int output) {
  LaunchPlan plan;
  for (const auto& [name, value] : current_environment()) {
    // With this variable gdb would ask servers.
    if (name != "DEBUGINFOD_URLS") plan.environment.push_back(name + "=" + value);
  }
  plan.executable = find_program("gdb", current_environment());
  if (plan.executable.empty()) return nullptr;
  plan.arguments = {
      "gdb", "-nx", "-batch", "-ex", "thread apply all backtrace", "-p", std::to_string(process)};
  const Descriptor null(open_null(O_WRONLY | O_CLOEXEC));
  plan.standard_output = output;
  plan.standard_error = null.number();
  try {
    return std::make_unique<ChildProcess>(plan);
  } catch (const std::runtime_error&) {
    return nullptr;
  }
}

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_PROCESS_DEBUGGER_H_
