#include "gtest_xdist/controller/locks/lock_gate.h"

#include <cstddef>
#include <limits>
#include <memory>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace gtest_xdist::internal {
namespace {

using Indices = std::vector<TestIndex>;

class Worker : public GateNode {
 public:
  explicit Worker(int number) : number_(number) {}

  int number() const override { return number_; }
  void let_out(TestIndex test) override { out.push_back(test); }
  bool is_inside() const override { return inside; }
  void settle() override { ++settled; }

  Indices out;  // since the last look
  bool inside = false;
  int settled = 0;

 private:
  int number_;
};

// Tests 0 to 9 have no locks, 10 to 19 have "a", 20 to 29 "b", 30 to 39 both, 40 to 49 are serial.
class LockGateTest : public testing::Test {
 protected:
  LockGateTest() {
    for (TestIndex i = 0; i < 10; ++i) {
      table_.add(10 + i, {"a"}, false);
      table_.add(20 + i, {"b"}, false);
      table_.add(30 + i, {"a", "b"}, false);
      table_.add(40 + i, {}, true);
    }
    gate_ = std::make_unique<LockGate>(table_);
    for (int i = 0; i < 3; ++i) {
      workers_.push_back(std::make_unique<Worker>(i));
      gate_->add(*workers_.back());
    }
  }

  Worker& worker(int number) { return *workers_[static_cast<std::size_t>(number)]; }

  // What has gone out to the worker since the last time.
  Indices out(int number) {
    gate_->let_through();
    return std::exchange(worker(number).out, {});
  }

  // The worker runs a test in a suite that it does not leave.
  void complete(int number, TestIndex test) {
    worker(number).inside = true;
    gate_->complete(number, test);
  }
  void leave(int number) {
    worker(number).inside = false;
    gate_->left_suite(number);
  }

