#include "gtest_xdist/controller/session/worker_collections.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "support/session_parts.h"

namespace gtest_xdist::internal {
namespace {

using Tests = std::vector<TestIndex>;

constexpr bool kAsksWorkers = true;

// The worker has registered something else.
void tell_others(SessionParts& parts, std::size_t i, const std::vector<std::string>& ids) {
  Hello hello{parts.check.digest() + 1, {}};
  parts.collections.on(parts.node(i), hello);
  CollectionIds m{ids};
  parts.collections.on(parts.node(i), m);
}

TEST(WorkerCollectionsTest, HearsWorkersOneByOne) {
  SessionParts parts(2);
  EXPECT_TRUE(parts.collections.are_awaited());
  parts.tell(0);
  EXPECT_FALSE(parts.collections.are_awaited());
  EXPECT_FALSE(parts.collections.are_known());
  EXPECT_EQ(parts.node(0).life().stage(), WorkerLife::Stage::collected);
  parts.tell(1);
  EXPECT_TRUE(parts.collections.are_known());
  EXPECT_FALSE(parts.collections.differ());
}

TEST(WorkerCollectionsTest, NobodyWaitsForAWorkerThatIsGone) {
  SessionParts parts(2);
  parts.crash(0);
  EXPECT_TRUE(parts.collections.are_awaited());
  parts.tell(1);
  EXPECT_TRUE(parts.collections.are_known());
}

TEST(WorkerCollectionsTest, WithoutPluginsWhatThisProcessHasIsHandedOutAtOnce) {
  SessionParts parts(2);
  EXPECT_EQ(parts.hooks.session().testscollected, 4U);
  EXPECT_GT(parts.node(0).pending(), 0U);
}

TEST(WorkerCollectionsTest, WithPluginsAllWorkersAreAskedFirst) {
  SessionParts parts(2, nullptr, kAsksWorkers);
  EXPECT_EQ(parts.hooks.session().testscollected, 0U);
  parts.tell(0, Tests{2, 0});
  EXPECT_EQ(parts.check.order(), (Tests{2, 0}));
  EXPECT_EQ(parts.catalog.selected(), (Tests{0, 2})) << "plugins have changed it";
  EXPECT_EQ(parts.hooks.session().testscollected, 2U);
  EXPECT_EQ(parts.node(0).pending(), 0U);
  parts.tell(1, Tests{2, 0});
  for (const std::size_t i : {0U, 1U}) parts.environments_up(i);
  EXPECT_EQ(parts.node(0).pending() + parts.node(1).pending(), 2U);
}

TEST(WorkerCollectionsTest, PluginsThatAreOnlyInWorkersAreNoticed) {
  SessionParts parts(2);
  parts.tell(0, Tests{3, 1, 2});
  EXPECT_TRUE(parts.iterations.asks_workers());
  EXPECT_EQ(parts.check.order(), (Tests{3, 1, 2}));
  EXPECT_EQ(parts.node(1).pending(), 0U) << "what it had is taken back";
  parts.tell(1, Tests{3, 1, 2});
  EXPECT_FALSE(parts.collections.differ());
  for (const std::size_t i : {0U, 1U}) parts.environments_up(i);
  EXPECT_EQ(parts.node(0).pending() + parts.node(1).pending(), 2U) << "the third comes later";
}

TEST(WorkerCollectionsTest, AllMustHaveWhatTheFirstOneHas) {
  SessionParts parts(2, nullptr, kAsksWorkers);
  parts.tell(0, Tests{2, 0});
  testing::internal::CaptureStderr();
  parts.tell(1, Tests{0, 2});
  EXPECT_EQ(testing::internal::GetCapturedStderr(),
            "gtest-xdist: the workers did not collect the same tests\n");
  EXPECT_TRUE(parts.collections.differ());
  EXPECT_EQ(parts.node(1).life().stage(), WorkerLife::Stage::rejected);
  EXPECT_EQ(parts.iterations.why_no_more_workers(), "the workers did not collect the same tests");
  const std::vector<std::string> failures = parts.take_failures();
  ASSERT_EQ(failures.size(), 1U);
  EXPECT_EQ(failures[0].rfind("Different tests were collected between gw0 and gw1. ", 0), 0U);
}

TEST(WorkerCollectionsTest, AllDifferencesAreToldBeforeTheEnd) {
  SessionParts parts(3);
  tell_others(parts, 0, {"Only.There"});
  EXPECT_TRUE(parts.collections.differ());
  EXPECT_EQ(parts.node(0).life().stage(), WorkerLife::Stage::rejected);
  EXPECT_EQ(parts.node(1).pending(), 0U) << "nothing is started any more";
  parts.tell(1);
  EXPECT_EQ(parts.iterations.why_no_more_workers(), "");
  testing::internal::CaptureStderr();
  tell_others(parts, 2, {"Only.Here"});
  testing::internal::GetCapturedStderr();
  EXPECT_EQ(parts.iterations.why_no_more_workers(), "the workers did not collect the same tests");
  const std::vector<std::string> failures = parts.take_failures();
  ASSERT_EQ(failures.size(), 2U);
  EXPECT_EQ(failures[0].rfind("Different tests were collected between controller and gw0. ", 0),
            0U);
  EXPECT_EQ(failures[1].rfind("Different tests were collected between controller and gw2. ", 0),
            0U);
}

TEST(WorkerCollectionsTest, TheLastOneMayDieInstead) {
  SessionParts parts(2);
  tell_others(parts, 0, {"Only.There"});
  parts.crash(1);
  testing::internal::CaptureStderr();
  parts.collections.schedule_if_equal();
  testing::internal::GetCapturedStderr();
  EXPECT_EQ(parts.iterations.why_no_more_workers(), "the workers did not collect the same tests");
}

TEST(WorkerCollectionsTest, WhereNothingWillRunTheSelectionStays) {
  SessionParts parts(1, nullptr, kAsksWorkers);
  parts.iterations.start_no_more_workers("interrupted");
  parts.tell(0, Tests{2, 0});
  EXPECT_EQ(parts.node(0).life().stage(), WorkerLife::Stage::rejected);
  EXPECT_EQ(parts.catalog.selected(), (Tests{0, 1, 2, 3}));
  EXPECT_FALSE(parts.collections.differ());
}

TEST(WorkerCollectionsTest, AWorkerThatSaysWhatCannotBeIsBroken) {
  SessionParts parts(3);
  parts.tell(0);
  parts.tell(0);
  EXPECT_EQ(parts.node(0).accusation(), "it sent its collection twice");
  parts.tell(1, Tests{1, 1});
  EXPECT_EQ(parts.node(1).accusation(), "it sent an impossible collection");
  tell_others(parts, 2, {"Only.There"});
  EXPECT_EQ(parts.node(2).accusation(), "");
  tell_others(parts, 2, {"Only.There"});
  EXPECT_EQ(parts.node(2).accusation(), "it sent its collection twice");
}

}  // namespace
}  // namespace gtest_xdist::internal
