#include "gtest_xdist/process/files/parcel.h"

#include <sys/resource.h>

#include <cstddef>
#include <stdexcept>
#include <string>

#include <gtest/gtest.h>

#include "support/thrown.h"

namespace gtest_xdist::internal {
namespace {

TEST(Parcel, HoldsBytesOfAnySize) {
  for (const std::size_t size : {0U, 1U, 65'535U, 65'536U, 65'537U, 10'000'000U}) {
    std::string bytes;
    for (std::size_t i = 0; i < size; ++i) bytes += static_cast<char>(i * 31 >> 3);
    const Parcel parcel = Parcel::pack(bytes);
    EXPECT_TRUE(Parcel::unpack(parcel.descriptor()) == bytes) << size;
    EXPECT_TRUE(Parcel::unpack(parcel.descriptor()) == bytes) << "unpacking leaves it as it is";
  }
}

TEST(Parcel, IsClosedWithItsOwner) {
  int descriptor = -1;
  {
    const Parcel parcel = Parcel::pack("x");
    descriptor = parcel.descriptor();
  }
  EXPECT_EQ(text_of_thrown<std::runtime_error>([&] { Parcel::unpack(descriptor); }),
            "cannot read descriptor " + std::to_string(descriptor) + ": Bad file descriptor");
}

// While it lives, this process can open nothing. (A sanitizer opens files when it looks at an
// object.)
class NoDescriptors {
 public:
  NoDescriptors() {
    ::getrlimit(RLIMIT_NOFILE, &before_);
    ::rlimit none = before_;
    none.rlim_cur = 0;
    ::setrlimit(RLIMIT_NOFILE, &none);
  }
  NoDescriptors(const NoDescriptors&) = delete;
  NoDescriptors& operator=(const NoDescriptors&) = delete;
  ~NoDescriptors() { ::setrlimit(RLIMIT_NOFILE, &before_); }

 private:
  ::rlimit before_{};
};

TEST(Parcel, SaysWhyItCannotBePacked) {
  const std::string text = text_of_thrown<std::runtime_error>([] {
    const NoDescriptors none;
    Parcel::pack("xy");
  });
  EXPECT_EQ(text, "cannot make a file in memory of 2 bytes for a worker: Too many open files");
}

}  // namespace
}  // namespace gtest_xdist::internal
