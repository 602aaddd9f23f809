// Tests that do to their process what no test should do, among tests that do no harm.
#include <dirent.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <clocale>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <random>
#include <stdexcept>
#include <string>
#include <thread>

#include "support.h"

namespace {

constexpr int kSignals = 65;

// --- what outlives the test in its process
// --------------------------------------------------------

TEST(Hostile, ClosesAllDescriptors) {
  for (int descriptor = 0; descriptor < 1024; ++descriptor) ::close(descriptor);
}

TEST(Hostile, ClosesStandardDescriptors) {
  for (int descriptor = 0; descriptor < 3; ++descriptor) ::close(descriptor);
}

TEST(Hostile, ChangesDirectory) { ASSERT_EQ(0, ::chdir("/")); }

TEST(Hostile, StaysInADirectoryThatIsGone) {
  const std::string directory = testing::TempDir() + "gone";
  ASSERT_EQ(0, ::mkdir(directory.c_str(), 0700));
  ASSERT_EQ(0, ::chdir(directory.c_str()));
  ASSERT_EQ(0, ::rmdir(directory.c_str()));
}

TEST(Hostile, RemovesItsTemporaryDirectory) {
  const std::string directory = support::variable("TEST_TMPDIR");
  if (support::worker().empty()) return;  // serially it is the user's
  ASSERT_EQ(0, ::rmdir(directory.c_str()));
}

TEST(Hostile, ClearsTheEnvironment) { ASSERT_EQ(0, ::clearenv()); }

TEST(Hostile, ForbidsItselfItsFiles) { ::umask(0777); }

TEST(Hostile, ChangesTheLocale) { std::setlocale(LC_ALL, "C.UTF-8"); }

TEST(Hostile, BlocksAllSignals) {
  sigset_t all;
  ::sigfillset(&all);
  ASSERT_EQ(0, ::sigprocmask(SIG_BLOCK, &all, nullptr));
}

TEST(Hostile, IgnoresAllSignals) {
  for (int signal = 1; signal < kSignals; ++signal) ::signal(signal, SIG_IGN);
}

TEST(Hostile, HandlesAllSignals) {
  for (int signal = 1; signal < kSignals; ++signal) ::signal(signal, [](int) { ::_exit(9); });
}

TEST(Hostile, LimitsItsDescriptors) {
  const rlimit limit{3, 3};
  ASSERT_EQ(0, ::setrlimit(RLIMIT_NOFILE, &limit));
}

TEST(Hostile, LimitsItsProcesses) {
  const rlimit limit{0, 0};
  ASSERT_EQ(0, ::setrlimit(RLIMIT_NPROC, &limit));
}

TEST(Hostile, RunsOutOfMemory) {
  rlimit before{};
  ASSERT_EQ(0, ::getrlimit(RLIMIT_AS, &before));
  const rlimit limit{1U << 20, before.rlim_max};
  ASSERT_EQ(0, ::setrlimit(RLIMIT_AS, &limit));
  const std::unique_ptr<char[]> much(new (std::nothrow) char[1U << 30]);
  ASSERT_EQ(0, ::setrlimit(RLIMIT_AS, &before));
  EXPECT_EQ(nullptr, much.get());
}

TEST(Hostile, BecomesASession) { ::setsid(); }

// --- other processes
// ------------------------------------------------------------------------------

TEST(Hostile, ForksAndBothGoOn) {
  const pid_t child = ::fork();
  if (child == 0 && support::worker().empty()) ::_exit(0);  // serially all tests would follow
  if (child > 0) ::waitpid(child, nullptr, 0);
}

TEST(Hostile, ForksAndOnlyTheChildGoesOn) {
  const auto child = static_cast<pid_t>(::syscall(SYS_fork));  // unseen by the C library
  if (child > 0) ::_exit(5);
}

TEST(Hostile, HasAChildThatExits) {
  const pid_t child = ::fork();
  if (child == 0) std::exit(0);
  ::waitpid(child, nullptr, 0);
}

TEST(Hostile, LeavesADaemonWithItsOutput) {
  const pid_t child = ::fork();
  if (child == 0) {
    ::setsid();
    if (::fork() == 0) {
      ::alarm(120);  // if nobody ends it
      for (;;) ::pause();
    }
    ::_exit(0);
  }
  ::waitpid(child, nullptr, 0);
}

// --- what ends the process
// ------------------------------------------------------------------------

TEST(Hostile, AbortsInAThread) {
  std::thread([] { std::abort(); }).join();
}

TEST(Hostile, ThrowsInAThread) {
  std::thread([] { throw std::runtime_error("in a thread"); }).join();
}

TEST(Hostile, LeavesItsThread) { ::pthread_exit(nullptr); }

void throw_something() { throw std::runtime_error("from a destructor"); }

TEST(Hostile, ThrowsFromADestructor) {
  struct Thrower {
    ~Thrower() { throw_something(); }
  };
  const Thrower thrower;
}

TEST(Hostile, ExitsInAThread) {
  std::thread([] { std::exit(4); }).join();
}

std::size_t recurse(std::size_t depth) {
  volatile char block[4096];
  block[0] = static_cast<char>(depth);
  if (depth == 0) return 0;
  return recurse(depth - 1) + static_cast<std::size_t>(block[0]);
}

TEST(Hostile, OverflowsItsStack) { EXPECT_NE(0U, recurse(std::size_t{1} << 30)); }

TEST(Hostile, DiesOfAnAlarm) {
  const itimerval soon{{0, 0}, {0, 1000}};
  ::setitimer(ITIMER_REAL, &soon, nullptr);
  for (;;) ::pause();
}

TEST(Hostile, TerminatesItself) { ::raise(SIGTERM); }

TEST(Hostile, TerminatesItsProcessGroup) { ::kill(0, SIGTERM); }

// The bounds of the heap, by the kernel.
bool find_heap(std::uintptr_t& begin, std::uintptr_t& end) {
  std::ifstream maps("/proc/self/maps");
  for (std::string line; std::getline(maps, line);) {
    if (line.find("[heap]") == std::string::npos) continue;
    begin = std::stoull(line, nullptr, 16);
    end = std::stoull(line.substr(line.find('-') + 1), nullptr, 16);
    return true;
  }
  return false;
}

class Scribble : public testing::TestWithParam<unsigned> {};

// Goes on for a while with a heap that it has written over; then it ends at the latest.
TEST_P(Scribble, OverItsHeap) {
  std::uintptr_t begin = 0;
  std::uintptr_t end = 0;
  ASSERT_TRUE(find_heap(begin, end));
  ::alarm(10);
  std::mt19937 dice(GetParam());
  std::uniform_int_distribution<std::uintptr_t> place(begin, end - 1);
  for (int i = 0; i < 2000; ++i) {
    *reinterpret_cast<volatile unsigned char*>(place(dice)) = static_cast<unsigned char>(dice());
  }
  for (int i = 0; i < 1000; ++i) {
    EXPECT_EQ(1, 2) << std::string(static_cast<std::size_t>(i), 'x');
  }
  std::abort();
}

INSTANTIATE_TEST_SUITE_P(Hostile, Scribble, testing::Range(0U, 12U));

// --- the others
// -----------------------------------------------------------------------------------

class Healthy : public testing::TestWithParam<int> {};
TEST_P(Healthy, Passes) { std::printf("healthy %d\n", GetParam()); }
INSTANTIATE_TEST_SUITE_P(All, Healthy, testing::Range(0, 60));

}  // namespace
