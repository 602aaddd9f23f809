// Random sessions at the gate: whatever is sent to whom, and whoever dies, no two tests that
// exclude each other run at the same time, and everything runs.
#include <cstddef>
#include <deque>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "gtest_xdist/controller/locks/lock_gate.h"

#include "support/random.h"
#include "support/sanitizers.h"

namespace gtest_xdist::internal {
namespace {

// A worker that runs what it was let have, suite by suite.
struct SimulatedWorker : GateNode {
  explicit SimulatedWorker(int n) : number_(n) {}

  int number() const override { return number_; }
  void let_out(TestIndex test) override {
    queue.push_back(test);
    told_to_settle = false;
  }
  bool is_inside() const override { return sets_up || suite.has_value(); }
  void settle() override { told_to_settle = true; }

  std::deque<TestIndex> queue;
  std::optional<TestIndex> running;
  std::optional<std::size_t> suite;
  std::set<LockId> covered;  // locks of tests that it ran in this suite, or runs
  bool sets_up = false;
  bool told_to_settle = false;
  bool ran_serial = false;  // in this suite
  bool dead = false;

 private:
  int number_;
};

enum class Way { each, round_robin, dribble };

class Simulation {
 public:
  explicit Simulation(Random& random)
      : random_(random),
        tests_(random.between<TestIndex>(1, 25)),
        suites_(random.between<std::size_t>(1, 6)),
        way_(static_cast<Way>(random.between(0, 2))),
        one_death_in_(random.one_in(2) ? 0 : random.between(10U, 60U)),
        table_(make_table()),
        gate_(table_) {
    const int workers = random_.between(1, 6);
    for (int i = 0; i < workers; ++i) add_worker();
    std::vector<TestIndex> all(tests_);
    for (TestIndex i = 0; i < tests_; ++i) all[i] = i;
    if (random_.one_in(2)) {
      for (std::size_t i = all.size(); i > 1; --i) {
        std::swap(all[i - 1], all[random_.between<std::size_t>(0, i - 1)]);
      }
    }
    for (std::size_t i = 0; i < all.size(); ++i) {
      if (way_ == Way::round_robin) send(*workers_[i % workers_.size()], {all[i]});
      if (way_ == Way::dribble) pool_.push_back(all[i]);
    }
    for (const auto& worker : workers_) {
      if (way_ == Way::each) send(*worker, all);
    }
    expected_ = way_ == Way::each ? all.size() * workers_.size() : all.size();
  }

  // Empty if all is well.
  std::string run() {
    while (complaint_.empty() && ended_ < expected_) {
      // A session hears of several things before it looks at the gate again.
      if (!random_.one_in(3)) gate_.let_through();
      if (act()) continue;
      if (!pool_.empty()) {
        dribble();
        continue;
      }
      gate_.let_through();
      if (!act() && pool_.empty()) return "nothing goes on";
    }
    return complaint_;
  }

 private:
  LockTable make_table() {
    LockTable table;
    const unsigned locks = random_.between(0U, 4U);
    for (TestIndex test = 0; test < tests_; ++test) {
      std::set<std::string> names;
      for (unsigned n = random_.between(0U, 3U); n > 0 && locks > 0; --n) {
        if (random_.one_in(2)) names.insert(std::to_string(random_.between(1U, locks)));
      }
      table.add(test, {names.begin(), names.end()}, random_.one_in(8));
    }
    return table;
  }

  std::size_t suite_of(TestIndex test) const { return test * suites_ / tests_; }

  SimulatedWorker& add_worker() {
    workers_.push_back(std::make_unique<SimulatedWorker>(static_cast<int>(workers_.size())));
    SimulatedWorker& worker = *workers_.back();
    worker.sets_up = random_.one_in(2);
    gate_.add(worker);
    return worker;
  }

  void send(SimulatedWorker& worker, const std::vector<TestIndex>& tests) {
    gate_.send(worker.number(), tests);
  }

  void dribble() {
    SimulatedWorker& worker = any_alive();
    std::vector<TestIndex> tests;
    for (std::size_t n = random_.between<std::size_t>(1, 6); n > 0 && !pool_.empty(); --n) {
      tests.push_back(pool_.front());
      pool_.pop_front();
    }
    send(worker, tests);
  }

  // As WorkerNode::take_back().
  void take_back() {
    SimulatedWorker& worker = any_alive();
    const std::size_t count = random_.between<std::size_t>(0, 5);
    const std::vector<TestIndex> held = gate_.take_back(worker.number(), count);
    pool_.insert(pool_.end(), held.begin(), held.end());
    for (std::size_t n = held.size(); n < count && !worker.queue.empty(); ++n) {
      const TestIndex test = worker.queue.back();
      worker.queue.pop_back();
      gate_.take_back_out(worker.number(), test);
      pool_.push_back(test);
    }
  }

