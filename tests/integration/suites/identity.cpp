// What a test can find out about the process it runs in. Serially, all of this holds trivially.
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <string>

#include <gtest_xdist/core/identity.h>

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

TEST_P(Worker, IsToldByFunctionsWhatVariablesSay) {
  EXPECT_EQ(gtest_xdist::is_xdist_worker(), in_worker());
  EXPECT_FALSE(gtest_xdist::is_xdist_controller());
  EXPECT_EQ(gtest_xdist::worker_id(), in_worker() ? support::worker() : "master");
  EXPECT_EQ(gtest_xdist::testrun_uid(), gtest_xdist::testrun_uid());
  if (in_worker()) {
    EXPECT_EQ(gtest_xdist::testrun_uid(), support::variable("GTEST_XDIST_TESTRUNUID"));
  }
}

// Also where gtest starts the binary again for it.
TEST_P(Worker, IsTheSameInADeathTest) {
  for (const char* style : {"fast", "threadsafe"}) {
    GTEST_FLAG_SET(death_test_style, style);
    EXPECT_EXIT(
        {
          const bool same =
              gtest_xdist::is_xdist_worker() == in_worker() &&
              gtest_xdist::worker_id() == (in_worker() ? support::worker() : "master");
          std::exit(same ? 0 : 1);
        },
        testing::ExitedWithCode(0), "");
  }
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
