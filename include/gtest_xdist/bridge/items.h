// Converts tests and results into the form in which plugins see them.
//
// Layer: bridge. Does not call plugins.
#ifndef GTEST_XDIST_BRIDGE_ITEMS_H_
#define GTEST_XDIST_BRIDGE_ITEMS_H_

#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "gtest_xdist/bridge/catalog.h"
#include "gtest_xdist/bridge/parts.h"
#include "gtest_xdist/core/groups.h"
#include "gtest_xdist/core/locks.h"
#include "gtest_xdist/hooks/session.h"

namespace gtest_xdist::internal {

// All registered tests, by index.
inline std::vector<Item> make_items(const Catalog& catalog) {
  std::vector<Item> items;
  items.reserve(catalog.size());
  for (TestIndex i = 0; i < catalog.size(); ++i) {
    const testing::TestInfo& test = catalog.test(i);
    Item item;
    item.index = i;
    item.id = catalog.full_name(i);
    item.suite = test.test_suite_name();
    item.name = test.name();
    item.file = test.file() == nullptr ? "" : test.file();
    item.line = test.line();
    item.groups = groups_of(item.id);
    item.locks = locks_of(item.id);
    item.serial = is_serial(item.id);
    items.push_back(std::move(item));
  }
  return items;
}

// Makes a report of a test that has ended, from gtest's result. For OnTestEnd.
inline TestReport make_report(const Item& item, const testing::TestInfo& test,
                              std::string worker_id) {
  constexpr double kMillisecond = 0.001;
  const testing::TestResult& result = *test.result();
  TestReport report{item, Outcome::passed, 0, {}, {}, std::move(worker_id), false};
  if (result.Failed()) report.outcome = Outcome::failed;
  if (result.Skipped()) report.outcome = Outcome::skipped;
  report.duration = static_cast<double>(result.elapsed_time()) * kMillisecond;
  for (int i = 0; i < result.total_part_count(); ++i) {
    report.parts.push_back(from_gtest(result.GetTestPartResult(i)));
  }
  report.properties = properties_of(result);
  return report;
}

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_BRIDGE_ITEMS_H_
