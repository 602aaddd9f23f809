// Which tests --gtest_filter selects, told from their names.
//
// Layer: core/tests (standard library only).
#ifndef GTEST_XDIST_CORE_TESTS_FILTER_H_
#define GTEST_XDIST_CORE_TESTS_FILTER_H_

#include <cstddef>
#include <string_view>

namespace gtest_xdist::internal {

// Whether `text` is as `pattern` says, where * stands for any characters and ? for one. After a
// mismatch only the last * need take one character more: what stands before it fits already, as
// early as it can. So the time is at most the product of the lengths.
inline bool matches_pattern(std::string_view pattern, std::string_view text) {
  std::size_t p = 0;
  std::size_t t = 0;
  std::size_t star = std::string_view::npos;  // the last * that was passed
  std::size_t star_end = 0;                   // where in the text what it stands for ends
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      star_end = t;
    } else if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == text[t])) {
      ++p;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++star_end;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*', p) == std::string_view::npos;
}

// Whether one of the patterns that colons separate matches.
inline bool matches_any_pattern(std::string_view patterns, std::string_view text) {
  while (true) {
    const std::size_t colon = patterns.find(':');
    if (matches_pattern(patterns.substr(0, colon), text)) return true;
    if (colon == std::string_view::npos) return false;
    patterns.remove_prefix(colon + 1);
  }
}

// Whether --gtest_filter=`filter` selects the test of that name. As in gtest: what follows the
// first '-' are patterns of which none may match, in which a further '-' is a character like
// others; before it stand those of which one must match, or nothing, where all do. An entirely
// empty filter selects nothing.
inline bool matches_filter(std::string_view filter, std::string_view full_name) {
  const std::size_t dash = filter.find('-');
  if (dash == std::string_view::npos) return matches_any_pattern(filter, full_name);
  return (dash == 0 || matches_any_pattern(filter.substr(0, dash), full_name)) &&
         !matches_any_pattern(filter.substr(dash + 1), full_name);
}

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_CORE_TESTS_FILTER_H_
