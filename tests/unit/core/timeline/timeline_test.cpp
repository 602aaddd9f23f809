#include "gtest_xdist/core/timeline/timeline.h"

#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "support/schedules.h"

namespace gtest_xdist::internal {
namespace {

using SpanKind = ScheduleSpan::Kind;
using Attempts = std::vector<Attempt>;

TEST(Timeline, CountsAttemptsByTime) {
  ScheduleRun run = empty_run(2, 4);
  add_span(run, SpanKind::suite_up, 0, 0, 0, 1);
  add_span(run, SpanKind::test, 0, 0, 9, 10);
  add_span(run, SpanKind::test, 1, 0, 1, 2);
  add_span(run, SpanKind::test, 1, 1, 2, 3);
  add_span(run, SpanKind::test, 1, 0, 20, 21).iteration = 2;
  EXPECT_EQ(attempts_of(run), (Attempts{{0, 0}, {2, 2}, {1, 2}, {1, 1}, {1, 1}}));
  run.on_every_worker = true;
  EXPECT_EQ(attempts_of(run), (Attempts{{0, 0}, {1, 1}, {1, 1}, {1, 1}, {1, 1}}));
}

TEST(Timeline, TellsHowGoodAScheduleWas) {
  ScheduleRun run = empty_run(2, 4);
  add_span(run, SpanKind::start, 0, 0, 0, 50);
  add_span(run, SpanKind::environments_up, 0, 0, 50, 60);
  add_span(run, SpanKind::suite_up, 0, 0, 60, 70);
  add_span(run, SpanKind::test, 0, 0, 70, 100);
  add_span(run, SpanKind::test, 1, 2, 64, 84);
  // The longest test decides here, the work of all in the first iteration.
  add_span(run, SpanKind::test, 0, 0, 200, 240).iteration = 2;
  add_span(run, SpanKind::test, 1, 2, 205, 210).iteration = 2;
  const Makespan makespan = makespan_of(run);
  EXPECT_EQ(makespan.taken_ns, (40 + 40) * kMillisecond);
  EXPECT_EQ(makespan.longest_ns, (30 + 40) * kMillisecond);
  EXPECT_EQ(makespan.shared_ns, (30 + 22) * kMillisecond + kMillisecond / 2);
  EXPECT_EQ(makespan.bound_ns, (30 + 40) * kMillisecond);
  EXPECT_EQ(makespan.tests, 4U);
}

TEST(Timeline, NamesWhatASpanIs) {
  ScheduleRun run = empty_run(1, 4);
  const auto name = [&](SpanKind kind) { return name_of(run, add_span(run, kind, 0, 1, 0, 1)); };
  EXPECT_EQ(name(SpanKind::start), "start of the process");
  EXPECT_EQ(name(SpanKind::environments_up), "set-up of the environments");
  EXPECT_EQ(name(SpanKind::suite_up), "set-up of S1");
  EXPECT_EQ(name(SpanKind::test), "S0.T1");
  EXPECT_EQ(name(SpanKind::suite_down), "tear-down of S1");
  EXPECT_EQ(name(SpanKind::environments_down), "tear-down of the environments");
}

}  // namespace
}  // namespace gtest_xdist::internal
