#include "gtest_xdist/controller/view/who_runs_what.h"

#include <chrono>
#include <csignal>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "gtest_xdist/bridge/catalog.h"
#include "gtest_xdist/transport/segment.h"

#include "support/worker_stages.h"

namespace gtest_xdist::internal {
namespace {

using namespace std::chrono_literals;

// Two workers without processes; the time is what a test says.
class WhoRunsWhatTest : public testing::Test {
 protected:
  using Time = WhoRunsWhat::Time;

  WhoRunsWhatTest() {
    for (std::uint32_t i = 0; i < 2; ++i) {
      nodes_.push_back(std::make_unique<WorkerNode>(static_cast<int>(i), segment_, i));
      nodes_.back()->begin_iteration(assignments_);
      make_ready(*nodes_.back());
      enter(i, Phase::idle, 0s);
    }
    tally_.begin = begin_;
  }
  ~WhoRunsWhatTest() override { note_verbosity() = 0; }

  WorkerNode& node(std::size_t i) { return *nodes_[i]; }
  std::string name(TestIndex test) const { return catalog_.full_name(test); }

  // Worker `i` has been in the phase since so long after the beginning.
  void enter(std::size_t i, Phase phase, Time::duration since) {
    node(i).slot().phase_since = clock_nanoseconds(begin_ + since);
    node(i).slot().phase = phase;
  }

  // Worker 0 runs the first of these tests.
  void run(const std::vector<TestIndex>& tests, Phase phase, Time::duration since) {
    node(0).send(tests);
    EXPECT_EQ(segment_.deque(0).take(), tests.front());
    enter(0, phase, since);
  }

  std::string described(std::size_t i, Time::duration time) {
    return describe_worker(node(i), catalog_, clock_, begin_ + time);
  }

  // What is said at a look; sets `next_`.
  std::string told(Time::duration time) {
    testing::internal::CaptureStderr();
    const Time next = who_.look(begin_ + time, tally_);
    next_ = next == Time::max() ? std::nullopt : std::optional(next - begin_);
    return testing::internal::GetCapturedStderr();
  }

  Catalog catalog_;
  Segment segment_ = Segment::create({2, 8, 1024, 256});
  Assignments assignments_{4, {0, 1, 2, 3}, 1};
  WorkerNodes nodes_;
  Doorbell bell_;
  RunTally tally_{4, 1, 1, {}, {}};
  const Time begin_{24h};
  SessionClock clock_;
  WhoRunsWhat who_{catalog_, nodes_, clock_, bell_};
  std::optional<Time::duration> next_;
};

TEST_F(WhoRunsWhatTest, NamesTheTest) {
  run({0, 1, 2}, Phase::test, 5s);
  EXPECT_EQ(described(0, 8s), "gw0: " + name(0) + " for 3s, 2 tests left");
  EXPECT_EQ(described(1, 8s), "gw1: idle, 0 tests left");
}

TEST_F(WhoRunsWhatTest, NamesTheSuiteThatIsSetUp) {
  run({0, 1}, Phase::suite_up, 5s);
  EXPECT_EQ(described(0, 70s), "gw0: SetUpTestSuite of " + std::string(catalog_.suite(0).name()) +
                                   " for 1m05s, 1 test left");
}

TEST_F(WhoRunsWhatTest, NamesOtherPlaces) {
  struct Row {
    Phase phase;
    const char* what;
  };
  for (const Row& row :
       {Row{Phase::starting, "starting"}, Row{Phase::session_start, "hooks before its tests"},
        Row{Phase::environments_up, "set-up of environments"},
        Row{Phase::environments_down, "tear-down of environments"},
        Row{Phase::session_finish, "hooks after its tests"}}) {
    enter(0, row.phase, 1s);
    EXPECT_EQ(described(0, 3s), std::string("gw0: ") + row.what + " for 2s, 0 tests left");
  }
  node(0).untold.open_suite = 0;
  enter(0, Phase::suite_down, 1s);
  EXPECT_EQ(described(0, 3s), "gw0: TearDownTestSuite of " + std::string(catalog_.suite(0).name()) +
                                  " for 2s, 0 tests left");
  enter(0, Phase::finishing, 1s);
  EXPECT_EQ(described(0, 3s), "gw0: idle, 0 tests left");
}

TEST_F(WhoRunsWhatTest, BearsWithASlotThatSaysNonsense) {
  enter(0, static_cast<Phase>(4711), 1s);
  EXPECT_EQ(described(0, 3s), "gw0: idle, 0 tests left");
}

TEST_F(WhoRunsWhatTest, AnswersARequest) {
  run({0, 1}, Phase::test, 5s);
  EXPECT_EQ(told(10s), "");
  ::raise(SIGUSR1);
  EXPECT_TRUE(bell_.answer());
  EXPECT_EQ(told(12s),
            "gtest-xdist: 1 of 4 done, 1 failed, running for 12s\n"
            "gtest-xdist: gw0: " +
                name(0) +
                " for 7s, 1 test left\n"
                "gtest-xdist: gw1: idle, 0 tests left\n");
  EXPECT_EQ(told(13s), "");
}

TEST_F(WhoRunsWhatTest, PassesOverTheDead) {
  node(0).process_ended();
  ::raise(SIGUSR1);
  EXPECT_EQ(told(12s).find("gw0"), std::string::npos);
}

TEST_F(WhoRunsWhatTest, TellsOfAQuietMinuteOnce) {
  EXPECT_EQ(told(0s), "");
  EXPECT_EQ(next_, 60s);
  EXPECT_EQ(told(59s), "");
  EXPECT_EQ(told(61s),
            "gtest-xdist: 1 of 4 done, 1 failed, no test has ended for 1m01s\n"
            "gtest-xdist: gw0: idle, 0 tests left\n"
            "gtest-xdist: gw1: idle, 0 tests left\n");
  EXPECT_FALSE(next_);
  EXPECT_EQ(told(1000s), "");
  tally_.add({}, begin_ + 1000s);
  EXPECT_EQ(told(1001s), "");
  EXPECT_EQ(next_, 1060s);
  EXPECT_NE(told(1060s), "");
}

TEST_F(WhoRunsWhatTest, NoTimePassesWhileTheSessionIsSuspended) {
  run({0, 1}, Phase::test, 5s);
  clock_.stood_still(begin_ + 30s, begin_ + 130s);
  EXPECT_EQ(described(0, 33s), "gw0: " + name(0) + " for 28s, 1 test left");
  enter(0, Phase::test, 135s);
  EXPECT_EQ(described(0, 38s), "gw0: " + name(0) + " for 3s, 1 test left");
}

TEST_F(WhoRunsWhatTest, KeepsQuietIfItIsToldErrorsOnly) {
  note_verbosity() = -1;
  EXPECT_EQ(told(100s), "");
  EXPECT_FALSE(next_);
  ::raise(SIGUSR1);
  EXPECT_NE(told(100s), "") << "somebody has asked";
}

TEST_F(WhoRunsWhatTest, SaysNothingBeforeTheBeginning) {
  tally_.begin = {};
  ::raise(SIGUSR1);
  EXPECT_EQ(told(100s), "");
  EXPECT_FALSE(next_);
}

}  // namespace
}  // namespace gtest_xdist::internal
