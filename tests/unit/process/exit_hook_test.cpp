#include "gtest_xdist/process/exit_hook.h"

#include <cstdio>
#include <cstdlib>

#include <gtest/gtest.h>

namespace gtest_xdist::internal {
namespace {

void say_status(int status) { std::fprintf(stderr, "the status is %d", status); }
void say_nothing_and_change_it(int) { std::_Exit(9); }

TEST(ExitHookDeathTest, LearnsTheStatus) {
  EXPECT_EXIT(
      {
        call_at_exit<&say_status>();
        std::exit(3);
      },
      testing::ExitedWithCode(3), "^the status is 3$");
}

TEST(ExitHookDeathTest, MayChangeTheStatus) {
  EXPECT_EXIT(
      {
        call_at_exit<&say_nothing_and_change_it>();
        std::exit(0);
      },
      testing::ExitedWithCode(9), "");
}

TEST(ExitHookDeathTest, IsNotCalledByAnAbruptEnd) {
  EXPECT_EXIT(
      {
        call_at_exit<&say_status>();
        std::_Exit(4);
      },
      testing::ExitedWithCode(4), "^$");
}

}  // namespace
}  // namespace gtest_xdist::internal
