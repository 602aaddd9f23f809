// Properties that must hold for every input.
#ifndef FUZZ_REQUIRE_H_
#define FUZZ_REQUIRE_H_

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>

// What a fuzz target defines. Returns 0; a property that does not hold ends the process.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace gtest_xdist::fuzz {

inline void require(bool holds, const char* property) {
  if (holds) return;
  std::fprintf(stderr, "this does not hold: %s\n", property);
  std::abort();
}

}  // namespace gtest_xdist::fuzz

#endif  // FUZZ_REQUIRE_H_
