// Finds where a text can be cut without splitting a line or a character.
//
// Layer: process/output. Pure functions.
#ifndef GTEST_XDIST_PROCESS_OUTPUT_CLEAN_CUT_H_
#define GTEST_XDIST_PROCESS_OUTPUT_CLEAN_CUT_H_

#include <cstddef>
#include <string_view>

#include "gtest_xdist/core/text/text.h"

namespace gtest_xdist::internal {

// The size in bytes of the UTF-8 character that begins with this byte.
inline std::size_t character_size(char first) {
  const auto byte = static_cast<unsigned char>(first);
  if (byte >> 5 == 0x6) return 2;
  if (byte >> 4 == 0xe) return 3;
  if (byte >> 3 == 0x1e) return 4;
  return 1;
}

inline constexpr std::size_t kLongestCharacter = 4;  // bytes, in UTF-8

// How many bytes of `head` to keep if the text after it is cut: those up to the end of its last
// whole line, or if it has none, of its last whole character.
inline std::size_t clean_end(std::string_view head) {
  const std::size_t newline = head.rfind('\n');
  if (newline != std::string_view::npos) return newline + 1;
  for (std::size_t back = 1; back < kLongestCharacter && back <= head.size(); ++back) {
    const std::size_t at = head.size() - back;
    if (continues_character(head[at])) continue;
    return character_size(head[at]) > back ? at : head.size();
  }
  return head.size();
}

// How many bytes of `tail` to leave out if the text before it is cut: those before its first whole
// line, or if it has none, before its first whole character.
inline std::size_t clean_begin(std::string_view tail) {
  const std::size_t newline = tail.find('\n');
  if (newline != std::string_view::npos) return newline + 1;
  std::size_t at = 0;
  while (at < tail.size() && at < kLongestCharacter && continues_character(tail[at])) ++at;
  return at < kLongestCharacter ? at : 0;  // no character has so many
}

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_PROCESS_OUTPUT_CLEAN_CUT_H_
