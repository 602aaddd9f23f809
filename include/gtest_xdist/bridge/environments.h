// Helps to run tests in gtest's place, between the set-up and the tear-down of the environments.
//
// Layer: bridge. Does not run tests.
#ifndef GTEST_XDIST_BRIDGE_ENVIRONMENTS_H_
#define GTEST_XDIST_BRIDGE_ENVIRONMENTS_H_

#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "gtest_xdist/bridge/catalog.h"
#include "gtest_xdist/bridge/insides/compat.h"
#include "gtest_xdist/bridge/insides/private_access.h"

namespace gtest_xdist::internal {

// Whether gtest sets the environments up in this iteration, counted from 0. If it does not, there
// is no event between OnTestIterationStart and the first suite.
inline bool sets_environments_up(int iteration) {
  return iteration == 0 || GTEST_XDIST_FLAG_GET(repeat) < 0 ||
         GTEST_XDIST_FLAG_GET(recreate_environments_when_repeating);
}

// Whether --gtest_repeat asks for no further iteration.
inline bool is_last_iteration(int iteration) {
  return iteration + 1 == GTEST_XDIST_FLAG_GET(repeat);
}

// After the set-up: whether gtest would run any test now.
inline bool environments_are_usable() {
  return !testing::Test::HasFatalFailure() && !testing::Test::IsSkipped();
}

// Hides all suites from gtest when their tests have run without it, because gtest goes on to run
// all suites. Restore them when gtest's loop over the suites is over.
class HiddenSuites {
 public:
  void hide(const Catalog& catalog) {
    for (SuiteIndex i = 0; i < catalog.suite_count(); ++i) {
      testing::TestSuite& suite = catalog.suite(i);
      if (std::exchange(private_member<SuiteShouldRun>(suite), false)) hidden_.push_back(&suite);
    }
  }

  void restore() {
    for (testing::TestSuite* suite : hidden_) private_member<SuiteShouldRun>(*suite) = true;
    hidden_.clear();
  }

 private:
  std::vector<testing::TestSuite*> hidden_;
};

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_BRIDGE_ENVIRONMENTS_H_
