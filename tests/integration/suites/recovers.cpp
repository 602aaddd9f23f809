// Fails in the first iteration only. Where a failure ended the run for a worker, it would not run
// the next iteration.
#include <gtest/gtest.h>

namespace {

int iteration = -1;

struct Counts : testing::EmptyTestEventListener {
  void OnTestIterationStart(const testing::UnitTest&, int number) override { iteration = number; }
};

TEST(Recovers, AfterTheFirstIteration) { EXPECT_LT(0, iteration); }

class Sound : public testing::TestWithParam<int> {};
TEST_P(Sound, Passes) {}
INSTANTIATE_TEST_SUITE_P(All, Sound, testing::Range(0, 8));

}  // namespace

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  testing::UnitTest::GetInstance()->listeners().Append(new Counts);
  return RUN_ALL_TESTS();
}
