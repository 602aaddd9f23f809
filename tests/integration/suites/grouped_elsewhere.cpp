// The second file of the suite `grouped`.

#include "support.h"

namespace {

class Elsewhere : public testing::TestWithParam<int> {};
TEST_P(Elsewhere, Test) { support::note(support::current_test() + " " + support::worker()); }
INSTANTIATE_TEST_SUITE_P(Fourth, Elsewhere, testing::Range(0, 5));
INSTANTIATE_TEST_SUITE_P(Fifth, Elsewhere, testing::Range(0, 5));

}  // namespace
