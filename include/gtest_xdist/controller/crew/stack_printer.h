// Makes the function that starts a debugger, which prints the stacks of a worker.
//
// Layer: controller/crew. Does not know when stacks are printed, or which worker's.
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

// The returned function refers to `node_manager`, whose bell rings when the debugger ends.
inline WorkerEnding::PrintStacks stack_printer(NodeManager& node_manager) {
  return [&node_manager](::pid_t process, int output) {
    std::unique_ptr<ChildProcess> debugger = print_stacks(process, output);
    try {
      if (debugger != nullptr) node_manager.watch(*debugger);
    } catch (const std::runtime_error&) {
      debugger.reset();  // its end would stay unnoticed
    }
    return debugger;
  };
}

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_CONTROLLER_CREW_STACK_PRINTER_H_
