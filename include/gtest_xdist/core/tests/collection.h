// Compares the tests that two processes collected, and describes the difference.
//
// Layer: core/tests (standard library only). It knows names alone.
#ifndef GTEST_XDIST_CORE_TESTS_COLLECTION_H_
#define GTEST_XDIST_CORE_TESTS_COLLECTION_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace gtest_xdist::internal {

// A number that stands for an ordered list of strings: 64-bit FNV-1a over their bytes, with
// separators. It guards against accidents (a test registered in one process only), not against an
// adversary.
class Digest {
 public:
  void add(std::string_view text) {
    for (const char c : text) mix(static_cast<unsigned char>(c));
    // No text contains this separator. Without it {"ab","c"} would equal {"a","bc"}.
    mix(0x100U);
  }
  std::uint64_t value() const { return state_; }

 private:
  void mix(std::uint64_t symbol) {
    state_ ^= symbol;
    state_ *= 0x100000001b3U;
  }

  std::uint64_t state_ = 0xcbf29ce484222325U;
};

// One line of a unified diff's body: ' ' in both, '-' only in the first, '+' only in the second.
// Valid as long as the lists.
struct DiffLine {
  char mark;
  std::string_view text;
};

// How many lines on either side diff_lines() compares exactly. If more differ (ids that hold a
// process number, say), they become one replaced block: the table of the exact method would not
// fit, and nobody would read its result.
inline constexpr std::size_t kMaxExactDiffLines = 2000;

inline std::vector<DiffLine> diff_lines(const std::vector<std::string>& a,
                                        const std::vector<std::string>& b) {
  std::size_t head = 0;
  while (head < a.size() && head < b.size() && a[head] == b[head]) ++head;
  std::size_t tail = 0;
  while (tail < a.size() - head && tail < b.size() - head &&
         a[a.size() - 1 - tail] == b[b.size() - 1 - tail]) {
    ++tail;
  }
  const std::size_t rows = a.size() - head - tail;
  const std::size_t columns = b.size() - head - tail;
  const bool exact = rows <= kMaxExactDiffLines && columns <= kMaxExactDiffLines;

  // common[i][j]: length of the longest common subsequence of the rests from row i and column j.
  std::vector<std::vector<std::uint32_t>> common;
  if (exact) {
    for (std::size_t i = 0; i <= rows; ++i) {
      common.emplace_back(columns + 1);
    }
    for (std::size_t i = rows; i-- > 0;) {
      for (std::size_t j = columns; j-- > 0;) {
        common[i][j] = a[head + i] == b[head + j] ? common[i + 1][j + 1] + 1
                                                  : std::max(common[i + 1][j], common[i][j + 1]);
      }
    }
  }

  std::vector<DiffLine> lines;
  for (std::size_t k = 0; k < head; ++k) lines.push_back({' ', a[k]});
  std::size_t i = 0;
  std::size_t j = 0;
  while (i < rows || j < columns) {
    if (exact && i < rows && j < columns && a[head + i] == b[head + j]) {
      lines.push_back({' ', a[head + i]});
      ++i;
      ++j;
    } else if (i < rows && (!exact || j == columns || common[i + 1][j] >= common[i][j + 1])) {
      lines.push_back({'-', a[head + i++]});
    } else {
      lines.push_back({'+', b[head + j++]});
    }
  }
  for (std::size_t k = a.size() - tail; k < a.size(); ++k) lines.push_back({' ', a[k]});
  return lines;
}

// "start,length" of a hunk, as in a unified diff: lines count from 1, and a length of 1 is left
// out.
inline std::string hunk_range(std::size_t start, std::size_t length) {
  if (length == 1) return std::to_string(start + 1);
  return std::to_string(length == 0 ? start : start + 1) + ',' + std::to_string(length);
}

// The message about two collections that differ, in pytest-xdist's words and form: three lines of
// context, and an empty line after each header line. `a_name` and `b_name` label the two sides.
inline std::string describe_collection_difference(const std::vector<std::string>& a,
                                                  const std::vector<std::string>& b,
                                                  const std::string& a_name,
                                                  const std::string& b_name) {
  constexpr std::size_t kContext = 3;
  const std::vector<DiffLine> lines = diff_lines(a, b);
  std::string text = "Different tests were collected between " + a_name + " and " + b_name +
                     ". The difference is:\n--- " + a_name + "\n\n+++ " + b_name + "\n\n";
  std::size_t a_line = 0;
  std::size_t b_line = 0;
  for (std::size_t at = 0; at < lines.size();) {
    std::size_t change = at;
    while (change < lines.size() && lines[change].mark == ' ') ++change;
    if (change == lines.size()) break;
    const std::size_t begin = std::max(at, change - std::min(change, kContext));
    a_line += begin - at;
    b_line += begin - at;
    // The hunk goes on while at most twice the context lies between two changes.
    std::size_t end = change;
    for (std::size_t k = change; k < lines.size() && k <= end + 2 * kContext + 1; ++k) {
      if (lines[k].mark != ' ') end = k;
    }
    end = std::min(lines.size(), end + 1 + kContext);
    std::size_t a_length = 0;
    std::size_t b_length = 0;
    std::string body;
    for (std::size_t k = begin; k < end; ++k) {
      if (lines[k].mark != '+') ++a_length;
      if (lines[k].mark != '-') ++b_length;
      body += lines[k].mark;
      body += lines[k].text;
      body += '\n';
    }
    text += "@@ -" + hunk_range(a_line, a_length) + " +" + hunk_range(b_line, b_length) +
            " @@\n\n" + body;
    a_line += a_length;
    b_line += b_length;
    at = end;
  }
  return text +
         "To see why this happens see 'Limits' in examples/compatibility.md of gtest-xdist, in a "
         "package below share/doc/gtest_xdist";
}

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_CORE_TESTS_COLLECTION_H_
