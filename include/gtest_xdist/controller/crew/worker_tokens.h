// Has no more workers than make's jobserver allows.
//
// Layer: controller/crew. Does not start workers. The first one uses this process's own job; each
// other one needs a token.
#ifndef GTEST_XDIST_CONTROLLER_CREW_WORKER_TOKENS_H_
#define GTEST_XDIST_CONTROLLER_CREW_WORKER_TOKENS_H_

#include <algorithm>
#include <cstddef>
#include <functional>
#include <utility>

#include "gtest_xdist/controller/node/worker_nodes.h"
#include "gtest_xdist/process/jobserver.h"

namespace gtest_xdist::internal {

// The tokens of a session's workers. Gives all of them back at its end.
class WorkerTokens {
 public:
  // `jobserver` is null if workers need no tokens; then this has none, and grants everything.
  // `wake` is called in another thread.
  WorkerTokens(Jobserver* jobserver, const WorkerNodes& nodes, std::function<void()> wake)
      : jobserver_(jobserver), nodes_(nodes), wake_(std::move(wake)) {}
  WorkerTokens(const WorkerTokens&) = delete;
  WorkerTokens& operator=(const WorkerTokens&) = delete;
  ~WorkerTokens() { leave(); }

  bool are_needed() const { return jobserver_ != nullptr; }

  // Takes tokens, and returns how many of `workers` may be started: at least one.
  unsigned admit(unsigned workers) {
    if (jobserver_ == nullptr) return workers;
    while (jobserver_->held() + 1 < workers && jobserver_->take()) continue;
    return static_cast<unsigned>(jobserver_->held() + 1);
  }

  // Has `wake()` called when there is a token for another worker.
  void await() {
    if (jobserver_ != nullptr) jobserver_->await(wake_);
  }

  // Whether there is a token that no worker has: it is new, or its worker has ended.
  bool has_free() const {
    return jobserver_ != nullptr && jobserver_->held() >= count_alive(nodes_);
  }

  // `workers` workers have something to do. Keeps a token for each but the first, takes missing
  // ones if make has them now, and gives the others back.
  void hold_for(std::size_t workers) {
    if (jobserver_ == nullptr) return;
    admit(static_cast<unsigned>(workers));
    keep_for(workers);
  }

  // Gives back the tokens that no worker has.
  void return_free() { keep_for(count_alive(nodes_)); }

  // Gives back all.
  void leave() {
    if (jobserver_ != nullptr) jobserver_->leave();
  }

 private:
  void keep_for(std::size_t workers) {
    if (jobserver_ != nullptr) jobserver_->keep(std::max<std::size_t>(workers, 1) - 1);
  }

  Jobserver* const jobserver_;
  const WorkerNodes& nodes_;
  const std::function<void()> wake_;
};

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_CONTROLLER_CREW_WORKER_TOKENS_H_
