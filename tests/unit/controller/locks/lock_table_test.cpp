#include "gtest_xdist/controller/locks/lock_table.h"

#include <cstddef>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "gtest_xdist/bridge/catalog.h"
#include "gtest_xdist/core/locks.h"

namespace gtest_xdist::internal {
namespace {

GTEST_XDIST_LOCK("one", "LockTableMarks.One:LockTableMarks.Both")
GTEST_XDIST_LOCK("two", "LockTableMarks.Both")
GTEST_XDIST_SERIAL("LockTableMarks.Serial*")
GTEST_XDIST_LOCK("one", "LockTableMarks.SerialWithALock")

TEST(LockTableMarks, None) {}
TEST(LockTableMarks, One) {}
TEST(LockTableMarks, Both) {}
TEST(LockTableMarks, Serial) {}
TEST(LockTableMarks, SerialWithALock) {}

using Locks = std::vector<LockId>;

TEST(LockTable, IsEmptyWhereNoTestExcludesAnother) {
  LockTable table;
  EXPECT_TRUE(table.empty());
  table.add(3, {}, false);
  EXPECT_TRUE(table.empty());
  EXPECT_FALSE(table.has_locks());
  EXPECT_FALSE(table.has_serial());
  EXPECT_EQ(table.set_of(3), LockTable::kNoLocks);
}

TEST(LockTable, KnowsTheLocksOfTests) {
  LockTable table;
  table.add(1, {"b"}, false);
  table.add(4, {"a", "b"}, false);
  table.add(2, {"b"}, false);
  table.add(3, {"a"}, true);
  EXPECT_EQ(table.lock_count(), 2U);
  EXPECT_EQ(table.locks_of(0), Locks{});
  EXPECT_EQ(table.locks_of(1), Locks{0});
  EXPECT_EQ(table.set_of(2), table.set_of(1));
  EXPECT_EQ(table.locks_of(4), (Locks{0, 1}));
  EXPECT_EQ(table.set_of(3), LockTable::kSerial) << "its locks do not matter";
  EXPECT_TRUE(table.is_serial(3));
  EXPECT_EQ(table.locks_of(3), Locks{});
  EXPECT_EQ(table.set_of(5), LockTable::kNoLocks);
  EXPECT_TRUE(table.has_locks());
  EXPECT_TRUE(table.has_serial());
  EXPECT_FALSE(table.empty());
}

TEST(LockTable, IsMadeOfTheMarksOfSelectedTests) {
  const Catalog catalog;
  const LockTable table = lock_table_of(catalog);
  std::size_t locked = 0;
  std::size_t serial = 0;
  for (TestIndex test = 0; test < catalog.size(); ++test) {
    const std::string name = catalog.full_name(test);
    const bool is_selected = catalog.test(test).should_run();
    EXPECT_EQ(table.locks_of(test).size(),
              is_selected && !is_serial(name) ? locks_of(name).size() : 0U)
        << name;
    EXPECT_EQ(table.is_serial(test), is_selected && is_serial(name)) << name;
    locked += table.locks_of(test).empty() ? 0U : 1U;
    serial += table.is_serial(test) ? 1U : 0U;
  }
  EXPECT_LE(locked, 2U);
  EXPECT_LE(serial, 2U);
}

}  // namespace
}  // namespace gtest_xdist::internal
