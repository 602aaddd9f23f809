// Tests that fork, and one that starts this very binary: none of their children is a worker or a
// controller.
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string>

#include "support.h"

namespace {

/// The exit status of a child that runs `body` and, should it return, leaves with 99.
template <typename Body>
int status_of_child(Body body) {
  const pid_t child = ::fork();
  if (child == 0) {
    body();
    ::_exit(99);
  }
  int status = 0;
  EXPECT_EQ(child, ::waitpid(child, &status, 0));
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST(Fork, ChildLeaves) {
  EXPECT_EQ(5, status_of_child([] { ::_exit(5); }));
}

TEST(Fork, ChildExits) {
  EXPECT_EQ(6, status_of_child([] { std::exit(6); }));
}

TEST(Fork, ChildExecutesAnotherProgram) {
  EXPECT_EQ(7, status_of_child([] { ::execl("/bin/sh", "sh", "-c", "exit 7", nullptr); }));
}

TEST(Fork, ChildFailsAnExpectationOfItsOwn) {
  EXPECT_EQ(8, status_of_child([] {
              ::close(STDOUT_FILENO);
              EXPECT_TRUE(false) << "seen by the child only";
              ::_exit(8);
            }));
}

// The process that was started runs its test itself, and the test ends it with a status of its own.
TEST(Fork, ChildRunsThisBinary) {
  EXPECT_EQ(42, status_of_child([] {
              ::setenv("STARTED_PROCESS", std::to_string(::getpid()).c_str(), 1);
              ::dup2(::open("/dev/null", O_WRONLY), STDOUT_FILENO);
              ::execl("/proc/self/exe", "forks", "--gtest_filter=Started.*",
                      "--gtest_output=", "--gtest_also_run_disabled_tests", nullptr);
            }));
}
TEST(Started, DISABLED_EndsTheProcessThatWasStarted) {
  if (support::variable("STARTED_PROCESS") == std::to_string(::getpid())) ::_exit(42);
}

// A serial run would go on twice from here, so the child does this only if it is asked to.
TEST(Fork, ChildReturns) {
  if (support::variable("RETURNS").empty()) return;
  std::printf("printed before\n");
  const pid_t child = ::fork();
  if (child == 0) return;
  int status = 0;
  EXPECT_EQ(child, ::waitpid(child, &status, 0));
  EXPECT_EQ(1, WEXITSTATUS(status));
}

TEST(Fork, ChildIsLeftBehind) {
  if (support::variable("LEAVES").empty()) return;
  const pid_t child = ::fork();
  if (child == 0) {
    ::alarm(60);
    for (;;) ::pause();
  }
  support::note(std::to_string(child));
}

class Bystander : public testing::TestWithParam<int> {};
TEST_P(Bystander, Passes) {}
INSTANTIATE_TEST_SUITE_P(All, Bystander, testing::Range(0, 10));

}  // namespace
