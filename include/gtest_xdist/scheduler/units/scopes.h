// Which tests are to run on one worker, as numbers: what UnitScheduling goes by.
//
// Layer: scheduler/units. Does not know what a suite, a file or a mark is.
#ifndef GTEST_XDIST_SCHEDULER_UNITS_SCOPES_H_
#define GTEST_XDIST_SCHEDULER_UNITS_SCOPES_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <numeric>
#include <string>
#include <vector>

#include "gtest_xdist/core/lean/function_ref.h"

namespace gtest_xdist {

// A scope for each key, numbered from 0 in the order of first appearance; equal keys, equal scopes.
// The keys are those of the tests by index: the names of their suites, say, or of their files.
inline std::vector<std::uint32_t> scopes_of(const std::vector<std::string>& keys) {
  std::map<std::string, std::uint32_t> numbers;
  std::vector<std::uint32_t> scopes;
  scopes.reserve(keys.size());
  for (const std::string& key : keys) {
    const auto next = static_cast<std::uint32_t>(numbers.size());
    scopes.push_back(numbers.try_emplace(key, next).first->second);
  }
  return scopes;
}

namespace internal {

// A scope for each of `tests` tests, numbered by its position.
inline std::vector<std::uint32_t> lone_scopes(std::size_t tests) {
  std::vector<std::uint32_t> scopes(tests);
  std::iota(scopes.begin(), scopes.end(), 0U);
  return scopes;
}

// Joins scopes: those of tests with a key in common become one, and so do those that a chain of
// such tests connects. So one test with two keys may join much; what each key promises holds. Each
// scope is less than the number of tests; the new ones are numbered in the order of first
// appearance. Keys are numbers from 0.
inline std::vector<std::uint32_t> join_scopes(
    std::vector<std::uint32_t> scopes,
    FunctionRef<const std::vector<std::uint32_t>&(std::size_t)> keys_of) {
  // A forest in which every scope leads to the lowest of those that it is joined with.
  std::vector<std::uint32_t> parent = lone_scopes(scopes.size());
  const auto root = [&](std::uint32_t scope) {
    while (parent[scope] != scope) scope = parent[scope] = parent[parent[scope]];
    return scope;
  };
  constexpr auto kNone = static_cast<std::uint32_t>(-1);
  std::vector<std::uint32_t> members;  // one scope of each key
  for (std::size_t test = 0; test < scopes.size(); ++test) {
    for (const std::uint32_t key : keys_of(test)) {
      if (key >= members.size()) members.resize(std::size_t{key} + 1, kNone);
      if (members[key] == kNone) members[key] = scopes[test];
      const std::uint32_t first = root(members[key]);
      const std::uint32_t second = root(scopes[test]);
      parent[std::max(first, second)] = std::min(first, second);
    }
  }

  // In the order in which they come.
  std::vector<std::uint32_t> numbers(scopes.size(), kNone);
  std::uint32_t next = 0;
  for (std::uint32_t& scope : scopes) {
    std::uint32_t& number = numbers[root(scope)];
    if (number == kNone) number = next++;
    scope = number;
  }
  return scopes;
}

}  // namespace internal

// As above, of the names of the groups that each test is in. Tests with a group in common share a
// scope, and so do those that a chain of such tests connects; a test without a group has a scope of
// its own. In pytest-xdist's loadgroup a test in two groups belongs to neither, but to a third that
// bears both names; here what each of the groups promises holds.
inline std::vector<std::uint32_t> scopes_of_groups(
    const std::vector<std::vector<std::string>>& groups) {
  std::map<std::string, std::uint32_t> numbers;
  std::vector<std::vector<std::uint32_t>> keys(groups.size());
  for (std::size_t test = 0; test < groups.size(); ++test) {
    for (const std::string& group : groups[test]) {
      const auto next = static_cast<std::uint32_t>(numbers.size());
      keys[test].push_back(numbers.try_emplace(group, next).first->second);
    }
  }
  return internal::join_scopes(
      internal::lone_scopes(groups.size()),
      [&](std::size_t test) -> const std::vector<std::uint32_t>& { return keys[test]; });
}

}  // namespace gtest_xdist

#endif  // GTEST_XDIST_SCHEDULER_UNITS_SCOPES_H_
