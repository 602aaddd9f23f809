// What a test can find out about the process it runs in. Serially, all of this holds trivially.
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <string>

#include <gtest_xdist/gtest_xdist.h>

#include "support.h"

namespace {

class Worker : public testing::TestWithParam<int> {
 protected:
  static bool in_worker() { return !support::worker().empty(); }
};

TEST_P(Worker, NotesItsIdentity) {
  support::note(support::worker() + " " + support::variable("GTEST_XDIST_WORKER_COUNT") + " " +
                support::variable("GTEST_XDIST_TESTRUNUID"));
  if (in_worker() && support::variable("ABORTS_IN") == support::worker()) std::abort();
}

TEST_P(Worker, SeesNothingOfHowItWasStarted) {
  EXPECT_EQ(nullptr, std::getenv("GTEST_XDIST_WORKERS"));
  for (char** entry = environ; *entry != nullptr; ++entry)
    EXPECT_EQ(std::string::npos, std::string(*entry).find("GTEST_XDIST_PRIVATE")) << *entry;
}

TEST_P(Worker, HasAnEmptyStandardInput) {
  char byte = 0;
  if (in_worker()) {
    EXPECT_EQ(0, ::read(STDIN_FILENO, &byte, 1));
  }
}

TEST_P(Worker, HasASingleThread) {
  std::ifstream status("/proc/self/status");
  std::string line;
  while (std::getline(status, line) && line.rfind("Threads:", 0) != 0) {
  }
  EXPECT_EQ("Threads:\t1", line);
}

INSTANTIATE_TEST_SUITE_P(All, Worker, testing::Range(0, 4));

}  // namespace
