// Decides whether to start another worker in the middle of a session.
//
// Layer: controller/session. The reason may be that a worker has died, or that make's jobserver has
// a token that no worker has. Does not know how to start a worker, or how many restarts are left:
// Crew does. Does not know the tests of a dead worker.
#ifndef GTEST_XDIST_CONTROLLER_SESSION_STAFFING_H_
#define GTEST_XDIST_CONTROLLER_SESSION_STAFFING_H_

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <vector>

#include "gtest_xdist/controller/crew/crew.h"
#include "gtest_xdist/controller/crew/node_manager.h"
#include "gtest_xdist/controller/node/worker_node.h"
#include "gtest_xdist/controller/node/worker_nodes.h"
#include "gtest_xdist/controller/records/schedule_log.h"
#include "gtest_xdist/controller/session/iterations.h"
#include "gtest_xdist/controller/session/worker_collections.h"
#include "gtest_xdist/process/notes.h"

namespace gtest_xdist::internal {

class Staffing {
 public:
  // `schedule_log` may be null.
  Staffing(NodeManager& node_manager, Crew& crew, Iterations& iterations,
           const WorkerCollections& collections, ScheduleLog* schedule_log)
      : node_manager_(node_manager),
        crew_(crew),
        iterations_(iterations),
        collections_(collections),
        schedule_log_(schedule_log) {}

  // If a worker is missing, has the bell ring when there is a token for it.
  void await_token() {
    if (crew_.is_short()) node_manager_.tokens().await();
  }

  // If there is a token that no worker has, starts a worker with it, or gives it back to make. Does
  // nothing until all started workers have told their collections: until then these may differ.
  void use_free_token() {
    if (!node_manager_.tokens().has_free() || !collections_.are_known()) return;
    if (!is_another_of_use()) return node_manager_.tokens().return_free();
    try {
      take_in(crew_.start_another(iterations_.to_come()));
    } catch (const std::runtime_error& error) {
      note(error.what());
      return node_manager_.tokens().return_free();
    }
    await_token();
  }

  // Call this when something was heard of workers. At the end of the session, when no test is left
  // to hand out, idle workers need no token. They stay until all are done.
  void return_idle_tokens() {
    if (!node_manager_.tokens().are_needed() || !iterations_.is_last() || iterations_.ending())
      return;
    if (!iterations_.under_way()) return;
    std::size_t busy = 0;
    std::size_t idle = 0;
    std::size_t handed_out = 0;
    for (const auto& node : node_manager_.nodes()) {
      if (node->life().is_gone()) continue;
      ++(node->life().is_coming() || node->is_busy() ? busy : idle);
      handed_out += node->pending();
    }
    // When the last one is done, all of them end at once.
    if (idle == 0 || busy == 0) return;
    if (iterations_.current().store().missing_count() > handed_out) return;
    node_manager_.tokens().hold_for(busy);
  }

  // The worker has died. Starts a replacement, if that would have something to do. If it cannot
  // start, no worker is started any more. If the program seems unable to start a second time, waits
  // for the workers that are on their way.
  void replace(const WorkerNode& dead) {
    if (collections_.differ() || !iterations_.has_work()) return;
    try {
      if (nobody_arrives()) {
        unreplaced_.push_back(static_cast<std::uint32_t>(dead.number()));
        if (node_manager_.alive() > 0) return;
        throw std::runtime_error("no worker got as far as its tests");
      }
      take_in(crew_.replace(dead, iterations_.to_come()));
    } catch (const std::runtime_error& error) {
      note(error.what(), Topic::error);
      iterations_.start_no_more_workers(error.what());
    }
  }

  // Call this when something was heard of workers. If one has got as far as its tests after all,
  // replaces those that had died before.
  void replace_late() {
    while (!unreplaced_.empty() && !nobody_arrives()) {
      const std::uint32_t number = unreplaced_.back();
      unreplaced_.pop_back();
      replace(*node_manager_.nodes()[number]);
    }
  }

 private:
  // Whether a worker is missing, and there are more tests than workers to run them.
  bool is_another_of_use() {
    return crew_.is_short() && !collections_.differ() && iterations_.under_way() &&
           !iterations_.ending() && iterations_.why_no_more_workers().empty() &&
           !iterations_.current().runs_on_every_worker() && iterations_.current().has_work() &&
           iterations_.current().store().missing_count() > node_manager_.alive();
  }

  // Whether two workers have died before they told their collections, and none has told one.
  bool nobody_arrives() const {
    const WorkerNodes& nodes = node_manager_.nodes();
    return nodes.size() - node_manager_.alive() >= 2 && !any_has_arrived(nodes);
  }

  // A worker that is started while an iteration ends begins with the next one.
  void take_in(WorkerNode& node) {
    if (schedule_log_ != nullptr) schedule_log_->started(node, iterations_.ending());
    if (!iterations_.ending()) iterations_.enter(node);
  }

  NodeManager& node_manager_;
  Crew& crew_;
  Iterations& iterations_;
  const WorkerCollections& collections_;
  ScheduleLog* const schedule_log_;
  std::vector<std::uint32_t> unreplaced_;  // numbers of workers that died while nobody_arrives()
};

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_CONTROLLER_SESSION_STAFFING_H_
