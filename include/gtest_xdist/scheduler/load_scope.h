// LoadScopeScheduling, for GTEST_XDIST_DIST=loadscope, loadfile and loadgroup: every test once, and
// the tests of a scope on one worker, in order.
//
// Layer: scheduler. Knows scopes only as numbers. The tests of a scope are a unit, as in
// pytest-xdist's LoadScopeScheduling, and units are handed out as there. Departures:
// - When all units are handed out, a unit of which no test has started moves to an idle worker.
// - UnitScheduling says what becomes of a dead worker's units. A replacement gets as much as any
//   worker.
// - No worker holds a test back, a worker without a unit can get one later, and a test can be put
//   back.
#ifndef GTEST_XDIST_SCHEDULER_LOAD_SCOPE_H_
#define GTEST_XDIST_SCHEDULER_LOAD_SCOPE_H_

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "gtest_xdist/core/lean/sorted_order.h"
#include "gtest_xdist/scheduler/rebalance.h"
#include "gtest_xdist/scheduler/scheduler.h"
#include "gtest_xdist/scheduler/unit_scheduling.h"
#include "gtest_xdist/scheduler/units/units.h"

namespace gtest_xdist {

class LoadScopeScheduling : public UnitScheduling {
 public:
  // `workers` and `scope_of` are as for UnitScheduling. With `reorder` the largest units come
  // first, otherwise they come in the order of their first tests.
  LoadScopeScheduling(std::size_t workers, std::vector<std::uint32_t> scope_of, bool reorder)
      : UnitScheduling(workers, std::move(scope_of)), reorder_(reorder) {}

  // A worker runs its tests in the order of its queue, unless tests wait for locks.
  void mark_test_complete(Node& node, TestIndex, double) override {
    internal::complete_first(shares_[&node].units);
    if (node.pending() < kPlenty) assign_next(node);
    if (unassigned_.empty()) share_units();
  }

  // kPlenty counts the test that runs, too.
  std::size_t wake_below(const Node&) const override {
    return unassigned_.empty() ? 1 : kPlenty - 1;
  }

 private:
  // A worker with fewer tests than this gets one more unit. pytest-xdist does the same, with two
  // tests or fewer.
  static constexpr std::size_t kPlenty = 3;

  void plan(const std::vector<TestIndex>& collection) override {
    unassigned_ = internal::units_of(collection, scope_of_);
    if (!reorder_) return;
    internal::put_in_order(unassigned_,
                           internal::sorted_order(unassigned_.size(), [&](auto a, auto b) {
                             return unassigned_[a].tests.size() > unassigned_[b].tests.size();
                           }));
  }

  // Gives a unit to each node that has none, then one more to each that has few tests.
  void check_all() override {
    for (const std::size_t mark : {std::size_t{1}, kPlenty}) {
      for (Node* node : registry_.nodes()) {
        if (node->pending() < mark) assign_next(*node);
      }
    }
    if (unassigned_.empty()) share_units();
  }

  void assign_next(Node& node) {
    if (!unassigned_.empty()) assign(node, take_first());
  }

  void share_units() {
    bool given = true;
    internal::help_or_settle(registry_.nodes(), [&](Node& node) {
      if (given && node.pending() == 0) given = give_unit(node);
    });
  }

  // Moves the last unit of the fullest node that has one to give; false if there is no such node.
  bool give_unit(Node& idle) {
    const auto spare = [this](const Node& node) { return movable(node); };
    while (Node* fuller = internal::fullest(registry_.nodes(), spare)) {
      Units& units = shares_[fuller].units;
      const std::vector<TestIndex> tests = take_back(*fuller, units.back().tests.size());
      if (tests == units.back().tests) {
        Unit unit = std::move(units.back());
        units.pop_back();
        assign(idle, std::move(unit));
        return true;
      }
      // The worker has just begun the unit, or runs its tests in another order.
      units.back().stays = true;
      if (!tests.empty()) send(*fuller, tests);
    }
    return false;
  }

  // How many tests wait on a node, if its last unit can move to another node; else 0. The unit can
  // move if all its tests wait.
  std::size_t movable(const Node& node) {
    const Units& units = shares_[&node].units;
    if (units.empty() || units.back().stays) return 0;
    const std::size_t unstarted = node.unstarted();
    const bool is_next = units.size() == 1 && internal::is_about_to_begin(node, unstarted);
    return unstarted < units.back().tests.size() || is_next ? 0 : unstarted;
  }

  bool reorder_;
};

}  // namespace gtest_xdist

#endif  // GTEST_XDIST_SCHEDULER_LOAD_SCOPE_H_
