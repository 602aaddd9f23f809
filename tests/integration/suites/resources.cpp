// Tests that need much of something, and one that tells how much there is.
#include <sys/resource.h>

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

class Healthy : public testing::TestWithParam<int> {};
TEST_P(Healthy, Passes) {}
INSTANTIATE_TEST_SUITE_P(All, Healthy, testing::Range(0, 20));

}  // namespace
