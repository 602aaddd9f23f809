#include "gtest_xdist/controller/session/staffing.h"

#include <unistd.h>

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include <gtest/gtest.h>

#include "gtest_xdist/bridge/catalog.h"
#include "gtest_xdist/controller/records/schedule_log.h"
#include "gtest_xdist/core/schedule/schedule.h"
#include "gtest_xdist/process/files/descriptor.h"
#include "gtest_xdist/process/jobserver.h"

#include "support/session_parts.h"

namespace gtest_xdist::internal {
namespace {

// Two workers, the second of which make may have to have a token for.
class StaffingTest : public testing::Test {
 protected:
  void begin(Jobserver* jobserver = nullptr, const Options& options = {}) {
    parts_.emplace(2, jobserver, false, options);
    log_.emplace(run_, std::make_shared<Catalog>(), 2, std::chrono::steady_clock::now());
    staffing_.emplace(parts_->node_manager, parts_->crew, parts_->iterations, parts_->collections,
                      &*log_);
    parts_->crew.start(1);
    for (const auto& node : parts_->node_manager.nodes()) log_->started(*node);
  }

  // make had no token for the second worker at the beginning; now there is one.
  void begin_with_a_token() {
    int ends[2] = {};
    ASSERT_EQ(::pipe(ends), 0);
    from_ = Descriptor(ends[0]);
    to_ = Descriptor(ends[1]);
    const std::string place = std::to_string(ends[0]) + "," + std::to_string(ends[1]);
    jobserver_ = Jobserver::offered_by({{"MAKEFLAGS", " -j2 --jobserver-auth=" + place}});
    begin(jobserver_.get());
    ASSERT_EQ(parts_->nodes(), 1U);
    ASSERT_TRUE(write_all(to_.number(), "x"));
    ASSERT_TRUE(jobserver_->take());
  }

  // What is said of the worker's replacement.
  std::string replace(std::size_t i) {
    parts_->crash(i);
    testing::internal::CaptureStderr();
    staffing_->replace(parts_->node(i));
    return testing::internal::GetCapturedStderr();
  }

  Descriptor from_;
  Descriptor to_;
  std::unique_ptr<Jobserver> jobserver_;
  ScheduleRun run_;
  std::optional<SessionParts> parts_;
  std::optional<ScheduleLog> log_;
  std::optional<Staffing> staffing_;
};

TEST_F(StaffingTest, ReplacesAWorker) {
  begin();
  EXPECT_EQ(replace(1), "gtest-xdist: replacing crashed worker gw1 with gw2\n");
  ASSERT_EQ(parts_->nodes(), 3U);
  EXPECT_EQ(parts_->node(2).slot_number(), 1U);
  EXPECT_TRUE(parts_->node(2).is_in_iteration());
  EXPECT_NE(parts_->node(2).process, nullptr);
  EXPECT_EQ(run_.crew.size(), 3U);
}

TEST_F(StaffingTest, ReplacesNobodyWithoutWork) {
  begin();
  parts_->iterations.start_no_more_workers("interrupted");
  EXPECT_EQ(replace(0), "");
  EXPECT_EQ(parts_->nodes(), 2U);
}

TEST_F(StaffingTest, ReplacesNobodyWhereCollectionsDiffer) {
  begin();
  CollectionIds others{{"Only.There"}};
  parts_->collections.on(parts_->node(0), others);
  EXPECT_EQ(replace(0), "");
  EXPECT_EQ(parts_->nodes(), 2U);
}

TEST_F(StaffingTest, ReplacesNoMoreWorkersThanItMay) {
  Options options;
  options.max_worker_restart = 1;
  begin(nullptr, options);
  parts_->tell(0);
  replace(0);
  EXPECT_EQ(replace(1), "gtest-xdist: maximum crashed workers reached: 1\n");
  EXPECT_EQ(parts_->nodes(), 3U);
  EXPECT_EQ(parts_->iterations.why_no_more_workers(), "maximum crashed workers reached: 1");
}

TEST_F(StaffingTest, ReplacesLateIfTwoDieBeforeOneArrives) {
  begin();
  replace(0);
  EXPECT_EQ(replace(1), "") << "gw2 is on its way";
  staffing_->replace_late();
  EXPECT_EQ(parts_->nodes(), 3U);
  parts_->tell(2);
  staffing_->replace_late();
  ASSERT_EQ(parts_->nodes(), 4U);
  EXPECT_EQ(parts_->node(3).slot_number(), 1U);
  staffing_->replace_late();
  EXPECT_EQ(parts_->nodes(), 4U);
}

TEST_F(StaffingTest, ReplacesNoneIfNoneArrives) {
  begin();
  replace(0);
  replace(1);
  EXPECT_EQ(replace(2), "gtest-xdist: no worker got as far as its tests\n");
  EXPECT_EQ(parts_->nodes(), 3U);
  EXPECT_EQ(parts_->iterations.why_no_more_workers(), "no worker got as far as its tests");
}

TEST_F(StaffingTest, StartsAnotherWhenAllHaveArrived) {
  begin_with_a_token();
  staffing_->use_free_token();
  EXPECT_EQ(parts_->nodes(), 1U);
  EXPECT_EQ(jobserver_->held(), 1U);
  parts_->tell(0);
  staffing_->use_free_token();
  ASSERT_EQ(parts_->nodes(), 2U);
  EXPECT_EQ(parts_->crew.workers(), 2U);
  EXPECT_TRUE(parts_->node(1).is_in_iteration());
  EXPECT_NE(parts_->node(1).process, nullptr);
  EXPECT_EQ(run_.crew.size(), 2U);
  EXPECT_EQ(jobserver_->held(), 1U);
}

TEST_F(StaffingTest, GivesATokenBackThatIsOfNoUse) {
  begin_with_a_token();
  parts_->tell(0);
  parts_->iterations.start_no_more_workers("interrupted");
  staffing_->use_free_token();
  EXPECT_EQ(parts_->nodes(), 1U);
  EXPECT_EQ(jobserver_->held(), 0U);
}

TEST_F(StaffingTest, GivesTheTokenOfAWorkerBackThatIsNotReplaced) {
  begin_with_a_token();
  parts_->tell(0);
  staffing_->use_free_token();
  parts_->tell(1);
  parts_->iterations.start_no_more_workers("interrupted");
  parts_->crash(1);
  staffing_->use_free_token();
  EXPECT_EQ(jobserver_->held(), 0U);
}

}  // namespace
}  // namespace gtest_xdist::internal
