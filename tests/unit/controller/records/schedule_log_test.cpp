#include "gtest_xdist/controller/records/schedule_log.h"

#include <chrono>
#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "gtest_xdist/bridge/catalog.h"
#include "gtest_xdist/core/messages/message.h"

#include "support/worker_fixture.h"

namespace gtest_xdist::internal {
namespace {

using SpanKind = ScheduleSpan::Kind;
using SpanResult = ScheduleSpan::Result;
using std::chrono::hours;
using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

constexpr std::int64_t kSecondInNs = 1'000'000'000;

// The session began an hour ago, and its worker has the number 3.
class ScheduleLogTest : public WorkerFixture {
 protected:
  void SetUp() override {
    log_ = std::make_unique<ScheduleLog>(run_, std::make_shared<Catalog>(), 4, zero_);
    node_.process_starts(zero_ + hours(1));
    log_->started(node_);
    started_ = run_.crew[3].begin_ns;
  }

  // So many seconds after the start of the worker.
  ClockSpan at(std::int64_t seconds, std::int64_t duration) const {
    return {clock_nanoseconds(zero_) + started_ + seconds * kSecondInNs, duration * kSecondInNs};
  }

  template <class Message>
  void tell(const Message& message) {
    log_->on_message(node_, message, ScheduleLog::result_of(node_, message));
  }

  void tell_test(TestIndex test, ClockSpan time) {
    TestDone done;
    done.test = test;
    done.time = time;
    log_->on_test(node_, done, Outcome::passed);
  }

  const ScheduleSpan& last() const { return run_.spans.back(); }

