#include "gtest_xdist/process/signals/stop_signals.h"

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include <gtest/gtest.h>

namespace gtest_xdist::internal {
namespace {

int woken = 0;
void wake(void*) { ++woken; }

// How a child ends that runs `body`.
template <class Body>
int status_of_child(Body body) {
  const ::pid_t child = ::fork();
  if (child == 0) {
    body();
    ::_exit(0);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return status;
}

TEST(StopSignals, AreNotedOnce) {
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    woken = 0;
    StopSignals signals;
    const StopSignals::Waker waker(signals, &wake, nullptr);
    EXPECT_EQ(signals.first(), 0);
    ::raise(signal);
    EXPECT_EQ(signals.first(), signal);
    EXPECT_FALSE(signals.came_again());
    EXPECT_EQ(woken, 1);
  }
}

TEST(StopSignals, TheSecondEndsTheProcess) {
  const int status = status_of_child([] {
    StopSignals signals;
    const StopSignals::Waker waker(signals, &wake, nullptr);
    ::raise(SIGINT);
    ::raise(SIGTERM);
  });
  ASSERT_TRUE(WIFSIGNALED(status));
  EXPECT_EQ(WTERMSIG(status), SIGTERM);
}

TEST(StopSignals, TheSecondIsNotedWhereSomebodyLooks) {
  StopSignals signals;
  const StopSignals::Waker waker(signals, &wake, nullptr);
  {
    const StopSignals::Attention attention(signals);
    ::raise(SIGTERM);
    ::raise(SIGINT);
  }
  EXPECT_TRUE(signals.came_again());
  EXPECT_EQ(signals.first(), SIGTERM);
}

TEST(StopSignals, EndAChildOfTheProcess) {
  StopSignals signals;
  const StopSignals::Waker waker(signals, &wake, nullptr);
  const int status = status_of_child([] { ::raise(SIGTERM); });
  ASSERT_TRUE(WIFSIGNALED(status));
  EXPECT_EQ(WTERMSIG(status), SIGTERM);
}

int handled = 0;
void handle(int) { ++handled; }

TEST(StopSignals, AreLeftToAProgramThatHandlesThem) {
  const auto before = ::signal(SIGTERM, &handle);
  const auto before_int = ::signal(SIGINT, SIG_IGN);
  {
    StopSignals signals;
    const StopSignals::Waker waker(signals, &wake, nullptr);
    ::raise(SIGTERM);
    ::raise(SIGINT);
    EXPECT_EQ(signals.first(), 0);
  }
  EXPECT_EQ(handled, 1);
  EXPECT_EQ(::signal(SIGTERM, before), &handle);
  EXPECT_EQ(::signal(SIGINT, before_int), SIG_IGN);
}

TEST(StopSignals, AreFollowedByNoDeathOfAClosedPipe) {
  const int status = status_of_child([] {
    ::signal(SIGPIPE, SIG_DFL);
    StopSignals signals;
    ::raise(SIGINT);
    ::raise(SIGPIPE);
  });
  EXPECT_TRUE(WIFEXITED(status));
  const int without_signal = status_of_child([] {
    ::signal(SIGPIPE, SIG_DFL);
    StopSignals signals;
    ::raise(SIGPIPE);
  });
  EXPECT_TRUE(WIFSIGNALED(without_signal));
}

TEST(StopSignals, AreWhatTheyWereAfterwards) {
  {
    StopSignals signals;
    const StopSignals::Waker waker(signals, &wake, nullptr);
    EXPECT_EQ(::signal(SIGHUP, &handle) == SIG_DFL, false) << "it was noted, and is now handled";
  }
  EXPECT_EQ(::signal(SIGHUP, SIG_DFL), &handle) << "the program has changed its mind";
  EXPECT_EQ(::signal(SIGINT, SIG_DFL), SIG_DFL);
}

}  // namespace
}  // namespace gtest_xdist::internal
