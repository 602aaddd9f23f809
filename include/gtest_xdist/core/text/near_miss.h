// Finds the known word that is nearest to a misspelt one, for "did you mean".
//
// Layer: core/text (standard library only).
#ifndef GTEST_XDIST_CORE_TEXT_NEAR_MISS_H_
#define GTEST_XDIST_CORE_TEXT_NEAR_MISS_H_

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gtest_xdist::internal {

// The number of single-character insertions, deletions, substitutions and swaps of neighbours that
// turn one word into the other (optimal string alignment distance).
inline std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before;
  std::vector<std::size_t> above(b.size() + 1);
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) above[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t substitution = above[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({above[j] + 1, row[j - 1] + 1, substitution});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        row[j] = std::min(row[j], before[j - 2] + 1);
      }
    }
    before = std::exchange(above, row);
  }
  return above[b.size()];
}

// Whether `plural` is the plural of `word`, for words that end with a y: "retries" of "retry".
inline bool is_plural_of(std::string_view plural, std::string_view word) {
  if (word.size() < 2 || plural.size() != word.size() + 2) return false;
  const std::size_t stem = word.size() - 1;
  const bool is_upper = word.back() == 'Y';
  return (is_upper || word.back() == 'y') && plural.substr(stem) == (is_upper ? "IES" : "ies") &&
         plural.substr(0, stem) == word.substr(0, stem);
}

// The nearest of `known`, if it is near enough. A third of the word's characters may be wrong, and
// always one. A plural of the word counts as one wrong character.
inline std::optional<std::string> near_miss(std::string_view word,
                                            const std::vector<std::string>& known) {
  std::optional<std::string> best;
  std::size_t best_distance = std::max<std::size_t>(1, word.size() / 3) + 1;
  for (const std::string& candidate : known) {
    const bool is_plural = is_plural_of(candidate, word);
    // The difference in length is the least possible distance.
    const std::size_t shorter = std::min(word.size(), candidate.size());
    const std::size_t longer = std::max(word.size(), candidate.size());
    if (!is_plural && longer - shorter >= best_distance) continue;
    const std::size_t distance = is_plural ? 1 : edit_distance(word, candidate);
    if (distance < best_distance) {
      best_distance = distance;
      best = candidate;
    }
  }
  return best;
}

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_CORE_TEXT_NEAR_MISS_H_
