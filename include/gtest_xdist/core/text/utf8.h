// Puts a stranger's text into UTF-8 documents: JSON and XML.
//
// Layer: core/text (standard library only).
#ifndef GTEST_XDIST_CORE_TEXT_UTF8_H_
#define GTEST_XDIST_CORE_TEXT_UTF8_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "gtest_xdist/core/text/text.h"

namespace gtest_xdist::internal {

// The size in bytes of the character that the text begins with. 0 if the text is empty, if it does
// not begin with UTF-8, or if it begins with U+FFFE or U+FFFF, which XML forbids.
inline std::size_t utf8_character(std::string_view text) {
  if (text.empty()) return 0;
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  if (byte(0) < 0x80U) return 1;
  const std::size_t size = byte(0) >= 0xf0U ? 4 : byte(0) >= 0xe0U ? 3 : 2;
  if (byte(0) < 0xc2U || byte(0) > 0xf4U || text.size() < size) return 0;
  std::uint32_t code = byte(0) & (0x7fU >> size);
  for (std::size_t i = 1; i < size; ++i) {
    if (!continues_character(text[i])) return 0;
    code = code << 6U | (byte(i) & 0x3fU);
  }
  const bool is_too_long = (size == 3 && code < 0x800U) || (size == 4 && code < 0x10000U);
  const bool is_surrogate = code >= 0xd800U && code <= 0xdfffU;
  const bool is_none = code > 0x10ffffU || code == 0xfffeU || code == 0xffffU;
  return is_too_long || is_surrogate || is_none ? 0 : size;
}

// Replaces each ASCII character c by `replace(c)`. A byte that is not part of UTF-8 becomes "\xff"
// first, and the four characters of that are replaced, too.
template <class Replace>
std::string replace_ascii(std::string_view text, Replace replace) {
  std::string replaced;
  while (!text.empty()) {
    const std::size_t size = utf8_character(text);
    if (size > 1) {
      replaced += text.substr(0, size);
    } else {
      const std::string_view one = text.substr(0, 1);
      for (const char c : size == 1 ? std::string(one) : escape(one, one)) replaced += replace(c);
    }
    text.remove_prefix(size == 0 ? 1 : size);
  }
  return replaced;
}

// The text as a JSON string, with its quotes.
inline std::string quote_json(std::string_view text) {
  constexpr char kDigits[] = "0123456789abcdef";
  return '"' +
         replace_ascii(text,
                       [&](char c) {
                         const auto byte = static_cast<unsigned char>(c);
                         if (c == '"' || c == '\\') return std::string("\\") + c;
                         if (byte >= ' ') return std::string(1, c);
                         return std::string("\\u00") + kDigits[byte / 16] + kDigits[byte % 16];
                       }) +
         '"';
}

// The text as XML text or as an attribute's value. Control characters become "\x01": XML forbids
// most of them.
inline std::string quote_xml(std::string_view text) {
  return replace_ascii(text, [](char c) {
    switch (c) {
      case '&':
        return std::string("&amp;");
      case '<':
        return std::string("&lt;");
      case '>':
        return std::string("&gt;");
      case '"':
        return std::string("&quot;");
      default:
        return escape(std::string(1, c), "");
    }
  });
}

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_CORE_TEXT_UTF8_H_
