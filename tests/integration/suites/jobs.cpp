// Notes which workers there are, when they begin and end, and what they have of make's jobserver.
// $JOBS is what happens: a test waits until it is released (also when it is told to end), or
// crashes; the end of gw0 waits for that; a listener ends the controller.
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <string>
#include <thread>

#include "support.h"

namespace {

bool happens(const std::string& what) { return support::variable("JOBS") == what; }

void wait_until_released() {
  const std::string released = support::variable("NOTES") + ".released";
  while (::access(released.c_str(), F_OK) != 0) ::usleep(5'000);
}

class Living : public testing::Environment {
 public:
  void SetUp() override { support::note("begins " + support::worker()); }
  void TearDown() override {
    if (happens("linger") && support::worker() == "gw0") wait_until_released();
    support::note("ends " + support::worker());
  }
};
const testing::Environment* const kLiving = testing::AddGlobalTestEnvironment(new Living);

bool is_fifo(int descriptor) {
  struct stat status {};
  return ::fstat(descriptor, &status) == 0 && S_ISFIFO(status.st_mode);
}

class Jobs : public testing::TestWithParam<int> {};

TEST_P(Jobs, Runs) {
  std::string fifos;
  for (int i = 3; i < 100; ++i) {
    if (is_fifo(i)) fifos += std::to_string(i) + " ";
  }
  support::note("runs " + support::worker() + " MAKEFLAGS='" + support::variable("MAKEFLAGS") +
                "' fifos='" + fifos + "'");
  std::this_thread::sleep_for(std::chrono::milliseconds(1));
  support::note("has_run " + support::worker());
}
INSTANTIATE_TEST_SUITE_P(All, Jobs, testing::Range(0, 30));

class Later : public testing::TestWithParam<int> {};

TEST_P(Later, WaitsOrCrashes) {
  if (happens("crash") && GetParam() == 3) std::abort();
  if (happens("deaf")) {
    std::signal(SIGTERM, SIG_IGN);
    support::note("deaf");
  }
  if (happens("wait") || happens("deaf")) wait_until_released();
}
INSTANTIATE_TEST_SUITE_P(All, Later, testing::Range(0, 6));

class Leaves : public testing::EmptyTestEventListener {
  void OnTestEnd(const testing::TestInfo&) override {
    if (happens("exit") && support::worker().empty()) std::exit(3);
  }
};

}  // namespace

int main(int count, char** words) {
  testing::InitGoogleTest(&count, words);
  testing::UnitTest::GetInstance()->listeners().Append(new Leaves);
  return RUN_ALL_TESTS();
}
