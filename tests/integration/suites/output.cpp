// Output of every size and from every place a program prints from.
#include <cerrno>
#include <cstdio>
#include <iostream>
#include <string>

#include "support.h"

namespace {

class World : public testing::Environment {
 public:
  void SetUp() override { std::puts("environment goes up"); }
  void TearDown() override { std::puts("environment goes down"); }
};

class Talkative : public testing::TestWithParam<int> {
 public:
  static void SetUpTestSuite() { std::puts("suite goes up"); }
  static void TearDownTestSuite() { std::puts("suite goes down"); }
};
TEST_P(Talkative, PrintsAndPasses) { std::printf("this is number %d\n", GetParam()); }
INSTANTIATE_TEST_SUITE_P(All, Talkative, testing::Range(0, 12));

TEST(Mixed, PrintsOnBothStreamsBetweenFailures) {
  for (int i = 0; i < 3; ++i) {
    std::cout << "standard output " << i << std::endl;
    std::cerr << "standard error " << i << std::endl;
    EXPECT_EQ(i, -1) << "failure " << i;
  }
}

TEST(Mixed, AsksForTheErrorAfterAFailure) {
  errno = ENOENT;
  ADD_FAILURE();
  std::printf("errno is %d\n", errno);
}

TEST(Mixed, EndsWithoutNewline) { std::printf("no newline"); }

TEST(Mixed, PrintsBytesThatAreNoText) {
  const char bytes[] = {'a', '\0', '\x01', '\xff', '\r', 'z', '\n'};
  std::fwrite(bytes, 1, sizeof bytes, stdout);
}

TEST(Mixed, PrintsWhatLooksLikeTheFrame) {
  std::puts("[----------] a line as the printer prints it");
  std::puts("gtest says nothing");
}

TEST(Big, PrintsTenMegabytes) {
  for (int line = 0; line < 10 * 1024 * 1024 / 64; ++line)
    std::printf("line %07d %s\n", line,
                std::string(50, static_cast<char>('a' + line % 26)).c_str());
}

TEST(Big, FailsWithFiveMegabytes) {
  ADD_FAILURE() << std::string(5 * 1024 * 1024, 'x') << " the end";
}

TEST(Big, FailsOften) {
  for (int i = 0; i < 1000; ++i) ADD_FAILURE() << "failure number " << i;
}

}  // namespace

int main(int argc, char** argv) {
  std::puts("main before the tests");
  testing::InitGoogleTest(&argc, argv);
  testing::AddGlobalTestEnvironment(new World);
  const int status = RUN_ALL_TESTS();
  std::puts("main after the tests");
  return status;
}
