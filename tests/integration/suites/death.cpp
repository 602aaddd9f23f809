// Death tests in both styles, each once as it should be and once as it should not.
#include <cstdio>
#include <cstdlib>
#include <string>

#include "support.h"

namespace {

void die(const char* words) {
  std::fprintf(stderr, "%s\n", words);
  std::abort();
}

class StyleDeathTest : public testing::TestWithParam<std::string> {
 protected:
  void SetUp() override { GTEST_FLAG_SET(death_test_style, GetParam()); }
};

TEST_P(StyleDeathTest, Dies) { EXPECT_DEATH(die("the expected words"), "expected words"); }

TEST_P(StyleDeathTest, Exits) { EXPECT_EXIT(std::exit(3), testing::ExitedWithCode(3), ""); }

TEST_P(StyleDeathTest, DiesTwice) {
  EXPECT_DEATH(die("first"), "first");
  EXPECT_DEATH(die("second"), "second");
}

TEST_P(StyleDeathTest, FailsToDie) { EXPECT_DEATH((void)0, ""); }

TEST_P(StyleDeathTest, DiesWithOtherWords) {
  EXPECT_DEATH(die("the wrong words"), "expected words");
}

TEST_P(StyleDeathTest, ExitsWithOtherStatus) {
  EXPECT_EXIT(std::exit(0), testing::ExitedWithCode(3), "");
}

INSTANTIATE_TEST_SUITE_P(Both, StyleDeathTest, testing::Values("fast", "threadsafe"));

}  // namespace
