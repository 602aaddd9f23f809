// PlannedScheduling: every test once, planned by how long tests took before.
//
// Layer: scheduler. The modes that hand every test out once use it if there is a durations file;
// `load` and `worksteal` also use it if some tests must stay together. Units go out longest first
// (the LPT rule), and units of unknown duration before all others. Each goes to the worker that is
// expected to finish first, early enough that no worker runs dry. But a unit does not wait behind a
// long test if it would end too late there. Units that are too short to matter come last, in order
// and several at once, so that tests of a suite stay neighbours. When all units are handed out,
// idle workers take from the worker with most left to do. There is no clock: time is what completed
// tests took.
#ifndef GTEST_XDIST_SCHEDULER_PLANNED_H_
#define GTEST_XDIST_SCHEDULER_PLANNED_H_

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

#include "gtest_xdist/core/lean/sorted_order.h"
#include "gtest_xdist/core/tests/index_list.h"
#include "gtest_xdist/scheduler/rebalance.h"
#include "gtest_xdist/scheduler/scheduler.h"
#include "gtest_xdist/scheduler/unit_scheduling.h"
#include "gtest_xdist/scheduler/units/cut.h"
#include "gtest_xdist/scheduler/units/forecast.h"
#include "gtest_xdist/scheduler/units/suite_parts.h"
#include "gtest_xdist/scheduler/units/units.h"

namespace gtest_xdist {

class PlannedScheduling : public UnitScheduling {
 public:
  struct Rules {
    bool reorder = true;  // otherwise units come in the order of their first tests
    // At most this many tests are sent at once, unless a unit has more.
    std::size_t max_chunk = std::numeric_limits<std::size_t>::max();
  };

  // `workers` is as for UnitScheduling. `unit_of`: the unit of each test, by its index; most units
  // have one test. Durations that the forecast does not know are learnt during the session.
  PlannedScheduling(std::size_t workers, std::vector<std::uint32_t> unit_of, Forecast forecast,
                    Rules rules)
      : UnitScheduling(workers, std::move(unit_of)),
        workers_(std::max<std::size_t>(1, workers)),
        expectation_(std::move(forecast.tests), kRun),
        suite_of_(std::move(forecast.suite_of)),
        suites_(std::move(forecast.suites)),
        reorder_(rules.reorder),
        max_chunk_(rules.max_chunk) {}

  // A worker runs its tests in the order of its queue, unless tests wait for locks.
  void mark_test_complete(Node& node, TestIndex test, double seconds) override {
    Share& share = shares_[&node];
    internal::complete_first(share.units);
    share.pending -= expectation_.of(test);
    if (node.pending() == 0) share.pending = {};  // drop rounding errors
    share.done += seconds;
    now_ = std::max(now_, share.done);
    expectation_.learn(test, seconds);
    if (!has_plenty(node)) hand_out();
    if (unassigned_.empty()) end();
  }

  void mark_test_pending(TestIndex test) override {
    remaining_is_known_ = false;
    UnitScheduling::mark_test_pending(test);
  }

  void remove_node(Node& node, const std::vector<TestIndex>& unfinished) override {
    remaining_is_known_ = false;
    UnitScheduling::remove_node(node, unfinished);
  }

  std::size_t wake_below(const Node& node) const override {
    if (unassigned_.empty()) return 1;
    const auto it = shares_.find(&node);
    const double seconds =
        it == shares_.end() ? 0 : std::max(0.0, expectation_.seconds(it->second.pending));
    const auto pending = static_cast<double>(node.pending());
    // As many of its tests as take kLow seconds.
    const double mark = seconds > kLow ? std::ceil(pending * kLow / seconds) : pending;
    return std::max(kFew, static_cast<std::size_t>(mark));
  }

 private:
  // A worker with at least kFew tests, which take at least kLow seconds, gets more before it runs
  // dry: kLow is twenty times as long as a wake-up between two processes. Short tests are sent at
  // once for kRun seconds.
  static constexpr std::size_t kFew = 2;
  static constexpr double kLow = 0.001;
  static constexpr double kRun = 0.002;

  // A unit that is no longer than a worker's share of all work, divided by this, makes no
  // difference to the end of the session.
  static constexpr double kGrains = 256;

  // There are this many sizes between a duration and its double. Units of one size count as equally
  // long.
  static constexpr double kSizesPerOctave = 8;

  // --- before the start --------------------------------------------------------------------------

  void plan(const std::vector<TestIndex>& collection) override {
    first_divisible_ = internal::join_dear_suites(collection, suite_of_, suites_, workers_,
                                                  scope_of_, expectation_);
    unassigned_ = internal::units_of(collection, scope_of_);
    remaining_ = expectation_.of(collection);
    grain_ = expectation_.seconds(remaining_) / static_cast<double>(workers_) / kGrains;
    if (reorder_) sort_units();
  }

  void sort_units() {
    std::vector<double> sizes;
    for (const Unit& unit : unassigned_) sizes.push_back(size_of(unit));
    internal::put_in_order(unassigned_, internal::sorted_order(sizes.size(), [&](auto a, auto b) {
                             return sizes[a] > sizes[b];
                           }));
  }

  // Units are handed out by falling size. Units that count as equally long have one size. Units
  // that make no difference have size 0.
  double size_of(const Unit& unit) const {
    constexpr double kUnknown = 1e9;  // more than any number of octaves
    const internal::Work work = expectation_.of(unit.tests);
    if (work.unknown > 0) return kUnknown + static_cast<double>(unit.tests.size());
    if (work.seconds <= grain_) return 0;
    return 1 + std::floor(kSizesPerOctave * std::log2(work.seconds / grain_));
  }

  // --- handing out -------------------------------------------------------------------------------

