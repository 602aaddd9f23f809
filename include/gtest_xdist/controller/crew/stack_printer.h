// A debugger that prints the stacks of a worker, and whose end rings the session's bell.
//
// Layer: controller/crew.
#ifndef GTEST_XDIST_CONTROLLER_CREW_STACK_PRINTER_H_
#define GTEST_XDIST_CONTROLLER_CREW_STACK_PRINTER_H_

#include <sys/types.h>

#include <memory>
#include <stdexcept>

#include "gtest_xdist/controller/crew/node_manager.h"
#include "gtest_xdist/controller/crew/worker_ending.h"
#include "gtest_xdist/process/child_process.h"
#include "gtest_xdist/process/debugger.h"

namespace gtest_xdist::internal {

// `node_manager` must outlive what is returned.
inline WorkerEnding::PrintStacks stack_printer(NodeManager& node_manager) {
  return [&node_manager](::pid_t process, int output) {
    std::unique_ptr<ChildProcess> debugger = print_stacks(process, output);
    try {
      if (debugger != nullptr) node_manager.watch(*debugger);
    } catch (const std::runtime_error&) {
      debugger.reset();  // nobody would notice its end
    }
    return debugger;
  };
}

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_CONTROLLER_CREW_STACK_PRINTER_H_
