// A suite that has its tests handed out by a scheduler of its own, longest_first.h.
#include <chrono>
#include <thread>

#include <gtest/gtest.h>

#include <gtest_xdist/plugin.h>

#include "longest_first.h"

namespace {

GTEST_XDIST_PLUGIN(UseLongestFirst)
GTEST_XDIST_GROUP("long", "*.Takes*")

void take(int milliseconds) {
  std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds));
}

class Query : public testing::TestWithParam<int> {};
TEST_P(Query, IsQuick) { take(2); }
INSTANTIATE_TEST_SUITE_P(All, Query, testing::Range(0, 50));

TEST(Report, TakesLong) { take(200); }
TEST(Report, TakesLongToo) { take(200); }

}  // namespace
