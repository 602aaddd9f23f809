// Starts and replaces the workers of a session.
//
// Layer: controller/crew. Calls the plugins' hooks before a worker starts. Does not know which
// tests a dead worker had. Does not decide when a worker that waits for a make token may start:
// Staffing does.
#ifndef GTEST_XDIST_CONTROLLER_CREW_CREW_H_
#define GTEST_XDIST_CONTROLLER_CREW_CREW_H_

#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "gtest_xdist/controller/crew/node_manager.h"
#include "gtest_xdist/controller/node/worker_node.h"
#include "gtest_xdist/core/identity.h"
#include "gtest_xdist/core/settings/options.h"
#include "gtest_xdist/hooks/session_hooks.h"
#include "gtest_xdist/hooks/workerinput.h"
#include "gtest_xdist/process/notes.h"

namespace gtest_xdist::internal {

// In the members, `iterations` is how many iterations a worker takes part in; 0: without end.
class Crew {
 public:
  Crew(NodeManager& node_manager, SessionHooks& hooks, const Options& options, unsigned workers)
      : node_manager_(node_manager),
        hooks_(hooks),
        options_(options),
        workers_(workers),
        restarts_left_(restart_limit()) {}

  // How many workers were made, without replacements.
  unsigned workers() const { return gathered_; }

  // Makes the workers' nodes, as many as make's jobserver allows. Starts none.
  void gather() {
    count(node_manager_.tokens().admit(workers_));
    std::vector<std::string> ids;
    for (unsigned i = 0; i < gathered_; ++i) ids.push_back(worker_name(i));
    hooks_.setupnodes(ids);
    for (unsigned slot = 0; slot < gathered_; ++slot) add(slot);
  }

  // Whether there are fewer workers than wanted, because make's jobserver had no room.
  bool is_short() const { return gathered_ < workers_; }

  // Starts one of the missing workers. Throws std::runtime_error; the worker is gone then.
  WorkerNode& start_another(unsigned iterations) {
    WorkerNode& node = add(gathered_);
    count(gathered_ + 1);
    start_alone(node, iterations);
    return node;
  }

  // Starts all workers from gather(). Throws std::runtime_error.
  void start(unsigned iterations) {
    for (const auto& node : node_manager_.nodes()) start(*node, iterations);
    for (const auto& node : node_manager_.nodes()) node_manager_.watch(*node);
  }

  // Starts a worker in the slot of a dead one. Throws a std::runtime_error that says why no worker
  // will start any more.
  WorkerNode& replace(const WorkerNode& dead, unsigned iterations) {
    if (restarts_left_ == 0) {
      const unsigned limit = restart_limit();
      throw std::runtime_error(
          limit == 0 ? "worker " + dead.name() + " crashed and worker restarting disabled"
                     : "maximum crashed workers reached: " + std::to_string(limit));
    }
    --restarts_left_;
    note("replacing crashed worker " + dead.name() + " with " +
         worker_name(node_manager_.nodes().size()));
    WorkerNode& replacement = add(dead.slot_number());
    start_alone(replacement, iterations);
    return replacement;
  }

 private:
  unsigned restart_limit() const {
    return options_.max_worker_restart.value_or(kUsualRestarts * workers_);
  }

  // Schedulers of plugins read this number.
  void count(unsigned workers) {
    gathered_ = workers;
    hooks_.config().numprocesses = workers;
  }

  WorkerNode& add(std::uint32_t slot) {
    WorkerNode& node = node_manager_.add_node(slot);
    const std::string dist = name_of(options_.dist);
    set_workerinput(node.controller, workers_, dist);
    hooks_.configure_node(node.controller);
    set_workerinput(node.controller, workers_, dist);  // again: a hook must not change these
    return node;
  }

  // Starts a worker while others run. Throws std::runtime_error; the worker is gone then.
  void start_alone(WorkerNode& node, unsigned iterations) {
    try {
      start(node, iterations);
      node_manager_.watch(node);
    } catch (const std::runtime_error&) {
      // The end of a process that is not watched would stay unnoticed.
      node.process.reset();
      node.process_ended();
      throw;
    }
  }

  void start(WorkerNode& node, unsigned iterations) {
    node_manager_.start(node, iterations, testing::UnitTest::GetInstance()->random_seed());
  }

  NodeManager& node_manager_;
  SessionHooks& hooks_;
  const Options& options_;
  const unsigned workers_;
  unsigned restarts_left_;
  unsigned gathered_ = 0;
};

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_CONTROLLER_CREW_CREW_H_