  SimulatedWorker& any_alive() {
    while (true) {
      SimulatedWorker& worker = *workers_[random_.between<std::size_t>(0, workers_.size() - 1)];
      if (!worker.dead) return worker;
    }
  }

  // Something happens; false if nothing can.
  bool act() {
    if (way_ == Way::dribble && !pool_.empty() && random_.one_in(3)) dribble();
    if (way_ == Way::dribble && random_.one_in(10)) take_back();
    if (one_death_in_ > 0 && random_.one_in(one_death_in_)) {
      die(any_alive());
      return true;
    }
    const std::size_t first = random_.between<std::size_t>(0, workers_.size() - 1);
    for (std::size_t i = 0; i < workers_.size(); ++i) {
      if (act(*workers_[(first + i) % workers_.size()])) return true;
    }
    return false;
  }

  bool act(SimulatedWorker& worker) {
    if (worker.dead) return false;
    if (worker.sets_up) {
      worker.sets_up = false;
    } else if (worker.running) {
      const TestIndex test = *std::exchange(worker.running, std::nullopt);
      gate_.complete(worker.number(), test);
      ++ended_;
    } else if (!worker.queue.empty()) {
      const TestIndex test = worker.queue.front();
      if (worker.suite && *worker.suite != suite_of(test)) {
        leave_suite(worker);
      } else {
        worker.queue.pop_front();
        start(worker, test);
      }
    } else if (worker.suite && worker.told_to_settle) {
      leave_suite(worker);
    } else {
      return false;
    }
    return true;
  }

  void start(SimulatedWorker& worker, TestIndex test) {
    worker.suite = suite_of(test);
    worker.running = test;
    const std::vector<LockId>& locks = table_.locks_of(test);
    worker.covered.insert(locks.begin(), locks.end());
    worker.ran_serial |= table_.is_serial(test);
    for (const auto& other : workers_) {
      if (other->dead || other.get() == &worker) continue;
      for (const LockId lock : locks) {
        if (other->covered.count(lock) > 0) complain(worker, test, *other, "a lock");
      }
      if (other->ran_serial) complain(worker, test, *other, "a serial test");
      // A replacement may arrive when a serial test has gone out: only its tests wait.
      if (table_.is_serial(test) && other->suite) {
        complain(worker, test, *other, "something beside a serial test");
      }
    }
  }

  void complain(const SimulatedWorker& worker, TestIndex test, const SimulatedWorker& other,
                const char* what) {
    complaint_ = "gw" + std::to_string(worker.number()) + " begins test " + std::to_string(test) +
                 ", and gw" + std::to_string(other.number()) + " has " + what;
  }

  void leave_suite(SimulatedWorker& worker) {
    worker.suite.reset();
    worker.covered.clear();
    worker.ran_serial = false;
    gate_.left_suite(worker.number());
  }

  // The test that it runs is lost, or run again; the rest goes to a replacement or to the pool.
  void die(SimulatedWorker& worker) {
    worker.dead = true;
    std::vector<TestIndex> left(worker.queue.begin(), worker.queue.end());
    const std::vector<TestIndex> held = gate_.remove(worker.number());
    left.insert(left.end(), held.begin(), held.end());
    if (worker.running && random_.one_in(2)) {
      left.insert(left.begin(), *worker.running);
    } else if (worker.running) {
      ++ended_;
    }
    SimulatedWorker& replacement = add_worker();
    if (way_ == Way::dribble) {
      pool_.insert(pool_.end(), left.begin(), left.end());
    } else {
      send(replacement, left);
    }
  }

  Random& random_;
  const TestIndex tests_;
  const std::size_t suites_;
  const Way way_;
  const unsigned one_death_in_;
  const LockTable table_;
  LockGate gate_;
  std::vector<std::unique_ptr<SimulatedWorker>> workers_;
  std::deque<TestIndex> pool_;  // that nobody has
  std::size_t ended_ = 0;
  std::size_t expected_ = 0;
  std::string complaint_;
};

TEST(LockGateSimulation, WhatExcludesEachOtherNeverRunsTogetherAndEverythingRuns) {
  Random random(90);
  for (int round = 0; round < random_cases(6000); ++round) {
    Simulation simulation(random);
    ASSERT_EQ(simulation.run(), "") << "round " << round;
  }
}

}  // namespace
}  // namespace gtest_xdist::internal
