#include "gtest_xdist/core/timeline/trace_event.h"

#include <string>

#include <gtest/gtest.h>

#include "support/schedules.h"

namespace gtest_xdist::internal {
namespace {

using SpanKind = ScheduleSpan::Kind;
using SpanResult = ScheduleSpan::Result;

class OddNames : public NumberedNames {
  std::string of_test(TestIndex test) const override { return test == 0 ? "S.\"\n\xff" : "S.T"; }
};

TEST(TraceEvent, IsAnEventForEachSpan) {
  Schedule schedule;
  schedule.program = "my \"test\"";
  ScheduleRun run = empty_run(1, 2);
  run.names = std::make_shared<OddNames>();
  run.crew[0].end_ns = 9 * kMillisecond;
  run.crew[0].end = "killed by signal 6";
  run.crew.emplace_back();  // gw1 in its place
  run.crew[1].begin_ns = 9 * kMillisecond;
  run.crew[1].end_ns = 20 * kMillisecond;
  add_span(run, SpanKind::start, 0, 0, 0, 1);
  add_span(run, SpanKind::suite_up, 0, 0, 3, 4);
  add_span(run, SpanKind::test, 0, 0, 4, 9).result = SpanResult::crashed;
  add_span(run, SpanKind::test, 1, 0, 9, 12);
  schedule.runs.push_back(run);
  EXPECT_EQ(TraceWriter::write(schedule),
            R"({"displayTimeUnit":"ms","traceEvents":[
{"ph":"M","pid":1,"tid":0,"name":"process_name","args":{"name":"my \"test\""}},
{"ph":"M","pid":1,"tid":1,"name":"thread_name","args":{"name":"gw0"}},
{"ph":"M","pid":1,"tid":1,"name":"thread_sort_index","args":{"sort_index":0}},
{"ph":"M","pid":1,"tid":2,"name":"thread_name","args":{"name":"gw1 for gw0"}},
{"ph":"M","pid":1,"tid":2,"name":"thread_sort_index","args":{"sort_index":1}},
{"ph":"X","pid":1,"tid":1,"name":"start of the process","cat":"start","ts":0.000,"dur":1000.000,"cname":"generic_work","args":{"result":"passed","iteration":1}},
{"ph":"X","pid":1,"tid":1,"name":"idle","cat":"idle","ts":1000.000,"dur":2000.000,"cname":"grey"},
{"ph":"X","pid":1,"tid":1,"name":"set-up of S0","cat":"suite","ts":3000.000,"dur":1000.000,"cname":"generic_work","args":{"result":"passed","iteration":1}},
{"ph":"X","pid":1,"tid":1,"name":"S.\"\u000a\\xff","cat":"test","ts":4000.000,"dur":5000.000,"cname":"terrible","args":{"result":"crashed","iteration":1,"index":0,"attempt":"1 of 2"}},
{"ph":"X","pid":1,"tid":2,"name":"S.\"\u000a\\xff","cat":"test","ts":9000.000,"dur":3000.000,"cname":"good","args":{"result":"passed","iteration":1,"index":0,"attempt":"2 of 2"}},
{"ph":"i","pid":1,"tid":1,"name":"node down: killed by signal 6","cat":"crash","s":"t","ts":9000.000},
{"ph":"X","pid":1,"tid":2,"name":"idle","cat":"idle","ts":12000.000,"dur":8000.000,"cname":"grey"}
]}
)");
}

TEST(TraceEvent, HasAProcessForEachRun) {
  Schedule schedule;
  schedule.program = "p";
  for (const unsigned number : {1U, 2U}) {
    schedule.runs.push_back(empty_run(1, 1));
    schedule.runs.back().number = number;
  }
  const std::string text = TraceWriter::write(schedule);
  EXPECT_NE(
      text.find(R"("pid":2,"tid":0,"name":"process_name","args":{"name":"p, run 2 of all tests"})"),
      std::string::npos)
      << text;
}

TEST(TraceEvent, IsADocumentWithoutRuns) {
  EXPECT_EQ(TraceWriter::write({}), "{\"displayTimeUnit\":\"ms\",\"traceEvents\":[\n\n]}\n");
}

}  // namespace
}  // namespace gtest_xdist::internal
