// Tests that all use one file name in the temporary directory, and leave a file there.
#include <chrono>
#include <fstream>
#include <string>
#include <thread>

#include "support.h"

namespace {

class SameFile : public testing::TestWithParam<int> {};

TEST_P(SameFile, KeepsWhatWasWritten) {
  const std::string path = testing::TempDir() + "same_name.txt";
  std::ofstream(path) << GetParam();
  std::this_thread::sleep_for(std::chrono::milliseconds(10));
  int number = -1;
  std::ifstream(path) >> number;
  EXPECT_EQ(GetParam(), number);
  support::note(support::worker() + " " + testing::TempDir());
  if (support::variable("ABORT") == "1" && GetParam() == 3) std::abort();
}

INSTANTIATE_TEST_SUITE_P(All, SameFile, testing::Range(0, 16));

}  // namespace
