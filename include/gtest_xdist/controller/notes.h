// What the controller says to the person at the terminal, beside what gtest prints.
//
// Layer: controller. On standard error, so that standard output stays what a serial run prints.
#ifndef GTEST_XDIST_CONTROLLER_NOTES_H_
#define GTEST_XDIST_CONTROLLER_NOTES_H_

#include <cstdio>
#include <string>

namespace gtest_xdist::internal {

// Prints a line; what was printed before it on standard output appears before it.
inline void note(const std::string& text) {
  std::fflush(stdout);
  std::fprintf(stderr, "gtest-xdist: %s\n", text.c_str());
  std::fflush(stderr);
}

inline std::string worker_name(int number) { return "gw" + std::to_string(number); }

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_CONTROLLER_NOTES_H_
