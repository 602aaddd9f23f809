#include "gtest_xdist/process/parcel.h"

#include <unistd.h>

#include <cstddef>
#include <stdexcept>
#include <string>

#include <gtest/gtest.h>

#include "support/scratch.h"
#include "support/thrown.h"

namespace gtest_xdist::internal {
namespace {

TEST(Parcel, HoldsBytesOfAnySize) {
  const ScratchDirectory directory;
  for (const std::size_t size : {0U, 1U, 65'535U, 65'536U, 65'537U, 10'000'000U}) {
    std::string bytes;
    for (std::size_t i = 0; i < size; ++i) bytes += static_cast<char>(i * 31 >> 3);
    const Parcel parcel = Parcel::pack(directory.path(), bytes);
    EXPECT_TRUE(directory.empty()) << "it has no name";
    EXPECT_TRUE(Parcel::unpack(parcel.descriptor()) == bytes) << size;
    EXPECT_TRUE(Parcel::unpack(parcel.descriptor()) == bytes) << "unpacking leaves it as it is";
  }
}

TEST(Parcel, IsClosedWithItsOwner) {
  const ScratchDirectory directory;
  int descriptor = -1;
  {
    const Parcel parcel = Parcel::pack(directory.path(), "x");
    descriptor = parcel.descriptor();
  }
  EXPECT_EQ(text_of_thrown<std::runtime_error>([&] { Parcel::unpack(descriptor); }),
            "cannot read descriptor " + std::to_string(descriptor) + ": Bad file descriptor");
}

TEST(Parcel, SaysWhyItCannotBePacked) {
  EXPECT_EQ(text_of_thrown<std::runtime_error>([] { Parcel::pack("/no/such/place", "x"); }),
            "cannot make a file for a worker in '/no/such/place': No such file or directory");
}

}  // namespace
}  // namespace gtest_xdist::internal
