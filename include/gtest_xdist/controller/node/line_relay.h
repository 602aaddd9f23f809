// Joins pieces of output to lines.
//
// Layer: controller/node. Pure: bytes in, bytes out.
#ifndef GTEST_XDIST_CONTROLLER_NODE_LINE_RELAY_H_
#define GTEST_XDIST_CONTROLLER_NODE_LINE_RELAY_H_

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace gtest_xdist::internal {

// The lines of one stream.
class LineRelay {
 public:
  // In bytes. A longer line is broken here, so that memory has a limit.
  static constexpr std::size_t kLongest = 1U << 20;

  // Each line begins with `prefix`.
  explicit LineRelay(std::string prefix) : prefix_(std::move(prefix)) {}

  // Takes bytes, and returns the lines that are complete now.
  std::string add(std::string_view bytes) {
    std::string lines;
    while (!bytes.empty()) {
      const std::size_t room = kLongest - rest_.size();
      const std::size_t end = bytes.substr(0, room).find('\n');
      const std::size_t taken = end != std::string_view::npos ? end : std::min(bytes.size(), room);
      rest_ += bytes.substr(0, taken);
      bytes.remove_prefix(taken);
      if (end != std::string_view::npos) bytes.remove_prefix(1);
      if (end == std::string_view::npos && rest_.size() < kLongest) break;
      lines += prefix_ + std::exchange(rest_, {}) + '\n';
    }
    return lines;
  }

  // How many bytes of an incomplete line it keeps.
  std::size_t size() const { return rest_.size(); }

  // Returns these bytes as a line, and keeps none.
  std::string end_line() {
    return rest_.empty() ? std::string() : prefix_ + std::exchange(rest_, {}) + '\n';
  }

 private:
  const std::string prefix_;
  std::string rest_;  // the incomplete line, without the prefix
};

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_CONTROLLER_NODE_LINE_RELAY_H_
