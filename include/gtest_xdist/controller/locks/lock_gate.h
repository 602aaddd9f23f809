// Decides when a test may start, so that tests that exclude each other never run at the same time.
//
// Layer: controller/locks. Pure bookkeeping: no process, no gtest, no scheduler. A test that may
// not start yet stays with the controller, and the tests behind it go ahead. A test that can never
// wait for another worker's tests passes at once, and in order.
#ifndef GTEST_XDIST_CONTROLLER_LOCKS_LOCK_GATE_H_
#define GTEST_XDIST_CONTROLLER_LOCKS_LOCK_GATE_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <vector>

#include "gtest_xdist/controller/locks/held_tests.h"
#include "gtest_xdist/controller/locks/lock_holders.h"
#include "gtest_xdist/controller/locks/lock_table.h"
#include "gtest_xdist/core/tests/index_list.h"

namespace gtest_xdist::internal {

// A worker, as the gate sees it.
class GateNode {
 public:
  virtual ~GateNode() = default;

  virtual int number() const = 0;

  // Hands the worker a test, behind those that were let out before. The only member of the gate
  // that it may call is held().
  virtual void let_out(TestIndex test) = 0;

  // Whether the worker may run user code without having a test: in a suite that it has not left, or
  // in the set-up of environments.
  virtual bool is_inside() const = 0;

  // Has the worker leave its suite when it has no test left to run.
  virtual void settle() = 0;
};

// The gate of one iteration. A worker is given by its number. A test is *held* after send(), and
// *out* after let_out(). The rules:
// - A worker gets a lock when a test with that lock goes out. It keeps the lock until every such
//   test is complete, and it has left the suite of the last one. Meanwhile no other worker's test
//   with that lock goes out.
// - A serial test goes out when no test is out, and no other worker is inside a suite or a set-up.
//   While it is out, and until its worker has left the suite, only further serial tests of that
//   worker go out.
// - All other tests go out in the order of send(). A test that must wait is passed over. It goes
//   out when its locks are free and its worker has little to do. If several tests can, the one that
//   has waited longest goes first.
// - One test reserves its locks: of those that wait for several locks, the one that has waited
//   longest. Workers that do not have these locks cannot get them.
//
// A test takes all its locks at once, so no two tests wait for each other. If nothing is out, and
// something is held, and no worker is setting up its environments, then each call of let_through()
// lets something out, or settles a worker that is in the way.
class LockGate {
 public:
  explicit LockGate(const LockTable& table) : table_(table), locks_(table) {}

  // The worker takes part, until remove(). `node` must live that long.
  void add(GateNode& node) { workers_[node.number()].node = &node; }

  // --- changes; nothing goes out before the next let_through() -----------------------------------

  // `tests` wait behind all that the worker was sent before.
  void send(int node, const std::vector<TestIndex>& tests) {
    workers_.at(node).held.append(tests);
    held_ += tests.size();
    for (const TestIndex test : tests) locks_.want(table_.set_of(test), node);
  }

  // Takes back up to `count` held tests of the worker, from the end, and returns them in order.
  // Tests that were passed over stand before the others.
  std::vector<TestIndex> take_back(int node, std::size_t count) {
    std::vector<TestIndex> tests = workers_.at(node).held.take_back(count);
    held_ -= tests.size();
    for (const TestIndex test : tests) locks_.want_no_more(table_.set_of(test), node);
    return tests;
  }

  // A test that was out was taken back before it started.
  void take_back_out(int node, TestIndex test) {
    put_down(node, test);
    locks_.give_back(table_.set_of(test), node);
    if (serial_out_ == 0 && !keeps_serial_) serial_holder_ = kNobody;
  }

  // A test that was out is complete. Its worker is still inside the test's suite.
  void complete(int node, TestIndex test) {
    put_down(node, test);
    locks_.keep(table_.set_of(test), node);
    keeps_serial_ |= table_.is_serial(test);
  }

  // The worker has left its suite.
  void left_suite(int node) {
    locks_.left_suite(node);
    if (serial_holder_ != node) return;
    keeps_serial_ = false;
    if (serial_out_ == 0) serial_holder_ = kNobody;
  }

