// Where a text can be cut so that neither a line nor a character is torn.
//
// Layer: process/output. Pure functions.
#ifndef GTEST_XDIST_PROCESS_OUTPUT_CLEAN_CUT_H_
#define GTEST_XDIST_PROCESS_OUTPUT_CLEAN_CUT_H_

#include <cstddef>
#include <string_view>

namespace gtest_xdist::internal {

// In UTF-8: whether the byte goes on with a character that has begun before it.
inline bool continues_character(char byte) { return (static_cast<unsigned char>(byte) >> 6) == 2; }

// In UTF-8: how many bytes the character has that begins with this byte.
inline std::size_t character_size(char first) {
  const auto byte = static_cast<unsigned char>(first);
  if (byte >> 5 == 0x6) return 2;
  if (byte >> 4 == 0xe) return 3;
  if (byte >> 3 == 0x1e) return 4;
  return 1;
}

inline constexpr std::size_t kLongestCharacter = 4;  // bytes, in UTF-8

// How many bytes of `head` to keep if what follows it is cut: up to the end of its last line, or if
// it has none, of its last character.
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

// How many bytes of `tail` to leave out if what precedes it is cut: those before its first whole
// line, or if it has none, before its first whole character.
inline std::size_t clean_begin(std::string_view tail) {
  const std::size_t newline = tail.find('\n');
  if (newline != std::string_view::npos) return newline + 1;
  std::size_t at = 0;
  while (at < tail.size() && at < kLongestCharacter && continues_character(tail[at])) ++at;
  return at < kLongestCharacter ? at : 0;  // so many belong to no character
}

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_PROCESS_OUTPUT_CLEAN_CUT_H_
