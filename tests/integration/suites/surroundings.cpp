// What a program may do to its own process, and a test to its worker's: $DO says what.
#include <sched.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <thread>

#include <gtest/gtest.h>

#include "support.h"

namespace {

bool does(const char* what) { return support::variable("DO") == what; }

void interrupt_waits() {
  struct sigaction action {};
  action.sa_handler = [](int) {};  // and no SA_RESTART
  ::sigaction(SIGALRM, &action, nullptr);
  const itimerval every_millisecond{{0, 1000}, {0, 1000}};
  ::setitimer(ITIMER_REAL, &every_millisecond, nullptr);
}

void wait_for_any_child() {
  std::thread([] {
    while (true) {
      if (::waitpid(-1, nullptr, 0) < 0) ::usleep(100);
    }
  }).detach();
}

class Surroundings : public testing::TestWithParam<int> {};

TEST_P(Surroundings, AreDisturbed) {
  std::printf("before %d\n", GetParam());
  if (does("close descriptors")) {
    for (int descriptor = 3; descriptor < 1024; ++descriptor) ::close(descriptor);
  }
  if (does("signal the process group")) {
    ::signal(SIGTERM, SIG_IGN);
    ::kill(0, SIGTERM);
  }
  if (does("run on in a child")) {
    std::fflush(stdout);
    const auto child = static_cast<pid_t>(::syscall(SYS_fork));  // unseen by the C library
    if (child == 0 && support::worker().empty()) ::_exit(0);     // serially all tests would follow
    if (child == 0) {
      ::close(STDERR_FILENO);  // there a line tells of it
      return;
    }
    ::waitpid(child, nullptr, 0);
  }
  if (does("fail in a child")) {
    std::fflush(stdout);
    const pid_t child = ::fork();
    if (child == 0) {
      EXPECT_EQ(1, 2) << "in a child";
      ::_exit(0);
    }
    ::waitpid(child, nullptr, 0);
  }
  std::printf("after %d\n", GetParam());
}

INSTANTIATE_TEST_SUITE_P(All, Surroundings, testing::Range(0, 6));

struct Exits : testing::EmptyTestEventListener {
  void OnTestEnd(const testing::TestInfo&) override { std::exit(7); }
};

struct Crashes : testing::EmptyTestEventListener {
  void OnTestEnd(const testing::TestInfo&) override { ::raise(SIGSEGV); }
};

}  // namespace

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  if (does("go elsewhere") && ::chdir("/") != 0) std::abort();
  if (does("interrupt waits")) interrupt_waits();
  if (does("ignore children")) ::signal(SIGCHLD, SIG_IGN);
  if (does("close standard input")) ::close(STDIN_FILENO);
  if (does("wait for any child")) wait_for_any_child();
  if (does("clear the environment")) ::clearenv();
  if (does("redirect its output") &&
      std::freopen(support::variable("LOG").c_str(), "a", stdout) == nullptr) {
    std::abort();
  }
  if (does("make a namespace of processes") && ::unshare(CLONE_NEWPID) != 0) return 77;
  if (does("exit in a listener") && support::worker().empty()) {
    testing::UnitTest::GetInstance()->listeners().Append(new Exits);
  }
  if (does("crash in a listener") && support::worker().empty()) {
    testing::UnitTest::GetInstance()->listeners().Append(new Crashes);
  }
  return RUN_ALL_TESTS();
}
