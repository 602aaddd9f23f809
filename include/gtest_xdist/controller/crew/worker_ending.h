// Ends one worker in steps, so that it is known what the worker was doing.
//
// Layer: controller/crew. Does not decide which worker ends, when and why: Supervisor does. Does
// not know what becomes of its tests. Nothing blocks. The steps:
//
// 1. SIGSTOP stops the worker. If it has moved on meanwhile, it is let go.
// 2. A debugger prints its stacks.
// 3. SIGABRT lets its signal handlers run.
// 4. Some time later, SIGSTOP stops it again. If it has not moved on, it is killed, with all
//    processes that it has started. If its EndReason does not blame it, it is killed in any case.
#ifndef GTEST_XDIST_CONTROLLER_CREW_WORKER_ENDING_H_
#define GTEST_XDIST_CONTROLLER_CREW_WORKER_ENDING_H_

#include <sys/types.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <functional>
#include <memory>
#include <utility>

#include "gtest_xdist/controller/crew/session_clock.h"
#include "gtest_xdist/controller/node/worker_node.h"
#include "gtest_xdist/os/os.h"
#include "gtest_xdist/process/child_process.h"
#include "gtest_xdist/transport/machine_clock.h"
#include "gtest_xdist/transport/worker_slot.h"

namespace gtest_xdist::internal {

class WorkerEnding {
 public:
  using Time = SessionClock::Time;

  // Starts a debugger that writes the stacks of a process to a descriptor. When the debugger has
  // ended, go_on() must be called. Null if there is no debugger.
  using PrintStacks = std::function<std::unique_ptr<ChildProcess>(::pid_t process, int output)>;

  WorkerEnding(WorkerNode& node, const SessionClock& clock, const PrintStacks& print_stacks)
      : node_(node), clock_(clock), print_stacks_(print_stacks) {}

  // Whether the worker is being ended.
  bool under_way() const { return step_ != Step::none; }

  // Begins to end the worker. It must not be under_way(). If the worker leaves its phase in time,
  // it is let go. Returns when to call go_on() at the latest.
  Time begin(EndReason reason, Time now) {
    node_.end_for(std::move(reason));
    phase_since_ = node_.phase_since();
    stop(Step::stopping, now);
    return step_end_;
  }

  // Goes to the third step at once, with `signal`, whatever the worker's phase is. The ending may
  // be under_way() already. Returns when to call go_on() at the latest.
  Time begin_with(int signal, EndReason reason, Time now) {
    node_.end_for(std::move(reason));
    ask(signal, now);
    return step_end_;
  }

  // Kills the worker at once.
  void kill(EndReason reason) {
    node_.end_for(std::move(reason));
    kill();
  }

  // Does what is due `now`. The worker must not have ended. Returns when to call it again at the
  // latest. If it lets the worker go, it clears the EndReason.
  Time go_on(Time now) {
    switch (step_) {
      case Step::stopping:
        if (!is_decided(now)) return step_end_;
        if (has_moved_on()) return let_go(now);
        debug(now);
        return step_end_;
      case Step::debugging:
        if (!debugger_->ended() && now < step_end_) return step_end_;
        debugger_.reset();
        // The debugger may have let the worker run on.
        if (has_moved_on()) return let_go(now);
        ask(SIGABRT, now);
        return step_end_;
      case Step::asked:
        if (now < step_end_) return step_end_;
        if (node_.is_ended_without_blame()) {
          kill();
          break;
        }
        stop(Step::stopping_again, now);
        return step_end_;
      case Step::stopping_again:
        if (!is_decided(now)) return step_end_;
        if (has_moved_on()) return let_go(now);
        kill();
        break;
      case Step::none:
      case Step::killed:
        break;
    }
    return Time::max();
  }

  // The session continues, and has continued all workers. Stops this one again, if its step needs
  // that.
  void on_continue() {
    const bool is_stopped =
        step_ == Step::stopping || step_ == Step::debugging || step_ == Step::stopping_again;
    if (is_stopped && node_.process != nullptr) node_.process->send(SIGSTOP);
  }

  // Until this time, the worker may seem stopped because the controller itself had stopped it. News
  // of its continuing takes a moment.
  Time stops_count_from() const { return std::max(let_go_, clock_.continued()) + kGrace; }

  // The worker has ended: also ends the debugger.
  void forget() { debugger_.reset(); }

 private:
  static constexpr std::chrono::seconds kDebuggerPatience{10};
  // How long signal handlers may run, and how long the worker may take to stop.
  static constexpr std::chrono::seconds kGrace{2};
  static constexpr std::chrono::milliseconds kShortWhile{1};

  // In the steps with "stopping", the worker is stopped before has_moved_on() is asked. So no later
  // test takes the blame.
  enum class Step { none, stopping, debugging, asked, stopping_again, killed };

  void stop(Step step, Time now) {
    step_ = step;
    step_end_ = now + kGrace;
    node_.process->send(SIGSTOP);
  }

  // Whether has_moved_on() can be asked: the worker has stopped, or does not stop in time.
  bool is_decided(Time now) const { return node_.process->stop_signal() != 0 || now >= step_end_; }

  // Whether the worker has left the phase for which it is ended. If that was a test, the time of
  // the test shows that it was too late.
  bool has_moved_on() const {
    return node_.phase_since() != phase_since_ || !runs_user_code(node_.phase());
  }

  Time let_go(Time now) {
    step_ = Step::none;
    let_go_ = now;
    node_.let_go();
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
      kill_strays();
      node_.process->send(signal);
    } else {
      node_.process->send_to_all(signal);
    }
    node_.process->send(SIGCONT);
  }

  void kill() {
    step_ = Step::killed;
    if (!node_.is_ended_without_blame()) kill_strays();
    node_.process->kill();
  }

  // Kills what the worker has started in its phase and is not in its process group. Other workers
  // may use what it has started to make a value of once().
  void kill_strays() {
    const auto at = [](std::int64_t time) {
      return MachineClock::time_point(std::chrono::nanoseconds(time));
    };
    const WorkerSlot& slot = node_.slot();
    const os::TimeSpan making = {at(slot.making_since), at(slot.making_until)};
    os::kill_descendants(node_.process->id(), node_.phase_since(), making);
  }

  WorkerNode& node_;
  const SessionClock& clock_;
  const PrintStacks& print_stacks_;
  Step step_ = Step::none;
  Time step_end_;
  // When the phase for which it is ended began, by the machine's clock.
  MachineClock::time_point phase_since_;
  Time let_go_ = Time::min();
  std::unique_ptr<ChildProcess> debugger_;
};

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_CONTROLLER_CREW_WORKER_ENDING_H_
