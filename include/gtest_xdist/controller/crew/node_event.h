// All that can happen to a session while it waits for its workers.
//
// Layer: controller/crew. NodeManager::poll() has the order in which it is told.
#ifndef GTEST_XDIST_CONTROLLER_CREW_NODE_EVENT_H_
#define GTEST_XDIST_CONTROLLER_CREW_NODE_EVENT_H_

#include <string_view>

#include "gtest_xdist/controller/crew/session_clock.h"
#include "gtest_xdist/controller/node/worker_node.h"
#include "gtest_xdist/process/exit_status.h"

namespace gtest_xdist::internal {

struct NodeEvent {
  enum class Kind {
    // The session was suspended, and continues with all its workers.
    continuation,
    // `node` has sent a frame, `message`.
    message,
    // The process of `node` has ended with `status`, and all its messages were told.
    end,
    // There were messages or ends. All that were there have been told.
    news,
    // It is `now`: the bell has rung, or the time is there that was asked for. A process may have
    // been stopped or continued.
    time,
    // It is `now`, and a wait begins.
    wait,
  };

  Kind kind;
  WorkerNode* node = nullptr;
  std::string_view message = {};  // valid while the event is handled
  ExitStatus status = {};
  SessionClock::Time now = {};
};

// Hears what happens. NodeManager calls it in poll(), pump_until() and wait_for_end().
class NodeEventHandler {
 public:
  using Time = SessionClock::Time;

  virtual ~NodeEventHandler() = default;

  // Returns when to tell the next time at the latest, if this is one; when to end the wait at the
  // latest, if it is a wait; otherwise nothing that counts. Throws DecodeError if `message` is no
  // message: NodeManager accuses the worker then.
  virtual Time handle(const NodeEvent& event) = 0;
};

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_CONTROLLER_CREW_NODE_EVENT_H_
