// What the controller says to the person at the terminal, beside what gtest prints.
//
// Layer: process. On standard error, so that standard output stays what a serial run prints.
// Process-wide state.
#ifndef GTEST_XDIST_PROCESS_NOTES_H_
#define GTEST_XDIST_PROCESS_NOTES_H_

#include <cstdio>
#include <string>

namespace gtest_xdist::internal {

// What a line is about; the number is the least GTEST_XDIST_VERBOSITY that shows it.
enum class Topic {
  error = -1,  // something is wrong, and no test's failure says so
  event = 0,   // what happens to workers, and what to do about failures
  result = 1,  // how each test ends
  step = 2,    // what workers are given, and begin
};

inline int& note_verbosity() {
  static int verbosity = 0;
  return verbosity;
}

// Whether lines of the topic are shown.
inline bool is_told(Topic topic) { return static_cast<int>(topic) <= note_verbosity(); }

// Takes away what is on the terminal for the moment only; null if there is nothing of the kind.
inline void (*&way_maker())() {
  static void (*maker)() = nullptr;
  return maker;
}

// To be called before anything is printed, by whomever: this process's code, or the user's.
inline void make_way() {
  if (way_maker() != nullptr) way_maker()();
}

// Prints a line as it is; what was printed before it on standard output appears before it.
inline void print_line(const std::string& text) {
  make_way();
  std::fflush(stdout);
  std::fprintf(stderr, "%s\n", text.c_str());
  std::fflush(stderr);
}

// Prints a line that says whose it is, whatever the verbosity.
inline void tell_anyway(const std::string& text) { print_line("gtest-xdist: " + text); }

// Likewise, if its topic is shown.
inline void note(const std::string& text, Topic topic = Topic::event) {
  if (is_told(topic)) tell_anyway(text);
}

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_PROCESS_NOTES_H_
