// All workers of a session, the dead as well.
//
// Layer: controller/node. NodeManager owns them.
#ifndef GTEST_XDIST_CONTROLLER_NODE_WORKER_NODES_H_
#define GTEST_XDIST_CONTROLLER_NODE_WORKER_NODES_H_

#include <cstddef>
#include <memory>
#include <vector>

#include "gtest_xdist/controller/node/worker_node.h"
#include "gtest_xdist/core/lean/function_ref.h"

namespace gtest_xdist::internal {

using WorkerNodes = std::vector<std::unique_ptr<WorkerNode>>;  // by number

// How many of them have not ended.
inline std::size_t count_alive(const WorkerNodes& nodes) {
  std::size_t alive = 0;
  for (const auto& node : nodes) {
    if (!node->life().is_gone()) ++alive;
  }
  return alive;
}

// Whether `holds` is true of at least one of them.
inline bool any_of(const WorkerNodes& nodes, FunctionRef<bool(const WorkerNode&)> holds) {
  for (const auto& node : nodes) {
    if (holds(*node)) return true;
  }
  return false;
}

// Whether one of them has ever told its collection.
inline bool any_has_arrived(const WorkerNodes& nodes) {
  for (const auto& node : nodes) {
    if (node->life().has_arrived()) return true;
  }
  return false;
}

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_CONTROLLER_NODE_WORKER_NODES_H_
