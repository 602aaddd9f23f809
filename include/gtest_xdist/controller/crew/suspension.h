// Suspends the session at Ctrl-Z as one process, until the shell continues it.
//
// Layer: controller/crew. Has the session's clock stand still meanwhile. Does not know who asks it.
#ifndef GTEST_XDIST_CONTROLLER_CREW_SUSPENSION_H_
#define GTEST_XDIST_CONTROLLER_CREW_SUSPENSION_H_

#include <csignal>

#include "gtest_xdist/controller/crew/session_clock.h"
#include "gtest_xdist/controller/node/worker_nodes.h"
#include "gtest_xdist/process/notes.h"
#include "gtest_xdist/process/signals/suspend_request.h"
#include "gtest_xdist/transport/doorbell.h"
#include "gtest_xdist/transport/machine_clock.h"

namespace gtest_xdist::internal {

// A session has one.
class Suspension {
 public:
  // A request for suspension rings `bell`.
  Suspension(const WorkerNodes& nodes, SessionClock& clock, Doorbell& bell)
      : nodes_(nodes),
        clock_(clock),
        request_([](void* to_ring) { static_cast<Doorbell*>(to_ring)->ring(); }, &bell) {}

  // If a suspension was requested, stops the workers and this process, and blocks until this
  // process is continued. Then continues the workers, and returns true.
  bool heed() {
    if (!request_.is_pending()) return false;
    hide_status_line();
    const auto begin = MachineClock::now();
    send_to_workers(SIGSTOP);
    request_.suspend();
    clock_.stood_still(begin, MachineClock::now());
    send_to_workers(SIGCONT);
    return true;
  }

 private:
  void send_to_workers(int signal) const {
    for (const auto& node : nodes_) {
      if (node->process != nullptr) node->process->send_to_all(signal);
    }
  }

  const WorkerNodes& nodes_;
  SessionClock& clock_;
  SuspendRequest request_;
};

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_CONTROLLER_CREW_SUSPENSION_H_
