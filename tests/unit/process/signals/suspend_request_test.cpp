#include "gtest_xdist/process/signals/suspend_request.h"

#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <stdexcept>

#include <gtest/gtest.h>

#include "support/sanitizers.h"

namespace gtest_xdist::internal {
namespace {

void count_wake(void* number) { ++*static_cast<int*>(number); }

// A process that runs `body` and that this one can continue.
template <class Body>
::pid_t start_child(Body body) {
  const ::pid_t child = ::fork();
  if (child != 0) return child;
  ::setpgid(0, 0);
  ::_exit(body() ? EXIT_SUCCESS : EXIT_FAILURE);
}

// Blocks until the process stops or ends.
int next_status(::pid_t child) {
  int status = 0;
  EXPECT_EQ(::waitpid(child, &status, WUNTRACED), child);
  return status;
}

void expect_stop(::pid_t child) {
  const int status = next_status(child);
  EXPECT_TRUE(WIFSTOPPED(status) && WSTOPSIG(status) == SIGTSTP) << status;
  ::kill(child, SIGCONT);
}

TEST(SuspendRequest, IsPendingUntilItIsHeeded) {
  const ::pid_t child = start_child([] {
    int wakes = 0;
    SuspendRequest request(&count_wake, &wakes);
    bool is_right = !request.is_pending();
    for (int i = 1; i <= 2; ++i) {
      ::raise(SIGTSTP);
      is_right &= wakes == i && request.is_pending();
      request.suspend();
      is_right &= !request.is_pending();
    }
    return is_right;
  });
  expect_stop(child);
  expect_stop(child);
  EXPECT_EQ(next_status(child), 0);
}

TEST(SuspendRequest, IsHeededAtTheEndIfNotBefore) {
  const ::pid_t child = start_child([] {
    int wakes = 0;
    {
      const SuspendRequest request(&count_wake, &wakes);
      ::raise(SIGTSTP);
    }
    ::raise(SIGTSTP);
    return wakes == 1;
  });
  expect_stop(child);
  expect_stop(child);
  EXPECT_EQ(next_status(child), 0);
}

TEST(SuspendRequest, IsHeededByTheHandlerIfNotBeforeTheNext) {
  if (!kCallsHandlersAtOnce) GTEST_SKIP() << "a handler cannot stop the process there";
  const ::pid_t child = start_child([] {
    int wakes = 0;
    SuspendRequest request(&count_wake, &wakes);
    bool is_right = true;
    for (int i = 1; i <= 2; ++i) {
      ::raise(SIGTSTP);
      is_right &= wakes == i && request.is_pending();
      ::raise(SIGTSTP);
      is_right &= wakes == i && !request.is_pending();
      request.suspend();  // it was stopped already
    }
    return is_right;
  });
  expect_stop(child);
  expect_stop(child);
  EXPECT_EQ(next_status(child), 0);
}

int stops_handled = 0;

TEST(SuspendRequest, LeavesTheProgramItsOwnHandler) {
  void (*const before)(int) = ::signal(SIGTSTP, [](int) { ++stops_handled; });
  int wakes = 0;
  {
    const SuspendRequest request(&count_wake, &wakes);
    ::raise(SIGTSTP);
    EXPECT_FALSE(request.is_pending());
  }
  ::raise(SIGTSTP);
  EXPECT_EQ(stops_handled, 2);
  EXPECT_EQ(wakes, 0);
  ::signal(SIGTSTP, before);
}

TEST(SuspendRequest, LeavesTheProgramThatTheSignalIsIgnored) {
  void (*const before)(int) = ::signal(SIGTSTP, SIG_IGN);
  int wakes = 0;
  {
    const SuspendRequest request(&count_wake, &wakes);
    ::raise(SIGTSTP);
    EXPECT_FALSE(request.is_pending());
  }
  EXPECT_EQ(::signal(SIGTSTP, before), SIG_IGN);
  EXPECT_EQ(wakes, 0);
}

TEST(SuspendRequest, IsOneAtATime) {
  int wakes = 0;
  const SuspendRequest request(&count_wake, &wakes);
  EXPECT_THROW(SuspendRequest(&count_wake, &wakes), std::logic_error);
}

}  // namespace
}  // namespace gtest_xdist::internal
