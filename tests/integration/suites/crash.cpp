// Tests that end their process in every way there is, among tests that pass.
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <thread>

#include "support.h"

namespace {

void leave_traces() {
  std::printf("printed before the end\n");
  std::fflush(stdout);
  EXPECT_EQ(1, 2) << "failed before the end";
}

TEST(Crash, Segfaults) {
  leave_traces();
  std::raise(SIGSEGV);
}

TEST(Crash, Aborts) {
  leave_traces();
  std::abort();
}

TEST(Crash, ExitsWithZero) {
  leave_traces();
  std::exit(0);
}

TEST(Crash, ExitsWithThree) {
  leave_traces();
  std::exit(3);
}

TEST(Crash, LeavesWithZero) {
  leave_traces();
  ::_exit(0);
}

class Doomed : public testing::TestWithParam<int> {};
TEST_P(Doomed, Aborts) { std::abort(); }
INSTANTIATE_TEST_SUITE_P(All, Doomed, testing::Range(0, 20));

class Healthy : public testing::TestWithParam<int> {};
TEST_P(Healthy, Passes) {
  std::printf("healthy %d\n", GetParam());
  std::this_thread::sleep_for(std::chrono::milliseconds(2));
}
INSTANTIATE_TEST_SUITE_P(All, Healthy, testing::Range(0, 40));

}  // namespace
