// Says in words where a worker is, as it tells itself.
//
// Layer: controller/node. The only place that has words for phases. Does not know what is said of
// a worker there.
#ifndef GTEST_XDIST_CONTROLLER_NODE_PLACE_H_
#define GTEST_XDIST_CONTROLLER_NODE_PLACE_H_

#include <optional>
#include <string>

#include "gtest_xdist/bridge/catalog.h"
#include "gtest_xdist/controller/node/worker_node.h"
#include "gtest_xdist/core/tests/index_list.h"
#include "gtest_xdist/transport/worker_slot.h"

namespace gtest_xdist::internal {

struct PhaseWords {
  const char* activity;  // what the worker does; null if name_of_item() says it, or nothing runs
  const char* place;     // "worker 'gw1' crashed <place>"
};

inline PhaseWords words_of(Phase phase) {
  switch (phase) {
    case Phase::starting:
      return {"starting", "before RUN_ALL_TESTS selected its tests"};
    case Phase::session_start:
      return {"hooks before its tests", "in a plugin's hook before its tests"};
    case Phase::environments_up:
      return {"set-up of environments", "in the set-up of the test environments"};
    case Phase::environments_down:
      return {"tear-down of environments", "in the tear-down of the test environments"};
    case Phase::session_finish:
      return {"hooks after its tests", "in a plugin's hook after its tests"};
    case Phase::finishing:
      return {nullptr, "after its tests"};
    case Phase::idle:
    case Phase::suite_up:
    case Phase::test:
    case Phase::suite_down:
      break;
  }
  return {nullptr, "between two tests"};
}

inline std::string name_of_set_up(SuiteIndex suite, const Catalog& catalog) {
  return std::string("SetUpTestSuite of ") + catalog.suite(suite).name();
}
inline std::string name_of_tear_down(SuiteIndex suite, const Catalog& catalog) {
  return std::string("TearDownTestSuite of ") + catalog.suite(suite).name();
}

// The test that the worker is in, or the set-up or tear-down of a suite. Empty if it is in none.
inline std::optional<std::string> name_of_item(const WorkerNode& node, const Catalog& catalog) {
  const std::optional<TestIndex> item = node.running_item();
  const Phase phase = node.phase();
  if (item && phase == Phase::test) return catalog.full_name(*item);
  if (item && phase == Phase::suite_up) return name_of_set_up(catalog.suite_of(*item), catalog);
  if (node.untold.open_suite && phase == Phase::suite_down) {
    return name_of_tear_down(*node.untold.open_suite, catalog);
  }
  return std::nullopt;
}

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_CONTROLLER_NODE_PLACE_H_
