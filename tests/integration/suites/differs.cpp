// Registers one test more in the worker that ODD_ONE names, or with ODD_ONE=pid a test named after
// the process. With ABORT=1 the first test aborts, so that a replacement has to collect.
#include <unistd.h>

#include <cstdlib>
#include <string>

#include "support.h"

namespace {

class Common : public testing::Test {
 public:
  void TestBody() override {
    support::note(support::worker() + " ran " + support::current_test());
    if (support::variable("ABORT") == "1" && support::current_test() == "Common.Test0")
      std::abort();
  }
};

void add(const std::string& suite, const std::string& name) {
  testing::RegisterTest(suite.c_str(), name.c_str(), nullptr, nullptr, __FILE__, __LINE__,
                        []() -> Common* { return new Common; });
}

}  // namespace

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  const std::string odd_one = support::variable("ODD_ONE");
  for (int i = 0; i < 10; ++i) add("Common", "Test" + std::to_string(i));
  if (odd_one == "pid") add("Odd", "Process" + std::to_string(::getpid()));
  if (odd_one == support::worker() && !odd_one.empty()) add("Odd", "One");
  for (int i = 0; i < 10; ++i) add("Later", "Test" + std::to_string(i));
  return RUN_ALL_TESTS();
}
