// Any text as an index list: it is one, with exactly those indices, or it is refused.
#include <cstddef>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "gtest_xdist/core/tests/index_list.h"

#include "input.h"
#include "require.h"

namespace gtest_xdist::fuzz {
namespace {

struct Range {
  std::uint64_t first = 0;
  std::uint64_t last = 0;
};

std::optional<std::uint64_t> read_index(std::string_view text) {
  std::uint64_t value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + static_cast<std::uint64_t>(c - '0');
    if (value >= kNoTest) return std::nullopt;
  }
  return text.empty() ? std::nullopt : std::optional(value);
}

// What the text says, read without the header's help and without making the list: the ranges up to
// the first that is none.
std::vector<Range> read_ranges(std::string_view text, bool& is_list) {
  std::vector<Range> ranges;
  is_list = false;
  while (true) {
    const std::size_t end = text.find(':');
    const std::string_view piece = text.substr(0, end);
    const std::size_t dash = piece.find('-');
    const std::optional<std::uint64_t> first = read_index(piece.substr(0, dash));
    const std::optional<std::uint64_t> last =
        dash == std::string_view::npos ? first : read_index(piece.substr(dash + 1));
    if (!first || !last || *last < *first) return ranges;
    ranges.push_back({*first, *last});
    is_list = end == std::string_view::npos;
    if (is_list) return ranges;
    text.remove_prefix(end + 1);
  }
}

std::vector<TestIndex> expand(const std::vector<Range>& ranges) {
  std::vector<TestIndex> indices;
  for (const Range& range : ranges) {
    for (std::uint64_t i = range.first; i <= range.last; ++i) {
      indices.push_back(static_cast<TestIndex>(i));
    }
  }
  return indices;
}

// The list of the text, or nothing and what was said of it.
std::optional<std::vector<TestIndex>> parse(std::string_view text, std::string& error) {
  try {
    return parse_index_list(text);
  } catch (const std::invalid_argument& refusal) {
    error = refusal.what();
    return std::nullopt;
  }
}

void check(std::string_view text) {
  // Legal lengths, but each takes a tenth of a second, and the unit tests have some.
  constexpr std::uint64_t kTooSlow = 100'000;
  bool is_list = false;
  const std::vector<Range> ranges = read_ranges(text, is_list);
  std::uint64_t length = 0;
  for (const Range& range : ranges) {
    length += range.last - range.first + 1;
    if (length > kMaxIndexListLength) break;
    if (length > kTooSlow) return;
  }

  std::string error;
  const std::optional<std::vector<TestIndex>> indices = parse(text, error);
  require(indices.has_value() == (is_list && length <= kMaxIndexListLength),
          "a text is read if and only if it is a list that is not too long");
  if (!indices) {
    constexpr std::size_t kLongestError = 1000;
    require(!error.empty() && error.size() <= kLongestError, "an error is a line to read");
    return;
  }
  require(*indices == expand(ranges), "a list has what its text says");
  const std::string written = format_index_list(*indices);
  require(parse_index_list(written) == *indices, "a list survives the round trip");
  require(format_index_list(parse_index_list(written)) == written, "a list has one form");
}

}  // namespace
}  // namespace gtest_xdist::fuzz

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  gtest_xdist::fuzz::check(gtest_xdist::fuzz::text_of(data, size));
  return 0;
}
