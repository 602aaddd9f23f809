// Tells whether there is a terminal and how wide it is, and shows a momentary line on it.
//
// Layer: process.
#ifndef GTEST_XDIST_PROCESS_TERMINAL_H_
#define GTEST_XDIST_PROCESS_TERMINAL_H_

#include <sys/types.h>
#include <unistd.h>

#include <cstddef>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>

#include "gtest_xdist/os/os.h"
#include "gtest_xdist/process/files/descriptor.h"

namespace gtest_xdist::internal {

// Whether the descriptor leads to a terminal that can move its cursor.
inline bool is_capable_terminal(int descriptor) {
  const char* const term = std::getenv("TERM");
  return ::isatty(descriptor) != 0 && term != nullptr && *term != '\0' &&
         std::string_view(term) != "dumb";
}

// False if this process is in the background of the terminal that the descriptor leads to: the
// shell waits for commands there.
inline bool is_in_foreground(int descriptor) {
  const ::pid_t group = ::tcgetpgrp(descriptor);
  return group == -1 || group == ::getpgrp();
}

// In columns: from the terminal, else from $COLUMNS, else 80.
inline std::size_t terminal_width(int descriptor) {
  if (const unsigned width = os::terminal_columns(descriptor)) return width;
  constexpr long kWidest = 10'000;
  const char* const columns = std::getenv("COLUMNS");
  const long number = columns == nullptr ? 0 : std::strtol(columns, nullptr, 10);
  constexpr std::size_t kUsual = 80;
  return number > 0 && number <= kWidest ? static_cast<std::size_t>(number) : kUsual;
}

// A line below the cursor. The cursor stays where it is, so the next output appears where it would
// have appeared, even if it is the rest of a line. Hide the line before anything is printed.
class MomentaryLine {
 public:
  // On the terminal that the descriptor leads to.
  explicit MomentaryLine(int descriptor) : descriptor_(descriptor) {}
  MomentaryLine(const MomentaryLine&) = delete;
  MomentaryLine& operator=(const MomentaryLine&) = delete;
  ~MomentaryLine() { hide(); }

  bool is_shown() const { return is_shown_; }

  // Replaces the line that is shown now. The terminal cuts off a text that is too long.
  void show(std::string_view text) {
    std::string bytes = std::string(kMakeRoom) + kSave + kBelow + kEraseRest + kNoWrap;
    bytes += text;
    bytes += std::string(kWrap) + kRestore;
    is_shown_ = write_all(descriptor_, bytes) || is_shown_;
  }

  void hide() {
    if (!std::exchange(is_shown_, false)) return;
    write_all(descriptor_, std::string(kSave) + kBelow + kEraseRest + kRestore);
  }

 private:
  // Sequences of a VT100. All later terminals understand them.
  static constexpr const char* kMakeRoom = "\033D\033[A";  // a line down, which may scroll, and up
  static constexpr const char* kSave = "\0337";            // where the cursor is
  static constexpr const char* kRestore = "\0338";
  static constexpr const char* kBelow = "\r\n";
  static constexpr const char* kEraseRest = "\033[J";  // of the screen
  static constexpr const char* kNoWrap = "\033[?7l";
  static constexpr const char* kWrap = "\033[?7h";

  const int descriptor_;
  bool is_shown_ = false;
};

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_PROCESS_TERMINAL_H_
