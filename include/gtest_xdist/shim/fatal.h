// Ending the process over settings that cannot be obeyed, or that ask for no run.
//
// Layer: shim.
#ifndef GTEST_XDIST_SHIM_FATAL_H_
#define GTEST_XDIST_SHIM_FATAL_H_

#include <cstdio>
#include <cstdlib>
#include <string>

#include "gtest_xdist/controller/notes.h"
#include "gtest_xdist/process/once_values.h"

namespace gtest_xdist::internal {

// No test has run.
inline constexpr int kUsageExitStatus = 2;

// The text is all that was asked for. A write that fails is told by the exit status, as with cat.
[[noreturn]] inline void print_and_exit(const std::string& text) {
  std::fputs(text.c_str(), stdout);
  std::_Exit(std::fflush(stdout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE);
}

// What main or a plugin has made by once() goes before its time, and the session's directory with
// it.
inline void end_values() {
  once_values().end_session(
      [](const std::string& message) { note("error: " + message, Topic::error); });
}

// Prints one line and ends the process, from which nobody needs anything else.
[[noreturn]] inline void fatal(const std::string& message) {
  std::fflush(stdout);
  std::fprintf(stderr, "gtest-xdist: error: %s\n", message.c_str());
  std::fflush(stderr);
  end_values();
  std::_Exit(kUsageExitStatus);
}

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_SHIM_FATAL_H_
