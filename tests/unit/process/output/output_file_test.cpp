#include "gtest_xdist/process/output/output_file.h"

#include <fcntl.h>
#include <pthread.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
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

// A main may run its tests in a thread of its own.
TEST_F(OutputFileTest, IsReadOnALittleStack) {
  constexpr std::size_t kStackSize = std::size_t{64} * 1024;
  const std::string text(std::size_t{100} * 1024, 'x');
  print(text);
  std::string read;
  const std::function<void()> consume = [&] { read = consumed(0, text.size()); };
  ::pthread_attr_t little;
  ASSERT_EQ(::pthread_attr_init(&little), 0);
  ASSERT_EQ(::pthread_attr_setstacksize(&little, kStackSize), 0);
  ::pthread_t thread{};
  const auto run = [](void* action) -> void* {
    (*static_cast<const std::function<void()>*>(action))();
    return nullptr;
  };
  ASSERT_EQ(::pthread_create(&thread, &little, run, const_cast<std::function<void()>*>(&consume)),
            0);
  ::pthread_join(thread, nullptr);
  ::pthread_attr_destroy(&little);
  EXPECT_EQ(read, text);
}

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

// --- limits
// ---------------------------------------------------------------------------------------

// Of each region of the file 100 bytes are kept.
class LimitedOutputFileTest : public OutputFileTest {
 protected:
  static constexpr std::uint64_t kLimit = 100;

  LimitedOutputFileTest() { file_ = OutputFile::create(directory_.path(), kLimit); }

  // Of ten bytes each.
  static std::string lines(int first, int end) {
    std::string text;
    for (int i = first; i < end; ++i) text += "line " + std::to_string(1000 + i) + "\n";
    return text;
  }

  ByteRange print_lines(int count) {
    const std::uint64_t begin = file_.size();
    print(lines(0, count));
    return {begin, file_.size()};
  }
};

TEST_F(LimitedOutputFileTest, KeepsARegionOfTheLimitWhole) {
  const ByteRange region = print_lines(10);
  EXPECT_FALSE(file_.trim(region));
  EXPECT_FALSE(file_.close_region(region));
  EXPECT_EQ(text_of(file_, region), lines(0, 10));
}

TEST_F(LimitedOutputFileTest, KeepsHeadAndTailOfALargerOne) {
  const ByteRange before = print_lines(5);
  file_.close_region(before);
  const ByteRange region = print_lines(1000);
  EXPECT_EQ(file_.close_region(region), 10'000U);
  const ByteRange after = print_lines(5);
  EXPECT_FALSE(file_.close_region(after));
  EXPECT_EQ(text_of(file_, before), lines(0, 5));
  EXPECT_EQ(text_of(file_, region),
            lines(0, 5) + "[gtest-xdist: 9910 bytes of output were cut here]\n" + lines(996, 1000));
  EXPECT_EQ(text_of(file_, after), lines(0, 5));
}

TEST_F(LimitedOutputFileTest, SaysWhatWasCutInALineOfItsOwn) {
  print(std::string(1000, 'x'));
  EXPECT_EQ(file_.close_region({0, 1000}), 1000U);
  EXPECT_EQ(text_of(file_), std::string(50, 'x') +
                                "\n[gtest-xdist: 900 bytes of output were cut here]\n" +
                                std::string(50, 'x'));
}

TEST_F(LimitedOutputFileTest, SaysItOnceInWhicheverSlicesTheRegionIsTold) {
  const ByteRange region = print_lines(100);
  file_.close_region(region);
  EXPECT_EQ(consumed(0, 40), lines(0, 4));
  EXPECT_EQ(consumed(40, 60), lines(4, 5) + "[gtest-xdist: 910 bytes of output were cut here]\n");
  EXPECT_EQ(consumed(60, 900), "");
  EXPECT_EQ(consumed(900, 970), lines(96, 97));
  EXPECT_EQ(consumed(970, 1000), lines(97, 100));
}

TEST_F(LimitedOutputFileTest, TrimsARegionThatGoesOn) {
  const ByteRange before = print_lines(10);
  file_.close_region(before);
  bool trimmed = false;
  for (int i = 0; i < 50; ++i) {
    print_lines(5);
    trimmed |= file_.trim({before.end, file_.size()});
  }
  EXPECT_TRUE(trimmed);
  EXPECT_FALSE(file_.trim({before.end, file_.size()})) << "it has not grown since";
  const ByteRange region = {before.end, file_.size()};
  EXPECT_EQ(file_.close_region(region), 2500U);
  EXPECT_EQ(text_of(file_, before), lines(0, 10));
  EXPECT_EQ(text_of(file_, region),
            lines(0, 5) + "[gtest-xdist: 2410 bytes of output were cut here]\n" + lines(1, 5));
}

TEST_F(LimitedOutputFileTest, TouchesNothingThatBelongsToARegionThatIsOver) {
  const ByteRange before = print_lines(10);
  file_.close_region(before);
  const ByteRange region = print_lines(10);
  constexpr std::uint64_t kLargest = std::numeric_limits<std::uint64_t>::max();
  EXPECT_FALSE(file_.trim({0, file_.size()}));
  EXPECT_FALSE(file_.trim({kLargest, file_.size()}));
  EXPECT_FALSE(file_.close_region({0, kLargest}));
  EXPECT_FALSE(file_.close_region({0, kLargest})) << "there is nothing left to close";
  EXPECT_FALSE(file_.close_region({kLargest, 0}));
  EXPECT_EQ(text_of(file_, before) + text_of(file_, region), lines(0, 10) + lines(0, 10));
}

TEST_F(LimitedOutputFileTest, FreesWhatIsCut) {
  constexpr std::uint64_t kMuch = 4 * kMegabyte;
  const OutputFile probe = OutputFile::create(directory_.path());
  if (::fallocate(probe.descriptor(), FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, 4096) != 0) {
    GTEST_SKIP() << "this file system keeps the space";
  }
  print(std::string(kMuch, 'x'));
  ASSERT_TRUE(file_.trim({0, kMuch}));
  EXPECT_LE(blocks(), 32);
  print(std::string(kMuch, 'x'));
  EXPECT_EQ(file_.close_region({0, 2 * kMuch}), 2 * kMuch);
  EXPECT_LE(blocks(), 32);
  EXPECT_EQ(file_.size(), 2 * kMuch);
}

TEST(OutputFile, DescribesASize) {
  EXPECT_EQ(describe_size(512), "512 bytes");
  EXPECT_EQ(describe_size(kMegabyte / 10 - 1), "104856 bytes");
  EXPECT_EQ(describe_size(kMegabyte), "1.0 MB");
  EXPECT_EQ(describe_size(1984 * kMegabyte), "1984.0 MB");
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
