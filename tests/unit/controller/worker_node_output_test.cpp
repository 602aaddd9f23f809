#include <unistd.h>

#include <cstdint>
#include <limits>
#include <string>

#include <gtest/gtest.h>

#include "gtest_xdist/controller/worker_node.h"
#include "gtest_xdist/core/report.h"
#include "gtest_xdist/process/output_file.h"
#include "gtest_xdist/process/output_watch.h"

#include "support/redirection.h"
#include "support/scratch.h"
#include "support/worker_fixture.h"

namespace gtest_xdist::internal {
namespace {

using Found = OutputWatch::Found;

constexpr std::uint64_t kLimit = 100;  // bytes

// A worker of whose tests' output 100 bytes are kept of each stream.
class WorkerNodeOutputTest : public WorkerFixture {
 protected:
  WorkerNodeOutputTest() {
    node_.output.out = OutputFile::create(directory_.path(), kLimit);
    node_.output.err = OutputFile::create(directory_.path(), kLimit);
  }

  static ByteRange print(const OutputFile& file, std::uint64_t bytes) {
    const std::uint64_t begin = file.size();
    EXPECT_TRUE(write_all(file.descriptor(), std::string(bytes, 'x')));
    return {begin, file.size()};
  }
  ByteRange print_out(std::uint64_t bytes) { return print(node_.output.out, bytes); }
  ByteRange print_err(std::uint64_t bytes) { return print(node_.output.err, bytes); }

  static std::string cut(std::uint64_t bytes) {
    return std::string(kLimit / 2, 'x') + "\n[gtest-xdist: " + std::to_string(bytes) +
           " bytes of output were cut here]\n" + std::string(kLimit / 2, 'x');
  }

  ScratchDirectory directory_;
};

TEST_F(WorkerNodeOutputTest, IsCutByStreamWhereAReportTellsTooMuch) {
  Report report;
  report.add_output(3, {print_out(500), print_err(100)});
  EXPECT_EQ(node_.settle_output(report), 500U);
  EXPECT_EQ(text_of(node_.output.out), cut(400));
  EXPECT_EQ(text_of(node_.output.err), std::string(100, 'x'));
}

TEST_F(WorkerNodeOutputTest, CountsTogetherInAllStepsOfAReport) {
  Report report;
  for (int step = 0; step < 10; ++step) report.add_part(3, {print_out(50), print_err(20)}, {});
  EXPECT_EQ(node_.settle_output(report), 700U);
  EXPECT_EQ(text_of(node_.output.out), cut(400));
  EXPECT_EQ(text_of(node_.output.err), cut(100));
}

TEST_F(WorkerNodeOutputTest, IsNotThatOfAnotherWorker) {
  Report report;
  report.add_output(2, {print_out(500), {}});
  EXPECT_EQ(node_.settle_output(report), 0U);
  EXPECT_EQ(node_.settle_output(Report()), 0U);
  EXPECT_EQ(text_of(node_.output.out), std::string(500, 'x'));
}

TEST_F(WorkerNodeOutputTest, IsTrimmedWhileItIsPrinted) {
  const ByteRange before = print_out(100);
  EXPECT_EQ(node_.settle_output(OutputSlice{before, {}}), 0U);
  node_.slot().out_region = before.end;
  print_out(200);
  EXPECT_EQ(node_.trim_output(), Found::output) << "it is not worth it yet";
  EXPECT_EQ(node_.trim_output(), Found::nothing);
  print_out(1);
  EXPECT_EQ(node_.trim_output(), Found::too_much_output);
  EXPECT_EQ(node_.trim_output(), Found::nothing);
  EXPECT_EQ(text_of(node_.output.out), std::string(100, 'x') + cut(101));
}

// Nothing else is known of what a dead worker printed last.
TEST_F(WorkerNodeOutputTest, OfADeadWorkerIsCutFromWhereItsRegionBegan) {
  const ByteRange before = print_out(100);
  EXPECT_EQ(node_.settle_output(OutputSlice{before, {}}), 0U);
  node_.slot().out_region = before.end;
  node_.slot().out_begin = print_out(90).end;
  print_out(110);
  EXPECT_EQ(node_.settle_tail(), 200U);
  EXPECT_EQ(node_.settle_tail(), 0U);
  EXPECT_EQ(text_of(node_.output.out), std::string(100, 'x') + cut(100));
}

// The slot is the worker's to write, and so are its reports.
TEST_F(WorkerNodeOutputTest, SuffersNoHarmFromNonsense) {
  constexpr std::uint64_t kLargest = std::numeric_limits<std::uint64_t>::max();
  const ByteRange before = print_out(100);
  EXPECT_EQ(node_.settle_output(OutputSlice{before, {}}), 0U);
  print_out(90);
  for (const std::uint64_t region : {std::uint64_t{0}, std::uint64_t{1000}, kLargest}) {
    node_.slot().out_region = region;
    node_.slot().err_region = region;
    print_out(1);
    print_err(1);
    EXPECT_EQ(node_.trim_output(), Found::output);
  }
  for (const ByteRange range : {ByteRange{kLargest, 0}, ByteRange{kLargest - 1, kLargest},
                                ByteRange{0, 100}, ByteRange{0, kLargest}}) {
    Report report;
    report.add_output(3, {range, range});
    EXPECT_EQ(node_.settle_output(report), 0U);
  }
  EXPECT_EQ(text_of(node_.output.out), std::string(193, 'x'));
}

}  // namespace
}  // namespace gtest_xdist::internal
