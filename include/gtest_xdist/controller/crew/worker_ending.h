// Ends one worker in steps, so that it is known in the end what it was in.
//
// Layer: controller/crew. Told of the time by a Supervisor, whose business it is which worker is
// ended, when and why. The worker is stopped; a debugger is asked for its stacks; a signal lets
// handlers run; and some time later nothing is left of it and of what it has started. Nothing
// blocks. What becomes of its tests is not decided here.
#ifndef GTEST_XDIST_CONTROLLER_CREW_WORKER_ENDING_H_
#define GTEST_XDIST_CONTROLLER_CREW_WORKER_ENDING_H_

#include <sys/types.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <functional>
#include <memory>
#include <utility>

#include "gtest_xdist/controller/node/worker_node.h"
#include "gtest_xdist/process/child_process.h"
#include "gtest_xdist/transport/worker_slot.h"

namespace gtest_xdist::internal {

class WorkerEnding {
 public:
  using Clock = std::chrono::steady_clock;
  using Time = Clock::time_point;

  // Has a debugger write the stacks of a process to a descriptor, and somebody call go_on() when it
  // is done; null if there is no debugger.
  using PrintStacks = std::function<std::unique_ptr<ChildProcess>(::pid_t process, int output)>;

  // Both must outlive this.
  WorkerEnding(WorkerNode& node, const PrintStacks& print_stacks)
      : node_(node), print_stacks_(print_stacks) {}

  // Whether the worker is being ended.
  bool under_way() const { return step_ != Step::none; }

  // Ends the worker, which is not being ended yet, unless it turns out to leave the phase that it
  // is in. Returns when go_on() is to be called.
  Time begin(EndReason reason, Time now) {
    node_.end_reason = std::move(reason);
    phase_since_ = node_.phase_since(now);
    stop(Step::stopping, now);
    return step_end_;
  }

  // Likewise by `signal`, at once: whatever the worker is in, and if it is being ended already.
  Time begin_with(int signal, EndReason reason, Time now) {
    node_.end_reason = std::move(reason);
    ask(signal, now);
    return step_end_;
  }

  // Leaves the worker no time.
  void kill(EndReason reason) {
    node_.end_reason = std::move(reason);
    kill();
  }

  // Does what is to be done `now`; the worker has not ended. Returns when to be called again at the
  // latest. A worker that is let go has no reason to end any more.
  Time go_on(Time now) {
    switch (step_) {
      case Step::stopping:
        if (!is_decided(now)) return step_end_;
        if (has_moved_on(now)) return let_go(now);
        debug(now);
        return step_end_;
      case Step::debugging:
        if (!debugger_->ended() && now < step_end_) return step_end_;
        debugger_.reset();
        // A debugger may have let it run on.
        if (has_moved_on(now)) return let_go(now);
        ask(SIGABRT, now);
        return step_end_;
      case Step::asked:
        if (now < step_end_) return step_end_;
        if (!node_.end_reason->blames_worker) {
          kill();
          break;
        }
        stop(Step::stopping_again, now);
        return step_end_;
      case Step::stopping_again:
        if (!is_decided(now)) return step_end_;
        if (has_moved_on(now)) return let_go(now);
        kill();
        break;
      case Step::none:
      case Step::killed:
        break;
    }
    return Time::max();
  }

  // The session goes on after it was suspended for so long, and its workers do.
  void continues(Clock::duration suspended) {
    step_end_ += suspended;
    const bool is_stopped =
        step_ == Step::stopping || step_ == Step::debugging || step_ == Step::stopping_again;
    if (is_stopped && node_.process != nullptr) node_.process->send(SIGSTOP);
  }

  // Until when the worker may seem to be stopped because the controller has stopped it: it takes a
  // moment until it is known that it goes on.
  Time settled() const { return std::max(let_go_, node_.continued) + kGrace; }

  // The worker has ended: nobody looks at its stacks any more.
  void forget() { debugger_.reset(); }

 private:
  static constexpr std::chrono::seconds kDebuggerPatience{10};
  // For handlers of signals.
  static constexpr std::chrono::seconds kGrace{2};
  static constexpr std::chrono::milliseconds kShortWhile{1};

  // A worker is stopped while it is decided whether it is still where it was when its time was
  // over: no other test takes the blame.
  enum class Step { none, stopping, debugging, asked, stopping_again, killed };

  void stop(Step step, Time now) {
    step_ = step;
    step_end_ = now + kGrace;
    node_.process->send(SIGSTOP);
  }

  // Whether it can be decided about the worker now. One that cannot be stopped is where it is.
  bool is_decided(Time now) const { return node_.process->stop_signal() != 0 || now >= step_end_; }

  // What the worker was in has come to an end after all, which a test's own time tells.
  bool has_moved_on(Time now) const {
    return node_.phase_since(now) != phase_since_ || !runs_user_code(node_.phase());
  }

  Time let_go(Time now) {
    step_ = Step::none;
    let_go_ = now;
    node_.end_reason.reset();
    node_.process->send(SIGCONT);
    return now + kShortWhile;
  }

  void debug(Time now) {
    debugger_ = print_stacks_(node_.process->id(), node_.output.err_descriptor());
    if (debugger_ == nullptr) return ask(SIGABRT, now);
    step_ = Step::debugging;
    step_end_ = now + kDebuggerPatience;
  }

  void ask(int signal, Time now) {
    debugger_.reset();
    step_ = Step::asked;
    step_end_ = now + kGrace;
    if (signal == SIGABRT) {
      node_.process->send(signal);
    } else {
      node_.process->send_to_all(signal);
    }
    node_.process->send(SIGCONT);
  }

  void kill() {
    step_ = Step::killed;
    node_.process->kill();
  }

  WorkerNode& node_;
  const PrintStacks& print_stacks_;
  Step step_ = Step::none;
  Time step_end_;
  Time phase_since_;  // of the phase for which it is ended
  Time let_go_ = Time::min();
  std::unique_ptr<ChildProcess> debugger_;
};

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_CONTROLLER_CREW_WORKER_ENDING_H_
