// Units, tests of one scope that stay together, and lists of units.
//
// Layer: scheduler/units. Does not know nodes.
#ifndef GTEST_XDIST_SCHEDULER_UNITS_UNITS_H_
#define GTEST_XDIST_SCHEDULER_UNITS_UNITS_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include "gtest_xdist/core/tests/index_list.h"

namespace gtest_xdist::internal {

struct Unit {
  std::uint32_t scope = 0;
  std::vector<TestIndex> tests;  // in order; never empty in a list
  std::size_t completed = 0;     // how many of them, from the front, are complete
  bool stays = false;            // whether the worker that has it must keep it
};

using Units = std::deque<Unit>;

// The scope of a test. Throws std::invalid_argument if there is none.
inline std::uint32_t scope_at(const std::vector<std::uint32_t>& scope_of, TestIndex test) {
  if (test < scope_of.size()) return scope_of[test];
  throw std::invalid_argument("test " + std::to_string(test) + " has no scope: only " +
                              std::to_string(scope_of.size()) +
                              " tests have one; give a scope for each registered test");
}

// Makes a unit for each scope, in the order of first appearance. Throws as scope_at().
inline Units units_of(const std::vector<TestIndex>& tests,
                      const std::vector<std::uint32_t>& scope_of) {
  Units units;
  std::map<std::uint32_t, std::size_t> positions;
  for (const TestIndex test : tests) {
    const std::uint32_t scope = scope_at(scope_of, test);
    const auto [position, is_new] = positions.emplace(scope, units.size());
    if (is_new) units.push_back({scope, {}});
    units[position->second].tests.push_back(test);
  }
  return units;
}

// The last unit of the scope; null if there is none. Valid until the list changes.
inline Unit* find_scope(Units& units, std::uint32_t scope) {
  for (auto unit = units.rbegin(); unit != units.rend(); ++unit) {
    if (unit->scope == scope) return &*unit;
  }
  return nullptr;
}

// Counts the first test that is left as completed. Removes its unit if that was the last one.
inline void complete_first(Units& units) {
  if (units.empty() || ++units.front().completed < units.front().tests.size()) return;
  units.pop_front();
}

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_SCHEDULER_UNITS_UNITS_H_
