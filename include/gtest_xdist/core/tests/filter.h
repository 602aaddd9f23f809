// Tells from a test's name whether --gtest_filter selects it.
//
// Layer: core/tests (standard library only).
#ifndef GTEST_XDIST_CORE_TESTS_FILTER_H_
#define GTEST_XDIST_CORE_TESTS_FILTER_H_

#include <cstddef>
#include <string_view>

namespace gtest_xdist::internal {

// Whether `text` matches `pattern`, in which * stands for any characters and ? for one. After a
// mismatch only the last * takes one character more: everything before it matches already, as early
// as it can. So the time is at most the product of the lengths.
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

// Whether the text matches one of the patterns, which colons separate.
inline bool matches_any_pattern(std::string_view patterns, std::string_view text) {
  while (true) {
    const std::size_t colon = patterns.find(':');
    if (matches_pattern(patterns.substr(0, colon), text)) return true;
    if (colon == std::string_view::npos) return false;
    patterns.remove_prefix(colon + 1);
  }
}

// Whether --gtest_filter=`filter` selects the test of that name, as in gtest. After the first '-'
// stand patterns of which the test must match none; a further '-' is an ordinary character. Before
// it stand patterns of which the test must match one; if nothing stands there, each test does. An
// entirely empty filter selects nothing.
inline bool matches_filter(std::string_view filter, std::string_view full_name) {
  const std::size_t dash = filter.find('-');
  if (dash == std::string_view::npos) return matches_any_pattern(filter, full_name);
  return (dash == 0 || matches_any_pattern(filter.substr(0, dash), full_name)) &&
         !matches_any_pattern(filter.substr(dash + 1), full_name);
}

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_CORE_TESTS_FILTER_H_
