// A listener of the controller keeps GoogleTest from running, and so from reporting, a test: what a
// defect of the library would do. $LOSE names tests by their numbers.
#include <string>

#include <gtest/gtest.h>

#include "gtest_xdist/bridge/insides/private_access.h"

#include "support.h"

namespace {

class Counted : public testing::TestWithParam<int> {};
TEST_P(Counted, Passes) {}
INSTANTIATE_TEST_SUITE_P(All, Counted, testing::Range(0, 20));

namespace xdist = gtest_xdist::internal;

struct Loses : testing::EmptyTestEventListener {
  void OnTestSuiteStart(const testing::TestSuite& suite) override { let_run(suite, false); }
  void OnTestSuiteEnd(const testing::TestSuite& suite) override { let_run(suite, true); }

  static void let_run(const testing::TestSuite& suite, bool runs) {
    for (int i = 0; i < suite.total_test_count(); ++i) {
      auto& test = const_cast<testing::TestInfo&>(*suite.GetTestInfo(i));
      const bool is_lost = support::variable("LOSE").find(test.value_param()) != std::string::npos;
      if (is_lost) xdist::private_member<xdist::TestShouldRun>(test) = runs;
    }
  }
};

}  // namespace

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  if (support::worker().empty()) testing::UnitTest::GetInstance()->listeners().Append(new Loses);
  return RUN_ALL_TESTS();
}
