// Tests that pass on a worker that runs them in the order of their registration.
#include "support.h"

namespace {

int last = 0;

class Ordered : public testing::TestWithParam<int> {};
TEST_P(Ordered, ComesLater) {
  EXPECT_LT(last, GetParam());
  last = GetParam();
}
INSTANTIATE_TEST_SUITE_P(Few, Ordered, testing::Range(1, 4));

}  // namespace
