#include "gtest_xdist/controller/crew/supervisor.h"

#include <sys/types.h>

#include <chrono>
#include <csignal>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include <gtest/gtest.h>

#include "gtest_xdist/bridge/catalog.h"
#include "gtest_xdist/process/output/output_file.h"

#include "support/node_process.h"
#include "support/scratch.h"
#include "support/worker_stages.h"

namespace gtest_xdist::internal {
namespace {

using namespace std::chrono_literals;

// Two workers, which are processes that know nothing of tests; the time is what a test says.
class SupervisorTest : public testing::Test {
 protected:
  using Time = Supervisor::Time;

  SupervisorTest() {
    for (std::uint32_t i = 0; i < 2; ++i) {
      nodes_.push_back(std::make_unique<WorkerNode>(static_cast<int>(i), segment_, i));
      WorkerNode& node = *nodes_.back();
      node.begin_iteration(assignments_);
      make_ready(node);
      node.output.out = OutputFile::create(directory_.path());
      enter(i, Phase::idle, 0s);
      run_for_long(i);
    }
  }

  WorkerNode& node(std::size_t i) { return *nodes_[i]; }

  void run_for_long(std::size_t i) { node(i).process = start_sleep(node(i)); }

  // Worker `i` has been in the phase since so long after the beginning.
  void enter(std::size_t i, Phase phase, Supervisor::Duration since) {
    enter_phase(node(i), phase, begin_ + since);
  }

  // Worker `i` runs its first test, and has been at it since then.
  void run_test(std::size_t i, Supervisor::Duration since) {
    const auto test = static_cast<TestIndex>(i);
    node(i).send({test});
    EXPECT_EQ(segment_.deque(static_cast<std::uint32_t>(i)).take(), test);
    enter(i, Phase::test, since);
  }

  Supervisor& supervisor() {
    if (!supervisor_) {
      supervisor_.emplace(
          catalog_, options_, nodes_, clock_, [](::pid_t, int) { return nullptr; }, begin_);
    }
    return *supervisor_;
  }

  // Looks at that time, and returns what the next time is to be.
  Supervisor::Duration look(Supervisor::Duration time, int signal = 0) {
    return supervisor().look(begin_ + time, signal) - begin_;
  }

  // As look(), when worker `i` has been stopped, which has to be known before it is ended.
  Supervisor::Duration look_when_stopped(std::size_t i, Supervisor::Duration time) {
    await_stop(node(i));
    return look(time);
  }

  // What is said at a look.
  std::string told(Supervisor::Duration time, int signal = 0) {
    testing::internal::CaptureStderr();
    look(time, signal);
    return testing::internal::GetCapturedStderr();
  }

  // Blocks until the process of worker `i` has ended.
  std::string ending(std::size_t i) { return node(i).process->wait().describe(); }

  bool is_being_ended(std::size_t i) { return node(i).end_reason() != nullptr; }

