// Ctrl-Z: a session that stops as one process would, and goes on when the shell continues it.
//
// Layer: controller. Used by a NodeManager.
#ifndef GTEST_XDIST_CONTROLLER_SUSPENSION_H_
#define GTEST_XDIST_CONTROLLER_SUSPENSION_H_

#include <chrono>
#include <csignal>
#include <optional>
#include <vector>

#include "gtest_xdist/controller/notes.h"
#include "gtest_xdist/controller/worker_node.h"
#include "gtest_xdist/process/suspend_request.h"
#include "gtest_xdist/transport/doorbell.h"

namespace gtest_xdist::internal {

// One session's.
class Suspension {
 public:
  // A request rings the bell. What is passed by reference must outlive this.
  Suspension(const WorkerNodes& nodes, Doorbell& bell)
      : nodes_(nodes),
        request_([](void* to_ring) { static_cast<Doorbell*>(to_ring)->ring(); }, &bell) {}

  // If somebody has asked for it, stops the workers and this process. Returns when that is
  // continued, and the workers are, how long it took.
  std::optional<std::chrono::steady_clock::duration> heed() {
    if (!request_.is_pending()) return std::nullopt;
    make_way();
    const auto begin = std::chrono::steady_clock::now();
    std::vector<WorkerNode*> stopped;
    for (const auto& node : nodes_) {
      // What somebody else has stopped is not continued here.
      if (node->process == nullptr || node->process->stop_signal() != 0) continue;
      node->process->send_to_all(SIGSTOP);
      stopped.push_back(node.get());
    }
    request_.suspend();
    const auto now = std::chrono::steady_clock::now();
    for (WorkerNode* const node : stopped) {
      node->continued = now;
      node->process->send_to_all(SIGCONT);
    }
    return now - begin;
  }

 private:
  const WorkerNodes& nodes_;
  SuspendRequest request_;
};

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_CONTROLLER_SUSPENSION_H_
