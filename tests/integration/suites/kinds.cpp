// One or more of every kind of test, passing, failing, skipped and disabled. It knows nothing of
// gtest-xdist: it becomes parallel by what it is linked with.
#include <stdexcept>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace {

TEST(Plain, Passes) {}
TEST(Plain, FailsTwice) {
  EXPECT_EQ(1, 2) << "once";
  EXPECT_STREQ("one\ntwo\n", "one\n2\n") << "and again";
}
TEST(Plain, FailsFatally) {
  ASSERT_TRUE(false) << "the last words";
  ADD_FAILURE() << "not reached";
}
TEST(Plain, FailsWithMarkup) {
  ADD_FAILURE() << "<a href=\"x\">&amp;</a> ]]> ' \t \x01 \xc3\xa9 \xe2\x82\xac";
}
TEST(Plain, FailsInATrace) {
  SCOPED_TRACE("in the outer block");
  SCOPED_TRACE("in the inner block");
  ADD_FAILURE();
}
TEST(Plain, FailsElsewhere) { ADD_FAILURE_AT("no_such_file.cpp", 4711) << "as told"; }
TEST(Plain, Throws) { throw std::runtime_error("thrown"); }
TEST(Plain, Succeeds) { SUCCEED() << "and says so"; }
TEST(Plain, IsSkipped) { GTEST_SKIP() << "not today"; }
TEST(Plain, FailsAndIsSkipped) {
  ADD_FAILURE() << "first";
  GTEST_SKIP() << "then";
}
TEST(Plain, DISABLED_Fails) { FAIL(); }
TEST(DISABLED_Suite, Passes) {}
TEST(DISABLED_Suite, Fails) { FAIL(); }

class SkippedInSetUp : public testing::Test {
 protected:
  void SetUp() override { GTEST_SKIP(); }
};
TEST_F(SkippedInSetUp, NeverRuns) { FAIL(); }

template <typename T>
class Typed : public testing::Test {};
using Types = testing::Types<int, char, std::vector<std::string>>;
TYPED_TEST_SUITE(Typed, Types);
TYPED_TEST(Typed, IsEmptyAtFirst) { EXPECT_TRUE(TypeParam() == TypeParam()); }
TYPED_TEST(Typed, IsOneByte) { EXPECT_EQ(1u, sizeof(TypeParam)); }

template <typename T>
class TypeParameterized : public testing::Test {};
TYPED_TEST_SUITE_P(TypeParameterized);
TYPED_TEST_P(TypeParameterized, Passes) {}
REGISTER_TYPED_TEST_SUITE_P(TypeParameterized, Passes);
INSTANTIATE_TYPED_TEST_SUITE_P(My, TypeParameterized, Types);

class Parameterized : public testing::TestWithParam<std::string> {};
TEST_P(Parameterized, IsShort) { EXPECT_LT(GetParam().size(), 6u); }
TEST_P(Parameterized, DISABLED_IsEmpty) { EXPECT_EQ("", GetParam()); }
INSTANTIATE_TEST_SUITE_P(Words, Parameterized,
                         testing::Values("", "short", "long indeed", "<\"&\n>"));
INSTANTIATE_TEST_SUITE_P(Named, Parameterized, testing::Values("a", "b"),
                         [](const auto& given) { return "The" + given.param; });

}  // namespace