  void check_all() override {
    if (!std::exchange(remaining_is_known_, true)) {
      remaining_ = {};
      for (const Unit& unit : unassigned_) remaining_ += expectation_.of(unit.tests);
    }
    hand_out();
    if (unassigned_.empty()) end();
  }

  void hand_out() {
    while (!unassigned_.empty()) {
      Node* node = next_node();
      if (node == nullptr) return;
      give_to(*node, take_run());
    }
  }

  void give_to(Node& node, Units units) {
    if (node.pending() == 0) wait(shares_[&node]);
    assign(node, std::move(units));
  }

  // Counts the time in which the node had nothing to run.
  void wait(Share& share) const { share.done = std::max(share.done, now_); }

  bool has_plenty(const Node& node) { return node.pending() >= kFew && seconds_left(node) >= kLow; }

  // How long the node's tests will take.
  double seconds_left(const Node& node) { return expectation_.seconds(shares_[&node].pending); }

  // The node that should get the next unit; null if none needs it now. A node without tests needs
  // it in any case. Another node gets it if the unit still ends in time when it waits there.
  Node* next_node() {
    Node* best = nullptr;
    bool best_is_idle = false;
    double best_end = 0;
    double last_end = 0;
    double sum = 0;
    for (Node* node : registry_.nodes()) {
      if (!node->ready()) wait(shares_[node]);
      const double end = shares_[node].done + seconds_left(*node);  // on the scale of now_
      const bool is_idle = node->pending() == 0;
      last_end = std::max(last_end, end);
      sum += end;
      if (has_plenty(*node) || (best_is_idle && !is_idle)) continue;
      if (best != nullptr && best_is_idle == is_idle && end >= best_end) continue;
      best = node;
      best_is_idle = is_idle;
      best_end = end;
    }
    if (best == nullptr || best_is_idle) return best;
    const internal::Work next = expectation_.of(unassigned_.front().tests);
    const double all = sum + expectation_.seconds(remaining_);
    const double planned = std::max(last_end, all / static_cast<double>(registry_.nodes().size()));
    const bool is_in_time = best_end + expectation_.seconds(next) <= planned + kRun;
    return next.unknown > 0 || is_in_time ? best : nullptr;
  }

  // Takes the next unit, and those behind it if they are short.
  Units take_run() {
    const double share = expectation_.seconds(remaining_) / static_cast<double>(workers_);
    internal::Work sent;
    std::size_t tests = 0;
    Units run;
    while (!unassigned_.empty()) {
      const Unit& unit = unassigned_.front();
      const internal::Work work = expectation_.of(unit.tests);
      sent += work;
      // Up to a quarter of a share, as in the mode `load`, if it does not matter where units wait.
      const bool is_small = work.unknown > 0 || work.seconds <= grain_;
      const double most = std::min(share, is_small ? std::max(kRun, share / 4) : kRun);
      const bool is_enough = expectation_.seconds(sent) > most;
      if (!run.empty() && (is_enough || tests + unit.tests.size() > max_chunk_)) break;
      tests += unit.tests.size();
      remaining_ -= work;
      run.push_back(take_first());
    }
    return run;
  }

  void send(Node& node, const std::vector<TestIndex>& tests) override {
    shares_[&node].pending += expectation_.of(tests);
    UnitScheduling::send(node, tests);
  }

  std::vector<TestIndex> take_back(Node& node, std::size_t count) override {
    std::vector<TestIndex> tests = UnitScheduling::take_back(node, count);
    shares_[&node].pending -= expectation_.of(tests);
    return tests;
  }

  // --- when all is handed out --------------------------------------------------------------------

  void end() {
    bool given = true;
    internal::help_or_settle(registry_.nodes(), [&](Node& node) {
      if (given && node.pending() == 0) given = give(node);
    });
  }

  internal::Cut cut_of(const Node& node) {
    return internal::cut_of(shares_[&node].units, internal::to_spare(node), seconds_left(node),
                            expectation_,
                            [this](const Unit& unit) { return set_up_to_divide(unit); });
  }

  // The seconds that a division of the unit costs. Nothing if it must stay whole: only a unit that
  // is together because of its suite's set-up can be divided.
  std::optional<double> set_up_to_divide(const Unit& unit) const {
    if (unit.scope < first_divisible_ || unit.tests.size() == 1) return std::nullopt;
    return suites_[suite_of_[unit.tests.front()]];
  }

  // Gives an idle node what the node with most left to do can spare. False if no node can spare
  // anything.
  bool give(Node& idle) {
    const auto spare = [this](const Node& node) {
      return cut_of(node).tests == 0 ? 0.0 : seconds_left(node);
    };
    while (Node* fuller = internal::fullest(registry_.nodes(), spare)) {
      const internal::Cut cut = cut_of(*fuller);
      std::vector<TestIndex> tests = take_back(*fuller, cut.tests);
      Units units = internal::cut_off(shares_[fuller].units, cut, tests);
      if (!tests.empty()) send(*fuller, tests);
      if (units.empty()) continue;
      give_to(idle, std::move(units));
      return true;
    }
    return false;
  }

  const std::size_t workers_;  // how many the session starts with
  internal::Expectation expectation_;
  const std::vector<std::uint32_t> suite_of_;
  const std::vector<double> suites_;
  const bool reorder_;
  const std::size_t max_chunk_;
  std::uint32_t first_divisible_ = 0;  // units from this number on can be divided
  double grain_ = 0;                   // seconds; shorter units make no difference
  internal::Work remaining_;           // of the tests in unassigned_
  bool remaining_is_known_ = true;     // whether remaining_ is up to date
  double now_ = 0;                     // the largest `done` of any node, instead of a clock
};

}  // namespace gtest_xdist

#endif  // GTEST_XDIST_SCHEDULER_PLANNED_H_
