// Ending the process over settings that cannot be obeyed, or that ask for no run.
//
// Layer: shim.
#ifndef GTEST_XDIST_SHIM_FATAL_H_
#define GTEST_XDIST_SHIM_FATAL_H_

#include <cstdio>
#include <cstdlib>
#include <string>

namespace gtest_xdist::internal {

// No test has run.
inline constexpr int kUsageExitStatus = 2;

// The text is all that was asked for. A write that fails is told by the exit status, as with cat.
[[noreturn]] inline void print_and_exit(const std::string& text) {
  std::fputs(text.c_str(), stdout);
  std::_Exit(std::fflush(stdout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE);
}

// Prints one line and ends the process at once, from which nobody needs anything else.
[[noreturn]] inline void fatal(const std::string& message) {
  std::fflush(stdout);
  std::fprintf(stderr, "gtest-xdist: error: %s\n", message.c_str());
  std::fflush(stderr);
  std::_Exit(kUsageExitStatus);
}

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_SHIM_FATAL_H_
