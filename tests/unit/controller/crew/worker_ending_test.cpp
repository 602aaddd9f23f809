#include "gtest_xdist/controller/crew/worker_ending.h"

#include <signal.h>
#include <sys/types.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <memory>
#include <string>
#include <thread>
#include <utility>

#include <gtest/gtest.h>

#include "gtest_xdist/process/output/output_file.h"

#include "support/node_process.h"
#include "support/scratch.h"
#include "support/worker_fixture.h"

namespace gtest_xdist::internal {
namespace {

using namespace std::chrono_literals;

// The worker is a process that knows nothing of tests; the time is what a test says.
class WorkerEndingTest : public WorkerFixture {
 protected:
  using Duration = WorkerEnding::Time::duration;

  WorkerEndingTest() {
    node_.output.out = OutputFile::create(directory_.path());
    node_.process = start_sleep(node_);
    enter(Phase::test, 0s);
  }

  // The worker has been in the phase since so long after the beginning.
  void enter(Phase phase, Duration since) { enter_phase(node_, phase, begin_ + since); }

  // Those that return a time return when the next step is due.
  Duration begin(Duration now) {
    return ending_.begin({"timed out", "too long"}, begin_ + now) - begin_;
  }
  Duration go_on(Duration now) { return ending_.go_on(begin_ + now) - begin_; }

  // As go_on(), when the worker has been stopped, which has to be known before it is ended.
  Duration go_on_when_stopped(Duration now) {
    await_stop(node_);
    return go_on(now);
  }

  // The worker has been asked to end, at the beginning.
  void abort() {
    begin(0s);
    go_on_when_stopped(0s);
    await_continuation(node_);
  }

  void expect_let_go(Duration now) {
    EXPECT_FALSE(ending_.under_way());
    EXPECT_FALSE(node_.end_reason());
    EXPECT_EQ(ending_.stops_count_from() - begin_, now + 2s);
    await_continuation(node_);
  }

  // Blocks until the worker's process has ended.
  std::string how_it_ended() { return node_.process->wait().describe(); }

