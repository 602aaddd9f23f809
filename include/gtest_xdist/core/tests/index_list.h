// The text form of a list of tests: colon-separated indices and ranges, "0-24:31:40".
//
// Layer: core/tests (standard library only). An index is a test's position among all registered
// tests of the binary, in registration order. Filters, shards and shuffling do not change it. It is
// a test's identity, because two tests may share one full name.
#ifndef GTEST_XDIST_CORE_TESTS_INDEX_LIST_H_
#define GTEST_XDIST_CORE_TESTS_INDEX_LIST_H_

#include <cstddef>
#include <cstdint>
#include <limits>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "gtest_xdist/core/text/text.h"

namespace gtest_xdist {

// Position of a test among all registered tests, in registration order.
using TestIndex = std::uint32_t;

// No test: a worker that runs no test shows this. Never a valid index.
inline constexpr TestIndex kNoTest = std::numeric_limits<TestIndex>::max();

// The longest list that parse_index_list() accepts, in tests. It bounds the memory that
// "0-4294967294" can ask for. It is sixteen times the largest suite that this project measures.
inline constexpr std::size_t kMaxIndexListLength = 16'000'000;

// Prints `indices` in their order. A stretch of three or more consecutive numbers becomes a range;
// a shorter one stays as it is. parse_index_list() gives the same list back.
inline std::string format_index_list(const std::vector<TestIndex>& indices) {
  std::string text;
  for (std::size_t i = 0; i < indices.size();) {
    std::size_t last = i;
    while (last + 1 < indices.size() && indices[last] + 1 == indices[last + 1]) ++last;
    if (last < i + 2) last = i;
    if (!text.empty()) text += ':';
    text += std::to_string(indices[i]);
    if (last != i) text += '-' + std::to_string(indices[last]);
    i = last + 1;
  }
  return text;
}

namespace internal {

inline TestIndex parse_index(std::string_view digits) {
  if (digits.empty()) throw std::invalid_argument("an index is missing");
  std::uint64_t value = 0;
  for (const char c : digits) {
    if (c < '0' || c > '9') {
      throw std::invalid_argument("'" + shown(digits) + "' is not an index");
    }
    value = value * 10 + static_cast<std::uint64_t>(c - '0');
    if (value >= kNoTest) {
      throw std::invalid_argument("'" + shown(digits) + "' is too large for an index");
    }
  }
  return static_cast<TestIndex>(value);
}

}  // namespace internal

// Reads a list that format_index_list() printed or a person typed. It keeps order and repetitions,
// because tests run in the order of the list. Throws std::invalid_argument if the text is not a
// list, has a reversed range, or has more than kMaxIndexListLength tests. The message names the
// wrong piece.
inline std::vector<TestIndex> parse_index_list(std::string_view text) {
  std::vector<TestIndex> indices;
  while (true) {
    const std::size_t colon = text.find(':');
    const std::string_view piece = text.substr(0, colon);
    const std::size_t dash = piece.find('-');
    const TestIndex first = internal::parse_index(piece.substr(0, dash));
    const TestIndex last =
        dash == std::string_view::npos ? first : internal::parse_index(piece.substr(dash + 1));
    if (last < first) {
      throw std::invalid_argument("the range '" + internal::shown(piece) + "' is reversed");
    }
    if (last - first >= kMaxIndexListLength - indices.size()) {
      throw std::invalid_argument("more than " + std::to_string(kMaxIndexListLength) + " tests");
    }
    for (TestIndex index = first; index <= last; ++index) indices.push_back(index);
    if (colon == std::string_view::npos) return indices;
    text.remove_prefix(colon + 1);
  }
}

}  // namespace gtest_xdist

#endif  // GTEST_XDIST_CORE_TESTS_INDEX_LIST_H_
