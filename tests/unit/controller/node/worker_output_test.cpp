#include "gtest_xdist/controller/node/worker_output.h"

#include <cstdint>
#include <limits>
#include <string>

#include <gtest/gtest.h>

#include "gtest_xdist/core/tests/report.h"
#include "gtest_xdist/process/files/descriptor.h"
#include "gtest_xdist/process/output/output_file.h"
#include "gtest_xdist/process/output/output_watch.h"
#include "gtest_xdist/transport/worker_slot.h"

#include "support/redirection.h"
#include "support/scratch.h"

namespace gtest_xdist::internal {
namespace {

using Found = OutputWatch::Found;

constexpr std::uint64_t kLimit = 100;  // bytes

// A worker of whose tests' output 100 bytes are kept of each stream.
class WorkerOutputTest : public testing::Test {
 protected:
  WorkerOutputTest() {
    output_.out = OutputFile::create(directory_.path(), kLimit);
    output_.err = OutputFile::create(directory_.path(), kLimit);
  }

  static ByteRange print(const OutputFile& file, std::uint64_t bytes) {
    const std::uint64_t begin = file.size();
    EXPECT_TRUE(write_all(file.descriptor(), std::string(bytes, 'x')));
    return {begin, file.size()};
  }
  ByteRange print_out(std::uint64_t bytes) { return print(output_.out, bytes); }
  ByteRange print_err(std::uint64_t bytes) { return print(output_.err, bytes); }

  static std::string cut(std::uint64_t bytes) {
    return std::string(kLimit / 2, 'x') + "\n[gtest-xdist: " + std::to_string(bytes) +
           " bytes of output were cut here]\n" + std::string(kLimit / 2, 'x');
  }

  ScratchDirectory directory_;
  WorkerOutput output_;
  WorkerSlot slot_;
};

TEST_F(WorkerOutputTest, IsCutByStreamWhereAReportTellsTooMuch) {
  Report report;
  report.add_output(3, {print_out(500), print_err(100)});
  EXPECT_EQ(output_.close_region(report, 3), 500U);
  EXPECT_EQ(text_of(output_.out), cut(400));
  EXPECT_EQ(text_of(output_.err), std::string(100, 'x'));
}

TEST_F(WorkerOutputTest, CountsTogetherInAllStepsOfAReport) {
  Report report;
  for (int step = 0; step < 10; ++step) report.add_part(3, {print_out(50), print_err(20)}, {});
  EXPECT_EQ(output_.close_region(report, 3), 700U);
  EXPECT_EQ(text_of(output_.out), cut(400));
  EXPECT_EQ(text_of(output_.err), cut(100));
}

TEST_F(WorkerOutputTest, IsNotThatOfAnotherWorker) {
  Report report;
  report.add_output(2, {print_out(500), {}});
  EXPECT_EQ(output_.close_region(report, 3), 0U);
  EXPECT_EQ(output_.close_region(Report(), 3), 0U);
  EXPECT_EQ(text_of(output_.out), std::string(500, 'x'));
}

TEST_F(WorkerOutputTest, IsTrimmedWhileItIsPrinted) {
  const ByteRange before = print_out(100);
  EXPECT_EQ(output_.close_region({before, {}}), 0U);
  slot_.out_region = before.end;
  print_out(200);
  EXPECT_EQ(output_.trim(slot_), Found::output) << "it is not worth it yet";
  EXPECT_EQ(output_.trim(slot_), Found::nothing);
  print_out(1);
  EXPECT_EQ(output_.trim(slot_), Found::too_much_output);
  EXPECT_EQ(output_.trim(slot_), Found::nothing);
  EXPECT_EQ(text_of(output_.out), std::string(100, 'x') + cut(101));
}

// Nothing else is known of what a dead worker printed last.
TEST_F(WorkerOutputTest, OfADeadWorkerIsCutFromWhereItsRegionBegan) {
  const ByteRange before = print_out(100);
  EXPECT_EQ(output_.close_region({before, {}}), 0U);
  slot_.out_region = before.end;
  slot_.out_begin = print_out(90).end;
  print_out(110);
  EXPECT_EQ(output_.close_last_region(slot_), 200U);
  EXPECT_EQ(output_.close_last_region(slot_), 0U);
  EXPECT_EQ(text_of(output_.out), std::string(100, 'x') + cut(100));
}

// The slot is the worker's to write, and so are its reports.
TEST_F(WorkerOutputTest, SuffersNoHarmFromNonsense) {
  constexpr std::uint64_t kLargest = std::numeric_limits<std::uint64_t>::max();
  const ByteRange before = print_out(100);
  EXPECT_EQ(output_.close_region({before, {}}), 0U);
  print_out(90);
  for (const std::uint64_t region : {std::uint64_t{0}, std::uint64_t{1000}, kLargest}) {
    slot_.out_region = region;
    slot_.err_region = region;
    print_out(1);
    print_err(1);
    EXPECT_EQ(output_.trim(slot_), Found::output);
  }
  for (const ByteRange range : {ByteRange{kLargest, 0}, ByteRange{kLargest - 1, kLargest},
                                ByteRange{0, 100}, ByteRange{0, kLargest}}) {
    Report report;
    report.add_output(3, {range, range});
    EXPECT_EQ(output_.close_region(report, 3), 0U);
  }
  EXPECT_EQ(text_of(output_.out), std::string(193, 'x'));
}

}  // namespace
}  // namespace gtest_xdist::internal
