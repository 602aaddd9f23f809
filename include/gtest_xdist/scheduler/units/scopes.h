// Computes scopes: the tests that must run on one worker have one number.
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

// Returns a scope for each key, numbered from 0 in the order of first appearance. Equal keys have
// equal scopes. `keys` has a key for each test, by index: the name of its suite, say, or of its
// file.
inline std::vector<std::uint32_t> scopes_of(const std::vector<std::string>& keys) {
  std::map<std::string, std::uint32_t> numbers;
  std::vector<std::uint32_t> scopes;
  scopes.reserve(keys.size());
  for (const std::string& key : keys) {
    const auto next = static_cast<std::uint32_t>(numbers.size());
    scopes.push_back(numbers.emplace(key, next).first->second);
  }
  return scopes;
}

namespace internal {

// Returns a scope of its own for each of `tests` tests, numbered by its position.
inline std::vector<std::uint32_t> lone_scopes(std::size_t tests) {
  std::vector<std::uint32_t> scopes(tests);
  std::iota(scopes.begin(), scopes.end(), 0U);
  return scopes;
}

// Joins the scopes of tests with a key in common, and the scopes that a chain of such tests
// connects. So one test with two keys may join many scopes, but all tests with one key share a
// scope. Each scope must be less than the number of tests. New scopes are numbered in the order of
// first appearance. Keys are numbers from 0.
inline std::vector<std::uint32_t> join_scopes(
    std::vector<std::uint32_t> scopes,
    FunctionRef<const std::vector<std::uint32_t>&(std::size_t)> keys_of) {
  // A forest in which every scope leads to the lowest of the scopes that it is joined with.
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

  // Number the scopes in the order in which they come.
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

// Returns a scope for each test. `groups` has the names of the groups that each test is in. Tests
// with a group in common share a scope, and so do tests that a chain of such tests connects. A test
// without a group has a scope of its own. In pytest-xdist's loadgroup a test in two groups belongs
// to neither, but to a third one with both names. Here all tests of a group share a scope.
inline std::vector<std::uint32_t> scopes_of_groups(
    const std::vector<std::vector<std::string>>& groups) {
  std::map<std::string, std::uint32_t> numbers;
  std::vector<std::vector<std::uint32_t>> keys(groups.size());
  for (std::size_t test = 0; test < groups.size(); ++test) {
    for (const std::string& group : groups[test]) {
      const auto next = static_cast<std::uint32_t>(numbers.size());
      keys[test].push_back(numbers.emplace(group, next).first->second);
    }
  }
  return internal::join_scopes(
      internal::lone_scopes(groups.size()),
      [&](std::size_t test) -> const std::vector<std::uint32_t>& { return keys[test]; });
}

}  // namespace gtest_xdist

#endif  // GTEST_XDIST_SCHEDULER_UNITS_SCOPES_H_
