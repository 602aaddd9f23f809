#include "gtest_xdist/process/signals/status_request.h"

#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <stdexcept>

#include <gtest/gtest.h>

namespace gtest_xdist::internal {
namespace {

void count(void* number) { ++*static_cast<int*>(number); }

int requests_handled = 0;
void own_handler(int) { ++requests_handled; }

void (*handler())(int) {
  struct ::sigaction action {};
  ::sigaction(SIGUSR1, nullptr, &action);
  return action.sa_handler;
}

TEST(StatusRequest, IsTakenOnce) {
  int woken = 0;
  {
    StatusRequest request(&count, &woken);
    EXPECT_FALSE(request.take());
    ::raise(SIGUSR1);
    ::raise(SIGUSR1);
    EXPECT_EQ(woken, 2);
    EXPECT_TRUE(request.take());
    EXPECT_FALSE(request.take());
    EXPECT_THROW(StatusRequest(&count, &woken), std::logic_error);
  }
}

TEST(StatusRequest, EndsNothingWhenNobodyWaitsForItAnyMore) {
  for (int i = 0; i < 2; ++i) {
    int woken = 0;
    {
      StatusRequest request(&count, &woken);
      ::raise(SIGUSR1);
      EXPECT_TRUE(request.take());
    }
    ::raise(SIGUSR1);
    EXPECT_EQ(woken, 1);
  }
}

TEST(StatusRequest, LeavesTheProgramItsOwnHandler) {
  for (void (*const own)(int) : {&own_handler, SIG_IGN}) {
    requests_handled = 0;
    int woken = 0;
    ::signal(SIGUSR1, own);
    {
      StatusRequest request(&count, &woken);
      ::raise(SIGUSR1);
      EXPECT_FALSE(request.take());
    }
    EXPECT_EQ(handler(), own);
    EXPECT_EQ(woken, 0);
    EXPECT_EQ(requests_handled, own == SIG_IGN ? 0 : 1);
    ::signal(SIGUSR1, SIG_DFL);
  }
}

TEST(StatusRequest, LeavesTheProgramAHandlerThatComesLater) {
  int woken = 0;
  {
    const StatusRequest request(&count, &woken);
    ::signal(SIGUSR1, &own_handler);
  }
  EXPECT_EQ(handler(), &own_handler);
  ::signal(SIGUSR1, SIG_DFL);
}

TEST(StatusRequest, DoesNotEndAChild) {
  int woken = 0;
  StatusRequest request(&count, &woken);
  const ::pid_t child = ::fork();
  if (child == 0) {
    ::raise(SIGUSR1);
    ::_exit(request.take() ? 1 : woken);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

}  // namespace
}  // namespace gtest_xdist::internal
