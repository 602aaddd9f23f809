// Tests that all workers are in when the last failure that is allowed comes. Each notes when it
// begins and ends. The one that fails last stops the controller first, so that nobody can take
// tests back, and notes that it fails: from then on no test may begin. The others go on when a
// thread notes that the failure has been counted.
#include "stops.h"

#include <sys/types.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <memory>
#include <set>
#include <string>
#include <thread>

#include <gtest_xdist/plugin.h>

namespace {

constexpr int kPatience = 3000;  // hundredths of a second, on whatever machine

int number(const char* variable) { return std::atoi(support::variable(variable).c_str()); }

template <class Condition>
void wait_until(Condition condition) {
  for (int i = 0; !condition(); ++i) {
    if (i > kPatience) std::abort();
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
}

// The processes that have noted `word`.
std::set<::pid_t> noted(const std::string& word) {
  std::set<::pid_t> pids;
  std::ifstream notes(support::variable("NOTES"));
  for (std::string first, second; notes >> first >> second;) {
    if (first == word) pids.insert(static_cast<::pid_t>(std::atol(second.c_str())));
  }
  return pids;
}

// Whether the main thread of a process waits for something.
bool sleeps(::pid_t pid) {
  std::ifstream stat("/proc/" + std::to_string(pid) + "/task/" + std::to_string(pid) + "/stat");
  const std::string text{std::istreambuf_iterator<char>(stat), {}};
  const std::size_t name_end = text.rfind(')');
  return name_end != std::string::npos && text.compare(name_end, 3, ") S") == 0;
}

bool all_sleep(const std::set<::pid_t>& pids) {
  for (const ::pid_t pid : pids) {
    if (!sleeps(pid)) return false;
  }
  return true;
}

void note_with_pid(const std::string& word) {
  support::note(word + " " + std::to_string(::getpid()));
}

void block() {
  note_with_pid("inside");
  wait_until([] { return !noted("counted").empty(); });
  note_with_pid("outside");
}

// Nothing makes a worker sleep after a test but waiting for the controller.
void watch(::pid_t controller) {
  wait_until([] { return sleeps(::getpid()); });
  note_with_pid("counted");
  const auto others = static_cast<std::size_t>(number("OTHERS"));
  wait_until([&] { return noted("outside").size() >= others; });
  wait_until([] { return all_sleep(noted("outside")); });
  ::kill(controller, SIGCONT);
}

class Waits : public testing::TestWithParam<int> {
 protected:
  void SetUp() override { support::note("begin " + support::current_test()); }
  // Here a plugin's hooks know already which test comes next.
  void TearDown() override { block(); }
};
TEST_P(Waits, Test) {}
INSTANTIATE_TEST_SUITE_P(A, Waits, testing::Range(0, 4));
INSTANTIATE_TEST_SUITE_P(B, Waits, testing::Range(0, 4));
INSTANTIATE_TEST_SUITE_P(C, Waits, testing::Range(0, 4));
INSTANTIATE_TEST_SUITE_P(D, Waits, testing::Range(0, 4));
INSTANTIATE_TEST_SUITE_P(E, Waits, testing::Range(0, 4));
INSTANTIATE_TEST_SUITE_P(F, Waits, testing::Range(0, 4));
INSTANTIATE_TEST_SUITE_P(G, Waits, testing::Range(0, 4));
INSTANTIATE_TEST_SUITE_P(H, Waits, testing::Range(0, 4));

// The failure comes while a suite is set up of which no test has begun.
class SetUpWaits : public testing::Test {
 public:
  static void SetUpTestSuite() {
    support::note("suite set-up");
    block();
  }
  static void TearDownTestSuite() { support::note("suite tear-down"); }
};
TEST_F(SetUpWaits, First) { support::note("begin " + support::current_test()); }
TEST_F(SetUpWaits, Second) { support::note("begin " + support::current_test()); }

void wait_for_others() {
  const auto others = static_cast<std::size_t>(number("OTHERS"));
  wait_until([&] { return noted("inside").size() == others; });
}

// Asks which test comes next, and notes when the controller has counted a crash that is the last.
class Looks : public gtest_xdist::Plugin {
  gtest_xdist::After runtest_teardown(const gtest_xdist::Item&,
                                      const gtest_xdist::Item* next) override {
    if (next != nullptr) support::note("next " + next->id);
    return {};
  }

  gtest_xdist::Answer<bool> handlecrashitem(const gtest_xdist::Item&, gtest_xdist::TestReport&,
                                            gtest_xdist::Scheduler&) override {
    if (support::variable("CRASHES_LAST").empty()) return {};
    std::thread([] {
      wait_until([] { return sleeps(::getpid()); });
      note_with_pid("counted");
    }).detach();
    return {};
  }
};

const bool kWithPlugin = [] {
  if (!support::variable("PLUGIN").empty()) {
    gtest_xdist::plugins().register_plugin(std::make_shared<Looks>(), "Looks");
  }
  return true;
}();

}  // namespace

void fail(int number_of_test) {
  support::note("begin " + support::current_test());
  if (!support::variable("ONLY_GW0").empty() && support::worker() != "gw0") return;
  if (number_of_test == number("FAILURES") && !support::worker().empty()) {
    wait_for_others();
    const ::pid_t controller = ::getppid();
    ::kill(controller, SIGSTOP);
    note_with_pid("ending");
    std::thread(watch, controller).detach();
  }
  ADD_FAILURE() << "as planned";
}

void crash() {
  support::note("begin " + support::current_test());
  if (!support::variable("CRASHES_LAST").empty()) {
    wait_for_others();
    note_with_pid("ending");
  }
  std::abort();
}
