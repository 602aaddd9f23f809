// Computes which of its units a node can spare, by the time that they will take.
//
// Layer: scheduler/units. Does not know nodes.
#ifndef GTEST_XDIST_SCHEDULER_UNITS_CUT_H_
#define GTEST_XDIST_SCHEDULER_UNITS_CUT_H_

#include <algorithm>
#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

#include "gtest_xdist/core/tests/index_list.h"
#include "gtest_xdist/scheduler/units/forecast.h"
#include "gtest_xdist/scheduler/units/units.h"

namespace gtest_xdist::internal {

// The last `tests` tests of a node. They are whole units, or a part of one.
struct Cut {
  std::size_t tests = 0;
  bool is_part = false;
};

// The part of a unit that another worker should take: as many of the last tests as it finishes,
// after another set-up, before the owner finishes the rest. It takes a single test also if it only
// finishes it before the owner would finish everything. The part has at most `spare` tests, and
// leaves at least one. `whole`: how many seconds the owner has to do.
inline Cut cut_of_unit(const Unit& unit, std::size_t spare, double whole, double set_up,
                       const Expectation& expectation) {
  Cut cut;
  cut.is_part = true;
  const std::size_t most = std::min(spare, unit.tests.size() - unit.completed - 1);
  double seconds = 0;
  for (auto test = unit.tests.rbegin(); cut.tests < most; ++test) {
    const double more = seconds + expectation.seconds(expectation.of(*test));
    const double left = cut.tests == 0 ? whole : whole - more;
    if (set_up + more > left) break;
    seconds = more;
    ++cut.tests;
  }
  return cut;
}

// What a node with these units can spare. It has `whole` seconds to do, and has not begun its last
// `spare` tests. It can spare half of its time, in whole units, but always one unit that cannot be
// divided. `set_up_of(unit)` is nothing for a unit that must stay together. Any other unit can be
// divided, begun or not, if that leads to an earlier end although a set-up of that many seconds is
// paid once more.
template <class SetUpOf>
Cut cut_of(const Units& units, std::size_t spare, double whole, const Expectation& expectation,
           SetUpOf set_up_of) {
  Cut cut;
  double seconds = 0;
  for (auto unit = units.rbegin(); unit != units.rend() && !unit->stays; ++unit) {
    if (unit->completed > 0 || cut.tests + unit->tests.size() > spare) break;  // it has begun
    const std::optional<double> set_up = set_up_of(*unit);
    const double more = seconds + expectation.seconds(expectation.of(unit->tests));
    const bool is_too_much = more > (whole + set_up.value_or(0)) / 2;
    if (is_too_much && (cut.tests > 0 || set_up)) break;
    cut.tests += unit->tests.size();
    seconds = more;
  }
  if (cut.tests > 0 || units.empty() || units.back().stays) return cut;
  const std::optional<double> set_up = set_up_of(units.back());
  return set_up ? cut_of_unit(units.back(), spare, whole, *set_up, expectation) : cut;
}

// Whether `tests` are the last ones of `all`.
inline bool is_end_of(const std::vector<TestIndex>& tests, const std::vector<TestIndex>& all) {
  const auto size = static_cast<std::ptrdiff_t>(tests.size());
  return tests.size() <= all.size() && std::equal(tests.begin(), tests.end(), all.end() - size);
}

// Removes what was cut off from `units`, and returns it. `tests` are the tests that could be taken
// back from the worker. The worker may have begun some meanwhile, or may run its tests in another
// order. If a unit did not come back whole, its tests stay in `tests`, and the unit is marked to
// stay with the worker. If nothing could be cut off, the last unit is marked, too.
inline Units cut_off(Units& units, const Cut& cut, std::vector<TestIndex>& tests) {
  Units off;
  if (cut.is_part) {
    Unit& unit = units.back();
    if (!tests.empty() && is_end_of(tests, unit.tests)) {
      unit.tests.resize(unit.tests.size() - tests.size());
      off.push_back({unit.scope, std::exchange(tests, {})});
    }
  } else {
    while (!units.empty() && !tests.empty() && is_end_of(units.back().tests, tests)) {
      tests.resize(tests.size() - units.back().tests.size());
      off.push_front(std::move(units.back()));
      units.pop_back();
    }
  }
  if (!units.empty() && (!tests.empty() || off.empty())) units.back().stays = true;
  return off;
}

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_SCHEDULER_UNITS_CUT_H_
