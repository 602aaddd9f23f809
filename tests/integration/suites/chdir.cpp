// The first test of a process goes elsewhere and stays there.
#include <unistd.h>

#include "support.h"

namespace {

class Wanderer : public testing::TestWithParam<int> {};
TEST_P(Wanderer, GoesAway) { EXPECT_EQ(0, ::chdir("/")); }
INSTANTIATE_TEST_SUITE_P(All, Wanderer, testing::Range(0, 10));

}  // namespace
