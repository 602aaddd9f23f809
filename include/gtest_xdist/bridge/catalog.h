// Catalog: all registered tests by number.
//
// Layer: bridge. Made anew at every RUN_ALL_TESTS, before gtest shuffles, so that numbers follow
// the order of registration. So a test has the same index in every process of a session. Knows
// nothing of workers.
#ifndef GTEST_XDIST_BRIDGE_CATALOG_H_
#define GTEST_XDIST_BRIDGE_CATALOG_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "gtest_xdist/bridge/insides/private_access.h"
#include "gtest_xdist/core/lean/sorted_order.h"
#include "gtest_xdist/core/tests/collection.h"
#include "gtest_xdist/core/tests/index_list.h"

namespace gtest_xdist::internal {

using SuiteIndex = std::uint32_t;

// Does not own gtest's objects, which live until the process ends.
class Catalog {
 public:
  // Make it while gtest's order is that of registration.
  Catalog() {
    const testing::UnitTest& unit_test = *testing::UnitTest::GetInstance();
    for (int i = 0; i < unit_test.total_test_suite_count(); ++i) {
      auto& suite = const_cast<testing::TestSuite&>(*unit_test.GetTestSuite(i));
      suites_.push_back(&suite);
      first_tests_.push_back(size());
      for (testing::TestInfo* test : private_member<SuiteTestInfoList>(suite)) {
        tests_.push_back(test);
      }
    }
    first_tests_.push_back(size());
  }

  TestIndex size() const { return static_cast<TestIndex>(tests_.size()); }
  SuiteIndex suite_count() const { return static_cast<SuiteIndex>(suites_.size()); }

  testing::TestInfo& test(TestIndex i) const { return *tests_[i]; }
  testing::TestSuite& suite(SuiteIndex i) const { return *suites_[i]; }

  // The tests of suite `i` are [first_test(i), first_test(i + 1)).
  TestIndex first_test(SuiteIndex i) const { return first_tests_[i]; }

  SuiteIndex suite_of(TestIndex test) const {
    const auto after = std::upper_bound(first_tests_.begin(), first_tests_.end(), test);
    return static_cast<SuiteIndex>(after - first_tests_.begin() - 1);
  }

  // A test's position in its suite, in order of registration.
  int position_in_suite(TestIndex test) const {
    return static_cast<int>(test - first_test(suite_of(test)));
  }

  TestIndex index_of(const testing::TestInfo& test) const {
    if (by_address_.empty()) {
      by_address_ = sorted_order(size(), [&](std::size_t a, std::size_t b) {
        return std::less<>()(tests_[a], tests_[b]);
      });
    }
    const auto found = std::lower_bound(by_address_.begin(), by_address_.end(), &test,
                                        [&](std::size_t i, const testing::TestInfo* other) {
                                          return std::less<>()(tests_[i], other);
                                        });
    if (found == by_address_.end() || tests_[*found] != &test) {
      throw std::out_of_range("Catalog::index_of");
    }
    return static_cast<TestIndex>(*found);
  }

  SuiteIndex index_of(const testing::TestSuite& suite) const {
    const auto it = std::find(suites_.begin(), suites_.end(), &suite);
    return static_cast<SuiteIndex>(it - suites_.begin());
  }

  // "Suite.Test": what gtest prints. Not unique.
  std::string full_name(TestIndex i) const {
    return std::string(test(i).test_suite_name()) + "." + test(i).name();
  }

  // The selected tests in the order of registration.
  std::vector<TestIndex> selected() const {
    std::vector<TestIndex> indices;
    for (TestIndex i = 0; i < size(); ++i) {
      if (test(i).should_run()) indices.push_back(i);
    }
    return indices;
  }

  // One line for each registered test. Two processes of one session must agree on all lines. The
  // text of a value parameter is left out, because it may hold an address.
  std::vector<std::string> ids() const {
    std::vector<std::string> lines;
    lines.reserve(tests_.size());
    for (TestIndex i = 0; i < size(); ++i) {
      lines.push_back(full_name(i) + (test(i).should_run() ? "" : " (not selected)"));
    }
    return lines;
  }

  // A hash of the names and the selection, as in ids().
  std::uint64_t digest() const {
    Digest digest;
    for (const testing::TestInfo* test : tests_) {
      digest.add(test->test_suite_name());
      digest.add(test->name());
      digest.add(test->should_run() ? "+" : "-");
    }
    return digest.value();
  }

  // The text of each registered test's value parameter; empty if it has none. It may differ from
  // process to process: a value may be a random number, or hold an address.
  std::vector<std::string> values() const {
    std::vector<std::string> texts;
    texts.reserve(tests_.size());
    for (const testing::TestInfo* test : tests_) {
      std::string text;
      if (test->value_param() != nullptr) text = test->value_param();
      texts.push_back(std::move(text));
    }
    return texts;
  }

  // A hash of values().
  std::uint64_t digest_of_values() const {
    Digest digest;
    for (const testing::TestInfo* test : tests_) {
      digest.add(test->value_param() != nullptr ? test->value_param() : "");
    }
    return digest.value();
  }

  // A hash of the names of all registered tests, whatever is selected.
  std::uint64_t digest_of_names() const {
    Digest digest;
    for (const testing::TestInfo* test : tests_) {
      digest.add(test->test_suite_name());
      digest.add(test->name());
    }
    return digest.value();
  }

 private:
  std::vector<testing::TestSuite*> suites_;
  std::vector<TestIndex> first_tests_;  // one more than suites: the last is size()
  std::vector<testing::TestInfo*> tests_;
  mutable std::vector<std::size_t> by_address_;  // indices of tests; made when asked for
};

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_BRIDGE_CATALOG_H_
