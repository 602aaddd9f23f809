#include "gtest_xdist/core/groups.h"

#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

constexpr std::string_view kGrouped = "MadeUp.*:Other.Test";

// What the tests below find. No test has these names.
GTEST_XDIST_GROUP("database", "MadeUp.Db*:MadeUp.Net*-*.*Fast");
GTEST_XDIST_GROUP("network", "MadeUp.Net*");
GTEST_XDIST_GROUP("all", kGrouped);
GTEST_XDIST_GROUP("database", "MadeUp.Database");
GTEST_XDIST_GROUP("network", "MadeUp.Net*");
GTEST_XDIST_GROUP("all", "Other.*");

namespace gtest_xdist::internal {
namespace {

GTEST_XDIST_GROUP("within", "MadeUp.Within");

using Strings = std::vector<std::string>;

TEST(Groups, OfATestAreSortedAndUnique) {
  EXPECT_EQ(groups_of("MadeUp.Database"), (Strings{"all", "database"}));
  EXPECT_EQ(groups_of("MadeUp.Network"), (Strings{"all", "database", "network"}));
  EXPECT_EQ(groups_of("MadeUp.NetFast"), (Strings{"all", "network"}));
  EXPECT_EQ(groups_of("MadeUp.Within"), (Strings{"all", "within"}));
  EXPECT_EQ(groups_of("Other.Test"), Strings{"all"});
  EXPECT_EQ(groups_of("Groups.OfATestAreSortedAndUnique"), Strings());
}

TEST(Groups, MarksAreKeptOnce) {
  Strings marks;
  for (const Mark& mark : group_marks()) marks.push_back(mark.name + " " + mark.filter);
  EXPECT_EQ(marks, (Strings{"database MadeUp.Db*:MadeUp.Net*-*.*Fast", "network MadeUp.Net*",
                            "all MadeUp.*:Other.Test", "database MadeUp.Database", "all Other.*",
                            "within MadeUp.Within"}));
}

}  // namespace
}  // namespace gtest_xdist::internal
