// Which of the tests that workers have been sent may start: tests that exclude each other never run
// at the same time, whatever the scheduler does.
//
// Layer: controller/locks. Pure bookkeeping: no process, no gtest. A test that may not start yet
// stays with the controller, and those behind it go ahead; what can never wait for another worker's
// tests passes at once, and in order.
#ifndef GTEST_XDIST_CONTROLLER_LOCKS_LOCK_GATE_H_
#define GTEST_XDIST_CONTROLLER_LOCKS_LOCK_GATE_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
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

  // Hands the worker a test, behind those that were let out before. Of the gate it may ask held(),
  // and call nothing else.
  virtual void let_out(TestIndex test) = 0;

  // Whether the worker may run code of the program without having a test: of a suite that it has
  // not left, or of environments that it is setting up.
  virtual bool is_inside() const = 0;

  // Has the worker leave its suite when it has no test left to run.
  virtual void settle() = 0;
};

// One iteration's. Workers are named by their numbers. In what follows a test is *held* from send()
// on, and *out* from let_out() on. The rules:
// - A worker has a lock from when a test with that lock goes out until all of those are complete
//   and the worker has left the suite that the last of them is in. Nobody else's test with that
//   lock goes out meanwhile.
// - A serial test goes out when no test is out, and no worker but its own is inside anything. While
//   it is out, and until its worker has left the suite, nothing else goes out but further serial
//   tests of that worker.
// - Everything else goes out in the order of send(). A test that must wait is passed over; it is
//   the next of its worker when its locks are free and the worker has little to do. Of tests for
//   which that is so, the one that has waited longest comes first.
// - Of the tests that wait for several locks, the one that has waited longest keeps the workers
//   that do not have these locks from getting them.
//
// A test needs all its locks at once, so no two wait for each other. When nothing is out, every
// call of let_through() lets something out, or settles a worker that is in the way, as long as
// anything is held and no worker is setting up its environments.
class LockGate {
 public:
  // `table` must outlive this.
  explicit LockGate(const LockTable& table) : table_(table), locks_(table) {}

  // The worker takes part. `node` must outlive its stay here.
  void add(GateNode& node) { workers_[node.number()].node = &node; }

  // --- what happens to tests; nothing goes out before the next let_through() ---------------------

  // They wait behind all that the worker has been sent.
  void send(int node, const std::vector<TestIndex>& tests) {
    workers_.at(node).held.append(tests);
    held_ += tests.size();
    for (const TestIndex test : tests) locks_.want(table_.set_of(test), node);
  }

  // Takes up to `count` held tests back from the end of what the worker holds, where those that
  // were passed over stand first. In order.
  std::vector<TestIndex> take_back(int node, std::size_t count) {
    std::vector<TestIndex> tests = workers_.at(node).held.take_back(count);
    held_ -= tests.size();
    for (const TestIndex test : tests) locks_.want_no_more(table_.set_of(test), node);
    return tests;
  }

  // A test that was out has been taken back before it started.
  void take_back_out(int node, TestIndex test) {
    put_down(node, test);
    locks_.give_back(table_.set_of(test), node);
    if (serial_out_ == 0 && !keeps_serial_) serial_holder_ = kNobody;
  }

  // A test that was out is complete, and its worker inside the test's suite.
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

  // The worker is gone, and with it what it ran. What it held, in order.
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

  // --- what goes out -----------------------------------------------------------------------------

  // How many tests of the worker are held.
  std::size_t held(int node) const { return workers_.at(node).held.size(); }

  // Lets out whatever may go, and settles workers for which others wait. To be called after all
  // that may change something. The order depends on the order of calls alone.
  void let_through() {
    if (held_ == 0) return;
    if (serial_holder_ != kNobody) return go_on_alone(workers_.at(serial_holder_));
    find_reservation();
    let_out_passed_over();
    for (auto& [number, worker] : workers_) let_out_queue(number, worker);
    look_for_those_in_the_way();
    if (nothing_is_out()) let_out_serial();
  }

