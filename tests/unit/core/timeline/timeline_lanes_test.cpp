#include "gtest_xdist/core/timeline/timeline_lanes.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "support/schedules.h"

namespace gtest_xdist::internal {
namespace {

using SpanKind = ScheduleSpan::Kind;
using SpanResult = ScheduleSpan::Result;
using Numbers = std::vector<std::size_t>;

TEST(TimelineLanes, WhoComesInAPlaceFollowsThere) {
  Schedule schedule;
  schedule.runs.push_back(empty_run(2, 4));
  ScheduleRun& run = schedule.runs.back();
  run.crew.emplace_back();
  run.crew.back().slot = 0;
  add_span(run, SpanKind::start, 0, 0, 0, 1);
  add_span(run, SpanKind::test, 1, 1, 1, 3);
  add_span(run, SpanKind::test, 2, 2, 4, 9);
  const TimelineLanes lanes(schedule);
  ASSERT_EQ(lanes.lanes().size(), 2U);
  EXPECT_EQ(lanes.lanes().at(0).workers.size(), 2U);
  EXPECT_EQ(lanes.lanes().at(0).spans, (Numbers{0, 2}));
  EXPECT_EQ(lanes.lanes().at(0).busy_ns, 5 * kMillisecond) << "the start of a process is no work";
  EXPECT_EQ(lanes.lanes().at(1).spans, Numbers{1});
  EXPECT_EQ(lanes.entry(2).span, &run.spans[2]);
  EXPECT_EQ(lanes.entry(2).run, &run);
}

TEST(TimelineLanes, AllRunsAreInOnePicture) {
  Schedule schedule;
  for (const int begin : {20, 50}) {
    schedule.runs.push_back(empty_run(1, 1));
    schedule.runs.back().crew[0].begin_ns = begin * kMillisecond;
    add_span(schedule.runs.back(), SpanKind::test, 0, 0, begin, begin + 7);
  }
  const TimelineLanes lanes(schedule);
  EXPECT_EQ(lanes.runs(), 2U);
  EXPECT_EQ(lanes.lanes().size(), 1U);
  EXPECT_EQ(lanes.lanes().at(0).spans, (Numbers{0, 1}));
  EXPECT_EQ(lanes.begin_ns(), 20 * kMillisecond);
  EXPECT_EQ(lanes.end_ns(), 57 * kMillisecond);
}

TEST(TimelineLanes, TheLongestTestsAreRanked) {
  Schedule schedule;
  schedule.runs.push_back(empty_run(1, 20));
  std::int64_t begin = 0;
  for (TestIndex test = 0; test < 10; ++test) {
    const std::int64_t length = test == 4 ? 30 : 10 + test % 2;
    add_span(schedule.runs.back(), SpanKind::test, 0, test, begin, begin + length);
    begin += length;
  }
  add_span(schedule.runs.back(), SpanKind::suite_up, 0, 0, begin, begin + 100);
  const TimelineLanes lanes(schedule);
  EXPECT_EQ(lanes.longest(), (Numbers{4, 1, 3, 5, 7, 9, 0, 2})) << "of equal ones the first";
  EXPECT_EQ(lanes.entry(4).rank, 1U);
  EXPECT_EQ(lanes.entry(2).rank, 8U);
  EXPECT_EQ(lanes.entry(6).rank, 0U);
}

TEST(TimelineLanes, WhatHasNotPassedIsTrouble) {
  Schedule schedule;
  schedule.runs.push_back(empty_run(1, 4));
  ScheduleRun& run = schedule.runs.back();
  add_span(run, SpanKind::test, 0, 0, 0, 1);
  add_span(run, SpanKind::test, 0, 1, 1, 2).result = SpanResult::skipped;
  add_span(run, SpanKind::test, 0, 2, 2, 3).result = SpanResult::timed_out;
  add_span(run, SpanKind::suite_down, 0, 1, 3, 4).result = SpanResult::failed;
  const TimelineLanes lanes(schedule);
  EXPECT_EQ(lanes.troubles(), (Numbers{2, 3}));
  EXPECT_EQ(lanes.count(SpanResult::passed), 1U);
  EXPECT_EQ(lanes.count(SpanResult::timed_out), 1U);
  EXPECT_EQ(lanes.count(SpanResult::failed), 0U) << "only tests count";
}

TEST(TimelineLanes, DescribesASpan) {
  Schedule schedule;
  schedule.runs.push_back(empty_run(2, 4));
  ScheduleRun& run = schedule.runs.back();
  add_span(run, SpanKind::test, 0, 3, 0, 5).result = SpanResult::failed;
  add_span(run, SpanKind::test, 1, 3, 5, 7);
  EXPECT_EQ(describe(TimelineLanes(schedule).entry(0)),
            "S1.T3: 5.00 ms, failed on gw0 (attempt 1 of 2)");
  run.iterations = 2;
  run.spans[1].iteration = 2;
  EXPECT_EQ(describe(TimelineLanes(schedule).entry(1)),
            "S1.T3: 2.00 ms, passed on gw1, iteration 2");
}

TEST(TimelineLanes, OfNothingThereAreNone) {
  const Schedule nothing;
  const TimelineLanes lanes(nothing);
  EXPECT_TRUE(lanes.lanes().empty());
  EXPECT_TRUE(lanes.longest().empty());
  EXPECT_EQ(lanes.begin_ns(), lanes.end_ns());
}

TEST(TimelineLanes, AreThoseOfPlacesToWhichAWorkerCame) {
  Schedule schedule;
  schedule.runs.push_back(empty_run(2, 2));
  schedule.runs[0].crew[0].slot = 1;
  schedule.runs[0].crew[1].slot = 3;
  const TimelineLanes lanes(schedule);
  ASSERT_EQ(lanes.lanes().size(), 2U);
  EXPECT_EQ(lanes.lanes()[0].workers[0].second, 0U);
  EXPECT_EQ(lanes.lanes()[1].workers[0].second, 1U);
}

}  // namespace
}  // namespace gtest_xdist::internal
