#include "gtest_xdist/process/once/code_place.h"

#include <dlfcn.h>
#include <math.h>
#include <sys/mman.h>

#include <stdexcept>
#include <string>

#include <gtest/gtest.h>

#include "gtest_xdist/core/wire/codec.h"

#include "support/thrown.h"

namespace gtest_xdist::internal {
namespace {

int twice(int number) { return 2 * number; }

TEST(CodePlace, OfAFunctionInTheExecutable) {
  const CodePlace place = code_place_of(reinterpret_cast<Code>(&twice));
  EXPECT_EQ(place.module, "");
  EXPECT_GT(place.offset, 0U);
  const auto function = reinterpret_cast<int (*)(int)>(code_at(place));
  EXPECT_EQ(function(21), 42);
}

TEST(CodePlace, OfAFunctionInALibrary) {
  // The executable's own address of it may be a stub.
  void* const address = ::dlsym(RTLD_NEXT, "getpid");
  ASSERT_NE(address, nullptr);
  const CodePlace place = code_place_of(reinterpret_cast<Code>(address));
  EXPECT_EQ(place.module.front(), '/');
  EXPECT_EQ(reinterpret_cast<void*>(code_at(place)), address);
}

TEST(CodePlace, Travels) {
  const CodePlace place{"/lib/a.so", 1ULL << 40, ~0ULL};
  std::string bytes;
  Encoder encode(bytes);
  encode(place);
  CodePlace copy;
  Decoder decode(bytes);
  decode(copy);
  EXPECT_EQ(copy.module, place.module);
  EXPECT_EQ(copy.offset, place.offset);
  EXPECT_EQ(copy.version, place.version);
}

TEST(CodePlace, IsInNoModule) {
  EXPECT_EQ(text_of_thrown<std::runtime_error>([] { code_place_of(nullptr); }),
            "a function that is in no executable and no library");
  static int data = 0;  // in a module, but no code
  EXPECT_THROW(code_place_of(reinterpret_cast<Code>(&data)), std::runtime_error);
}

TEST(CodePlace, OfALibraryThatIsNotLoaded) {
  CodePlace place = code_place_of(reinterpret_cast<Code>(&twice));
  place.module = "/no/library.so";
  EXPECT_EQ(text_of_thrown<std::runtime_error>([&] { code_at(place); }),
            "it is in '/no/library.so', which this process has not loaded");
}

TEST(CodePlace, OfAnotherBuild) {
  CodePlace place = code_place_of(reinterpret_cast<Code>(&twice));
  ++place.version;
  EXPECT_EQ(text_of_thrown<std::runtime_error>([&] { code_at(place); }),
            "it is in the executable, which is another build in this process");
}

TEST(CodePlace, OfWhatIsNoCode) {
  CodePlace place = code_place_of(reinterpret_cast<Code>(&twice));
  place.offset = ~0ULL >> 1;
  EXPECT_THROW(code_at(place), std::runtime_error);
}

}  // namespace
}  // namespace gtest_xdist::internal
