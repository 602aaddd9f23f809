// A suite that knows nothing of gtest-xdist: the target gtest_xdist::shim has to make it parallel.
// What it asserts is that this happened, since a serial run would pass everything else as well.
#include <cstdlib>

#include <gtest/gtest.h>

#ifdef EXPECTED_STANDARD
static_assert(__cplusplus == EXPECTED_STANDARD,
              "compiled as another C++ than the project asks for");
#endif

namespace {

bool runs_on_a_worker() { return std::getenv("GTEST_XDIST_WORKER") != nullptr; }
bool should_run_on_a_worker() { return std::getenv("EXPECT_A_WORKER") != nullptr; }

TEST(PackageTest, FirstTestRunsWhereItShould) {
  EXPECT_EQ(runs_on_a_worker(), should_run_on_a_worker());
}

TEST(PackageTest, SecondTestRunsWhereItShould) {
  EXPECT_EQ(runs_on_a_worker(), should_run_on_a_worker());
}

}  // namespace
