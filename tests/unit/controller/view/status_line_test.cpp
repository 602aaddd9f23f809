#include "gtest_xdist/controller/view/status_line.h"

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace gtest_xdist::internal {
namespace {

using namespace std::chrono_literals;

RunStatus usual() {
  RunStatus status;
  status.tally = {812, 42, 1, {}, {}};
  status.elapsed = 12s;
  status.running = {{"gw0", "Suite.Other", 1s}, {"gw1", "Suite.Test", 3s}};
  return status;
}

std::string line(const RunStatus& status, std::size_t width) {
  return format_status_line(status, width, false);
}

TEST(StatusLine, TellsAgesInUnitsThatFit) {
  struct Row {
    std::chrono::seconds age;
    const char* text;
  };
  for (const Row& row :
       {Row{0s, "0s"}, Row{59s, "59s"}, Row{60s, "1m00s"}, Row{125s, "2m05s"}, Row{3599s, "59m59s"},
        Row{3600s, "1h00m"}, Row{2h + 11min, "2h11m"}, Row{100h, "100h00m"}}) {
    EXPECT_EQ(describe_age(row.age), row.text);
  }
}

TEST(StatusLine, CountsCharacters) {
  EXPECT_EQ(columns_of(""), 0U);
  EXPECT_EQ(columns_of("gw0"), 3U);
  EXPECT_EQ(columns_of("M\xc3\xbcller \xe2\x82\xac \xf0\x9f\x98\x80"), 10U);
}

TEST(StatusLine, CutsBetweenCharacters) {
  struct Row {
    const char* text;
    std::size_t columns;
    const char* cut;
  };
  for (const Row& row : {
           Row{"abcdefgh", 8, "abcdefgh"},
           Row{"abcdefgh", 7, "abcd..."},
           Row{"abcdefgh", 6, "abcdef"},
           Row{"abcdefgh", 0, ""},
           Row{"\xc3\xbc\xc3\xbc\xc3\xbc", 2, "\xc3\xbc\xc3\xbc"},
           Row{"\xe2\x82\xac"
               "bcdefgh",
               7,
               "\xe2\x82\xac"
               "bcd..."},
       }) {
    EXPECT_EQ(cut_to(row.text, row.columns), row.cut);
  }
}

TEST(StatusLine, SaysWhatIsDoneAndWhatRuns) {
  EXPECT_EQ(line(usual(), 200),
            "[42/812] 1 failed, 12s, ~3m40s left  gw1 Suite.Test 3s  gw0 Suite.Other 1s");
}

TEST(StatusLine, SaysNothingOfFailuresWhereThereAreNone) {
  RunStatus status = usual();
  status.tally.failed = 0;
  EXPECT_EQ(line(status, 40), "[42/812] 12s, ~3m40s left  +2");
}

TEST(StatusLine, HasAnEstimateOnlyWithSomethingToGoBy) {
  RunStatus status;
  status.tally = {10, 0, 0, {}, {}};
  status.elapsed = 5s;
  EXPECT_EQ(line(status, 80), "[0/10] 5s");
  status.tally.done = 1;
  EXPECT_EQ(line(status, 80), "[1/10] 5s, ~45s left");
  status.tally.done = 9;
  EXPECT_EQ(line(status, 80), "[9/10] 5s, ~1s left");
  status.tally.done = 10;
  EXPECT_EQ(line(status, 80), "[10/10] 5s");
  status.tally.done = 5;
  status.elapsed = 0s;
  EXPECT_EQ(line(status, 80), "[5/10] 0s");
}

TEST(StatusLine, ColoursFailuresIfItMay) {
  RunStatus status = usual();
  status.running.clear();
  EXPECT_EQ(format_status_line(status, 80, true),
            "[42/812]\033[31m 1 failed\033[m, 12s, ~3m40s left");
  status.tally.failed = 0;
  EXPECT_EQ(format_status_line(status, 80, true), "[42/812] 12s, ~3m40s left");
}

TEST(StatusLine, LeavesOutWhatDoesNotFit) {
  EXPECT_EQ(line(usual(), 74),
            "[42/812] 1 failed, 12s, ~3m40s left  gw1 Suite.Test 3s  gw0 Suite.Other 1s");
  EXPECT_EQ(line(usual(), 60), "[42/812] 1 failed, 12s, ~3m40s left  gw1 Suite.Test 3s  +1");
  EXPECT_EQ(line(usual(), 40), "[42/812] 1 failed, 12s, ~3m40s left  +2");
  EXPECT_EQ(line(usual(), 36), "[42/812] 1 failed, 12s, ~3m40s left");
  EXPECT_EQ(line(usual(), 24), "[42/812] 1 failed, 12s");
  EXPECT_EQ(line(usual(), 20), "[42/812] 1 failed");
  EXPECT_EQ(line(usual(), 10), "[42/812]");
  EXPECT_EQ(line(usual(), 5), "[42/8");
  EXPECT_EQ(line(usual(), 0), "");
}

TEST(StatusLine, SharesTheRoomAmongLongNames) {
  RunStatus status = usual();
  status.tally = {9, 0, 0, {}, {}};
  status.running = {{"gw0", std::string(50, 'a'), 0s},
                    {"gw1", "Short.Test", 0s},
                    {"gw2", std::string(50, 'b'), 0s}};
  EXPECT_EQ(line(status, 80), "[0/9] 12s  gw0 " + std::string(14, 'a') +
                                  "... 0s  gw1 Short.Test 0s  gw2 " + std::string(14, 'b') +
                                  "... 0s");
}

TEST(StatusLine, IsNeverWiderThanTheScreen) {
  for (std::size_t workers = 0; workers < 40; workers += 3) {
    RunStatus status = usual();
    status.running.clear();
    for (std::size_t i = 0; i < workers; ++i) {
      status.running.push_back({"gw" + std::to_string(i), std::string(5 + 7 * i, 'x'),
                                std::chrono::seconds(1000 * (i % 7))});
    }
    for (std::size_t width = 0; width < 300; ++width) {
      EXPECT_LE(columns_of(line(status, width)), width) << workers;
    }
  }
}

TEST(StatusLine, ShowsWhoTakesLongestFirst) {
  RunStatus status = usual();
  status.running = {{"gw0", "A.A", 1s}, {"gw1", "B.B", 1s}, {"gw2", "C.C", 70s}};
  EXPECT_EQ(line(status, 200),
            "[42/812] 1 failed, 12s, ~3m40s left  gw2 C.C 1m10s  gw0 A.A 1s  gw1 B.B 1s");
}

}  // namespace
}  // namespace gtest_xdist::internal