  const Clock::time_point zero_ = Clock::now() - hours(1);
  ScheduleRun run_;
  std::unique_ptr<ScheduleLog> log_;
  std::int64_t started_ = 0;
};

TEST_F(ScheduleLogTest, KnowsTheProgram) {
  const Catalog catalog;
  EXPECT_EQ(run_.tests, catalog.size());
  EXPECT_EQ(run_.digest, catalog.digest_of_names());
  EXPECT_EQ(run_.workers, 4U);
  EXPECT_EQ(run_.names->of_test(1), catalog.full_name(1));
  EXPECT_EQ(run_.names->of_suite(0), catalog.suite(0).name());
  EXPECT_EQ(run_.names->suite_of(0), 0U);
  EXPECT_EQ(run_.crew.size(), 4U);
  EXPECT_EQ(run_.crew[3].slot, node_.slot_number());
  EXPECT_EQ(started_, 3600 * kSecondInNs);
}

TEST_F(ScheduleLogTest, CountsIterations) {
  log_->begin_iteration({1, 2}, true);
  EXPECT_EQ(run_.iterations, 1U);
  EXPECT_EQ(run_.selected, (std::vector<TestIndex>{1, 2}));
  EXPECT_TRUE(run_.on_every_worker);
  tell(EnvironmentsUp{});
  EXPECT_TRUE(run_.spans.empty()) << "gtest has kept the environments";
  tell_test(1, {});
  EXPECT_EQ(last().iteration, 1U);
  tell(IterationDone{});
  tell_test(2, {});
  EXPECT_EQ(last().iteration, 2U);
  EXPECT_EQ(last().subject, 2U);
  WorkerNode next(4, segment_, kSlot);
  log_->started(next, true);
  log_->on_test(next, TestDone{}, Outcome::passed);
  EXPECT_EQ(last().iteration, 2U);
  EXPECT_EQ(last().worker, 4);
}

TEST_F(ScheduleLogTest, BelievesNoTimeThatCannotBe) {
  const std::int64_t now = clock_nanoseconds(Clock::now()) - clock_nanoseconds(zero_);
  std::int64_t before = started_;
  for (const std::int64_t begin :
       {std::numeric_limits<std::int64_t>::min(), std::int64_t{-1}, std::int64_t{0},
        std::numeric_limits<std::int64_t>::max(), at(0, 0).begin_ns}) {
    for (const std::int64_t duration :
         {std::numeric_limits<std::int64_t>::min(), std::int64_t{-1}, std::int64_t{0},
          std::int64_t{1}, std::numeric_limits<std::int64_t>::max()}) {
      tell_test(1, {begin, duration});
      EXPECT_GE(last().begin_ns, before);
      EXPECT_GE(last().end_ns, last().begin_ns);
      EXPECT_LT(last().end_ns, now + 3600 * kSecondInNs);
      before = last().end_ns;
    }
  }
}

TEST_F(ScheduleLogTest, TellsResults) {
  const std::pair<Outcome, SpanResult> results[] = {{Outcome::passed, SpanResult::passed},
                                                    {Outcome::failed, SpanResult::failed},
                                                    {Outcome::skipped, SpanResult::skipped}};
  for (const auto& [outcome, result] : results) {
    log_->on_test(node_, TestDone{}, outcome);
    EXPECT_EQ(last().result, result);
  }
  node_.untold.suite.add_part(3, {}, {PartType::fatal_failure, "", -1, ""});
  tell(SuiteUp{0, {}, {}});
  EXPECT_EQ(last().kind, SpanKind::suite_up);
  EXPECT_EQ(last().result, SpanResult::failed);
  EnvironmentsUp unusable;
  unusable.ran = true;
  unusable.usable = false;
  tell(unusable);
  EXPECT_EQ(last().kind, SpanKind::environments_up);
  EXPECT_EQ(last().result, SpanResult::failed);
}

TEST_F(ScheduleLogTest, HasTheStartOfAWorkerBeforeItsEnvironments) {
  EnvironmentsUp up;
  up.ran = true;
  up.time = {clock_nanoseconds(Clock::now()), 0};
  tell(up);
  ASSERT_EQ(run_.spans.size(), 2U);
  EXPECT_EQ(run_.spans[0].kind, SpanKind::start);
  EXPECT_EQ(run_.spans[0].begin_ns, started_);
  EXPECT_EQ(run_.spans[0].end_ns, run_.spans[1].begin_ns);
  EXPECT_EQ(run_.spans[1].kind, SpanKind::environments_up);
  tell(up);
  EXPECT_EQ(run_.spans.size(), 3U) << "it has started once";
}

TEST_F(ScheduleLogTest, TellsWhatAWorkerDiedIn) {
  node_.send({4});
  deque_.take();
  node_.slot().phase.store(Phase::test);
  node_.slot().phase_since.store(clock_nanoseconds(Clock::now()));
  log_->ended(node_, "killed by signal 6", Clock::now());
  EXPECT_EQ(last().kind, SpanKind::test);
  EXPECT_EQ(last().subject, 4U);
  EXPECT_EQ(last().result, SpanResult::crashed);
  EXPECT_EQ(run_.crew[3].end, "killed by signal 6");
  EXPECT_GE(run_.crew[3].end_ns, last().end_ns);

  node_.end_for({"timed out", "", true});
  log_->ended(node_, "x", Clock::now());
  EXPECT_EQ(last().result, SpanResult::timed_out);
  node_.end_for({"was interrupted", "", false});
  log_->ended(node_, "x", Clock::now());
  EXPECT_EQ(last().result, SpanResult::interrupted);
}

TEST_F(ScheduleLogTest, TellsWhereAWorkerDiedOutsideOfTests) {
  struct Row {
    Phase phase;
    SpanKind kind;
  };
  for (const Row& row :
       {Row{Phase::starting, SpanKind::start}, Row{Phase::session_start, SpanKind::start},
        Row{Phase::environments_up, SpanKind::environments_up},
        Row{Phase::suite_down, SpanKind::suite_down},
        Row{Phase::environments_down, SpanKind::environments_down}}) {
    node_.slot().phase.store(row.phase);
    log_->ended(node_, "x", Clock::now());
    EXPECT_EQ(last().kind, row.kind);
  }
  const std::size_t spans = run_.spans.size();
  for (const Phase phase : {Phase::idle, Phase::finishing}) {
    node_.slot().phase.store(phase);
    log_->ended(node_, "x", Clock::now());
  }
  log_->ended(node_, "", Clock::now());
  EXPECT_EQ(run_.spans.size(), spans);
}

TEST_F(ScheduleLogTest, ForgetsOnlySpans) {
  tell_test(1, {});
  log_->forget_spans();
  EXPECT_TRUE(run_.spans.empty());
  EXPECT_EQ(run_.crew.size(), 4U);
}

}  // namespace
}  // namespace gtest_xdist::internal
