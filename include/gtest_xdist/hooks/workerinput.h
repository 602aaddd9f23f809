// The values that the session itself puts into a worker's input.
//
// Layer: hooks. They are pytest-xdist's: workerid, workercount, testrunuid, and the mode.
#ifndef GTEST_XDIST_HOOKS_WORKERINPUT_H_
#define GTEST_XDIST_HOOKS_WORKERINPUT_H_

#include <string>

#include "gtest_xdist/core/identity.h"
#include "gtest_xdist/hooks/session.h"

namespace gtest_xdist::internal {

// `dist` is the word of GTEST_XDIST_DIST.
inline void set_workerinput(WorkerController& node, unsigned workers, const std::string& dist) {
  node.workerinput.set("workerid", node.id);
  node.workerinput.set("workercount", workers);
  node.workerinput.set("testrunuid", testrun_uid());
  node.workerinput.set("dist", dist);
}

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_HOOKS_WORKERINPUT_H_
