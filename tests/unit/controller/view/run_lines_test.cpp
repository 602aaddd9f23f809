#include "gtest_xdist/controller/view/run_lines.h"

#include <cstddef>
#include <string>

#include <gtest/gtest.h>

namespace gtest_xdist::internal {
namespace {

TEST(RunLines, CountWorkersAndTests) {
  EXPECT_EQ(describe_crew(4, 812), "4 workers [812 tests]");
  EXPECT_EQ(describe_crew(1, 1), "1 worker [1 test]");
}

TEST(RunLines, SayHowATestHasEnded) {
  struct Row {
    RunEnd end;
    std::size_t done;
    std::size_t all;
    const char* line;
  };
  for (const Row& row : {
           Row{{7, 1, Outcome::passed}, 406, 812, "[gw1] [ 50%] PASSED S.T"},
           Row{{7, 12, Outcome::failed}, 812, 812, "[gw12] [100%] FAILED S.T"},
           Row{{7, 0, Outcome::skipped}, 811, 812, "[gw0] [ 99%] SKIPPED S.T"},
           Row{{7, 0, Outcome::rerun}, 0, 812, "[gw0] [  0%] RERUN S.T"},
           Row{{7, 0, Outcome::passed}, 0, 0, "[gw0] [100%] PASSED S.T"},
       }) {
    EXPECT_EQ(describe_run_end(row.end, "S.T", {row.all, row.done, 0, {}, {}}), row.line);
  }
}

}  // namespace
}  // namespace gtest_xdist::internal
