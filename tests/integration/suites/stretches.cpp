// Suites that note every set-up, test and tear-down with the process it happened in.
#include <unistd.h>

#include <chrono>
#include <string>
#include <thread>

#include "support.h"

namespace {

void note(const std::string& what, const std::string& of) {
  support::note(std::to_string(::getpid()) + " " + what + " " + of);
}

template <char kName>
class Stretch : public testing::TestWithParam<int> {
 public:
  static std::string name() { return std::string(1, kName); }
  static void SetUpTestSuite() { note("up", name()); }
  static void TearDownTestSuite() { note("down", name()); }
  void SetUp() override { std::this_thread::sleep_for(std::chrono::milliseconds(GetParam() % 4)); }
};

using StretchA = Stretch<'A'>;
TEST_P(StretchA, Test) { note("test", name()); }
INSTANTIATE_TEST_SUITE_P(All, StretchA, testing::Range(0, 9));

using StretchB = Stretch<'B'>;
TEST_P(StretchB, Test) { note("test", name()); }
INSTANTIATE_TEST_SUITE_P(All, StretchB, testing::Range(0, 1));

using StretchC = Stretch<'C'>;
TEST_P(StretchC, Test) { note("test", name()); }
INSTANTIATE_TEST_SUITE_P(All, StretchC, testing::Range(0, 14));

}  // namespace