  // The worker is gone, with its tests that were out. Returns its held tests, in order.
  std::vector<TestIndex> remove(int node) {
    std::vector<TestIndex> tests = take_back(node, std::numeric_limits<std::size_t>::max());
    locks_.remove(node);
    if (serial_holder_ == node) {
      serial_holder_ = kNobody;
      serial_out_ = 0;
      keeps_serial_ = false;
    }
    workers_.erase(node);
    return tests;
  }

  // --- letting tests out -------------------------------------------------------------------------

  // How many tests of the worker are held.
  std::size_t held(int node) const { return workers_.at(node).held.size(); }

  // Lets out all tests that may go out, and settles workers that others wait for. Call this after
  // every change. The order of tests depends only on the order of calls.
  void let_through() {
    if (held_ == 0) return;
    if (serial_holder_ != kNobody) return go_on_alone(workers_.at(serial_holder_));
    find_reservation();
    let_out_passed_over();
    for (auto& [number, worker] : workers_) let_out_queue(number, worker);
    look_for_those_in_the_way();
    if (nothing_is_out()) let_out_serial();
  }

  // After a test, the worker should ring if it has fewer tests than this left to begin.
  std::size_t wake_below(int node) const {
    const Worker& worker = workers_.at(node);
    if (held_ == 0) return 0;
    if (worker.is_in_the_way) return std::numeric_limits<std::size_t>::max();
    return worker.held.size() > 0 ? kAhead : 0;
  }

 private:
  // Where the order of tests depends on other workers, a worker has so many tests out at a time:
  // the one that it runs, and the next one. More would keep locks from others for longer.
  static constexpr std::size_t kAhead = 2;

  struct Worker {
    GateNode* node = nullptr;
    HeldTests held;
    std::size_t out = 0;
    bool is_in_the_way = false;  // whether another worker waits for a lock that it has
  };

  // The first of a worker's tests that were passed over and have the same set of locks; or none.
  struct Choice {
    int number = kNobody;  // of the worker
    Worker* worker = nullptr;
    LockSetId set = LockTable::kNoLocks;
    std::uint64_t ticket = 0;

    explicit operator bool() const { return number != kNobody; }
  };

  // Calls `look` with every Choice.
  template <class Look>
  void for_each_choice(Look look) {
    for (auto& [number, worker] : workers_) {
      for (const auto& [set, waiting] : worker.held.passed_over()) {
        look(Choice{number, &worker, set, waiting.front().ticket});
      }
    }
  }

  // The Choice that has waited longest, of those for which `fits` is true.
  template <class Fits>
  Choice oldest(Fits fits) {
    Choice best;
    for_each_choice([&](const Choice& choice) {
      if (best && best.ticket < choice.ticket) return;
      if (fits(choice)) best = choice;
    });
    return best;
  }

  // The test is no longer out.
  void put_down(int node, TestIndex test) {
    --workers_.at(node).out;
    if (table_.is_serial(test)) --serial_out_;
    locks_.want_no_more(table_.set_of(test), node);
  }

  // Call this when the test has been taken out of HeldTests.
  void let_out(int node, Worker& worker, TestIndex test) {
    locks_.take(table_.set_of(test), node);
    ++worker.out;
    --held_;
    worker.node->let_out(test);
  }

  bool can_have(LockSetId set, int node) const {
    return locks_.can_have(set, node) && !is_reserved(set, node);
  }

  // Whether one of the locks is reserved for another worker's test.
  bool is_reserved(LockSetId set, int node) const {
    if (!reservation_ || reservation_.number == node) return false;
    const std::vector<LockId>& reserved = table_.locks_in(reservation_.set);
    const std::vector<LockId>& locks = table_.locks_in(set);
    return std::find_first_of(locks.begin(), locks.end(), reserved.begin(), reserved.end()) !=
           locks.end();
  }

  void find_reservation() {
    reservation_ =
        oldest([this](const Choice& choice) { return table_.locks_in(choice.set).size() > 1; });
  }

