// Tests and fixtures that do not end by themselves (the alarm is for the case that nobody ends
// them). $HANG_AT names the place outside of tests.
#include <sys/prctl.h>
#include <sys/types.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>

#include "gtest_xdist/once.h"

#include "support.h"

namespace {

void hang() {
  ::alarm(120);
  for (;;) ::pause();
}

// In a worker only, and the first time only: a replacement gets through.
void hang_if_at(const std::string& place) {
  if (support::variable("HANG_AT") != place || support::worker() != "gw0") return;
  support::note("at " + place);
  hang();
}

[[maybe_unused]] const bool before_main = (hang_if_at("before_main"), true);

class Surroundings : public testing::Environment {
  void SetUp() override { hang_if_at("environment_set_up"); }
  void TearDown() override { hang_if_at("environment_tear_down"); }
};
[[maybe_unused]] testing::Environment* const surroundings =
    testing::AddGlobalTestEnvironment(new Surroundings);

class Hang : public testing::Test {
 protected:
  void SetUp() override {
    ::alarm(120);
    support::note(std::to_string(::getpid()));
  }
};

TEST_F(Hang, InALoop) {
  for (volatile bool forever = true; forever;) {
  }
}

TEST_F(Hang, Asleep) {
  for (;;) ::pause();
}

TEST_F(Hang, DeafToSignals) {
  for (int signal : {SIGINT, SIGTERM, SIGHUP, SIGPIPE, SIGUSR1, SIGUSR2})
    std::signal(signal, SIG_IGN);
  for (;;) ::pause();
}

// As a change of the user does.
TEST_F(Hang, WithoutADeathSignal) {
  ::prctl(PR_SET_PDEATHSIG, 0);
  for (;;) ::pause();
}

TEST_F(Hang, InAnotherGroup) {
  ::prctl(PR_SET_PDEATHSIG, 0);
  const ::pid_t child = ::fork();
  if (child == 0) {
    ::setpgid(0, 0);
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    for (;;) ::pause();
  }
  while (::setpgid(0, child) != 0) continue;
  for (;;) ::pause();
}

TEST_F(Hang, AfterAFailure) {
  std::printf("printed before the end\n");
  EXPECT_TRUE(false) << "failed before the end";
  std::printf("printed at the end\n");
  std::fflush(stdout);
  hang();
}

TEST_F(Hang, WithAHandler) {
  std::signal(SIGABRT, [](int) {
    constexpr char kWords[] = "the handler was here\n";
    if (::write(STDERR_FILENO, kWords, sizeof kWords - 1) < 0) ::_exit(1);
    std::signal(SIGABRT, SIG_DFL);
    ::raise(SIGABRT);
  });
  hang();
}

TEST_F(Hang, DeafToAborts) {
  std::signal(SIGABRT, SIG_IGN);
  hang();
}

TEST_F(Hang, WithAChild) {
  if (::fork() == 0) hang();
  hang();
}

TEST_F(Hang, UntilReleased) {
  const std::string released = support::variable("NOTES") + ".released";
  while (::access(released.c_str(), F_OK) != 0) ::usleep(10'000);
}

TEST_F(Hang, Stopped) {
  std::raise(SIGSTOP);
  hang();
}

class Fixture : public testing::Test {
 protected:
  static void SetUpTestSuite() { hang_if_at("suite_set_up"); }
  static void TearDownTestSuite() { hang_if_at("suite_tear_down"); }
};
TEST_F(Fixture, Passes) {}

// As a test starts a server of its own, or a daemon.
int start_in_a_session() {
  const ::pid_t child = ::fork();
  if (child != 0) return child;
  ::setsid();
  while (true) ::pause();
}
void end_and_note(int process) {
  const bool lives = std::ifstream("/proc/" + std::to_string(process) + "/cmdline").get() != EOF;
  support::note(lives ? "it lives" : "it is dead");
  ::kill(process, SIGKILL);
}
TEST(Stray, OfOneTest) {
  start_in_a_session();
  hang();
}
TEST(Stray, ForAllTests) {
  gtest_xdist::once("server", start_in_a_session, end_and_note);
  ::usleep(50'000);  // the kernel tells the start of a process in hundredths of a second
  start_in_a_session();
  hang();
}

class Quick : public testing::TestWithParam<int> {};
TEST_P(Quick, Passes) {}
INSTANTIATE_TEST_SUITE_P(All, Quick, testing::Range(0, 10));

}  // namespace
