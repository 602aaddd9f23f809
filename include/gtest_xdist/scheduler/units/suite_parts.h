// Keeps tests of a suite together if the suite's set-up is expensive.
//
// Layer: scheduler/units. Does not know nodes.
#ifndef GTEST_XDIST_SCHEDULER_UNITS_SUITE_PARTS_H_
#define GTEST_XDIST_SCHEDULER_UNITS_SUITE_PARTS_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "gtest_xdist/core/tests/index_list.h"
#include "gtest_xdist/scheduler/units/forecast.h"
#include "gtest_xdist/scheduler/units/units.h"

namespace gtest_xdist::internal {

// Tests are not kept together if set-ups for each of them take, in all, no more than this share of
// the time that the tests take.
inline constexpr double kNegligibleSetUp = 1.0 / 32;

// Into how many parts to divide a suite so that the session ends earliest. Its `tests` tests take
// `seconds` in all, and each part also takes `set_up`. All workers together have `total` seconds to
// do, with this suite and one set-up. A suite that is no longer than a worker's share of all work
// stays whole.
inline std::size_t best_parts(double seconds, double set_up, std::size_t tests, double total,
                              std::size_t workers) {
  std::size_t best = 1;
  double shortest = 0;
  for (std::size_t parts = 1; parts <= std::min(tests, workers); ++parts) {
    const double extra = static_cast<double>(parts - 1) * set_up;
    const double end = std::max(set_up + seconds / static_cast<double>(parts),
                                (total + extra) / static_cast<double>(workers));
    if (parts > 1 && end >= shortest) continue;
    best = parts;
    shortest = end;
  }
  return best;
}

// Joins tests of a suite that are alone in their units into one unit, if a set-up for each of them
// would be expensive. Makes several units if the suite would outlast all else. `unit_of` has a unit
// for each registered test. The new units have numbers from the returned one on, and may be divided
// when a worker would run dry. The time of a set-up is added to the first test that pays for it.
// `suite_of` and `suites` are those of Forecast.
inline std::uint32_t join_dear_suites(const std::vector<TestIndex>& collection,
                                      const std::vector<std::uint32_t>& suite_of,
                                      const std::vector<double>& suites, std::size_t workers,
                                      std::vector<std::uint32_t>& unit_of,
                                      Expectation& expectation) {
  std::uint32_t next = 0;
  for (const std::uint32_t unit : unit_of) next = std::max(next, unit + 1);
  const std::uint32_t first = next;

  std::map<std::uint32_t, std::size_t> sizes;  // of units
  for (const TestIndex test : collection) ++sizes[scope_at(unit_of, test)];

  std::vector<std::vector<TestIndex>> alone(suites.size());  // by suite
  std::set<std::pair<std::uint32_t, std::uint32_t>> paid;    // unit and suite
  std::vector<TestIndex> paying;                             // the first of each of these
  double total = 0;
  for (const TestIndex test : collection) {
    total += expectation.seconds(expectation.of(test));
    if (test >= suite_of.size() || suite_of[test] >= suites.size()) continue;
    if (sizes[unit_of[test]] == 1) {
      alone[suite_of[test]].push_back(test);
    } else if (paid.insert({unit_of[test], suite_of[test]}).second) {
      paying.push_back(test);
    }
  }

  std::vector<std::uint32_t> dear;  // suites
  for (std::uint32_t suite = 0; suite < alone.size(); ++suite) {
    const std::vector<TestIndex>& tests = alone[suite];
    if (tests.empty()) continue;
    const double seconds = expectation.seconds(expectation.of(tests));
    const double set_up = suites[suite];
    if (static_cast<double>(tests.size()) * set_up <= seconds * kNegligibleSetUp) continue;
    dear.push_back(suite);
    total += set_up;
  }
  for (const TestIndex test : paying) {
    total += suites[suite_of[test]];
    expectation.add(test, suites[suite_of[test]]);
  }

  for (const std::uint32_t suite : dear) {
    const std::vector<TestIndex>& tests = alone[suite];
    const double set_up = suites[suite];
    const double all = expectation.seconds(expectation.of(tests));
    const std::size_t parts = best_parts(all, set_up, tests.size(), total, workers);
    const double part = all / static_cast<double>(parts);
    double seconds = part;  // of the part under way
    for (const TestIndex test : tests) {
      const double more = expectation.seconds(expectation.of(test));
      // A test that crosses the border of two parts belongs to the part with most of it.
      if (seconds + more / 2 >= part) {
        seconds -= part;
        ++next;
        expectation.add(test, set_up);
      }
      seconds += more;
      unit_of[test] = next - 1;
    }
  }
  return first;
}

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_SCHEDULER_UNITS_SUITE_PARTS_H_
