#include "gtest_xdist/core/schedule/slowest.h"

#include <gtest/gtest.h>

#include "support/schedules.h"

namespace gtest_xdist::internal {
namespace {

using SpanKind = ScheduleSpan::Kind;

ScheduleRun two_workers() {
  ScheduleRun run = empty_run(2, 6);
  add_span(run, SpanKind::start, 0, 0, 0, 900);
  add_span(run, SpanKind::environments_up, 0, 0, 900, 1900);
  add_span(run, SpanKind::suite_up, 0, 0, 1900, 2000);
  add_span(run, SpanKind::test, 0, 0, 2000, 2030);
  add_span(run, SpanKind::test, 0, 1, 2030, 2050);
  add_span(run, SpanKind::suite_down, 0, 0, 2050, 2060);
  add_span(run, SpanKind::suite_up, 1, 1, 2000, 2000);
  add_span(run, SpanKind::test, 1, 2, 2000, 2020);
  add_span(run, SpanKind::suite_down, 1, 1, 2020, 2020);
  add_span(run, SpanKind::suite_up, 1, 0, 2020, 2020);
  add_span(run, SpanKind::test, 1, 0, 2020, 3020);  // again
  return run;
}

TEST(Slowest, AreTestsByTheirLongestRunAndSuitesByAllThatTheyTook) {
  EXPECT_EQ(format_slowest(two_workers(), 1, 2),
            "slowest 2 of 3 tests:\n"
            "    1.00 s  S0.T0, longest of 2 runs\n"
            "   20.0 ms  S0.T1\n"
            "slowest 2 of 2 suites:\n"
            "    1.16 s  S0: tests 1.05 s, 2 set-ups and tear-downs 110 ms\n"
            "   20.0 ms  S1: tests 20.0 ms, 1 set-up and tear-down 0 ns\n");
}

TEST(Slowest, AreAllIfNoneIsAskedFor) {
  EXPECT_EQ(format_slowest(two_workers(), 1, 0),
            "slowest 3 of 3 tests:\n"
            "    1.00 s  S0.T0, longest of 2 runs\n"
            "   20.0 ms  S0.T1\n"
            "   20.0 ms  S1.T2\n"
            "slowest 2 of 2 suites:\n"
            "    1.16 s  S0: tests 1.05 s, 2 set-ups and tear-downs 110 ms\n"
            "   20.0 ms  S1: tests 20.0 ms, 1 set-up and tear-down 0 ns\n");
}

TEST(Slowest, AreThoseOfAnIteration) {
  ScheduleRun run = two_workers();
  add_span(run, SpanKind::test, 1, 4, 4000, 4001).iteration = 2;
  EXPECT_EQ(format_slowest(run, 2, 10),
            "slowest 1 of 1 test:\n"
            "   1.00 ms  S2.T4\n"
            "slowest 1 of 1 suite:\n"
            "   1.00 ms  S2: tests 1.00 ms, 0 set-ups and tear-downs 0 ns\n");
}

TEST(Slowest, AreNoneWhereNothingRan) {
  EXPECT_EQ(format_slowest(two_workers(), 3, 10), "");
  EXPECT_EQ(format_slowest(empty_run(1, 1), 1, 0), "");
}

}  // namespace
}  // namespace gtest_xdist::internal
