// Which tests are to run on one worker, as numbers: what LoadScopeScheduling goes by.
//
// Layer: scheduler. Does not know what a suite, a file or a mark is.
#ifndef GTEST_XDIST_SCHEDULER_SCOPES_H_
#define GTEST_XDIST_SCHEDULER_SCOPES_H_

#include <cstddef>
#include <cstdint>
#include <numeric>
#include <string>
#include <string_view>
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

// As above, of the names of the groups that each test is in. Tests with a group in common share a
// scope, and so do those that a chain of such tests connects; a test without a group has a scope of
// its own. In pytest-xdist's loadgroup a test in two groups belongs to neither, but to a third that
// bears both names; here what each of the groups promises holds.
inline std::vector<std::uint32_t> scopes_of_groups(
    const std::vector<std::vector<std::string>>& groups) {
  // A forest in which every test leads to the first of its scope.
  std::vector<std::size_t> parent(groups.size());
  std::iota(parent.begin(), parent.end(), std::size_t{0});
  const auto root = [&](std::size_t test) {
    while (parent[test] != test) test = parent[test] = parent[parent[test]];
    return test;
  };
  std::unordered_map<std::string_view, std::size_t> members;  // one of each group
  for (std::size_t test = 0; test < groups.size(); ++test) {
    for (const std::string& group : groups[test]) {
      const std::size_t first = root(members.emplace(group, test).first->second);
      const std::size_t second = root(test);
      // The lower becomes the root.
      if (first < second) {
        parent[second] = first;
      } else {
        parent[first] = second;
      }
    }
  }

  std::vector<std::uint32_t> scopes(groups.size());
  std::uint32_t next = 0;
  for (std::size_t test = 0; test < groups.size(); ++test) {
    const std::size_t first = root(test);
    scopes[test] = first == test ? next++ : scopes[first];
  }
  return scopes;
}

}  // namespace gtest_xdist

#endif  // GTEST_XDIST_SCHEDULER_SCOPES_H_
