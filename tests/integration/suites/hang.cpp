// Tests that do not end by themselves (the alarm is for the case that nobody ends them).
#include <unistd.h>

#include <csignal>

#include "support.h"

namespace {

class Hang : public testing::Test {
 protected:
  void SetUp() override {
    ::alarm(120);
    support::note(std::to_string(::getpid()));
  }
};

TEST_F(Hang, InALoop) {
  for (volatile bool forever = true; forever;) {
  }
}

TEST_F(Hang, Asleep) {
  for (;;) ::pause();
}

TEST_F(Hang, DeafToSignals) {
  for (int signal : {SIGINT, SIGTERM, SIGHUP, SIGPIPE, SIGUSR1, SIGUSR2})
    std::signal(signal, SIG_IGN);
  for (;;) ::pause();
}

class Quick : public testing::TestWithParam<int> {};
TEST_P(Quick, Passes) {}
INSTANTIATE_TEST_SUITE_P(All, Quick, testing::Range(0, 10));

}  // namespace
