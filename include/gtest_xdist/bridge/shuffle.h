// Computes the order in which gtest would run the selected tests under --gtest_shuffle.
//
// Layer: bridge. For the controller, where gtest has no test to run and does not shuffle, and for a
// serial run, whose plugins see the next test. Changes no order itself.
#ifndef GTEST_XDIST_BRIDGE_SHUFFLE_H_
#define GTEST_XDIST_BRIDGE_SHUFFLE_H_

#include <cstddef>
#include <cstdint>
#include <numeric>
#include <string_view>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "gtest_xdist/bridge/catalog.h"

namespace gtest_xdist::internal {

// Fisher-Yates shuffle from the end, as in gtest, with gtest's generator.
template <class T>
void shuffle_range(testing::internal::Random& random, std::vector<T>& items, std::size_t begin,
                   std::size_t end) {
  for (std::size_t width = end - begin; width >= 2; --width) {
    const std::size_t chosen = begin + random.Generate(static_cast<std::uint32_t>(width));
    std::swap(items[chosen], items[begin + width - 1]);
  }
}

// Whether this is a suite that gtest runs before all others, also when it shuffles.
inline bool is_death_test_suite(std::string_view name) {
  constexpr std::string_view kEnding = "DeathTest";
  if (name.find("DeathTest/") != std::string_view::npos) return true;
  return name.size() >= kEnding.size() && name.substr(name.size() - kEnding.size()) == kEnding;
}

// The selected tests in the order that `seed` gives: the same as in a serial run.
inline std::vector<TestIndex> shuffled_selection(const Catalog& catalog, int seed) {
  testing::internal::Random random(static_cast<std::uint32_t>(seed));
  std::vector<SuiteIndex> suites(catalog.suite_count());
  std::iota(suites.begin(), suites.end(), 0U);
  std::size_t death_tests = 0;
  while (death_tests < suites.size() &&
         is_death_test_suite(catalog.suite(static_cast<SuiteIndex>(death_tests)).name())) {
    ++death_tests;
  }
  shuffle_range(random, suites, 0, death_tests);
  shuffle_range(random, suites, death_tests, suites.size());

  std::vector<std::vector<TestIndex>> tests(suites.size());
  for (SuiteIndex suite = 0; suite < catalog.suite_count(); ++suite) {
    tests[suite].resize(catalog.first_test(suite + 1) - catalog.first_test(suite));
    std::iota(tests[suite].begin(), tests[suite].end(), catalog.first_test(suite));
    shuffle_range(random, tests[suite], 0, tests[suite].size());
  }

  std::vector<TestIndex> order;
  for (const SuiteIndex suite : suites) {
    for (const TestIndex test : tests[suite]) {
      if (catalog.test(test).should_run()) order.push_back(test);
    }
  }
  return order;
}

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_BRIDGE_SHUFFLE_H_
