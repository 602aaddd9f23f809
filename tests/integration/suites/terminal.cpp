// Something to look at: tests that pass, fail, crash, print, and last until somebody releases them.
// With $DOTS the results are a dot or an F each, all in one line. With $LISTENER_WAITS the listener
// that hears of them waits, too.
#include <unistd.h>

#include <csignal>
#include <cstdio>

#include "support.h"

namespace {

void wait_for_release() {
  const std::string released = support::variable("NOTES") + ".released";
  while (::access(released.c_str(), F_OK) != 0) ::usleep(10'000);
}

TEST(Look, Passes) {}
TEST(Look, Fails) { ADD_FAILURE() << "as it must"; }
TEST(Look, Crashes) {
  std::printf("printed before the end\n");
  std::fflush(stdout);
  std::raise(SIGSEGV);
}
TEST(Look, Prints) {
  for (int i = 0; i < 50; ++i) std::printf("line %d\n", i);
}
TEST(Look, LastsUntilItIsReleased) {
  support::note("lasts");
  wait_for_release();
}
TEST(Other, LastsAsLong) {
  support::note("lasts");
  wait_for_release();
}

class Dots : public testing::EmptyTestEventListener {
  void OnTestEnd(const testing::TestInfo& test) override {
    std::printf("%c", test.result()->Passed() ? '.' : 'F');
    std::fflush(stdout);
  }
  void OnTestProgramEnd(const testing::UnitTest&) override { std::printf("\nthe end\n"); }
};

// In the process that tells of the tests.
class Waits : public testing::EmptyTestEventListener {
  void OnTestEnd(const testing::TestInfo&) override {
    if (!support::worker().empty()) return;
    support::note("listener waits");
    wait_for_release();
  }
};

void note_signal(int) { support::note("the program's own"); }

}  // namespace

int main(int argc, char** argv) {
  if (support::variable("ON_SIGUSR1") == "ignore") std::signal(SIGUSR1, SIG_IGN);
  if (support::variable("ON_SIGUSR1") == "note") std::signal(SIGUSR1, &note_signal);
  testing::InitGoogleTest(&argc, argv);
  if (!support::variable("DOTS").empty()) {
    testing::TestEventListeners& listeners = testing::UnitTest::GetInstance()->listeners();
    delete listeners.Release(listeners.default_result_printer());
    listeners.Append(new Dots);
  }
  if (!support::variable("LISTENER_WAITS").empty()) {
    testing::UnitTest::GetInstance()->listeners().Append(new Waits);
  }
  return RUN_ALL_TESTS();
}