  // The worker should ring whenever it has completed a test and has fewer than this to begin.
  std::size_t wake_below(int node) const {
    const Worker& worker = workers_.at(node);
    if (held_ == 0) return 0;
    if (worker.is_in_the_way) return std::numeric_limits<std::size_t>::max();
    return worker.held.size() > 0 ? kAhead : 0;
  }

 private:
  // Where the order of tests depends on other workers, one has so many tests at a time: the one
  // that it runs, and one to go on with. More would keep locks from others for longer.
  static constexpr std::size_t kAhead = 2;

  struct Worker {
    GateNode* node = nullptr;
    HeldTests held;
    std::size_t out = 0;
    bool is_in_the_way = false;  // whether somebody waits for a lock that it has
  };

  // The first of those that a worker has passed over with the same locks.
  struct Choice {
    int number = kNobody;
    Worker* worker = nullptr;
    LockSetId set = LockTable::kNoLocks;
    std::uint64_t ticket = 0;
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

  // The one that has waited longest of those that `fits` says true of.
  template <class Fits>
  std::optional<Choice> oldest(Fits fits) {
    std::optional<Choice> best;
    for_each_choice([&](const Choice& choice) {
      if (best && best->ticket < choice.ticket) return;
      if (fits(choice)) best = choice;
    });
    return best;
  }

  // The test is not out any more.
  void put_down(int node, TestIndex test) {
    --workers_.at(node).out;
    if (table_.is_serial(test)) --serial_out_;
    locks_.want_no_more(table_.set_of(test), node);
  }

  // To be called when the test has been taken out of where it was held.
  void let_out(int node, Worker& worker, TestIndex test) {
    locks_.take(table_.set_of(test), node);
    ++worker.out;
    --held_;
    worker.node->let_out(test);
  }

  bool can_have(LockSetId set, int node) const {
    return locks_.can_have(set, node) && !is_reserved(set, node);
  }

  // Whether one of the locks is reserved for another worker.
  bool is_reserved(LockSetId set, int node) const {
    if (!reservation_ || reservation_->number == node) return false;
    const std::vector<LockId>& reserved = table_.locks_in(reservation_->set);
    const std::vector<LockId>& locks = table_.locks_in(set);
    return std::find_first_of(locks.begin(), locks.end(), reserved.begin(), reserved.end()) !=
           locks.end();
  }

  void find_reservation() {
    reservation_ =
        oldest([this](const Choice& choice) { return table_.locks_in(choice.set).size() > 1; });
  }

  void let_out_passed_over() {
    while (const std::optional<Choice> choice = oldest([this](const Choice& c) {
             if (c.set == LockTable::kSerial) return false;
             const bool has_room =
                 c.worker->out < kAhead || locks_.is_free_of_others(c.set, c.number);
             return has_room && can_have(c.set, c.number);
           })) {
      const bool was_reserved = reservation_ && reservation_->ticket == choice->ticket;
      let_out(choice->number, *choice->worker, choice->worker->held.pop_first(choice->set));
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

  // A serial test comes last in any case, so that one has been passed over is no reason to keep to
  // kAhead.
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

  // All serial tests of the worker whose first one has waited longest, if the others are outside.
  void let_out_serial() {
    const auto is_serial = [](const Choice& choice) { return choice.set == LockTable::kSerial; };
    const std::optional<Choice> first = oldest(is_serial);
    if (!first) return;
    bool all_outside = true;
    for (const auto& [number, worker] : workers_) {
      if (number == first->number || !worker.node->is_inside()) continue;
      worker.node->settle();
      all_outside = false;
    }
    if (!all_outside) return;
    serial_holder_ = first->number;
    let_out_serial_of(*first->worker);
  }

  // For as long as a worker has serial tests, so that it need not leave its suite for each of them.
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
  std::size_t held_ = 0;  // by all workers
  std::uint64_t next_ticket_ = 0;
  std::optional<Choice> reservation_;  // of locks; its number, set and ticket count
  int serial_holder_ = kNobody;        // for whose serial tests all others wait
  std::size_t serial_out_ = 0;
  bool keeps_serial_ = false;  // whether one is complete whose suite the worker has not left
};

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_CONTROLLER_LOCKS_LOCK_GATE_H_
