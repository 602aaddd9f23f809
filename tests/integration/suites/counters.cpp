// Records what gtest's model says about the program, from every place where a test program may ask.
#include <string>

#include "support.h"

namespace {

void record(const std::string& place) {
  const auto& program = *testing::UnitTest::GetInstance();
  const auto property = [&](const std::string& key, const std::string& value) {
    testing::Test::RecordProperty(place + "_" + key, value);
  };
  property("tests", std::to_string(program.total_test_count()));
  property("tests_to_run", std::to_string(program.test_to_run_count()));
  property("suites", std::to_string(program.total_test_suite_count()));
  property("suites_to_run", std::to_string(program.test_suite_to_run_count()));
  property("disabled", std::to_string(program.disabled_test_count()));
  property("reportable", std::to_string(program.reportable_test_count()));
  property("filter", GTEST_FLAG_GET(filter));
  property("shards",
           support::variable("GTEST_TOTAL_SHARDS") + "/" + support::variable("GTEST_SHARD_INDEX"));
  int suites = 0;
  int tests = 0;
  for (int i = 0; i < program.total_test_suite_count(); ++i) {
    const auto& suite = *program.GetTestSuite(i);
    suites += suite.should_run() ? 1 : 0;
    for (int j = 0; j < suite.total_test_count(); ++j)
      tests += suite.GetTestInfo(j)->should_run() ? 1 : 0;
  }
  property("should_run", std::to_string(suites) + "/" + std::to_string(tests));
}

class World : public testing::Environment {
 public:
  void SetUp() override { record("environment_set_up"); }
  void TearDown() override { record("environment_tear_down"); }
};
const auto* const world = testing::AddGlobalTestEnvironment(new World);

class Counter : public testing::TestWithParam<int> {
 public:
  static void SetUpTestSuite() { record("suite_set_up"); }
  static void TearDownTestSuite() { record("suite_tear_down"); }
  void SetUp() override { record("set_up"); }
  void TearDown() override { record("tear_down"); }
};
TEST_P(Counter, Counts) { record("body"); }
INSTANTIATE_TEST_SUITE_P(All, Counter, testing::Range(0, 8));

TEST(Other, Counts) { record("body"); }
TEST(Other, DISABLED_Counts) { record("body"); }
TEST(DISABLED_Other, Counts) { record("body"); }

}  // namespace
