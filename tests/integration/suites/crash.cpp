// Tests that end their process in every way there is, among tests that pass.
#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <thread>

#include "support.h"

namespace {

void leave_traces() {
  support::note(std::to_string(::getpid()));
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

// Until somebody has waited for a process that has left traces: where a sanitizer looks for leaks,
// a process needs longer for its end than others for all the rest of the tests.
void wait_for_the_crash() {
  for (::pid_t pid = 0; pid == 0 || ::kill(pid, 0) == 0; ::usleep(1000)) {
    std::ifstream(support::variable("NOTES")) >> pid;
  }
}

class Healthy : public testing::TestWithParam<int> {};
TEST_P(Healthy, Passes) {
  std::printf("healthy %d\n", GetParam());
  if (GetParam() == 39 && support::variable("CRASH_IS_AWAITED") == "yes") wait_for_the_crash();
  std::this_thread::sleep_for(std::chrono::milliseconds(2));
}
INSTANTIATE_TEST_SUITE_P(All, Healthy, testing::Range(0, 40));

}  // namespace
