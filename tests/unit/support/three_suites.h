// A store of results with three suites, and what workers report to it.
#ifndef SUPPORT_THREE_SUITES_H_
#define SUPPORT_THREE_SUITES_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "gtest_xdist/controller/results/result_store.h"
#include "gtest_xdist/core/tests/index_list.h"
#include "gtest_xdist/core/tests/report.h"

namespace gtest_xdist::internal {

// What `worker` says of a test or a set-up: ten bytes of output, then a failure for each message.
inline Report story(int worker, const std::vector<std::string>& messages = {}) {
  Report report;
  report.add_output(worker, {{0, 10}, {}});
  for (const std::string& message : messages) {
    report.add_part(worker, {}, {PartType::nonfatal_failure, "a.cpp", 3, message});
  }
  return report;
}

// Three suites: tests 0 to 2, 3 and 4, 5.
inline ResultStore three_suites(const std::vector<TestIndex>& selected = {0, 1, 2, 3, 4, 5},
                                std::size_t reports_per_test = 1) {
  return {{0, 0, 0, 1, 1, 2}, selected, 3, reports_per_test};
}

// Plays back what there is of a suite; the tests in order.
inline std::vector<TestIndex> play_back(ResultStore& store, std::uint32_t suite) {
  std::vector<TestIndex> tests;
  while (const std::optional<TestIndex> test = store.next_test(suite)) {
    tests.push_back(*test);
    store.take_test(*test);
  }
  return tests;
}

}  // namespace gtest_xdist::internal

#endif  // SUPPORT_THREE_SUITES_H_
