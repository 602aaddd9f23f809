#include "gtest_xdist/controller/node/live_output.h"

#include <cstdint>
#include <string>

#include <gtest/gtest.h>

#include "gtest_xdist/controller/node/worker_output.h"
#include "gtest_xdist/core/messages/message.h"
#include "gtest_xdist/process/files/descriptor.h"
#include "gtest_xdist/process/output/output_file.h"
#include "gtest_xdist/transport/worker_slot.h"

#include "support/scratch.h"

namespace gtest_xdist::internal {
namespace {

// A worker of which a test says what it prints and reports.
class LiveOutputTest : public testing::Test {
 protected:
  LiveOutputTest() {
    output_.out = OutputFile::create(directory_.path());
    output_.err = OutputFile::create(directory_.path());
  }

  void print(const std::string& text) const {
    EXPECT_TRUE(write_all(output_.out.descriptor(), text));
  }

  // A test or the like begins here.
  void begin_region() { slot_.out_region = output_.out.size(); }

  // What is shown on standard output by `action()`.
  template <class Action>
  static std::string shown(Action action) {
    testing::internal::CaptureStdout();
    action();
    return testing::internal::GetCapturedStdout();
  }
  std::string relayed() {
    return shown([&] { is_done_ = live_.relay(); });
  }
  // The worker reports all that it has printed.
  std::string heard() {
    return shown([&] { live_.hear({{0, output_.out.size()}, {0, output_.err.size()}}); });
  }

  ScratchDirectory directory_;
  WorkerOutput output_;
  WorkerSlot slot_;
  LiveOutput live_{"gw3", output_, slot_};
  bool is_done_ = false;
};

TEST_F(LiveOutputTest, ShowsWholeLinesAtOnce) {
  EXPECT_EQ(relayed(), "");
  print("one\ntw");
  EXPECT_EQ(relayed(), "[gw3] one\n");
  print("o\n");
  EXPECT_EQ(relayed(), "[gw3] two\n");
  EXPECT_EQ(relayed(), "");
  EXPECT_TRUE(is_done_);
}

TEST_F(LiveOutputTest, ShowsStandardErrorOnStandardError) {
  EXPECT_TRUE(write_all(output_.err.descriptor(), "wrong\n"));
  testing::internal::CaptureStderr();
  EXPECT_EQ(relayed(), "");
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "[gw3] wrong\n");
}

TEST_F(LiveOutputTest, EndsALineWhereAReportEnds) {
  print("half");
  EXPECT_EQ(relayed(), "");
  EXPECT_EQ(heard(), "[gw3] half\n");
  EXPECT_EQ(heard(), "");
  begin_region();
  print("more\n");
  EXPECT_EQ(relayed(), "[gw3] more\n");
}

TEST_F(LiveOutputTest, HearsMessagesThatTellOfOutput) {
  print("half");
  TestDone done;
  done.output = {{0, 4}, {}};
  EXPECT_EQ(shown([&] { live_.hear_message(done); }), "[gw3] half\n");
  EXPECT_EQ(shown([&] { live_.hear_message(ProgramDone{}); }), "");
}

TEST_F(LiveOutputTest, WaitsForTheReportOfWhatPrecedesATest) {
  print("first");
  begin_region();
  print("second");
  EXPECT_EQ(relayed(), "");
  EXPECT_FALSE(is_done_) << "the report of the first one may be on its way";
  EXPECT_EQ(shown([&] { live_.hear({{0, 5}, {}}); }), "[gw3] first\n");
  EXPECT_EQ(relayed(), "");
  EXPECT_TRUE(is_done_);
  EXPECT_EQ(heard(), "[gw3] second\n");
}

TEST_F(LiveOutputTest, ShowsWhatNobodyReports) {
  print("a listener's");
  begin_region();
  print("a test's\n");
  EXPECT_EQ(relayed(), "");
  EXPECT_FALSE(is_done_);
  EXPECT_EQ(relayed(), "[gw3] a listener's\n[gw3] a test's\n");
  EXPECT_TRUE(is_done_);
}

TEST_F(LiveOutputTest, ShowsAllThatADeadWorkerHasPrinted) {
  print("one\nlast wor");
  EXPECT_EQ(shown([&] { live_.end(); }), "[gw3] one\n[gw3] last wor\n");
  EXPECT_EQ(heard(), "");
}

TEST_F(LiveOutputTest, BearsWithReportsThatCannotBe) {
  print("x");
  slot_.out_region = ~std::uint64_t{0};
  EXPECT_EQ(shown([&] { live_.hear({{7, ~std::uint64_t{0}}, {9, 3}}); }), "[gw3] x\n");
  print("y\n");
  EXPECT_EQ(relayed() + relayed(), "[gw3] y\n");
}

TEST_F(LiveOutputTest, MayHaveOneFileForBothStreams) {
  output_.err = OutputFile();
  print("both\n");
  EXPECT_EQ(relayed(), "[gw3] both\n");
  EXPECT_EQ(shown([&] { live_.end(); }), "");
}

}  // namespace
}  // namespace gtest_xdist::internal
