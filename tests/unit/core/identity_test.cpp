#include "gtest_xdist/core/identity.h"

#include <set>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace gtest_xdist {
namespace {

using internal::Identity;
using internal::Role;

// Gives this process another identity for the length of a test.
class IdentityTest : public testing::Test {
 protected:
  ~IdentityTest() override { internal::identity() = before_; }

  static void be(Role role, const std::string& worker_id, const std::string& testrun_uid) {
    internal::identity() = {role, worker_id, testrun_uid};
  }

 private:
  const Identity before_ = internal::identity();
};

TEST_F(IdentityTest, IsThatOfASerialRunIfNobodySaysOtherwise) {
  internal::identity() = Identity();
  EXPECT_FALSE(is_xdist_worker());
  EXPECT_FALSE(is_xdist_controller());
  EXPECT_EQ(worker_id(), "master");
}

TEST_F(IdentityTest, OfAWorker) {
  be(Role::worker, "gw3", "the run");
  EXPECT_TRUE(is_xdist_worker());
  EXPECT_FALSE(is_xdist_controller());
  EXPECT_EQ(worker_id(), "gw3");
  EXPECT_EQ(testrun_uid(), "the run");
}

TEST_F(IdentityTest, OfAController) {
  be(Role::controller, "master", "the run");
  EXPECT_FALSE(is_xdist_worker());
  EXPECT_TRUE(is_xdist_controller());
  EXPECT_EQ(worker_id(), "master");
  EXPECT_EQ(testrun_uid(), "the run");
}

TEST_F(IdentityTest, ARunWithoutANameGetsOneThatStays) {
  be(Role::serial, "master", "");
  std::vector<std::string> seen(8);
  std::vector<std::thread> threads;
  threads.reserve(seen.size());
  for (std::string& uid : seen) threads.emplace_back([&uid] { uid = testrun_uid(); });
  for (std::thread& thread : threads) thread.join();
  for (const std::string& uid : seen) EXPECT_EQ(uid, testrun_uid());
  EXPECT_EQ(testrun_uid().size(), 32U);
  be(Role::serial, "master", "given");
  EXPECT_EQ(testrun_uid(), "given");
}

TEST(Testrunuid, IsThirtyTwoHexadecimalDigits) {
  std::set<std::string> ids;
  for (int i = 0; i < 20; ++i) {
    const std::string id = internal::random_testrunuid();
    EXPECT_EQ(id.size(), 32U);
    EXPECT_EQ(id.find_first_not_of("0123456789abcdef"), std::string::npos) << id;
    ids.insert(id);
  }
  EXPECT_EQ(ids.size(), 20U);
}

}  // namespace
}  // namespace gtest_xdist
