// Suspends the session at Ctrl-Z as one process, until the shell continues it.
//
// Layer: controller/crew. Does not know whose time limits must be moved afterwards.
#ifndef GTEST_XDIST_CONTROLLER_CREW_SUSPENSION_H_
#define GTEST_XDIST_CONTROLLER_CREW_SUSPENSION_H_

#include <chrono>
#include <csignal>
#include <optional>

#include "gtest_xdist/controller/node/worker_node.h"
#include "gtest_xdist/process/notes.h"
#include "gtest_xdist/process/signals/suspend_request.h"
#include "gtest_xdist/transport/doorbell.h"

namespace gtest_xdist::internal {

// A session has one.
class Suspension {
 public:
  // A request for suspension rings `bell`.
  Suspension(const WorkerNodes& nodes, Doorbell& bell)
      : nodes_(nodes),
        request_([](void* to_ring) { static_cast<Doorbell*>(to_ring)->ring(); }, &bell) {}

  // If a suspension was requested, stops the workers and this process, and blocks until this
  // process is continued. Then continues the workers, and returns how long it took.
  std::optional<std::chrono::steady_clock::duration> heed() {
    if (!request_.is_pending()) return std::nullopt;
    make_way();
    const auto begin = std::chrono::steady_clock::now();
    send_to_workers(SIGSTOP);
    request_.suspend();
    const auto now = std::chrono::steady_clock::now();
    for (const auto& node : nodes_) node->continued = now;
    send_to_workers(SIGCONT);
    return now - begin;
  }

 private:
  void send_to_workers(int signal) const {
    for (const auto& node : nodes_) {
      if (node->process != nullptr) node->process->send_to_all(signal);
    }
  }

  const WorkerNodes& nodes_;
  SuspendRequest request_;
};

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_CONTROLLER_CREW_SUSPENSION_H_
