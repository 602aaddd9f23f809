#include "gtest_xdist/core/schedule/schedule_record.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "support/schedules.h"
#include "support/thrown.h"

namespace gtest_xdist::internal {
namespace {

using SpanKind = ScheduleSpan::Kind;

TEST(ScheduleRecord, IsAText) {
  Schedule schedule;
  schedule.program = "my\\test";
  ScheduleRun run = empty_run(2, 6);
  run.iterations = 2;
  run.selected = {5, 0, 1, 2, 3};
  add_span(run, SpanKind::suite_up, 0, 1, 0, 1);
  add_span(run, SpanKind::test, 0, 2, 1, 2);
  add_span(run, SpanKind::test, 0, 3, 2, 9);  // its worker dies
  add_span(run, SpanKind::test, 1, 0, 1, 3);
  add_span(run, SpanKind::test, 1, 1, 3, 4);
  run.crew.emplace_back();  // gw2 in place of gw0
  add_span(run, SpanKind::test, 2, 5, 10, 11);
  add_span(run, SpanKind::test, 2, 3, 12, 13);
  add_span(run, SpanKind::test, 1, 0, 20, 21).iteration = 2;
  schedule.runs.push_back(run);
  EXPECT_EQ(format_record(record_schedule(schedule)),
            "gtest-xdist schedule 1\n"
            "program my\\x5ctest\n"
            "run 1: 6 tests, digest 0000000000000123, 2 workers\n"
            "selected 0-3:5\n"
            "iteration 1\n"
            "gw0: 2:3\n"
            "gw1: 0:1\n"
            "gw2 for gw0: 5:3\n"
            "again gw2: 3\n"
            "iteration 2\n"
            "gw1: 0\n"
            "end\n");
}

TEST(ScheduleRecord, CountsRunsInEachPlaceWhereEveryWorkerRunsEveryTest) {
  Schedule schedule;
  schedule.program = "p";
  ScheduleRun run = empty_run(2, 1);
  run.on_every_worker = true;
  run.selected.clear();
  add_span(run, SpanKind::test, 0, 0, 1, 2);
  add_span(run, SpanKind::test, 1, 0, 1, 2);
  add_span(run, SpanKind::test, 1, 0, 3, 4);
  schedule.runs.push_back(run);
  EXPECT_EQ(format_record(record_schedule(schedule)),
            "gtest-xdist schedule 1\n"
            "program p\n"
            "run 1: 1 tests, digest 0000000000000123, 2 workers, each test on every worker\n"
            "selected none\n"
            "iteration 1\n"
            "gw0: 0\n"
            "gw1: 0:0\n"
            "again gw1: 0\n"
            "end\n");
}

TEST(ScheduleRecord, TellsFirstRunsFromOthers) {
  const auto first = [](std::vector<TestIndex> tests, std::vector<TestIndex> again) {
    return first_runs({0, 0, std::move(tests), std::move(again)});
  };
  using Tests = std::vector<TestIndex>;
  EXPECT_EQ(first({3, 1, 2}, {}), (Tests{3, 1, 2}));
  EXPECT_EQ(first({3, 1, 3}, {3}), (Tests{3, 1}));
  EXPECT_EQ(first({3, 1, 3}, {3, 3}), (Tests{1}));
  EXPECT_EQ(text_of_thrown<std::invalid_argument>([&] {
              first({3, 1}, {3, 3});
            }),
            "test 3 did not run that often");
}

}  // namespace
}  // namespace gtest_xdist::internal
