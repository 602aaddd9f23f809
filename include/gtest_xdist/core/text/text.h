// Puts words and foreign text into messages.
//
// Layer: core/text (standard library only).
#ifndef GTEST_XDIST_CORE_TEXT_TEXT_H_
#define GTEST_XDIST_CORE_TEXT_TEXT_H_

#include <cstddef>
#include <exception>
#include <string>
#include <string_view>
#include <vector>

namespace gtest_xdist::internal {

// "a, b, c".
inline std::string join(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) {
    if (!text.empty()) text += ", ";
    text += word;
  }
  return text;
}

// The text, in which each control character and each character of `others` is written as "\x20"
// (this is a space).
inline std::string escape(std::string_view text, std::string_view others) {
  constexpr char kDigits[] = "0123456789abcdef";
  constexpr unsigned char kDelete = 0x7f;
  std::string escaped;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= ' ' && byte != kDelete && others.find(c) == std::string_view::npos) {
      escaped += c;
    } else {
      escaped += {'\\', 'x', kDigits[byte / 16], kDigits[byte % 16]};
    }
  }
  return escaped;
}

// Whether the byte continues a character of UTF-8.
inline bool continues_character(char byte) { return (static_cast<unsigned char>(byte) >> 6) == 2; }

// A stranger's text, fit for one line of a message: control characters are escaped. Of a text with
// more than 200 bytes it shows the beginning and the size.
inline std::string shown(std::string_view text) {
  constexpr std::size_t kLongest = 200;  // bytes
  constexpr std::size_t kBeginning = 100;
  if (text.size() <= kLongest) return escape(text, "");
  std::size_t end = kBeginning;
  // Do not cut within a UTF-8 character, of which up to three bytes continue it.
  while (end > kBeginning - 3 && continues_character(text[end])) --end;
  return escape(text.substr(0, end), "") + "... (" + std::to_string(text.size()) + " bytes)";
}

// The text of the exception that is being handled. Call it in a catch block only.
inline std::string describe_current_exception() {
  try {
    throw;
  } catch (const std::exception& error) {
    return error.what();
  } catch (...) {
    return "an exception that is no std::exception";
  }
}

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_CORE_TEXT_TEXT_H_
