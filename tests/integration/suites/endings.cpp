// A worker (and no other process) dies at the place that DIE_AT names. No test body is such a
// place.
#include <unistd.h>

#include <cstdlib>

#include "support.h"

namespace {

bool dies_at(const char* place) {
  return !support::worker().empty() && support::variable("DIE_AT") == place;
}

void pass(const char* place) {
  if (dies_at(place)) std::abort();
}

struct Process {
  Process() {
    pass("before_main");
    std::atexit([] { pass("atexit"); });
  }
  ~Process() {
    pass("static_destructor");
    if (dies_at("exit_status")) ::_exit(7);
  }
} process;

class World : public testing::Environment {
 public:
  void SetUp() override { pass("environment_set_up"); }
  void TearDown() override { pass("environment_tear_down"); }
};
const auto* const world = testing::AddGlobalTestEnvironment(new World);

class Fragile : public testing::TestWithParam<int> {
 public:
  static void SetUpTestSuite() { pass("suite_set_up"); }
  static void TearDownTestSuite() { pass("suite_tear_down"); }
};
TEST_P(Fragile, Passes) {}
INSTANTIATE_TEST_SUITE_P(All, Fragile, testing::Range(0, 2));

class Sturdy : public testing::TestWithParam<int> {};
TEST_P(Sturdy, Passes) {}
INSTANTIATE_TEST_SUITE_P(All, Sturdy, testing::Range(0, 10));

}  // namespace
