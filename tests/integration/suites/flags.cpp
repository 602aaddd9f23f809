// What a program, its environment and its tests see of GoogleTest's flags. Processes, environments
// and tests note that they are there, the latter where they are run.
#include <cstdlib>
#include <string>

#include "support.h"

namespace {

std::string seed() { return std::to_string(testing::UnitTest::GetInstance()->random_seed()); }

class World : public testing::Environment {
 public:
  void SetUp() override { support::note("set-up " + support::worker()); }
  void TearDown() override { support::note("tear-down " + support::worker()); }
};

class Numbered : public testing::TestWithParam<int> {};
TEST_P(Numbered, Runs) {
  if (support::variable("ABORTS_IN") == support::worker() + " " + std::to_string(GetParam())) {
    std::abort();
  }
}
INSTANTIATE_TEST_SUITE_P(All, Numbered, testing::Range(0, 8));

TEST(Flags, AreAsGiven) {
  const auto record = [](const std::string& flag, const auto& value) {
    RecordProperty(flag, testing::PrintToString(value));
  };
  record("also_run_disabled_tests", GTEST_FLAG_GET(also_run_disabled_tests));
  record("break_on_failure", GTEST_FLAG_GET(break_on_failure));
  record("catch_exceptions", GTEST_FLAG_GET(catch_exceptions));
  record("color", GTEST_FLAG_GET(color));
  record("death_test_style", GTEST_FLAG_GET(death_test_style));
  record("filter", GTEST_FLAG_GET(filter));
  record("list_tests", GTEST_FLAG_GET(list_tests));
  record("print_time", GTEST_FLAG_GET(print_time));
  record("repeat", GTEST_FLAG_GET(repeat));
  record("shuffle", GTEST_FLAG_GET(shuffle));
  record("stack_trace_depth", GTEST_FLAG_GET(stack_trace_depth));
  record("throw_on_failure", GTEST_FLAG_GET(throw_on_failure));
  for (const char* shard : {"GTEST_TOTAL_SHARDS", "GTEST_SHARD_INDEX", "GTEST_SHARD_STATUS_FILE"}) {
    RecordProperty(shard, support::variable(shard));
  }
}

TEST(Text, IsMoreThanAscii) {
  EXPECT_STREQ(L"\u00e9", L"e");
  EXPECT_EQ("caf\xc3\xa9", std::string("\x01"));
}

TEST(ProgramDeathTest, Dies) { EXPECT_DEATH(std::abort(), ""); }

class Notes : public testing::EmptyTestEventListener {
  void OnTestStart(const testing::TestInfo&) override {
    const bool is_elsewhere = !support::variable("GTEST_XDIST_WORKERS").empty();
    if (is_elsewhere) return;
    support::note("ran " + support::current_test() + " " + support::worker() + " " + seed());
  }
};

}  // namespace

int main(int argc, char** argv) {
  support::note("main " + support::worker());
  testing::InitGoogleTest(&argc, argv);
  testing::UnitTest::GetInstance()->listeners().Append(new Notes);
  testing::AddGlobalTestEnvironment(new World);
  return RUN_ALL_TESTS();
}
