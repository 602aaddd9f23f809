// IndexLists: the tests of a process that follows a list, which is GTEST_XDIST_INDICES, or
// GTEST_XDIST_REPLAY with a worker's name.
//
// Layer: shim. Does not run tests.
#ifndef GTEST_XDIST_SHIM_INDEX_LISTS_H_
#define GTEST_XDIST_SHIM_INDEX_LISTS_H_

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "gtest_xdist/bridge/catalog.h"
#include "gtest_xdist/bridge/insides/compat.h"
#include "gtest_xdist/controller/records/replay_plan.h"
#include "gtest_xdist/core/settings/option_values.h"
#include "gtest_xdist/core/settings/options.h"
#include "gtest_xdist/core/tests/index_list.h"

namespace gtest_xdist::internal {

class IndexLists {
 public:
  // These tests, in each iteration. Must not be empty.
  explicit IndexLists(std::vector<TestIndex> indices) : indices_(std::move(indices)) {}

  // The tests that the worker of the plan's target ran.
  explicit IndexLists(ReplayPlan replay) : replay_(std::move(replay)) {}

  // The lists for call `number` of RUN_ALL_TESTS, from 0: one for each iteration. The last list
  // holds for all later iterations. Throws UsageError.
  std::vector<std::vector<TestIndex>> of_run(unsigned number, const Catalog& catalog) const {
    if (replay_) {
      const int repeat = GTEST_XDIST_FLAG_GET(repeat);
      return replay_->lists(replay_->run(number, catalog, repeat), repeat);
    }
    const TestIndex largest = *std::max_element(indices_.begin(), indices_.end());
    if (largest >= catalog.size()) {
      reject(kIndicesVariable, format_index_list(indices_),
             "numbers below " + std::to_string(catalog.size()) +
                 ", the number of tests in this binary");
    }
    return {indices_};
  }

  // The variable that the lists come from.
  const char* variable() const { return replay_ ? kReplayVariable : kIndicesVariable; }

 private:
  std::vector<TestIndex> indices_;
  std::optional<ReplayPlan> replay_;
};

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_SHIM_INDEX_LISTS_H_
