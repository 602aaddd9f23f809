// A worker (and no other process, unless DIE_EVERYWHERE is set) dies at the place that DIE_AT
// names, in the way that DIE_BY names.
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <stdexcept>

#include "support.h"

namespace {

bool dies_at(const char* place) {
  const bool may_die = !support::worker().empty() || !support::variable("DIE_EVERYWHERE").empty();
  return may_die && support::variable("DIE_AT") == place;
}

// exit() is not to be called where it is under way.
void die(void (*exit)(int)) {
  const std::string by = support::variable("DIE_BY");
  if (by == "segv") ::raise(SIGSEGV);
  if (by == "kill") ::raise(SIGKILL);
  if (by == "leave") ::_exit(0);
  if (by == "exit") exit(3);
  std::abort();
}

void pass(const char* place) {
  if (dies_at(place)) die(std::exit);
}

void pass_at_end(const char* place) {
  if (dies_at(place)) die(::_exit);
}

void throw_at(const char* place) {
  if (dies_at(place)) throw std::runtime_error("from a destructor");
}

struct Process {
  Process() {
    pass("before_main");
    std::atexit([] { pass_at_end("atexit"); });
  }
  ~Process() {
    pass_at_end("static_destructor");
    if (dies_at("exit_status")) ::_exit(7);
  }
} process;

struct Collects : testing::EmptyTestEventListener {
  void OnTestProgramStart(const testing::UnitTest&) override { pass("collection"); }
};

class World : public testing::Environment {
 public:
  void SetUp() override { pass("environment_set_up"); }
  void TearDown() override { pass("environment_tear_down"); }
};

class Fragile : public testing::TestWithParam<int> {
 public:
  Fragile() { pass("constructor"); }
  ~Fragile() override {
    pass("destructor");
    throw_at("throwing_destructor");
  }
  static void SetUpTestSuite() { pass("suite_set_up"); }
  static void TearDownTestSuite() { pass("suite_tear_down"); }

 protected:
  void SetUp() override { pass("set_up"); }
  void TearDown() override { pass("tear_down"); }
};
TEST_P(Fragile, Passes) { pass("body"); }
INSTANTIATE_TEST_SUITE_P(All, Fragile, testing::Range(0, 2));

class Sturdy : public testing::TestWithParam<int> {};
TEST_P(Sturdy, Passes) {}
INSTANTIATE_TEST_SUITE_P(All, Sturdy, testing::Range(0, 10));

}  // namespace

int main(int argc, char** argv) {
  pass("main");
  testing::InitGoogleTest(&argc, argv);
  testing::AddGlobalTestEnvironment(new World);
  testing::UnitTest::GetInstance()->listeners().Append(new Collects);
  return RUN_ALL_TESTS();
}
