// Prints what the controller says to the person at the terminal, beside gtest's output.
//
// Layer: process. It prints to standard error, so that standard output stays as in a serial run.
// Process-wide state.
#ifndef GTEST_XDIST_PROCESS_NOTES_H_
#define GTEST_XDIST_PROCESS_NOTES_H_

#include <cstdio>
#include <string>

namespace gtest_xdist::internal {

// The topic of a line. Its number is the least GTEST_XDIST_VERBOSITY that shows the line.
enum class Topic {
  error = -1,  // something is wrong, and no test's failure says so
  event = 0,   // what happens to workers, and what to do about failures
  result = 1,  // how each test ends
  step = 2,    // what workers are given, and what they begin
};

inline int& note_verbosity() {
  static int verbosity = 0;
  return verbosity;
}

// Whether lines of this topic are shown.
inline bool is_shown(Topic topic) { return static_cast<int>(topic) <= note_verbosity(); }

// The function that hides the status line; null if a run has none.
inline void (*&status_line_hider())() {
  static void (*hider)() = nullptr;
  return hider;
}

// For code that prints, or lets the user's code print in this process. The line is shown only while
// the controller waits, so NodeManager calls this when it has waited.
inline void hide_status_line() {
  if (status_line_hider() != nullptr) status_line_hider()();
}

// Prints a line as it is. Earlier output on standard output appears before it.
inline void print_line(const std::string& text) {
  hide_status_line();
  std::fflush(stdout);
  std::fprintf(stderr, "%s\n", text.c_str());
  std::fflush(stderr);
}

// Prints a line with our name before it, whatever the verbosity.
inline void tell_anyway(const std::string& text) { print_line("gtest-xdist: " + text); }

// Likewise, if its topic is shown.
inline void note(const std::string& text, Topic topic = Topic::event) {
  if (is_shown(topic)) tell_anyway(text);
}

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_PROCESS_NOTES_H_
