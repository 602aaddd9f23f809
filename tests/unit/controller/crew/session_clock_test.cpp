#include "gtest_xdist/controller/crew/session_clock.h"

#include <chrono>
#include <cstdint>
#include <limits>

#include <gtest/gtest.h>

namespace gtest_xdist::internal {
namespace {

using namespace std::chrono_literals;
using Time = SessionClock::Time;

TEST(SessionClock, IsTheMachinesWithoutASuspension) {
  const SessionClock clock;
  EXPECT_EQ(clock.at(Time(5s)), Time(5s));
  EXPECT_EQ(clock.at(Time(-5s)), Time(-5s)) << "a test may set the program's clock back";
  EXPECT_EQ(clock.continued(), Time::min());
  const Time before = MachineClock::now();
  EXPECT_LE(before, clock.now());
}

TEST(SessionClock, StandsStillWhileTheSessionIsSuspended) {
  SessionClock clock;
  clock.stood_still(Time(10s), Time(15s));
  clock.stood_still(Time(20s), Time(120s));
  EXPECT_EQ(clock.at(Time(9s)), Time(9s));
  EXPECT_EQ(clock.at(Time(10s)), Time(10s));
  EXPECT_EQ(clock.at(Time(12s)), Time(10s));
  EXPECT_EQ(clock.at(Time(15s)), Time(10s));
  EXPECT_EQ(clock.at(Time(20s)), Time(15s));
  EXPECT_EQ(clock.at(Time(50s)), Time(15s));
  EXPECT_EQ(clock.at(Time(121s)), Time(16s));
}

TEST(SessionClock, KnowsWhenItWentOn) {
  SessionClock clock;
  clock.stood_still(Time(10s), Time(15s));
  EXPECT_EQ(clock.continued(), Time(10s));
  clock.stood_still(Time(20s), Time(120s));
  EXPECT_EQ(clock.continued(), Time(15s));
}

TEST(SessionClock, KnowsWhetherItHasStoodStill) {
  SessionClock clock;
  EXPECT_FALSE(clock.has_stood_still_since(0));
  clock.stood_still(Time(100ns), Time(200ns));
  EXPECT_TRUE(clock.has_stood_still_since(99));
  EXPECT_TRUE(clock.has_stood_still_since(199));
  EXPECT_FALSE(clock.has_stood_still_since(200));
}

// A worker may tell any times.
TEST(SessionClock, CountsTheTimeOfATestWithoutSuspensions) {
  constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
  SessionClock clock;
  const auto counted = [&](std::int64_t begin, std::int64_t duration) {
    return clock.counted({begin, duration}).count();
  };
  EXPECT_EQ(counted(100, 50), 50);
  EXPECT_EQ(counted(-kMost, -kMost), 0);
  EXPECT_EQ(counted(kMost, kMost), kMost);
  clock.stood_still(Time(120ns), Time(130ns));
  clock.stood_still(Time(150ns), Time(200ns));
  EXPECT_EQ(counted(100, 20), 20);
  EXPECT_EQ(counted(100, 25), 20);
  EXPECT_EQ(counted(100, 45), 35);
  EXPECT_EQ(counted(100, 150), 90);
  EXPECT_EQ(counted(125, 10), 5);
  EXPECT_EQ(counted(200, 50), 50);
  EXPECT_EQ(counted(-kMost, -kMost), 0);
  EXPECT_EQ(counted(-kMost, kMost), kMost);
  EXPECT_EQ(counted(kMost, kMost), kMost);
}

}  // namespace
}  // namespace gtest_xdist::internal
