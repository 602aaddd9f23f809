// Tests that need much of something, and one that tells how much there is.
#include <sys/resource.h>

#include <cerrno>
#include <csignal>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <string>

#include "support.h"

namespace {

TEST(Resources, TellsItsLimit) {
  struct rlimit limit {};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &limit), 0);
  support::note("descriptors " + std::to_string(limit.rlim_cur));
}

TEST(Resources, PrintsFourMegabytes) {
  for (int i = 0; i < 40'000; ++i) std::printf("%0100d\n", i);
}

TEST(Resources, PrintsFourMegabytesWithStreams) {
  for (int i = 0; i < 40'000; ++i) std::cout << std::string(100, 'x') << '\n';
}

TEST(Resources, FailsWithALongMessage) {
  const std::string size = support::variable("MESSAGE_SIZE");
  EXPECT_TRUE(false) << std::string(std::stoul("0" + size), 'm');
}

TEST(Resources, AllocatesUntilItIsOver) {
  for (;;) {
    char* block = new char[1 << 22];
    std::memset(block, 1, 1 << 22);
  }
}

// What is printed must not be longer than the limit of a file.
TEST(Limited, FindsNoRoom) {
  const std::string how = support::variable("HOW");
  if (how != "signal") std::signal(SIGXFSZ, SIG_IGN);
  if (how == "streams alone") std::ios::sync_with_stdio(false);
  struct rlimit before {};
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &before), 0);
  struct rlimit none = before;
  none.rlim_cur = 0;
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &none), 0);
  std::cout << "is lost\n";
  if (how != "buffered") std::cout << std::flush;
  if (how == "hides the error") errno = 0;
  if (how != "buffered") {
    ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &before), 0);
  }
}
TEST(Limited, Later) {
  struct rlimit limit {};
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &limit), 0);
  limit.rlim_cur = limit.rlim_max;
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &limit), 0);
  std::cout << "printed later" << std::endl;
}

class Healthy : public testing::TestWithParam<int> {};
TEST_P(Healthy, Passes) {}
INSTANTIATE_TEST_SUITE_P(All, Healthy, testing::Range(0, 20));

}  // namespace
