// Tests the plugin without processes: what two workers wrote, and what one took along.
#include "merge_logs.h"

#include <stdlib.h>

#include <cstddef>
#include <fstream>
#include <iterator>
#include <string>

#include <gtest/gtest.h>

#include <gtest_xdist/testing.h>

namespace {

class MergeLogsTest : public testing::Test {
 protected:
  MergeLogsTest() { ::setenv("MERGED_LOG", path_.c_str(), 1); }

  void run(std::size_t worker, gtest_xdist::TestIndex test, const std::string& text) {
    gtest_xdist::FakeTest fake;
    fake.body = [&] { session_.plugin(worker).write(text); };
    session_.run(worker, test, fake);
  }

  std::string log() const {
    std::ifstream file(path_);
    return {std::istreambuf_iterator<char>(file), {}};
  }

  const std::string path_ = testing::TempDir() + "merge_logs_test.log";
  gtest_xdist::PluginSession<MergeLogs> session_{gtest_xdist::fake_items({"A.One", "A.Two"}), 2};
};

TEST_F(MergeLogsTest, LinesOfAllWorkersAreInTheOrderOfTime) {
  run(1, 0, "first");
  run(0, 1, "second");
  EXPECT_EQ(session_.finish(), 0);
  EXPECT_EQ(log(), "[gw1] first\n[gw1] A.One ended\n[gw0] second\n[gw0] A.Two ended\n");
}

TEST_F(MergeLogsTest, AWorkerThatDiesTakesItsLinesAlong) {
  run(0, 0, "lost");
  session_.crash(0, 1, "killed by signal 9 (SIGKILL)");
  EXPECT_EQ(session_.finish(), 1);
  EXPECT_EQ(log(), "[master] gw0 is lost, and with it its lines: killed by signal 9 (SIGKILL)\n");
}

TEST_F(MergeLogsTest, ALogThatCannotBeWrittenFailsTheRun) {
  ::setenv("MERGED_LOG", "/no/such/directory/log", 1);
  EXPECT_EQ(session_.finish(), 1);
  EXPECT_EQ(session_.failures().front(), "the log could not be written");
}

}  // namespace