  ScratchDirectory directory_;
  Catalog catalog_;
  Segment segment_ = Segment::create({2, 8, 1024, 256});
  Assignments assignments_{4, {0, 1, 2, 3}, 1};
  WorkerNodes nodes_;
  Options options_;
  SessionClock clock_;
  Time begin_ = clock_.now();
  std::optional<Supervisor> supervisor_;
};

TEST_F(SupervisorTest, WithoutLimitsLooksNowAndThen) {
  run_test(0, 0s);
  EXPECT_EQ(look(0s), 10s);
  EXPECT_EQ(look(100000s), 100010s);
  EXPECT_FALSE(is_being_ended(0));
}

TEST_F(SupervisorTest, EndsATestThatTakesTooLong) {
  options_.timeout = 3s;
  run_test(0, 1s);
  EXPECT_EQ(look(1s), 1750ms) << "when it is slow";
  EXPECT_EQ(told(2s), "gtest-xdist: slow: gw0 has been running '" + catalog_.full_name(0) +
                          "' for 1 second\n");
  EXPECT_EQ(told(3s), "") << "it is said once";
  EXPECT_FALSE(is_being_ended(0));
  EXPECT_EQ(look(4s), 6s) << "until it is stopped";
  EXPECT_EQ(look_when_stopped(0, 4s), 6s) << "a grace";
  EXPECT_EQ(ending(0), "killed by signal 6 (SIGABRT)");
  EXPECT_EQ(node(0).end_reason()->what, "timed out");
  EXPECT_EQ(node(0).end_reason()->why, "it took longer than 3 seconds (GTEST_XDIST_TIMEOUT)");
  EXPECT_FALSE(is_being_ended(1));
}

// The program's clock may have been set back for a test.
TEST_F(SupervisorTest, CountsBeforeTheEpochOfTheClock) {
  options_.timeout = 3s;
  begin_ = Time(-1h);
  node(0).process_starts(begin_);
  run_test(0, 1s);
  EXPECT_EQ(look(1s), 1750ms);
  look(4s);
  EXPECT_TRUE(is_being_ended(0));
}

TEST_F(SupervisorTest, LimitsEachPhaseOfUserCode) {
  struct Row {
    Phase phase;
    Supervisor::Duration limit;
  };
  options_.timeout = 2s;
  for (const Row& row :
       {Row{Phase::starting, 60s}, Row{Phase::session_start, 2s}, Row{Phase::environments_up, 2s},
        Row{Phase::suite_up, 2s}, Row{Phase::suite_down, 2s}, Row{Phase::environments_down, 2s},
        Row{Phase::session_finish, 2s}}) {
    node(0).let_go();
    supervisor_.reset();
    run_for_long(0);
    enter(0, row.phase, 5s);
    look(5s + row.limit - 1ms);
    EXPECT_FALSE(is_being_ended(0)) << static_cast<int>(row.phase);
    look(5s + row.limit);
    EXPECT_TRUE(is_being_ended(0)) << static_cast<int>(row.phase);
  }
}

TEST_F(SupervisorTest, LooksAgainSoonAtWhatStarts) {
  options_.timeout = 2s;
  enter(0, Phase::starting, 0s);
  enter(1, Phase::starting, 0s);
  EXPECT_EQ(look(1s), 1500ms) << "its first test may be slow by then";
  EXPECT_EQ(look(59900ms), 60s);
}

TEST_F(SupervisorTest, WhatIsIdleHasNoLimit) {
  options_.timeout = 2s;
  for (const Phase phase : {Phase::idle, Phase::finishing, static_cast<Phase>(1000)}) {
    enter(0, phase, 0s);
    if (phase == static_cast<Phase>(1000)) continue;
    look(100s);
    EXPECT_FALSE(is_being_ended(0)) << static_cast<int>(phase);
  }
}

TEST_F(SupervisorTest, LetsATestGoThatEndsMeanwhile) {
  options_.timeout = 2s;
  run_test(0, 0s);
  look(2s);
  EXPECT_TRUE(is_being_ended(0));
  enter(0, Phase::suite_down, 2s);
  await_stop(node(0));
  EXPECT_EQ(told(2s), "");
  EXPECT_FALSE(is_being_ended(0));
  EXPECT_EQ(told(2001ms), "") << "nobody else has stopped it";
  await_continuation(node(0));
}

TEST_F(SupervisorTest, EndsTheSession) {
  options_.session_timeout = 5s;
  run_test(0, 0s);
  EXPECT_EQ(look(1s), 5s);
  EXPECT_EQ(supervisor().over(), "");
  look(5s);
  EXPECT_EQ(supervisor().over(),
            "the session took longer than 5 seconds (GTEST_XDIST_SESSION_TIMEOUT)");
  EXPECT_EQ(node(0).end_reason()->what, "ran out of time");
  look_when_stopped(0, 5s);
  EXPECT_EQ(ending(0), "killed by signal 6 (SIGABRT)");
  EXPECT_FALSE(is_being_ended(1)) << "it is idle, and can end by itself";
  enter(1, Phase::environments_down, 6s);
  look(15s);
  EXPECT_FALSE(is_being_ended(1));
  look(16s);
  EXPECT_TRUE(is_being_ended(1));
}

TEST_F(SupervisorTest, PassesASignalOn) {
  run_test(0, 0s);
  node(1).process = start_deaf(node(1), "INT");
  EXPECT_EQ(look(1s, SIGINT), 3s);
  EXPECT_EQ(supervisor().over(), "interrupted by signal 2 (SIGINT)");
  EXPECT_EQ(ending(0), "killed by signal 2 (SIGINT)");
  EXPECT_EQ(node(0).end_reason()->what, "was interrupted");
  EXPECT_EQ(node(0).end_reason()->why, "signal 2 (SIGINT)");
  EXPECT_FALSE(node(0).end_reason()->blames_worker);
  node(0).process_ended();
  look(3s, SIGINT);
  EXPECT_EQ(ending(1), "killed by signal 9 (SIGKILL)");
}

TEST_F(SupervisorTest, EndsAWorkerThatIsStopped) {
  run_test(0, 0s);
  for (const bool is_continued : {true, false}) {
    node(0).process->send(SIGSTOP);
    await_stop(node(0));
    EXPECT_EQ(told(1s),
              "gtest-xdist: [gw0] stopped by signal 19 (SIGSTOP); if nobody continues it, it is "
              "ended in 10 seconds\n");
    EXPECT_EQ(told(10s), "");
    if (!is_continued) break;
    node(0).process->send(SIGCONT);
    await_continuation(node(0));
    look(20s);
    EXPECT_FALSE(is_being_ended(0));
  }
  look(11s);
  EXPECT_EQ(ending(0), "killed by signal 9 (SIGKILL)");
  EXPECT_EQ(node(0).end_reason()->what, "was stopped");
  EXPECT_EQ(node(0).end_reason()->why, "signal 19 (SIGSTOP), and nobody continued it");
}

TEST_F(SupervisorTest, NoticesAWorkerThatDoesNotHear) {
  node(0).send({0, 1});
  look(1s);
  EXPECT_EQ(look(10s), 11s);
  EXPECT_EQ(node(0).accusation(), "");
  look(11s);
  EXPECT_EQ(node(0).accusation(), "it does not take the tests that it was sent");
  EXPECT_EQ(node(1).accusation(), "") << "it was not sent any";
}

TEST_F(SupervisorTest, AWorkerThatGetsOnHears) {
  node(0).send({0, 1, 2});
  for (TestIndex test = 0; test < 2; ++test) {
    look(1s + 9s * test);
    EXPECT_EQ(segment_.deque(0).take(), test);
    EXPECT_TRUE(node(0).complete(test));
  }
  look(19s);
  EXPECT_EQ(node(0).accusation(), "");
}

TEST_F(SupervisorTest, NoTimePassesWhileTheSessionIsSuspended) {
  options_.timeout = 3s;
  options_.session_timeout = 20s;
  run_test(0, 1s);
  node(1).send({1});
  look(2s);
  clock_.stood_still(begin_ + 2s, begin_ + 102s);
  look(3999ms);
  EXPECT_FALSE(is_being_ended(0));
  look(4s);
  EXPECT_TRUE(is_being_ended(0));
  EXPECT_EQ(node(1).accusation(), "") << "it may still hear";
  look(12s);
  EXPECT_NE(node(1).accusation(), "");
}

TEST_F(SupervisorTest, CountsATestThatBeganAfterASuspension) {
  options_.timeout = 3s;
  clock_.stood_still(begin_, begin_ + 100s);
  run_test(0, 101s);
  look(3999ms);
  EXPECT_FALSE(is_being_ended(0));
  look(4s);
  EXPECT_TRUE(is_being_ended(0));
}

TEST(DescribeSeconds, LeavesOutWhatIsZero) {
  EXPECT_EQ(describe_seconds(1s), "1 second");
  EXPECT_EQ(describe_seconds(0s), "0 seconds");
  EXPECT_EQ(describe_seconds(90s), "90 seconds");
  EXPECT_EQ(describe_seconds(1500ms), "1.5 seconds");
  EXPECT_EQ(describe_seconds(1005ms), "1.005 seconds");
}

}  // namespace
}  // namespace gtest_xdist::internal
