// RecordProperty at program, suite and test scope.
#include <string>

#include "support.h"

namespace {

class World : public testing::Environment {
 public:
  void SetUp() override { testing::Test::RecordProperty("environment_up", "<&\">"); }
  void TearDown() override { testing::Test::RecordProperty("environment_down", 2); }
};

class Recorder : public testing::TestWithParam<int> {
 public:
  static void SetUpTestSuite() { RecordProperty("suite_up", "1"); }
  static void TearDownTestSuite() { RecordProperty("suite_down", "2"); }
};
TEST_P(Recorder, KeepsOrder) {
  for (int i = 0; i < 20; ++i) RecordProperty("key" + std::to_string((i * 7) % 20), GetParam() + i);
}
TEST_P(Recorder, KeepsTheLastValue) {
  RecordProperty("key", "first");
  RecordProperty("other", "");
  RecordProperty("key", "second\nline, \t<tab>");
}
TEST_P(Recorder, RefusesReservedKeys) { RecordProperty("name", "mine"); }
INSTANTIATE_TEST_SUITE_P(All, Recorder, testing::Range(0, 6));

TEST(Other, RecordsOnceMore) { RecordProperty("from", "another suite"); }

}  // namespace

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  testing::AddGlobalTestEnvironment(new World);
  testing::Test::RecordProperty("main", "before the tests");
  return RUN_ALL_TESTS();
}
