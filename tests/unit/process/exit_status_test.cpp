#include "gtest_xdist/process/exit_status.h"

#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <string>

#include <gtest/gtest.h>

namespace gtest_xdist::internal {
namespace {

TEST(ExitStatus, KnowsWhichSignalKilled) {
  EXPECT_TRUE(ExitStatus(SIGKILL).killed_by(SIGKILL));
  EXPECT_FALSE(ExitStatus(SIGSEGV).killed_by(SIGKILL));
  EXPECT_FALSE(ExitStatus(SIGKILL << 8).killed_by(SIGKILL)) << "that is an exit";
}

TEST(ExitStatus, MayNotBeKnown) {
  const ExitStatus unknown;
  EXPECT_FALSE(unknown.known());
  EXPECT_FALSE(unknown.exited());
  EXPECT_FALSE(unknown.success());
  EXPECT_FALSE(unknown.killed_by(SIGKILL));
  EXPECT_EQ(unknown.describe(),
            "ended in an unknown way, because the program itself waited for it");
}

TEST(ExitStatus, IsMadeOfWhatMainReturned) {
  EXPECT_TRUE(ExitStatus::of_exit(0).success());
  EXPECT_EQ(ExitStatus::of_exit(3).describe(), "exited with status 3");
  EXPECT_EQ(ExitStatus::of_exit(-1).code(), 255);
}

TEST(ExitStatus, NamesTheSignalsThatPeopleKnow) {
  struct Row {
    int number;
    const char* text;
  };
  const Row rows[] = {
      {SIGABRT, "6 (SIGABRT)"},  {SIGKILL, "9 (SIGKILL)"},
      {SIGSEGV, "11 (SIGSEGV)"}, {SIGTERM, "15 (SIGTERM)"},
      {SIGFPE, "8 (SIGFPE)"},    {SIGBUS, "7 (SIGBUS)"},
      {SIGILL, "4 (SIGILL)"},    {SIGINT, "2 (SIGINT)"},
      {SIGWINCH, "28"},          {64, "64"},
  };
  for (const Row& row : rows) EXPECT_EQ(describe_signal(row.number), row.text);
}

// How a child ends that does `action`.
template <class Action>
ExitStatus status_of(Action action) {
  const ::pid_t child = ::fork();
  if (child == 0) {
    action();
    ::_exit(0);
  }
  int status = 0;
  EXPECT_EQ(::waitpid(child, &status, 0), child);
  return ExitStatus(status);
}

TEST(ExitStatus, OfAProcessThatExits) {
  for (const int code : {0, 1, 77, 255}) {
    const ExitStatus status = status_of([&] { ::_exit(code); });
    EXPECT_TRUE(status.exited());
    EXPECT_EQ(status.code(), code);
    EXPECT_EQ(status.success(), code == 0);
    EXPECT_EQ(status.describe(), "exited with status " + std::to_string(code));
  }
}

TEST(ExitStatus, OfAProcessThatASignalEnds) {
  struct Row {
    int number;
    const char* text;
  };
  for (const Row& row :
       {Row{SIGKILL, "killed by signal 9 (SIGKILL)"}, Row{SIGTERM, "killed by signal 15 (SIGTERM)"},
        Row{SIGUSR1, "killed by signal 10 (SIGUSR1)"}}) {
    const ExitStatus status = status_of([&] {
      std::signal(row.number, SIG_DFL);
      ::kill(::getpid(), row.number);
    });
    EXPECT_FALSE(status.exited());
    EXPECT_FALSE(status.success());
    EXPECT_EQ(status.describe(), row.text);
  }
}

}  // namespace
}  // namespace gtest_xdist::internal
