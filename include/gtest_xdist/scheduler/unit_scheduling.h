// UnitScheduling: base class of schedulers that hand out units, tests that stay together on one
// worker, in order.
//
// Layer: scheduler. Knows the units that no worker has, and those of each worker. Derived classes
// decide which worker gets a unit, and when. A test that a worker died in runs again only if it is
// put back. What a dead worker left of its units goes before all other units, each as one unit.
#ifndef GTEST_XDIST_SCHEDULER_UNIT_SCHEDULING_H_
#define GTEST_XDIST_SCHEDULER_UNIT_SCHEDULING_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "gtest_xdist/core/lean/append.h"
#include "gtest_xdist/core/tests/index_list.h"
#include "gtest_xdist/scheduler/pool_scheduling.h"
#include "gtest_xdist/scheduler/scheduler.h"
#include "gtest_xdist/scheduler/units/forecast.h"
#include "gtest_xdist/scheduler/units/units.h"

namespace gtest_xdist {

class UnitScheduling : public PoolScheduling<internal::Units> {
 public:
  void add_node_collection(Node&, const std::vector<TestIndex>& collection) override {
    registry_.count_collection();
    if (!std::exchange(planned_, true)) plan(collection);
  }

  void schedule() override {
    started_ = true;
    check_all();
  }

  // The test joins the unit of its scope, if that still waits or is with a worker. Otherwise it
  // becomes a unit.
  void mark_test_pending(TestIndex test) override {
    const std::uint32_t scope = internal::scope_at(scope_of_, test);
    if (Unit* unit = internal::find_scope(unassigned_, scope)) {
      unit->tests.insert(unit->tests.begin(), test);
    } else if (Node* node = node_with(scope)) {
      append(*node, test);
    } else {
      unassigned_.push_front({scope, {test}});
    }
    if (started_) check_all();
  }

  void remove_node(Node& node, const std::vector<TestIndex>& unfinished) override {
    registry_.remove(node);
    shares_.erase(&node);
    internal::prepend_all(unassigned_, internal::units_of(unfinished, scope_of_));
    if (started_) check_all();
  }

 protected:
  using Unit = internal::Unit;
  using Units = internal::Units;

  // What a node has to do. Only PlannedScheduling needs the times, but a map of its own would cost
  // a hundred functions to compile.
  struct Share {
    Units units;             // those that are not complete, in the queue's order
    internal::Work pending;  // of their tests
    double done = 0;  // seconds: in tests that it completed, and of waiting while others worked
  };

  // `workers`: how many the session starts with. `scope_of`: the scope of each test, by its index;
  // a test beyond its end is refused with std::invalid_argument.
  UnitScheduling(std::size_t workers, std::vector<std::uint32_t> scope_of)
      : PoolScheduling(workers), scope_of_(std::move(scope_of)) {}

  // Fills unassigned_ with units, in the order in which they should be handed out.
  virtual void plan(const std::vector<TestIndex>& collection) = 0;

  // Looks at all nodes, and hands out units to those that have room. Called only after schedule().
  virtual void check_all() = 0;

  // Takes the next unit out of unassigned_.
  Unit take_first() {
    Unit unit = std::move(unassigned_.front());
    unassigned_.pop_front();
    return unit;
  }

  void assign(Node& node, Unit unit) {
    Units units;
    units.push_back(std::move(unit));
    assign(node, std::move(units));
  }

  void assign(Node& node, Units units) {
    std::vector<TestIndex> tests;
    for (Unit& unit : units) {
      internal::append_all(tests, unit.tests);
      shares_[&node].units.push_back(std::move(unit));
    }
    send(node, tests);
  }

  // All tests that nodes get or lose go through these two.
  virtual void send(Node& node, const std::vector<TestIndex>& tests) { node.send(tests); }
  virtual std::vector<TestIndex> take_back(Node& node, std::size_t count) {
    return node.take_back(count);
  }

  std::vector<std::uint32_t> scope_of_;
  std::map<const Node*, Share> shares_;

 private:
  Node* node_with(std::uint32_t scope) {
    for (Node* node : registry_.nodes()) {
      if (internal::find_scope(shares_[node].units, scope) != nullptr) return node;
    }
    return nullptr;
  }

  // Puts a test behind the others of its scope. The node has that scope.
  void append(Node& node, TestIndex test) {
    const std::uint32_t scope = internal::scope_at(scope_of_, test);
    Units& units = shares_[&node].units;
    Unit* unit = internal::find_scope(units, scope);
    std::vector<TestIndex> behind;
    for (auto it = units.rbegin(); &*it != unit; ++it) {
      std::vector<TestIndex> tests = it->tests;
      internal::append_all(tests, behind);
      behind = std::move(tests);
    }
    std::vector<TestIndex> tests;
    if (!behind.empty()) tests = take_back(node, behind.size());
    if (tests == behind) {
      tests.insert(tests.begin(), test);
      unit->tests.push_back(test);
    } else {
      // The worker has begun what is behind that scope. The scope stays with the worker even so.
      tests.push_back(test);
      units.push_back({scope, {test}});
      units.back().stays = true;
    }
    send(node, tests);
  }

  bool planned_ = false;
};

}  // namespace gtest_xdist

#endif  // GTEST_XDIST_SCHEDULER_UNIT_SCHEDULING_H_
