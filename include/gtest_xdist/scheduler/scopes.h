// Which tests are to run on one worker, as numbers: what UnitScheduling goes by.
//
// Layer: scheduler. Does not know what a suite, a file or a mark is.
#ifndef GTEST_XDIST_SCHEDULER_SCOPES_H_
#define GTEST_XDIST_SCHEDULER_SCOPES_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <string>
#include <string_view>
#include <type_traits>
#include <unordered_map>
#include <vector>

namespace gtest_xdist {

// A scope for each key, numbered from 0 in the order of first appearance; equal keys, equal scopes.
// The keys are those of the tests by index: the names of their suites, say, or of their files.
inline std::vector<std::uint32_t> scopes_of(const std::vector<std::string>& keys) {
  std::unordered_map<std::string_view, std::uint32_t> numbers;
  std::vector<std::uint32_t> scopes;
  scopes.reserve(keys.size());
  for (const std::string& key : keys) {
    const auto next = static_cast<std::uint32_t>(numbers.size());
    scopes.push_back(numbers.emplace(key, next).first->second);
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
// appearance. `keys_of(test)` is a reference to a vector of values that can be hashed.
template <class KeysOf>
std::vector<std::uint32_t> join_scopes(std::vector<std::uint32_t> scopes, KeysOf keys_of) {
  using Key = typename std::decay_t<decltype(keys_of(std::size_t{}))>::value_type;
  // A forest in which every scope leads to the lowest of those that it is joined with.
  std::vector<std::uint32_t> parent = lone_scopes(scopes.size());
  const auto root = [&](std::uint32_t scope) {
    while (parent[scope] != scope) scope = parent[scope] = parent[parent[scope]];
    return scope;
  };
  std::unordered_map<Key, std::uint32_t> members;  // one scope of each key
  for (std::size_t test = 0; test < scopes.size(); ++test) {
    for (const Key& key : keys_of(test)) {
      const std::uint32_t first = root(members.emplace(key, scopes[test]).first->second);
      const std::uint32_t second = root(scopes[test]);
      parent[std::max(first, second)] = std::min(first, second);
    }
  }

  std::unordered_map<std::uint32_t, std::uint32_t> numbers;
  for (std::uint32_t& scope : scopes) {
    const auto next = static_cast<std::uint32_t>(numbers.size());
    scope = numbers.emplace(root(scope), next).first->second;
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
  return internal::join_scopes(
      internal::lone_scopes(groups.size()),
      [&](std::size_t test) -> const std::vector<std::string>& { return groups[test]; });
}

}  // namespace gtest_xdist

#endif  // GTEST_XDIST_SCHEDULER_SCOPES_H_
