#include "gtest_xdist/core/locks.h"

#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

constexpr std::string_view kLocked = "MadeUp.*:Other.Test";

// What the tests below find. No test has these names.
GTEST_XDIST_LOCK("port", "MadeUp.Net*-*.*Fast")
GTEST_XDIST_LOCK("file", kLocked)
GTEST_XDIST_LOCK("file", kLocked);
GTEST_XDIST_LOCK("port", "MadeUp.Http");
GTEST_XDIST_SERIAL("MadeUp.Net:MadeUp.Clock*");
GTEST_XDIST_SERIAL("MadeUp.Net:MadeUp.Clock*")

namespace gtest_xdist::internal {
namespace {

GTEST_XDIST_SERIAL("*.Within-Other.*")

using Strings = std::vector<std::string>;

TEST(Locks, OfATestAreSortedAndUnique) {
  EXPECT_EQ(locks_of("MadeUp.Net"), (Strings{"file", "port"}));
  EXPECT_EQ(locks_of("MadeUp.NetFast"), Strings{"file"});
  EXPECT_EQ(locks_of("MadeUp.Http"), (Strings{"file", "port"}));
  EXPECT_EQ(locks_of("Other.Test"), Strings{"file"});
  EXPECT_EQ(locks_of("Locks.OfATestAreSortedAndUnique"), Strings());
}

TEST(Locks, AreKeptOnce) {
  EXPECT_EQ(lock_marks().size(), 3U);
  EXPECT_EQ(serial_marks().size(), 2U);
}

TEST(Locks, AreNotGivenBySerial) {
  EXPECT_TRUE(is_serial("MadeUp.Net"));
  EXPECT_TRUE(is_serial("MadeUp.Clock1"));
  EXPECT_TRUE(is_serial("MadeUp.Within"));
  EXPECT_FALSE(is_serial("Other.Within"));
  EXPECT_FALSE(is_serial("MadeUp.Http"));
  EXPECT_EQ(locks_of("Clock.Within"), Strings());
}

}  // namespace
}  // namespace gtest_xdist::internal
