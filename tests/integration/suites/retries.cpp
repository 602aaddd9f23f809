// Tests that fail, crash or are skipped in the first $ATTEMPTS attempts, which are counted over all
// processes. With $PLUGIN a plugin notes each report; with $SCHEDULER it hands tests out itself.
#include <fcntl.h>
#include <unistd.h>

#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include <gtest_xdist/plugin.h>
#include <gtest_xdist/scheduler/work_stealing.h>

#include "support.h"

namespace {

// Which attempt this is of the running test, from 1 on.
int attempt() {
  for (int i = 1;; ++i) {
    const std::string name =
        support::variable("NOTES") + "." + support::current_test() + "." + std::to_string(i);
    const int file = ::open(name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (file < 0) continue;
    ::close(file);
    return i;
  }
}

bool is_early(int attempt) { return attempt <= std::atoi(support::variable("ATTEMPTS").c_str()); }

class Retried : public testing::Test {
 public:
  static void SetUpTestSuite() { support::note("set-up " + support::worker()); }

 protected:
  void SetUp() override {
    attempt_ = attempt();
    support::note("run " + support::current_test() + " " + support::worker());
    std::printf("printed in attempt %d\n", attempt_);
  }

  int attempt_ = 0;
};

TEST_F(Retried, Fails) { EXPECT_FALSE(is_early(attempt_)) << "failed in attempt " << attempt_; }
TEST_F(Retried, FailsFatally) {
  RecordProperty("attempt", attempt_);
  if (!support::variable("OWN_FLAKY").empty()) RecordProperty("flaky", "the test's own");
  if (is_early(attempt_)) FAIL() << "failed in attempt " << attempt_;
}
TEST_F(Retried, Crashes) {
  std::fflush(stdout);
  if (is_early(attempt_)) std::abort();
}
TEST_F(Retried, IsSkippedThen) {
  if (is_early(attempt_)) FAIL() << "failed in attempt " << attempt_;
  GTEST_SKIP() << "not now";
}
TEST_F(Retried, Passes) {}

class Locked : public Retried {};
TEST_F(Locked, Fails) { EXPECT_FALSE(is_early(attempt_)); }
TEST_F(Locked, Passes) {}
TEST_F(Locked, Crashes) {
  std::fflush(stdout);
  if (is_early(attempt_)) std::abort();
}
TEST_F(Locked, FailsAlone) { EXPECT_FALSE(is_early(attempt_)); }
GTEST_XDIST_LOCK("lock", "Locked.*")
GTEST_XDIST_SERIAL("Locked.FailsAlone")

class Many : public testing::TestWithParam<int> {};
TEST_P(Many, Passes) {}
INSTANTIATE_TEST_SUITE_P(All, Many, testing::Range(0, 10));

class Reports : public gtest_xdist::Plugin {
  gtest_xdist::Answer<std::unique_ptr<gtest_xdist::Scheduler>> make_scheduler(
      gtest_xdist::Config& config) override {
    if (support::variable("SCHEDULER").empty()) return {};
    return std::make_unique<gtest_xdist::WorkStealingScheduling>(config.numprocesses);
  }
  gtest_xdist::After runtest_logreport(const gtest_xdist::TestReport& report) override {
    const bool failed = report.outcome == gtest_xdist::Outcome::failed;
    support::note("report " + report.item.id + " " + (failed ? "failed" : "passed") + " in " +
                  (support::worker().empty() ? "controller" : "worker"));
    return {};
  }
  gtest_xdist::Answer<bool> handlecrashitem(const gtest_xdist::Item& item, gtest_xdist::TestReport&,
                                            gtest_xdist::Scheduler& scheduler) override {
    support::note("handle " + item.id);
    if (support::variable("PUT_BACK").empty()) return {};
    scheduler.mark_test_pending(item.index);
    return true;
  }
};

const bool kWithPlugin = [] {
  if (!support::variable("PLUGIN").empty()) {
    gtest_xdist::plugins().register_plugin(std::make_shared<Reports>(), "Reports");
  }
  return true;
}();

}  // namespace
