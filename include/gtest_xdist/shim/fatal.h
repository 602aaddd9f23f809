// Ends the process if its settings are wrong, or if they ask for no run.
//
// Layer: shim. Knows neither gtest nor what the settings mean.
#ifndef GTEST_XDIST_SHIM_FATAL_H_
#define GTEST_XDIST_SHIM_FATAL_H_

#include <cstdio>
#include <cstdlib>
#include <string>

namespace gtest_xdist::internal {

// The exit status if settings are wrong. No test has run then.
inline constexpr int kUsageExitStatus = 2;

// Prints a text to standard output and ends the process at once. The exit status says whether the
// write succeeded, as with cat.
[[noreturn]] inline void print_and_exit(const std::string& text) {
  std::fputs(text.c_str(), stdout);
  std::_Exit(std::fflush(stdout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE);
}

// Prints one line to standard error and ends the process at once, without exit handlers.
[[noreturn]] inline void fatal(const std::string& message) {
  std::fflush(stdout);
  std::fprintf(stderr, "gtest-xdist: error: %s\n", message.c_str());
  std::fflush(stderr);
  std::_Exit(kUsageExitStatus);
}

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_SHIM_FATAL_H_
