// Knows which worker has which lock, and which workers want it.
//
// Layer: controller/locks. Pure bookkeeping. Does not decide which worker gets a lock: LockGate
// does.
#ifndef GTEST_XDIST_CONTROLLER_LOCKS_LOCK_HOLDERS_H_
#define GTEST_XDIST_CONTROLLER_LOCKS_LOCK_HOLDERS_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "gtest_xdist/controller/locks/lock_table.h"
#include "gtest_xdist/core/lean/function_ref.h"

namespace gtest_xdist::internal {

inline constexpr int kNobody = -1;  // the number of no worker

// A worker has a lock while a test with that lock is out, and then until it has left the suite.
class LockHolders {
 public:
  explicit LockHolders(const LockTable& table) : table_(table), locks_(table.lock_count()) {}

  // The worker was sent a test with these locks, or no longer has one.
  void want(LockSetId set, int node) {
    for (const LockId id : table_.locks_in(set)) ++locks_[id].wanted_by[number(node)];
  }
  void want_no_more(LockSetId set, int node) {
    for (const LockId id : table_.locks_in(set)) {
      std::map<std::uint32_t, std::size_t>& wanted_by = locks_[id].wanted_by;
      const auto tests = wanted_by.find(number(node));
      if (--tests->second == 0) wanted_by.erase(tests);
    }
  }

  // A test with these locks goes out.
  void take(LockSetId set, int node) {
    for (const LockId id : table_.locks_in(set)) {
      locks_[id].holder = node;
      ++locks_[id].out;
    }
  }

  // A test that was out was taken back before it started.
  void give_back(LockSetId set, int node) {
    for (const LockId id : table_.locks_in(set)) {
      --locks_[id].out;
      if (kept_.count({number(node), id}) == 0) free_unless_out(id);
    }
  }

  // A test that was out is complete. The worker keeps the locks until it has left the suite.
  void keep(LockSetId set, int node) {
    for (const LockId id : table_.locks_in(set)) {
      --locks_[id].out;
      kept_.insert({number(node), id});
    }
  }

  // The worker has left its suite.
  void left_suite(int node) {
    for (const LockId id : take_kept(node)) free_unless_out(id);
  }

  // The worker is gone.
  void remove(int node) {
    for (Lock& lock : locks_) {
      lock.wanted_by.erase(number(node));
      if (lock.holder != node) continue;
      lock.holder = kNobody;
      lock.out = 0;
    }
    take_kept(node);
  }

  int holder(LockId id) const { return locks_[id].holder; }

  // Whether no other worker has any of these locks.
  bool can_have(LockSetId set, int node) const {
    return all_of(set, [node](const Lock& lock) { return lock.is_free_for(node); });
  }

  // As can_have(), and no other worker was sent a test with any of these locks.
  bool is_free_of_others(LockSetId set, int node) const {
    return all_of(set, [node](const Lock& lock) {
      return lock.is_free_for(node) && lock.wanted_by.size() == lock.wanted_by.count(number(node));
    });
  }

 private:
  struct Lock {
    int holder = kNobody;
    std::size_t out = 0;  // how many tests of the holder are out
    // How many tests were sent and are not complete, by worker.
    std::map<std::uint32_t, std::size_t> wanted_by;

    bool is_free_for(int node) const { return holder == kNobody || holder == node; }
  };

  static std::uint32_t number(int node) { return static_cast<std::uint32_t>(node); }

  std::vector<LockId> take_kept(int node) {
    const auto begin = kept_.lower_bound({number(node), 0});
    const auto end = kept_.lower_bound({number(node) + 1, 0});
    std::vector<LockId> ids;
    for (auto kept = begin; kept != end; ++kept) ids.push_back(kept->second);
    kept_.erase(begin, end);
    return ids;
  }

  void free_unless_out(LockId id) {
    if (locks_[id].out == 0) locks_[id].holder = kNobody;
  }

  bool all_of(LockSetId set, FunctionRef<bool(const Lock&)> predicate) const {
    for (const LockId id : table_.locks_in(set)) {
      if (!predicate(locks_[id])) return false;
    }
    return true;
  }

  const LockTable& table_;
  std::vector<Lock> locks_;  // by id
  // Worker and lock, for complete tests whose suite the worker has not left.
  std::set<std::pair<std::uint32_t, LockId>> kept_;
};

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_CONTROLLER_LOCKS_LOCK_HOLDERS_H_
