// A worker's way to each stage of its life.
#ifndef SUPPORT_WORKER_STAGES_H_
#define SUPPORT_WORKER_STAGES_H_

#include "gtest_xdist/controller/node/worker_life.h"

namespace gtest_xdist::internal {

// `worker` is at its beginning: a WorkerLife or a WorkerNode.
template <class Worker>
void bring_to(WorkerLife::Stage stage, Worker& worker) {
  using At = WorkerLife::Stage;
  if (stage == At::starting) return;
  worker.arrived(stage != At::rejected);
  if (stage == At::ready || stage == At::unusable) {
    worker.environments_up(stage == At::ready);
  }
  if (stage == At::done) worker.program_done();
}

template <class Worker>
void make_ready(Worker& worker) {
  bring_to(WorkerLife::Stage::ready, worker);
}

}  // namespace gtest_xdist::internal

#endif  // SUPPORT_WORKER_STAGES_H_
