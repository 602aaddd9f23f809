#include "gtest_xdist/process/files/descriptor.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "support/scratch.h"

namespace gtest_xdist::internal {
namespace {

bool is_open(int number) { return ::fcntl(number, F_GETFD) != -1; }

TEST(Descriptor, ClosesTheFileOnce) {
  const int number = ::open("/dev/null", O_RDWR);
  {
    Descriptor first(number);
    EXPECT_TRUE(first.valid());
    const Descriptor second = std::move(first);
    EXPECT_EQ(second.number(), number);
    EXPECT_TRUE(is_open(number));
  }
  EXPECT_FALSE(is_open(number));
}

TEST(Descriptor, LeadsToTheSameFileOrPipeAsItsCopy) {
  int ends[2];
  ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
  const Descriptor reader(ends[0]);
  const Descriptor writer(ends[1]);
  const Descriptor copy(::dup(ends[1]));
  const Descriptor null(::open("/dev/null", O_WRONLY | O_CLOEXEC));
  const Descriptor null_again(::open("/dev/null", O_WRONLY | O_CLOEXEC));
  EXPECT_TRUE(same_file(writer.number(), copy.number()));
  EXPECT_TRUE(same_file(null.number(), null_again.number()));
  EXPECT_FALSE(same_file(writer.number(), null.number()));
  EXPECT_FALSE(same_file(-1, -1));
}

TEST(Descriptor, IsReadAndWrittenWhole) {
  const ScratchDirectory scratch;
  const std::string path = scratch.path() + "/file";
  const Descriptor file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  std::string expected;
  for (const std::size_t size : {0U, 1U, 65'535U, 10'000'000U}) {
    const std::string bytes(size, static_cast<char>('a' + size % 26));
    expected += bytes;
    EXPECT_TRUE(write_all(file.number(), bytes));
    std::string found = "old";
    EXPECT_TRUE(read_all(file.number(), found));
    EXPECT_TRUE(found == expected) << size;
  }
}

TEST(Descriptor, TellsWhatCannotBeReadOrWritten) {
  std::string bytes;
  EXPECT_FALSE(read_all(-1, bytes));
  EXPECT_EQ(errno, EBADF);
  EXPECT_FALSE(write_all(-1, "x"));
  EXPECT_EQ(errno, EBADF);
  const Descriptor full(::open("/dev/full", O_WRONLY | O_CLOEXEC));
  EXPECT_FALSE(write_all(full.number(), "x"));
  EXPECT_EQ(errno, ENOSPC);
}

}  // namespace
}  // namespace gtest_xdist::internal
