#include "gtest_xdist/process/output_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include <gtest/gtest.h>

#include "support/random.h"
#include "support/redirection.h"
#include "support/scratch.h"
#include "support/thrown.h"

namespace gtest_xdist::internal {
namespace {

class OutputFileTest : public testing::Test {
 protected:
  void print(std::string_view text) const {
    ASSERT_EQ(::write(file_.descriptor(), text.data(), text.size()),
              static_cast<::ssize_t>(text.size()));
  }
  std::string consumed(std::uint64_t begin, std::uint64_t end) {
    return text_of(file_, {begin, end});
  }
  std::int64_t blocks() const {
    struct ::stat status {};
    EXPECT_EQ(::fstat(file_.descriptor(), &status), 0);
    return status.st_blocks;
  }

  ScratchDirectory directory_;
  OutputFile file_ = OutputFile::create(directory_.path());
};

TEST_F(OutputFileTest, HasNoName) {
  EXPECT_TRUE(file_.valid());
  EXPECT_TRUE(directory_.empty());
  EXPECT_EQ(file_.size(), 0U);
}

TEST_F(OutputFileTest, HandsOutRanges) {
  print("one");
  print("two");
  EXPECT_EQ(file_.size(), 6U);
  EXPECT_EQ(consumed(0, 3), "one");
  EXPECT_EQ(consumed(3, 6), "two");
  EXPECT_EQ(consumed(2, 4), "et");
  EXPECT_EQ(consumed(4, 4), "");
}

// A test that moves the offset of its own standard output must not make it overwrite itself.
TEST_F(OutputFileTest, IsAppendedTo) {
  print("one");
  ASSERT_EQ(::lseek(file_.descriptor(), 0, SEEK_SET), 0);
  print("two");
  EXPECT_EQ(consumed(0, 6), "onetwo");
}

TEST_F(OutputFileTest, IsNotInheritedUnasked) {
  EXPECT_NE(::fcntl(file_.descriptor(), F_GETFD) & FD_CLOEXEC, 0);
}

TEST_F(OutputFileTest, LeavesOutBytesThatAreNotThere) {
  print("text");
  constexpr std::uint64_t kLargest = std::numeric_limits<std::uint64_t>::max();
  EXPECT_EQ(consumed(2, 100), "xt");
  EXPECT_EQ(consumed(4, 100), "");
  EXPECT_EQ(consumed(100, 200), "");
  EXPECT_EQ(consumed(3, 2), "");
  EXPECT_EQ(consumed(0, kLargest), "text");
  EXPECT_EQ(consumed(kLargest - 1, kLargest), "");
  EXPECT_EQ(file_.size(), 4U);
}

TEST_F(OutputFileTest, HandsOutMuchPieceByPiece) {
  Random random(41);
  const std::string text = random.bytes(1'000'000);
  print(text);
  std::string together;
  std::size_t longest = 0;
  file_.consume({1, 999'999}, [&](std::string_view piece) {
    together += piece;
    longest = std::max(longest, piece.size());
  });
  EXPECT_EQ(together, text.substr(1, 999'998));
  EXPECT_LT(longest, text.size());
}

TEST_F(OutputFileTest, WhatWasReadTakesNoSpaceAndEverythingKeepsItsPlace) {
  Random random(42);
  const std::size_t megabyte = 1U << 20;
  const std::string text = random.bytes(3 * megabyte);
  print(text);
  ASSERT_EQ(::fsync(file_.descriptor()), 0);
  const std::int64_t all = blocks();
  EXPECT_EQ(consumed(0, megabyte), text.substr(0, megabyte));
  constexpr std::size_t kPiece = 4096;
  for (std::size_t at = megabyte; at < 2 * megabyte; at += kPiece) {
    ASSERT_EQ(consumed(at, at + kPiece), text.substr(at, kPiece));
  }
  EXPECT_EQ(file_.size(), 3 * megabyte);
  EXPECT_EQ(consumed(2 * megabyte, 2 * megabyte + 10), text.substr(2 * megabyte, 10));
  print("more");
  EXPECT_EQ(consumed(3 * megabyte - 2, 3 * megabyte + 4), text.substr(3 * megabyte - 2) + "more");

  const OutputFile other = OutputFile::create(directory_.path());
  if (::fallocate(other.descriptor(), FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, 4096) != 0) {
    GTEST_SKIP() << "this file system keeps the space";
  }
  constexpr std::int64_t kBlock = 512;  // bytes, the unit of st_blocks
  EXPECT_LE(blocks(), all - static_cast<std::int64_t>(2 * megabyte) / kBlock + 16);
}

TEST_F(OutputFileTest, SaysWhereItCouldNotBeMade) {
  EXPECT_EQ(text_of_thrown<std::runtime_error>([] { OutputFile::create("/no/such/place"); }),
            "cannot make a file for output in '/no/such/place': No such file or directory");
}

TEST_F(OutputFileTest, OneThatWasNotMadeIsEmpty) {
  const OutputFile none;
  EXPECT_FALSE(none.valid());
  EXPECT_EQ(none.size(), 0U);
  EXPECT_EQ(none.descriptor(), -1);
}

TEST_F(OutputFileTest, MovesWithItsDescriptor) {
  const int number = file_.descriptor();
  OutputFile moved = std::move(file_);
  EXPECT_EQ(moved.descriptor(), number);
  {
    const OutputFile gone = std::move(moved);
    EXPECT_EQ(gone.descriptor(), number);
  }
  EXPECT_EQ(::fcntl(number, F_GETFD), -1) << "it is still open";
}

}  // namespace
}  // namespace gtest_xdist::internal
