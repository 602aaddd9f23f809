// The fifth test of a process fails, whichever it is, and says which tests ran before it. With
// FIFTH=aborts it aborts. main insists on an argument that a shell would take to pieces.
#include <cstdio>
#include <cstdlib>
#include <string>

#include "support.h"

namespace {

std::string history;
int count = 0;

class History : public testing::TestWithParam<int> {};

TEST_P(History, FifthOfItsProcess) {
  if (++count == 5) {
    EXPECT_TRUE(false) << "after" << history;
    if (support::variable("FIFTH") == "aborts") std::abort();
  }
  history += " " + std::to_string(GetParam());
}

INSTANTIATE_TEST_SUITE_P(All, History, testing::Range(0, 12));

}  // namespace

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  if (argc != 2 || std::string(argv[1]) != "two words; it's $HOME *") {
    std::fprintf(stderr, "the arguments did not arrive\n");
    return 9;
  }
  return RUN_ALL_TESTS();
}
