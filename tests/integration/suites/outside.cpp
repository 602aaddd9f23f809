// At the place that AT names, inside or outside of tests, happens what DO names.
#include <cstdio>
#include <stdexcept>
#include <string>

#include "support.h"

namespace {

void reach(const std::string& place) {
  static int visits = 0;
  if (support::variable("AT") != place) return;
  ++visits;
  const std::string what = support::variable("DO");
  if (what == "print") std::puts("a word from outside");
  if (what == "property") testing::Test::RecordProperty("at", place);
  if (what == "fail") ADD_FAILURE() << "failed in " << place;
  if (what == "fail twice") {
    ADD_FAILURE() << "failed in " << place;
    ADD_FAILURE() << "failed again in " << place;
  }
  if (what == "throw") throw std::runtime_error("thrown in " + place);
  if (what == "fail fatally") FAIL() << "failed fatally in " << place;
  if (what == "fail fatally next time" && visits > 1) FAIL() << "failed fatally in " << place;
  if (what == "fail fatally on gw1" && support::variable("GTEST_XDIST_WORKER") == "gw1") {
    FAIL() << "failed fatally in " << place;
  }
  if (what == "skip") GTEST_SKIP() << "skipped in " << place;
}

class World : public testing::Environment {
 public:
  void SetUp() override { reach("environment_set_up"); }
  void TearDown() override { reach("environment_tear_down"); }
};

class Affected : public testing::TestWithParam<int> {
 public:
  static void SetUpTestSuite() { reach("suite_set_up"); }
  static void TearDownTestSuite() { reach("suite_tear_down"); }
  void SetUp() override { reach("test_set_up"); }
  void TearDown() override { reach("test_tear_down"); }
};
TEST_P(Affected, DISABLED_Test) {}
TEST_P(Affected, Test) { reach("test_body"); }
INSTANTIATE_TEST_SUITE_P(All, Affected, testing::Range(0, 6));

class Unaffected : public testing::TestWithParam<int> {};
TEST_P(Unaffected, Test) {}
TEST_P(Unaffected, DISABLED_Test) {}
INSTANTIATE_TEST_SUITE_P(All, Unaffected, testing::Range(0, 6));

}  // namespace

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  testing::AddGlobalTestEnvironment(new World);
  reach("main");
  return RUN_ALL_TESTS();
}