  LockTable table_;
  std::unique_ptr<LockGate> gate_;
  std::vector<std::unique_ptr<Worker>> workers_;
};

constexpr std::size_t kAlways = std::numeric_limits<std::size_t>::max();

TEST_F(LockGateTest, LetsNothingOutByItself) {
  gate_->send(0, {0, 10});
  EXPECT_EQ(worker(0).out, Indices{});
  EXPECT_EQ(gate_->held(0), 2U);
  EXPECT_EQ(out(0), (Indices{0, 10}));
  EXPECT_EQ(gate_->held(0), 0U);
}

TEST_F(LockGateTest, HasTestsWaitOnlyForOtherWorkers) {
  gate_->send(0, {0, 10, 1, 11, 31, 20, 12, 2});
  gate_->send(1, {3, 4, 5, 6});
  EXPECT_EQ(out(0), (Indices{0, 10, 1, 11, 31, 20, 12, 2})) << "nobody else wants these locks";
  EXPECT_EQ(out(1), (Indices{3, 4, 5, 6}));
  EXPECT_EQ(gate_->wake_below(0), 0U);
}

TEST_F(LockGateTest, PassesOverATestWhoseLockAnotherWorkerHas) {
  gate_->send(0, {10});
  gate_->send(1, {11, 0, 1, 2});
  EXPECT_EQ(out(0), Indices{10});
  EXPECT_EQ(out(1), (Indices{0, 1})) << "one to run, and one to go on with";
  EXPECT_EQ(gate_->held(1), 2U);
  EXPECT_EQ(gate_->wake_below(0), kAlways);
  EXPECT_EQ(gate_->wake_below(1), 2U);
  EXPECT_EQ(gate_->wake_below(2), 0U);
  complete(1, 0);
  EXPECT_EQ(out(1), Indices{2});
  complete(0, 10);
  EXPECT_EQ(out(1), Indices{}) << "gw0 has not left the suite";
  EXPECT_GT(worker(0).settled, 0);
  leave(0);
  EXPECT_EQ(out(1), Indices{11}) << "nobody else wants the lock any more";
  EXPECT_EQ(gate_->wake_below(0), 0U);
}

TEST_F(LockGateTest, ALockGoesToWhoCanUseItAtOnce) {
  gate_->send(0, {10});
  gate_->send(1, {11, 0, 1, 2});
  EXPECT_EQ(out(1), (Indices{0, 1}));
  EXPECT_EQ(out(0), Indices{10});
  complete(0, 10);
  leave(0);
  gate_->send(2, {12});
  EXPECT_EQ(out(1), Indices{}) << "it has enough to do";
  EXPECT_EQ(out(2), Indices{12});
  complete(1, 0);
  EXPECT_EQ(out(1), Indices{2});
  complete(2, 12);
  leave(2);
  complete(1, 1);
  EXPECT_EQ(out(1), Indices{11});
}

TEST_F(LockGateTest, KeepsALockWhileTheWorkerHasMoreTestsWithIt) {
  gate_->send(0, {10, 11});
  EXPECT_EQ(out(0), (Indices{10, 11}));
  gate_->send(1, {12});
  complete(0, 10);
  leave(0);
  EXPECT_EQ(out(1), Indices{});
  EXPECT_EQ(worker(0).settled, 0) << "it is not idle";
  complete(0, 11);
  leave(0);
  EXPECT_EQ(out(1), Indices{12});
}

TEST_F(LockGateTest, DoesNotTakeALockLongBeforeItsTurn) {
  gate_->send(0, {0, 1, 2, 10});
  gate_->send(1, {3, 11});
  EXPECT_EQ(out(0), (Indices{0, 1, 2}));
  EXPECT_EQ(out(1), (Indices{3, 11}));
  EXPECT_EQ(gate_->wake_below(0), 2U) << "so that it is told of its turn";
}

TEST_F(LockGateTest, GivesALockToWhoHasWaitedLongest) {
  gate_->send(2, {10});
  EXPECT_EQ(out(2), Indices{10});
  gate_->send(1, {11});
  EXPECT_EQ(out(1), Indices{});
  gate_->send(0, {12});
  EXPECT_EQ(out(0), Indices{});
  complete(2, 10);
  leave(2);
  EXPECT_EQ(out(0), Indices{});
  EXPECT_EQ(out(1), Indices{11});
  complete(1, 11);
  leave(1);
  EXPECT_EQ(out(0), Indices{12});
}

TEST_F(LockGateTest, ReservesTheLocksOfATestThatNeedsSeveral) {
  gate_->send(0, {10, 11});
  EXPECT_EQ(out(0), (Indices{10, 11}));
  gate_->send(1, {30});
  EXPECT_EQ(out(1), Indices{});
  gate_->send(2, {20});
  EXPECT_EQ(out(2), Indices{}) << "else \"a\" and \"b\" might never be free together";
  gate_->send(0, {12});
  complete(0, 10);
  complete(0, 11);
  leave(0);
  EXPECT_EQ(out(0), Indices{});
  EXPECT_EQ(out(1), Indices{30});
  complete(1, 30);
  leave(1);
  EXPECT_EQ(out(0), Indices{12});
  EXPECT_EQ(out(2), Indices{20});
}

TEST_F(LockGateTest, TakesBackFromTheEnd) {
  gate_->send(0, {10});
  gate_->send(1, {11, 0, 20, 12, 1, 13, 2, 14, 3});
  EXPECT_EQ(out(0), Indices{10});
  EXPECT_EQ(out(1), (Indices{0, 20})) << "passed over: 11";
  EXPECT_EQ(gate_->take_back(1, 2), (Indices{14, 3}));
  EXPECT_EQ(gate_->take_back(1, 0), Indices{});
  complete(1, 0);
  EXPECT_EQ(out(1), Indices{1}) << "passed over: 12";
  EXPECT_EQ(gate_->take_back(1, 3), (Indices{12, 13, 2}));
  EXPECT_EQ(gate_->take_back(1, 9), Indices{11});
  EXPECT_EQ(gate_->held(1), 0U);
  complete(0, 10);
  leave(0);
  gate_->send(2, {11});
  EXPECT_EQ(out(2), Indices{11});
}

TEST_F(LockGateTest, TestsThatAreTakenBackGiveTheirLocksBack) {
  gate_->send(0, {10, 11});
  gate_->send(1, {40});
  EXPECT_EQ(out(0), (Indices{10, 11}));
  gate_->send(2, {12});
  gate_->take_back_out(0, 11);
  EXPECT_EQ(out(2), Indices{});
  gate_->take_back_out(0, 10);
  EXPECT_EQ(out(2), Indices{12});
  gate_->take_back_out(2, 12);
  EXPECT_EQ(out(1), Indices{40});
  gate_->send(0, {0});
  EXPECT_EQ(out(0), Indices{});
  gate_->take_back_out(1, 40);
  EXPECT_EQ(out(0), Indices{0});
}

TEST_F(LockGateTest, ALockThatIsKeptIsNotGivenBack) {
  gate_->send(0, {10, 11});
  EXPECT_EQ(out(0), (Indices{10, 11}));
  gate_->send(1, {12});
  complete(0, 10);
  gate_->take_back_out(0, 11);
  EXPECT_EQ(out(1), Indices{}) << "gw0 has not left the suite of 10";
  leave(0);
  EXPECT_EQ(out(1), Indices{12});
}

TEST_F(LockGateTest, ADeadWorkerHoldsNothing) {
  gate_->send(0, {30, 0, 11});
  EXPECT_EQ(out(0), (Indices{30, 0, 11}));
  gate_->send(0, {21});
  gate_->send(1, {12, 40});
  gate_->send(2, {22});
  EXPECT_EQ(out(1), Indices{});
  EXPECT_EQ(gate_->remove(0), Indices{21});
  EXPECT_EQ(out(1), Indices{12});
  EXPECT_EQ(out(2), Indices{22});
  EXPECT_EQ(gate_->remove(1), Indices{40});
}

TEST_F(LockGateTest, AWorkerThatDiesInASerialTestIsNotWaitedFor) {
  gate_->send(0, {40});
  EXPECT_EQ(out(0), Indices{40});
  gate_->send(1, {0});
  EXPECT_EQ(out(1), Indices{});
  gate_->remove(0);
  EXPECT_EQ(out(1), Indices{0});
}

TEST_F(LockGateTest, ASerialTestGoesOutWhenNothingElseIsGoingOn) {
  worker(1).inside = true;
  gate_->send(0, {40, 0, 41, 1, 2, 3});
  EXPECT_EQ(out(0), (Indices{0, 1, 2, 3})) << "a serial test comes last";
  for (const TestIndex test : {0U, 1U, 2U, 3U}) {
    EXPECT_EQ(out(0), Indices{});
    EXPECT_EQ(worker(1).settled, 0) << "there is time";
    complete(0, test);
  }
  EXPECT_EQ(out(0), Indices{});
  EXPECT_GT(worker(1).settled, 0);
  EXPECT_EQ(worker(0).settled, 0) << "its own suite is not in the way";
  leave(1);
  EXPECT_EQ(out(0), (Indices{40, 41}));
  gate_->send(1, {4});
  complete(0, 40);
  leave(0);
  EXPECT_EQ(out(1), Indices{});
  complete(0, 41);
  EXPECT_EQ(out(1), Indices{}) << "gw0 has not left the suite";
  EXPECT_GT(worker(0).settled, 0);
  leave(0);
  EXPECT_EQ(out(1), Indices{4});
}

TEST_F(LockGateTest, AWorkerGoesOnWithSerialTestsInItsSuite) {
  gate_->send(0, {40});
  EXPECT_EQ(out(0), Indices{40});
  gate_->send(1, {0, 41});
  gate_->send(0, {42, 1, 43});
  EXPECT_EQ(out(0), Indices{42});
  complete(0, 40);
  complete(0, 42);
  EXPECT_EQ(out(0), Indices{});
  EXPECT_GT(worker(0).settled, 0);
  leave(0);
  EXPECT_EQ(out(1), Indices{0});
  EXPECT_EQ(out(0), Indices{1});
}

TEST_F(LockGateTest, SerialTestsOfSeveralWorkersTakeTurns) {
  gate_->send(1, {40});
  gate_->send(0, {41, 10});
  gate_->send(2, {11});
  EXPECT_EQ(out(0), Indices{10});
  EXPECT_EQ(out(2), Indices{});
  complete(0, 10);
  leave(0);
  EXPECT_EQ(out(2), Indices{11});
  complete(2, 11);
  leave(2);
  EXPECT_EQ(out(0), Indices{41}) << "it was looked at first";
  EXPECT_EQ(out(1), Indices{});
  complete(0, 41);
  leave(0);
  EXPECT_EQ(out(1), Indices{40});
}

TEST_F(LockGateTest, OneThatSetsUpItsEnvironmentsIsWaitedFor) {
  worker(2).inside = true;
  gate_->send(0, {40});
  EXPECT_EQ(out(0), Indices{});
  worker(2).inside = false;
  EXPECT_EQ(out(0), Indices{40});
}

}  // namespace
}  // namespace gtest_xdist::internal
