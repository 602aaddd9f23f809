// Why the controller ends a worker that has done nothing wrong to it.
//
// Layer: controller/node. Not for a worker that is accused: see WorkerNode::accuse().
#ifndef GTEST_XDIST_CONTROLLER_NODE_END_REASON_H_
#define GTEST_XDIST_CONTROLLER_NODE_END_REASON_H_

#include <string>

namespace gtest_xdist::internal {

struct EndReason {
  std::string what;  // as a verb, in place of "crashed"
  std::string why;
  bool blames_worker = true;  // whether the run fails even if no test was running
};

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_CONTROLLER_NODE_END_REASON_H_
