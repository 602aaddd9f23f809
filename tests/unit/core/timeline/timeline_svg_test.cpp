#include "gtest_xdist/core/timeline/timeline_svg.h"

#include <cstddef>
#include <string>

#include <gtest/gtest.h>

#include "support/schedules.h"

namespace gtest_xdist::internal {
namespace {

using SpanKind = ScheduleSpan::Kind;
using SpanResult = ScheduleSpan::Result;

std::size_t count_of(const std::string& text, const std::string& what) {
  std::size_t found = 0;
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) {
    ++found;
  }
  return found;
}

// `tests` that take a millisecond each, dealt out to four workers.
Schedule quick(unsigned tests) {
  Schedule schedule;
  schedule.program = "p";
  schedule.runs.push_back(empty_run(4, tests));
  ScheduleRun& run = schedule.runs.back();
  for (unsigned test = 0; test < tests; ++test) {
    const int begin = static_cast<int>(test / 4);
    add_span(run, SpanKind::test, static_cast<int>(test % 4), test, begin, begin + 1);
  }
  return schedule;
}

TEST(TimelineSvg, ShowsEverySpanThatIsWideEnough) {
  Schedule schedule;
  schedule.program = "my <test>";
  ScheduleRun run = empty_run(1, 4);
  run.crew[0].end_ns = 100 * kMillisecond;
  add_span(run, SpanKind::start, 0, 0, 0, 10);
  add_span(run, SpanKind::environments_up, 0, 0, 10, 20);
  add_span(run, SpanKind::suite_up, 0, 0, 20, 30);
  add_span(run, SpanKind::test, 0, 0, 30, 60);
  add_span(run, SpanKind::test, 0, 1, 60, 61).result = SpanResult::failed;
  schedule.runs.push_back(run);
  const std::string text = TimelineSvg::draw(schedule);
  for (const char* part :
       {">my &lt;test&gt;</text>",
        "2 test runs on 1 worker in 41.0 ms; at least 41.0 ms are needed: max(longest test 30.0 "
        "ms, "
        "all work / workers 41.0 ms)",
        "<path fill=\"url(#idle)\" d=\"M96 0h1444v35h-1444z\"><title>gw0 idle</title></path>",
        "<path class=\"start edge\" d=\"M96 0h144.4v35h-144.4z\"><title>start of the process: 10.0 "
        "ms, passed on gw0</title></path>",
        "<path class=\"env edge\" d=\"M240.4 0h144.4v35h-144.4z\">",
        "<path class=\"suite edge\" d=\"M384.8 0h144.4v35h-144.4z\">",
        "<path class=\"passed edge\" d=\"M529.2 0h433.2v35h-433.2z\"><title>S0.T0: 30.0 ms, passed "
        "on gw0</title></path>",
        ">1 S0.T0</text>",
        "<path class=\"failed\" d=\"M962.4 0h14.4v35h-14.4z\"><title>S0.T1: 1.00 ms, failed on "
        "gw0</title></path>",
        ">1 passed</text>", ">1 failed</text>", ">Failures (1)</text>", ">51%</text>",
        ">100 ms</text>"}) {
    EXPECT_EQ(count_of(text, part), part == std::string(">100 ms</text>") ? 2U : 1U) << part << "\n"
                                                                                     << text;
  }
}

TEST(TimelineSvg, ShowsCrashesAndWhoCameInstead) {
  Schedule schedule = quick(8);
  ScheduleRun& run = schedule.runs.back();
  run.spans.back().result = SpanResult::crashed;
  run.crew[3].end_ns = 2 * kMillisecond;
  run.crew[3].end = "killed by signal 6 (SIGABRT)";
  run.crew.emplace_back();
  run.crew.back().slot = 3;
  run.crew.back().begin_ns = 2 * kMillisecond;
  add_span(run, SpanKind::test, 4, 7, 3, 4);
  const std::string text = TimelineSvg::draw(schedule);
  EXPECT_EQ(count_of(text, "<title>gw3: killed by signal 6 (SIGABRT)</title>"), 1U);
  EXPECT_EQ(count_of(text, ">gw3 +1</text>"), 1U);
  EXPECT_EQ(count_of(text, ">gw4</text>"), 1U);
  EXPECT_EQ(count_of(text, "S3.T7: 1.00 ms, crashed on gw3 (attempt 1 of 2)"), 3U)
      << "under the mouse, among the longest, and among the failures";
}

TEST(TimelineSvg, StaysSmall) {
  EXPECT_EQ(count_of(TimelineSvg::draw(quick(400)), "edge\" d="), 400U);
  Schedule schedule = quick(100'000);
  ScheduleRun& run = schedule.runs.back();
  run.spans[50'000].result = SpanResult::failed;
  const std::string text = TimelineSvg::draw(schedule);
  EXPECT_LT(text.size(), 500'000U);
  EXPECT_EQ(count_of(text, "<path class=\"failed\" d="), 2U) << "the test, and the legend";
  EXPECT_EQ(count_of(text, "S25000.T50000: 1.00 ms, failed on gw0"), 2U);
}

TEST(TimelineSvg, DoesNotGrowWithFailures) {
  Schedule schedule = quick(100'000);
  for (ScheduleSpan& span : schedule.runs.back().spans) span.result = SpanResult::failed;
  const std::string text = TimelineSvg::draw(schedule);
  EXPECT_LT(text.size(), 1'000'000U);
  EXPECT_EQ(count_of(text, "and 99980 more"), 1U);
}

TEST(TimelineSvg, IsDrawnOfNothing) {
  EXPECT_NE(TimelineSvg::draw({}), "");
  Schedule schedule;
  schedule.runs.push_back(empty_run(2, 0));
  EXPECT_EQ(count_of(TimelineSvg::draw(schedule), "Nothing failed"), 1U);
}

TEST(TimelineSvg, IsAPageOfItsOwn) {
  const std::string text = draw_timeline_page(quick(4));
  EXPECT_EQ(text.rfind("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"/>"
                       "<title>p</title></head>",
                       0),
            0U);
  EXPECT_EQ(count_of(text, "<svg "), 1U);
}

}  // namespace
}  // namespace gtest_xdist::internal
