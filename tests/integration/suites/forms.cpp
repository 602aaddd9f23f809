// A part of a program that has more than one: its own file, a library that it is linked with, or
// one that it loads. Each is linked with a file that includes the header. PART is its name; PLUGIN
// and ONCE say what it has.
#include <memory>
#include <string>

#include <gtest_xdist/once.h>
#include <gtest_xdist/plugin.h>

#include "support.h"

#define QUOTED(name) QUOTED_AS_IT_IS(name)
#define QUOTED_AS_IT_IS(name) #name

namespace {

class PART : public testing::TestWithParam<int> {};

TEST_P(PART, KnowsItsWorker) {
  const std::string worker = support::worker();
  EXPECT_EQ(gtest_xdist::worker_id(), worker.empty() ? "master" : worker);
  EXPECT_EQ(gtest_xdist::is_xdist_worker(), !worker.empty());
}

TEST_P(PART, FailsOneInThree) { EXPECT_NE(0, GetParam() % 3); }

TEST_P(PART, SharesWhatIsMadeOnce) {
  if (support::variable("ONCE").empty()) return;
  const auto make = [] {
    support::note("make");
    return std::string("a value");
  };
  EXPECT_EQ("a value", gtest_xdist::once("of all parts", make));
}

INSTANTIATE_TEST_SUITE_P(All, PART, testing::Range(0, 6));

class Summary : public gtest_xdist::Plugin {
  gtest_xdist::After terminal_summary(gtest_xdist::TerminalReporter& reporter) override {
    reporter.write_line("the plugin of " QUOTED(PART));
    return {};
  }
};

const bool registered =
    !support::variable("PLUGIN").empty() &&
    gtest_xdist::plugins().register_plugin(std::make_shared<Summary>(), QUOTED(PART));

}  // namespace
