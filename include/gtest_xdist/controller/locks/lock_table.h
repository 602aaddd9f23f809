// Tells by index which tests exclude each other, from the marks of core/locks.h.
//
// Layer: controller/locks. Does not know workers.
#ifndef GTEST_XDIST_CONTROLLER_LOCKS_LOCK_TABLE_H_
#define GTEST_XDIST_CONTROLLER_LOCKS_LOCK_TABLE_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "gtest_xdist/bridge/catalog.h"
#include "gtest_xdist/core/lean/sorted_order.h"
#include "gtest_xdist/core/locks.h"
#include "gtest_xdist/core/tests/index_list.h"

namespace gtest_xdist::internal {

using LockId = std::uint32_t;     // from 0, without gaps
using LockSetId = std::uint32_t;  // from 0, without gaps; one for all tests with the same locks

class LockTable {
 public:
  static constexpr LockSetId kNoLocks = 0;  // the test runs beside all others
  static constexpr LockSetId kSerial = 1;   // the test runs alone; its locks do not matter then

  LockTable() : sets_(2) {}  // those two have no locks

  // `names` are sorted and without repetition. Call this at most once for each test.
  void add(TestIndex test, const std::vector<std::string>& names, bool serial) {
    if (!serial && names.empty()) return;
    has_serial_ |= serial;
    if (set_of_.size() <= test) set_of_.resize(std::size_t{test} + 1, kNoLocks);
    set_of_[test] = serial ? kSerial : set_id(names);
  }

  // Whether no test excludes another.
  bool empty() const { return set_of_.empty(); }

  bool has_locks() const { return lock_count() > 0; }
  bool has_serial() const { return has_serial_; }

  std::size_t lock_count() const { return lock_ids_.size(); }

  LockSetId set_of(TestIndex test) const {
    return test < set_of_.size() ? set_of_[test] : kNoLocks;
  }

  bool is_serial(TestIndex test) const { return set_of(test) == kSerial; }

  // Sorted. Empty for kNoLocks and kSerial.
  const std::vector<LockId>& locks_in(LockSetId set) const { return sets_[set]; }
  const std::vector<LockId>& locks_of(TestIndex test) const { return locks_in(set_of(test)); }

 private:
  LockSetId set_id(const std::vector<std::string>& names) {
    std::vector<LockId> locks;
    for (const std::string& name : names) {
      const auto next = static_cast<LockId>(lock_ids_.size());
      locks.push_back(lock_ids_.emplace(name, next).first->second);
    }
    sort_all(locks);
    const std::string key = text_of(locks);
    const auto next = static_cast<LockSetId>(sets_.size());
    const auto [set, is_new] = set_ids_.emplace(key, next);
    if (is_new) sets_.push_back(std::move(locks));
    return set->second;
  }

  static std::string text_of(const std::vector<LockId>& locks) {
    std::string text;
    for (const LockId lock : locks) text += std::to_string(lock) + ' ';
    return text;
  }

  std::vector<LockSetId> set_of_;          // by test; tests without locks may be missing at the end
  std::vector<std::vector<LockId>> sets_;  // by id
  std::map<std::string, LockId> lock_ids_;
  std::map<std::string, LockSetId> set_ids_;  // by the locks, as a text
  bool has_serial_ = false;
};

// The table of the selected tests. Takes no time if there are no marks.
inline LockTable lock_table_of(const Catalog& catalog) {
  LockTable table;
  if (lock_marks().empty() && serial_marks().empty()) return table;
  for (const TestIndex test : catalog.selected()) {
    const std::string name = catalog.full_name(test);
    table.add(test, locks_of(name), is_serial(name));
  }
  return table;
}

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_CONTROLLER_LOCKS_LOCK_TABLE_H_
