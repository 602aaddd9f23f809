// Parameters that each process makes anew, as suites with random numbers and addresses have.
#include <unistd.h>

#include <sstream>
#include <string>

#include "support.h"

namespace {

class Anew : public testing::TestWithParam<std::string> {};
TEST_P(Anew, Passes) { support::note(support::current_test() + "=" + GetParam()); }
TEST_P(Anew, Fails) {
  support::note(support::current_test() + "=" + GetParam());
  FAIL() << "ran with " << GetParam();
}
TEST_P(Anew, Crashes) {
  support::note(support::current_test() + "=" + GetParam());
  std::abort();
}
INSTANTIATE_TEST_SUITE_P(Of, Anew,
                         testing::Values("first of " + std::to_string(::getpid()),
                                         "second of " + std::to_string(::getpid())));

class Always : public testing::TestWithParam<std::string> {};
TEST_P(Always, Fails) { FAIL(); }
INSTANTIATE_TEST_SUITE_P(The, Always, testing::Values("same"));

TEST(Plain, Fails) { FAIL(); }

}  // namespace
