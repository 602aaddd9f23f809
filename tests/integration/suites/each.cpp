// Tests whose outcome depends on the worker that runs them.

#include "support.h"

namespace {

class Each : public testing::Test {
 protected:
  void SetUp() override { support::note(support::current_test() + " " + support::worker()); }
};

TEST_F(Each, PassesEverywhere) {}
TEST_F(Each, FailsInGw1) { EXPECT_NE("gw1", support::worker()) << "not here"; }
TEST_F(Each, FailsEverywhere) { ADD_FAILURE() << "nowhere"; }
TEST_F(Each, FailsTwiceInGw0) {
  EXPECT_NE("gw0", support::worker()) << "first";
  EXPECT_NE("gw0", support::worker()) << "second";
}
TEST_F(Each, AbortsInGw1WhenTold) {
  if (support::worker() == "gw1" && support::variable("ABORT") == "1") std::abort();
}
TEST_F(Each, ComesLast) {}

}  // namespace
