// What a program finds when it starts: noted before main, by each process.
#include <dirent.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <cstring>
#include <iostream>
#include <string>

#include "support.h"

namespace {

std::string limits() {
  std::string text;
  for (int resource = 0; resource < RLIMIT_NLIMITS; ++resource) {
    struct ::rlimit limit {};
    ::getrlimit(static_cast<__rlimit_resource>(resource), &limit);
    text += std::to_string(limit.rlim_cur) + "/" + std::to_string(limit.rlim_max) + " ";
  }
  return text;
}

std::string signals() {
  std::string text = "blocked:";
  ::sigset_t blocked;
  ::sigprocmask(SIG_BLOCK, nullptr, &blocked);
  for (int number = 1; number < SIGRTMIN; ++number) {
    if (::sigismember(&blocked, number) == 1) text += " " + std::to_string(number);
  }
  text += ", not default:";
  for (int number = 1; number < SIGRTMIN; ++number) {
    struct ::sigaction action {};
    ::sigaction(number, nullptr, &action);
    if (action.sa_handler != SIG_DFL) text += " " + std::to_string(number);
  }
  return text;
}

std::string descriptors() {
  std::string text;
  for (int number = 3; number < 64; ++number) {
    char target[4096] = {};
    const std::string link = "/proc/self/fd/" + std::to_string(number);
    if (::readlink(link.c_str(), target, sizeof target - 1) > 0)
      text += std::to_string(number) + " " + target + ",";
  }
  return text;
}

std::string environment() {
  std::string text;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    text += std::string(*entry, std::strcspn(*entry, "=")) + " ";
  }
  return text;
}

std::string directory() {
  char path[4096] = {};
  return ::getcwd(path, sizeof path) == nullptr ? "none" : path;
}

// Before main, and before the header of the library has looked at anything.
struct Facts {
  Facts() {
    const ::mode_t mask = ::umask(0);
    ::umask(mask);
    note("session", std::to_string(::getsid(0)));
    note("leads its group", ::getpgrp() == ::getpid() ? "yes" : "no");
    note("nice", std::to_string(::getpriority(PRIO_PROCESS, 0)));
    note("umask", std::to_string(mask));
    note("limits", limits());
    note("directory", directory());
    note("descriptors", descriptors());
    note("signals", signals());
    note("environment", environment());
  }
  static void note(const std::string& fact, const std::string& value) {
    support::note(support::variable("GTEST_XDIST_WORKER") + "|" + fact + "|" + value);
  }
};
const Facts facts;

std::string first_line;  // of standard input, read by main

TEST(Input, IsRead) { EXPECT_EQ(support::variable("WANTED"), first_line); }
TEST(Input, IsReadOnceMore) { EXPECT_EQ(support::variable("WANTED"), first_line); }
}  // namespace

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  Facts::note("argv[0]", argv[0]);
  std::getline(std::cin, first_line);
  return RUN_ALL_TESTS();
}
