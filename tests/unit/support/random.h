// Chance that is the same in every run.
#ifndef SUPPORT_RANDOM_H_
#define SUPPORT_RANDOM_H_

#include <cstddef>
#include <cstdint>
#include <random>
#include <string>

namespace gtest_xdist {

// The numbers depend on the seed alone, not on the standard library.
class Random {
 public:
  explicit Random(std::uint32_t seed) : engine_(seed) {}

  // From `least` to `most`, both included.
  template <class Number>
  Number between(Number least, Number most) {
    const std::uint64_t width =
        static_cast<std::uint64_t>(most) - static_cast<std::uint64_t>(least) + 1;
    return static_cast<Number>(static_cast<std::uint64_t>(least) +
                               (width == 0 ? bits() : bits() % width));
  }

  bool one_in(unsigned count) { return between(1U, count) == 1; }

  std::string bytes(std::size_t length) {
    std::string text(length, '\0');
    for (char& c : text) c = static_cast<char>(bits() & 0xffU);
    return text;
  }

 private:
  std::uint64_t bits() { return engine_(); }

  std::mt19937_64 engine_;
};

}  // namespace gtest_xdist

#endif  // SUPPORT_RANDOM_H_