  ScratchDirectory directory_;
  std::unique_ptr<ChildProcess> debugger_;
  const WorkerEnding::PrintStacks print_stacks_ = [this](::pid_t, int) {
    return std::move(debugger_);
  };
  SessionClock clock_;
  const WorkerEnding::Time begin_ = clock_.now();
  WorkerEnding ending_{node_, clock_, print_stacks_};
};

TEST_F(WorkerEndingTest, DoesNothingUnasked) {
  EXPECT_FALSE(ending_.under_way());
  EXPECT_EQ(ending_.go_on(begin_), WorkerEnding::Time::max());
  EXPECT_FALSE(node_.process->ended());
}

TEST_F(WorkerEndingTest, StopsAndThenAborts) {
  EXPECT_EQ(begin(1s), 3s) << "until it is stopped";
  EXPECT_TRUE(ending_.under_way());
  EXPECT_EQ(node_.end_reason()->what, "timed out");
  EXPECT_EQ(node_.end_reason()->why, "too long");
  EXPECT_EQ(go_on_when_stopped(1s), 3s) << "a grace";
  EXPECT_EQ(how_it_ended(), "killed by signal 6 (SIGABRT)");
}

TEST_F(WorkerEndingTest, KillsWhatDoesNotListen) {
  node_.process = start_deaf(node_, "ABRT");
  abort();
  EXPECT_EQ(go_on(1999ms), 2s);
  EXPECT_EQ(go_on(2s), 4s) << "it is stopped again";
  go_on_when_stopped(2s);
  EXPECT_EQ(how_it_ended(), "killed by signal 9 (SIGKILL)");
}

TEST_F(WorkerEndingTest, WaitsForADebugger) {
  debugger_ = start_process(node_, "/bin/true", {"true"});
  while (!debugger_->ended()) std::this_thread::yield();
  begin(0s);
  EXPECT_EQ(go_on_when_stopped(0s), 10s);
  EXPECT_EQ(go_on(1s), 3s);
  EXPECT_EQ(how_it_ended(), "killed by signal 6 (SIGABRT)");
}

TEST_F(WorkerEndingTest, DoesNotWaitForADebuggerForEver) {
  debugger_ = start_sleep(node_);
  begin(0s);
  EXPECT_EQ(go_on_when_stopped(0s), 10s);
  EXPECT_EQ(go_on(9s), 10s);
  EXPECT_EQ(go_on(10s), 12s);
  EXPECT_EQ(how_it_ended(), "killed by signal 6 (SIGABRT)");
}

TEST_F(WorkerEndingTest, LetsAWorkerGoThatIsInAnotherPhaseByThen) {
  debugger_ = start_sleep(node_);
  begin(2s);
  enter(Phase::suite_down, 2s);
  EXPECT_EQ(go_on_when_stopped(2s), 2001ms);
  expect_let_go(2s);
  EXPECT_NE(debugger_, nullptr) << "nobody has asked for it";
}

TEST_F(WorkerEndingTest, LetsAWorkerGoThatIsIdleByThen) {
  begin(2s);
  enter(Phase::idle, 0s);
  go_on_when_stopped(2s);
  expect_let_go(2s);
}

TEST_F(WorkerEndingTest, LetsAWorkerGoThatADebuggerLetRunOn) {
  debugger_ = start_sleep(node_);
  begin(0s);
  go_on_when_stopped(0s);
  enter(Phase::test, 5s);
  EXPECT_EQ(go_on(10s), 10001ms);
  expect_let_go(10s);
}

TEST_F(WorkerEndingTest, LetsAWorkerGoThatSurvivesTheSignalAndGoesOn) {
  node_.process = start_deaf(node_, "ABRT");
  abort();
  go_on(2s);
  enter(Phase::test, 2s);
  EXPECT_EQ(go_on_when_stopped(3s), 3001ms);
  expect_let_go(3s);
}

TEST_F(WorkerEndingTest, AWorkerThatWasLetGoCanBeEnded) {
  begin(0s);
  enter(Phase::test, 1s);
  go_on_when_stopped(1s);
  await_continuation(node_);
  EXPECT_EQ(begin(4s), 6s);
  go_on_when_stopped(4s);
  EXPECT_EQ(how_it_ended(), "killed by signal 6 (SIGABRT)");
}

TEST_F(WorkerEndingTest, EndsByASignalWithoutAnyQuestion) {
  EXPECT_EQ(ending_.begin_with(SIGINT, {"was interrupted", "signal 2", false}, begin_) - begin_,
            2s);
  EXPECT_EQ(node_.end_reason()->what, "was interrupted");
  EXPECT_EQ(how_it_ended(), "killed by signal 2 (SIGINT)");
}

TEST_F(WorkerEndingTest, KillsWhatDoesNotListenToASignalWithoutAnotherLook) {
  node_.process = start_deaf(node_, "INT");
  ending_.begin_with(SIGINT, {"was interrupted", "signal 2", false}, begin_);
  enter(Phase::test, 1s);
  EXPECT_EQ(go_on(1999ms), 2s);
  EXPECT_EQ(ending_.go_on(begin_ + 2s), WorkerEnding::Time::max());
  EXPECT_EQ(how_it_ended(), "killed by signal 9 (SIGKILL)");
}

TEST_F(WorkerEndingTest, ASignalEndsWhatADebuggerLooksAt) {
  debugger_ = start_sleep(node_);
  begin(0s);
  go_on_when_stopped(0s);
  ending_.begin_with(SIGTERM, {"was interrupted", "signal 15", false}, begin_ + 1s);
  EXPECT_EQ(go_on(1s), 3s);
  EXPECT_EQ(how_it_ended(), "killed by signal 15 (SIGTERM)");
}

TEST_F(WorkerEndingTest, Kills) {
  ending_.kill({"was stopped", "nobody continued it"});
  EXPECT_EQ(ending_.go_on(begin_), WorkerEnding::Time::max());
  EXPECT_EQ(node_.end_reason()->what, "was stopped");
  EXPECT_EQ(how_it_ended(), "killed by signal 9 (SIGKILL)");
}

TEST_F(WorkerEndingTest, ADebuggerDoesNotOutliveItsWorker) {
  debugger_ = start_sleep(node_);
  const ::pid_t debugger = debugger_->id();
  begin(0s);
  go_on_when_stopped(0s);
  ending_.forget();
  EXPECT_EQ(::kill(debugger, 0), -1);
  EXPECT_EQ(errno, ESRCH);
}

TEST_F(WorkerEndingTest, DoesNotNoticeAtOnceThatItGoesOnAfterASuspension) {
  clock_.stood_still(begin_ + 5s, begin_ + 100s);
  EXPECT_EQ(ending_.stops_count_from() - begin_, 7s);
}

// With the session its workers go on, all of them.
TEST_F(WorkerEndingTest, StopsItAgainAfterASuspension) {
  begin(0s);
  await_stop(node_);
  node_.process->send(SIGCONT);
  await_continuation(node_);
  ending_.on_continue();
  await_stop(node_);
  EXPECT_TRUE(ending_.under_way());
}

}  // namespace
}  // namespace gtest_xdist::internal
