// Processes in the place of a worker's that know nothing of tests.
#ifndef SUPPORT_NODE_PROCESS_H_
#define SUPPORT_NODE_PROCESS_H_

#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "gtest_xdist/controller/node/worker_node.h"
#include "gtest_xdist/process/child_process.h"
#include "gtest_xdist/transport/worker_slot.h"

namespace gtest_xdist::internal {

// What it prints goes to the worker's output.
inline std::unique_ptr<ChildProcess> start_process(const WorkerNode& node,
                                                   const std::string& executable,
                                                   std::vector<std::string> arguments) {
  LaunchPlan plan;
  plan.executable = executable;
  plan.arguments = std::move(arguments);
  plan.environment = {"PATH=/usr/bin:/bin"};
  plan.standard_output = plan.standard_error = node.output.out_descriptor();
  auto process = std::make_unique<ChildProcess>(plan);
  process->watch([] {});
  return process;
}

// A program that all signals end.
inline std::unique_ptr<ChildProcess> start_sleep(const WorkerNode& node) {
  return start_process(node, "/bin/sleep", {"sleep", "1000"});
}

// One that `signal`, which is named as in "INT", does not end. It must be the first to print.
inline std::unique_ptr<ChildProcess> start_deaf(const WorkerNode& node, const std::string& signal) {
  const std::string script = "trap '' " + signal + "; echo ready; while :; do sleep 1000; done";
  std::unique_ptr<ChildProcess> process = start_process(node, "/bin/sh", {"sh", "-c", script});
  while (node.output.out.size() == 0) std::this_thread::yield();
  return process;
}

// Blocks until it is known that the worker's process is stopped, or that it goes on.
inline void await_stop(const WorkerNode& node) {
  while (node.process->stop_signal() == 0) std::this_thread::yield();
}
inline void await_continuation(const WorkerNode& node) {
  while (node.process->stop_signal() != 0) std::this_thread::yield();
}

// The worker says that it has been in the phase since then.
inline void enter_phase(WorkerNode& node, Phase phase,
                        std::chrono::steady_clock::time_point since) {
  node.slot().phase_since = clock_nanoseconds(since);
  node.slot().phase = phase;
}

}  // namespace gtest_xdist::internal

#endif  // SUPPORT_NODE_PROCESS_H_
