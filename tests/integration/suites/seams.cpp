// Tests of a program that may replace functions of the C library: the linker takes those of the
// library "seams", or of the object, that it finds first.
#include <unistd.h>

#include "support.h"

namespace {

TEST(Plain, Passes) {
  std::puts("in a test");
  while (support::variable("HANG") == "1") ::pause();
}
TEST(Plain, Fails) {
  if (support::variable("FAIL") == "1") ADD_FAILURE() << "as told";
}
class Valued : public testing::TestWithParam<int> {};
TEST_P(Valued, Works) { EXPECT_LT(GetParam(), 4); }
INSTANTIATE_TEST_SUITE_P(All, Valued, testing::Range(0, 4));

}  // namespace
