// Suites in two files, with groups; each test notes its worker. $CRASHES names a test that does,
// once.
#include <cstdlib>

#include <gtest_xdist/plugin.h>

#include "support.h"

namespace {

void note_run() {
  support::note(support::current_test() + " " + support::worker());
  const bool first = support::worker() == "gw0" || support::worker() == "gw1";
  if (first && support::variable("CRASHES") == support::current_test()) std::abort();
}

class Small : public testing::TestWithParam<int> {};
TEST_P(Small, Test) { note_run(); }
INSTANTIATE_TEST_SUITE_P(First, Small, testing::Range(0, 3));
INSTANTIATE_TEST_SUITE_P(Second, Small, testing::Range(0, 4));

class Large : public testing::TestWithParam<int> {};
TEST_P(Large, Test) { note_run(); }
INSTANTIATE_TEST_SUITE_P(Third, Large, testing::Range(0, 20));

}  // namespace

GTEST_XDIST_GROUP("first", "First/*")
GTEST_XDIST_GROUP("bridge", "First/Small.Test/0:Second/Small.Test/3")
GTEST_XDIST_GROUP("large", "Third/Large.Test/1*")
