// GTEST_XDIST_DIST=loadscope, loadfile and loadgroup: every test once; the tests of one scope run
// on one worker, in order.
//
// Layer: scheduler. What a scope is, it is told as numbers. Units, as pytest-xdist's
// LoadScopeScheduling calls the tests of a scope, are handed out as there. Departures:
// - Once all are handed out, a whole unit of which nothing has started moves to an idle worker.
// - A test that a worker died in is not run again unless it is put back; what the worker left of
//   its units goes before the others, each as one unit; a replacement gets as much as any worker.
// - No test is held back, a worker without a unit can have one later, and a test can be put back.
#ifndef GTEST_XDIST_SCHEDULER_LOAD_SCOPE_H_
#define GTEST_XDIST_SCHEDULER_LOAD_SCOPE_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <utility>
#include <vector>

#include "gtest_xdist/scheduler/node_registry.h"
#include "gtest_xdist/scheduler/rebalance.h"
#include "gtest_xdist/scheduler/scheduler.h"
#include "gtest_xdist/scheduler/units.h"

namespace gtest_xdist {

// The contracts of its members are Scheduler's.
class LoadScopeScheduling : public Scheduler {
 public:
  // `workers`: how many the session starts with. `scope_of`: the scope of each test, by its index;
  // a test beyond its end is refused with std::invalid_argument. With `reorder` the largest units
  // come first, otherwise they come in the order of their first tests.
  LoadScopeScheduling(std::size_t workers, std::vector<std::uint32_t> scope_of, bool reorder)
      : registry_(workers), scope_of_(std::move(scope_of)), reorder_(reorder) {}

  std::vector<Node*> nodes() const override { return registry_.nodes(); }
  bool collection_is_completed() const override { return registry_.collection_is_completed(); }
  bool tests_finished() const override { return started_ && !has_pending(); }
  bool has_pending() const override { return !unassigned_.empty() || !registry_.nothing_pending(); }

  void add_node(Node& node) override { registry_.add(node); }

  void add_node_collection(Node&, const std::vector<TestIndex>& collection) override {
    registry_.count_collection();
    if (started_ || !unassigned_.empty()) return;
    unassigned_ = internal::units_of(collection, scope_of_);
    if (!reorder_) return;
    std::stable_sort(unassigned_.begin(), unassigned_.end(),
                     [](const Unit& a, const Unit& b) { return a.tests.size() > b.tests.size(); });
  }

  void schedule() override {
    started_ = true;
    check_all();
  }

  // A worker runs its tests in the order of its queue, unless tests wait for locks.
  void mark_test_complete(Node& node, TestIndex, double) override {
    internal::complete_first(assigned_[&node]);
    if (node.pending() < kPlenty) assign_next(node);
    if (unassigned_.empty()) share_units();
  }

  // The test joins its scope if that is still waiting or under way, as a unit otherwise.
  void mark_test_pending(TestIndex test) override {
    const std::uint32_t scope = internal::scope_at(scope_of_, test);
    if (Unit* unit = internal::find_scope(unassigned_, scope)) {
      unit->tests.insert(unit->tests.begin(), test);
    } else if (Node* node = node_with(scope)) {
      append(*node, test);
    } else {
      unassigned_.push_front({scope, {test}});
    }
    check_all();
  }

  void remove_node(Node& node, const std::vector<TestIndex>& unfinished) override {
    registry_.remove(node);
    assigned_.erase(&node);
    const Units left = internal::units_of(unfinished, scope_of_);
    unassigned_.insert(unassigned_.begin(), left.begin(), left.end());
    check_all();
  }

  // The test that runs is one of the few.
  std::size_t wake_below(const Node&) const override {
    return unassigned_.empty() ? 1 : kPlenty - 1;
  }

 private:
  using Unit = internal::Unit;
  using Units = internal::Units;

  // A worker with fewer tests than this is given one unit more: as pytest-xdist, which does so from
  // two tests down.
  static constexpr std::size_t kPlenty = 3;

  // A unit for each node that has none, then one more for each that has few tests.
  void check_all() {
    if (!started_) return;
    for (const std::size_t mark : {std::size_t{1}, kPlenty}) {
      for (Node* node : registry_.nodes()) {
        if (node->pending() < mark) assign_next(*node);
      }
    }
    if (unassigned_.empty()) share_units();
  }

  void assign_next(Node& node) {
    if (unassigned_.empty()) return;
    Unit unit = std::move(unassigned_.front());
    unassigned_.pop_front();
    assign(node, std::move(unit));
  }

  void assign(Node& node, Unit unit) {
    Units& units = assigned_[&node];
    units.push_back(std::move(unit));
    node.send(units.back().tests);
  }

  Node* node_with(std::uint32_t scope) {
    for (Node* node : registry_.nodes()) {
      if (internal::find_scope(assigned_[node], scope) != nullptr) return node;
    }
    return nullptr;
  }

  // Puts a test behind the others of its scope, which the node has.
  void append(Node& node, TestIndex test) {
    const std::uint32_t scope = internal::scope_at(scope_of_, test);
    Units& units = assigned_[&node];
    Unit* unit = internal::find_scope(units, scope);
    std::vector<TestIndex> behind;
    for (auto it = units.rbegin(); &*it != unit; ++it) {
      behind.insert(behind.begin(), it->tests.begin(), it->tests.end());
    }
    std::vector<TestIndex> tests;
    if (!behind.empty()) tests = node.take_back(behind.size());
    if (tests == behind) {
      tests.insert(tests.begin(), test);
      unit->tests.push_back(test);
    } else {
      // The worker is beyond that scope already: all of it stays there even so.
      tests.push_back(test);
      units.push_back({scope, {test}});
      units.back().stays = true;
    }
    node.send(tests);
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
      Units& units = assigned_[fuller];
      const std::vector<TestIndex> tests = fuller->take_back(units.back().tests.size());
      if (tests == units.back().tests) {
        Unit unit = std::move(units.back());
        units.pop_back();
        assign(idle, std::move(unit));
        return true;
      }
      // The worker has begun it in this moment, or runs its tests in another order.
      units.back().stays = true;
      if (!tests.empty()) fuller->send(tests);
    }
    return false;
  }

  // How many tests wait on a node, if its last unit can go to another: all of it must be among
  // them.
  std::size_t movable(const Node& node) {
    const Units& units = assigned_[&node];
    if (units.empty() || units.back().stays) return 0;
    const std::size_t unstarted = node.unstarted();
    const bool is_next = units.size() == 1 && internal::is_about_to_begin(node, unstarted);
    return unstarted < units.back().tests.size() || is_next ? 0 : unstarted;
  }

  NodeRegistry registry_;
  std::vector<std::uint32_t> scope_of_;
  bool reorder_;
  bool started_ = false;
  Units unassigned_;
  std::map<const Node*, Units> assigned_;  // what is not complete, in the order of the queue
};

}  // namespace gtest_xdist

#endif  // GTEST_XDIST_SCHEDULER_LOAD_SCOPE_H_
