// A fuzzer's bytes, as decisions and data.
#ifndef FUZZ_INPUT_H_
#define FUZZ_INPUT_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace gtest_xdist::fuzz {

// Takes values off the front; when nothing is left, what it gives is zero or empty.
class Input {
 public:
  explicit Input(std::string_view bytes) : rest_(bytes) {}

  bool empty() const { return rest_.empty(); }

  std::string_view take(std::size_t most) {
    const std::string_view taken = rest_.substr(0, most);
    rest_.remove_prefix(taken.size());
    return taken;
  }

  unsigned take_byte() {
    const std::string_view taken = take(1);
    return taken.empty() ? 0 : static_cast<unsigned char>(taken.front());
  }

  // Lowest byte first.
  std::uint64_t take_number() {
    std::uint64_t value = 0;
    unsigned shift = 0;
    for (const char c : take(sizeof value)) {
      value |= static_cast<std::uint64_t>(static_cast<unsigned char>(c)) << shift;
      shift += 8;
    }
    return value;
  }

  std::string_view rest() const { return rest_; }

 private:
  std::string_view rest_;
};

// The whole of what LLVMFuzzerTestOneInput() was given.
inline std::string_view text_of(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

}  // namespace gtest_xdist::fuzz

#endif  // FUZZ_INPUT_H_
