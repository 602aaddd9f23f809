// Iterations with retries: what their reports say, and a fixture.
#ifndef SUPPORT_RETRIES_TEST_H_
#define SUPPORT_RETRIES_TEST_H_

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "gtest_xdist/controller/locks/lock_table.h"
#include "gtest_xdist/controller/session/iteration.h"
#include "gtest_xdist/scheduler/load.h"

#include "support/stage.h"

namespace gtest_xdist::internal {

inline const FailurePolicy kOnce{0, 1};
inline const FailurePolicy kTwice{0, 2};

inline std::string line(int number, int most, int worker) {
  return "gw" + std::to_string(worker) + " writes [ ATTEMPT  ] " + std::to_string(number) + " of " +
         std::to_string(most) + " on gw" + std::to_string(worker) + "\n";
}

// An attempt that is not the last and has failed by an assertion.
inline std::string aside(int number, int most, int worker, const std::string& text = "broken") {
  const std::string gw = "gw" + std::to_string(worker);
  return line(number, most, worker) + "; " + gw + " writes a.cpp:1: Failure\n" + text + "\n; " +
         gw + " prints 10-20; ";
}

inline std::string last(int number, int most, int worker) {
  return line(number, most, worker) + "; gw" + std::to_string(worker) + " prints 10-20";
}

// The line behind the last attempt that was made, where another one was due.
inline std::string not_run(int number, int most, int worker, const std::string& why) {
  return "; gw" + std::to_string(worker) + " writes [ ATTEMPT  ] " + std::to_string(number) +
         " of " + std::to_string(most) + " not run: " + why + "\n";
}

class RetriesTest : public testing::Test {
 protected:
  void begin(std::unique_ptr<Scheduler> scheduler, unsigned workers, TestIndex tests,
             const FailurePolicy& policy = kTwice, CrashItemHandler handler = {},
             const LockTable& locks = no_locks()) {
    stage_.emplace(std::move(scheduler), workers, tests, std::move(handler), locks, policy);
    stage_->start();
  }
  void begin_load(unsigned workers, TestIndex tests, const FailurePolicy& policy = kTwice,
                  CrashItemHandler handler = {}) {
    begin(std::make_unique<LoadScheduling>(workers), workers, tests, policy, std::move(handler));
  }

  // The worker runs everything it has; the tests, in order.
  std::vector<TestIndex> complete_all(std::size_t i) {
    std::vector<TestIndex> tests;
    while (stage_->begin(i)) tests.push_back(stage_->complete(i));
    return tests;
  }

  std::vector<std::string> reports() { return stage_->take_report_texts(); }
  std::vector<std::string> stories() {
    std::vector<std::string> texts;
    for (const Retries::Flaky& test : stage_->iteration().flaky()) {
      texts.push_back(std::to_string(test.test) + " " + test.story);
    }
    return texts;
  }
  void expect_end(const std::string& failures = {}) {
    EXPECT_TRUE(stage_->is_accounted_for());
    EXPECT_EQ(stage_->take_failures(), failures);
    EXPECT_FALSE(stage_->iteration().has_work());
    EXPECT_FALSE(stage_->iteration().under_way());
  }

  std::optional<Stage> stage_;
};

}  // namespace gtest_xdist::internal

#endif  // SUPPORT_RETRIES_TEST_H_