  void let_out_passed_over() {
    while (const Choice choice = oldest([this](const Choice& c) {
             if (c.set == LockTable::kSerial) return false;
             const bool has_room =
                 c.worker->out < kAhead || locks_.is_free_of_others(c.set, c.number);
             return has_room && can_have(c.set, c.number);
           })) {
      const bool was_reserved = reservation_ && reservation_.ticket == choice.ticket;
      let_out(choice.number, *choice.worker, choice.worker->held.pop_first(choice.set));
      if (was_reserved) find_reservation();
    }
  }

  void let_out_queue(int number, Worker& worker) {
    while (!worker.held.queue_is_empty()) {
      const TestIndex test = worker.held.next();
      const LockSetId set = table_.set_of(test);
      if (set != LockTable::kSerial) {
        const bool takes_its_turn =
            waits_for_locks(worker) || !locks_.is_free_of_others(set, number);
        if (takes_its_turn && worker.out >= kAhead) return;
      }
      if (set == LockTable::kSerial || !can_have(set, number)) {
        worker.held.pass_over_next(set, next_ticket_++);
      } else {
        worker.held.pop_next();
        let_out(number, worker, test);
      }
    }
  }

  // Whether a test of the worker was passed over because of its locks. Serial tests do not count:
  // they come last in any case, so they are no reason to keep to kAhead.
  static bool waits_for_locks(const Worker& worker) {
    const auto& passed_over = worker.held.passed_over();
    return passed_over.size() > passed_over.count(LockTable::kSerial);
  }

  void look_for_those_in_the_way() {
    for (auto& [number, worker] : workers_) worker.is_in_the_way = false;
    for_each_choice([this](const Choice& choice) {
      for (const LockId id : table_.locks_in(choice.set)) {
        const int holder = locks_.holder(id);
        if (holder == kNobody || holder == choice.number) continue;
        Worker& other = workers_.at(holder);
        other.is_in_the_way = true;
        if (other.out == 0) other.node->settle();
      }
    });
  }

  bool nothing_is_out() const {
    for (const auto& [number, worker] : workers_) {
      if (worker.out != 0) return false;
    }
    return true;
  }

  // Picks the worker whose serial test has waited longest. If no other worker is inside, lets out
  // all serial tests of that worker; otherwise settles the others.
  void let_out_serial() {
    const auto is_serial = [](const Choice& choice) { return choice.set == LockTable::kSerial; };
    const Choice first = oldest(is_serial);
    if (!first) return;
    bool all_outside = true;
    for (const auto& [number, worker] : workers_) {
      if (number == first.number || !worker.node->is_inside()) continue;
      worker.node->settle();
      all_outside = false;
    }
    if (!all_outside) return;
    serial_holder_ = first.number;
    let_out_serial_of(*first.worker);
  }

  // Goes on with the serial tests of the worker, so that it need not leave its suite after each. If
  // it has none left, settles it.
  void go_on_alone(Worker& worker) {
    HeldTests& held = worker.held;
    while (!held.queue_is_empty() && table_.is_serial(held.next())) {
      held.pass_over_next(LockTable::kSerial, next_ticket_++);
    }
    let_out_serial_of(worker);
    if (serial_out_ == 0) worker.node->settle();
  }

  void let_out_serial_of(Worker& worker) {
    while (worker.held.passed_over().count(LockTable::kSerial) > 0) {
      ++serial_out_;
      let_out(worker.node->number(), worker, worker.held.pop_first(LockTable::kSerial));
    }
  }

  const LockTable& table_;
  LockHolders locks_;
  std::map<int, Worker> workers_;
  std::size_t held_ = 0;  // of all workers
  std::uint64_t next_ticket_ = 0;
  Choice reservation_;           // the test that reserves locks; its `worker` is not used
  int serial_holder_ = kNobody;  // the worker whose serial tests all others wait for
  std::size_t serial_out_ = 0;
  bool keeps_serial_ = false;  // whether it has completed one, and has not left the suite since
};

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_CONTROLLER_LOCKS_LOCK_GATE_H_
