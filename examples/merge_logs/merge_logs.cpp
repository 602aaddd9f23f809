// A suite whose tests write into one log, by the plugin in merge_logs.h.
#include "merge_logs.h"

#include <memory>
#include <string>

#include <gtest/gtest.h>

#include <gtest_xdist/plugin.h>

namespace {

GTEST_XDIST_PLUGIN(MergeLogs)

void log(const std::string& text) {
  const auto plugin = gtest_xdist::plugins().get_plugin("MergeLogs");
  if (plugin) std::static_pointer_cast<MergeLogs>(plugin)->write(text);
}

class Request : public testing::TestWithParam<int> {};

TEST_P(Request, IsAnswered) {
  log("asking for page " + std::to_string(GetParam()));
  EXPECT_GE(GetParam(), 0);
}

INSTANTIATE_TEST_SUITE_P(Pages, Request, testing::Range(0, 20));

}  // namespace
