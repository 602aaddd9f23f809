#include "gtest_xdist/controller/node/crash_report.h"

#include <csignal>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "support/worker_fixture.h"

namespace gtest_xdist::internal {
namespace {

using Indices = std::vector<TestIndex>;

class CrashReport : public WorkerFixture {
 protected:
  void die_in(Phase phase) { node_.slot().phase.store(phase); }
};

TEST_F(CrashReport, SaysHowAWorkerEnded) {
  EXPECT_EQ(describe_end(node_, ExitStatus(SIGSEGV)), "killed by signal 11 (SIGSEGV)");
  EXPECT_EQ(describe_end(node_, ExitStatus(3 << 8)), "exited with status 3");
  EXPECT_EQ(describe_end(node_, ExitStatus(SIGKILL)), "killed by signal 9 (SIGKILL)");
  node_.accuse("its deque is damaged");
  EXPECT_EQ(describe_end(node_, ExitStatus(SIGKILL)), "ended, because its deque is damaged");
  EXPECT_EQ(describe_end(node_, ExitStatus(SIGABRT)),
            "killed by signal 6 (SIGABRT); its deque is damaged");
}

TEST_F(CrashReport, SaysWhyAWorkerIsDown) {
  EXPECT_EQ(describe_node_down(node_, ExitStatus(SIGSEGV)), "killed by signal 11 (SIGSEGV)");
  EXPECT_EQ(describe_node_down(node_, ExitStatus(SIGKILL)),
            "killed by signal 9 (SIGKILL), as the kernel does when memory runs out");
  node_.end_for({"timed out", "it took longer than 1 second"});
  EXPECT_EQ(describe_node_down(node_, ExitStatus(SIGKILL)),
            "timed out: it took longer than 1 second");
  die_in(Phase::test);
  EXPECT_EQ(crashed_while_running(node_, "Suite.Test", describe_end(node_, ExitStatus(SIGKILL))),
            "worker 'gw3' timed out while running 'Suite.Test': it took longer than 1 second");
  node_.accuse("its deque is damaged");
  EXPECT_EQ(describe_node_down(node_, ExitStatus(SIGKILL)), "ended, because its deque is damaged");
}

TEST_F(CrashReport, NamesTheTest) {
  die_in(Phase::test);
  EXPECT_EQ(crashed_while_running(node_, "Suite.Test", "exited with status 0"),
            "worker 'gw3' crashed while running 'Suite.Test': exited with status 0");
  die_in(Phase::suite_up);
  EXPECT_EQ(crashed_while_running(node_, "Suite.Test", "killed by signal 6 (SIGABRT)"),
            "worker 'gw3' crashed while running 'Suite.Test': killed by signal 6 (SIGABRT) in "
            "SetUpTestSuite");
}

TEST_F(CrashReport, SaysHowManyOthersMayHaveDoneItWhereThatWasOverwritten) {
  node_.send({4, 6, 8});
  deque_.take();
  die_in(Phase::test);
  const auto report = [&] { return crashed_while_running(node_, "Suite.Test", "ended"); };
  EXPECT_EQ(report(), "worker 'gw3' crashed while running 'Suite.Test': ended");
  die_in(static_cast<Phase>(1000));
  EXPECT_EQ(report(),
            "worker 'gw3' crashed while running 'Suite.Test' or one of its next 2 tests: ended");
  EXPECT_EQ(node_.take_back(1), Indices{8});
  EXPECT_EQ(report(), "worker 'gw3' crashed while running 'Suite.Test' or its next test: ended");
  EXPECT_EQ(node_.take_back(1), Indices{6});
  EXPECT_EQ(report(), "worker 'gw3' crashed while running 'Suite.Test': ended");
}

TEST_F(CrashReport, NamesTheSuite) {
  EXPECT_EQ(crashed_in_tear_down(node_, "Suite", "exited with status 1"),
            "worker 'gw3' crashed in TearDownTestSuite of 'Suite': exited with status 1");
}

TEST_F(CrashReport, NamesThePlace) {
  struct Row {
    Phase phase;
    const char* place;
  };
  const Row rows[] = {
      {Phase::starting, "before RUN_ALL_TESTS selected its tests"},
      {Phase::session_start, "in a plugin's hook before its tests"},
      {Phase::environments_up, "in the set-up of the test environments"},
      {Phase::idle, "between two tests"},
      {Phase::suite_up, "between two tests"},
      {Phase::test, "between two tests"},
      {Phase::suite_down, "between two tests"},
      {Phase::environments_down, "in the tear-down of the test environments"},
      {Phase::session_finish, "in a plugin's hook after its tests"},
      {Phase::finishing, "after its tests"},
      {static_cast<Phase>(1000), "between two tests"},  // a worker may write anything there
  };
  for (const Row& row : rows) {
    die_in(row.phase);
    EXPECT_EQ(crashed_elsewhere(node_, "exited with status 1"),
              std::string("worker 'gw3' crashed ") + row.place + ": exited with status 1");
  }
}

}  // namespace
}  // namespace gtest_xdist::internal
