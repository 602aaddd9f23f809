// Ends workers that would not end by themselves, and sessions that shall not go on.
//
// Layer: controller. Told of the time and of signals by a DSession. A worker is ended in steps: it
// is stopped, so that it is known what it is in; a debugger is asked for its stacks; a signal lets
// handlers run; and some time later nothing is left of it and of what it has started. What becomes
// of its tests is not decided here.
#ifndef GTEST_XDIST_CONTROLLER_SUPERVISOR_H_
#define GTEST_XDIST_CONTROLLER_SUPERVISOR_H_

#include <sys/types.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "gtest_xdist/bridge/catalog.h"
#include "gtest_xdist/controller/account.h"
#include "gtest_xdist/controller/crash_report.h"
#include "gtest_xdist/controller/notes.h"
#include "gtest_xdist/controller/time_out.h"
#include "gtest_xdist/controller/worker_node.h"
#include "gtest_xdist/core/options.h"
#include "gtest_xdist/process/child_process.h"
#include "gtest_xdist/process/exit_status.h"
#include "gtest_xdist/transport/worker_slot.h"

namespace gtest_xdist::internal {

class Supervisor {
 public:
  using Clock = std::chrono::steady_clock;
  using Time = Clock::time_point;

  // Has a debugger write the stacks of a process to a descriptor, and somebody call look() when it
  // is done; null if there is no debugger.
  using PrintStacks = std::function<std::unique_ptr<ChildProcess>(::pid_t process, int output)>;

  // The session begins `now`. What is passed by reference must outlive this; `nodes` are those of
  // the session, and may grow.
  Supervisor(const Catalog& catalog, const Options& options, const WorkerNodes& nodes,
             PrintStacks print_stacks, Time now)
      : catalog_(catalog),
        limit_(options.timeout),
        session_limit_(options.session_timeout),
        nodes_(nodes),
        print_stacks_(std::move(print_stacks)),
        begin_(now) {}

  // Does what is to be done `now`; `stop_signal` is the signal that asks for the end of the
  // session, or 0. Returns when to be called again at the latest.
  Time look(Time now, int stop_signal) {
    if (stop_signal != 0 && !is_interrupted_) interrupt(stop_signal, now);
    if (session_limit_ && over_.empty() && now >= begin_ + *session_limit_) end_session(now);
    Time next = now + kHeartbeat;
    if (session_limit_ && over_.empty()) next = std::min(next, begin_ + *session_limit_);
    cares_.resize(nodes_.size());
    for (std::size_t i = 0; i < nodes_.size(); ++i) {
      WorkerNode& node = *nodes_[i];
      if (node.state == WorkerNode::State::gone || node.process == nullptr) {
        cares_[i].debugger.reset();
      } else {
        next = std::min(next, look_after(node, cares_[i], now));
      }
    }
    return next;
  }

  // Why no test is to start any more; empty as long as the session may go on.
  const std::string& over() const { return over_; }

 private:
  // For whoever has stopped a worker to continue it.
  static constexpr std::chrono::seconds kStopPatience{10};
  // Between two looks at workers of which nothing is heard: they may be deaf.
  static constexpr std::chrono::seconds kHeartbeat{10};
  static constexpr std::chrono::seconds kDebuggerPatience{10};
  // For handlers of signals.
  static constexpr std::chrono::seconds kGrace{2};
  static constexpr std::chrono::milliseconds kShortWhile{1};
  // The least that a worker has for its start, in which all tests are registered.
  static constexpr std::chrono::seconds kStartPatience{60};
  // For what idle workers still have to do when the session is over.
  static constexpr std::chrono::seconds kLastPatience{10};
  // A test is called slow after this part of its limit, or after a minute.
  static constexpr int kSlowPart = 4;
  static constexpr std::chrono::seconds kSlow{60};

  // A worker is stopped while it is decided whether it is still where it was when its time was
  // over: no other test takes the blame.
  enum class Step { none, stopping, debugging, asked, stopping_again, killed };

  // What is kept in mind of a worker.
  struct Care {
    Step step = Step::none;
    Time phase_since;  // of the phase for which it is ended
    Time step_end;
    std::unique_ptr<ChildProcess> debugger;
    Time called_slow;  // the phase, by its beginning
    Time continued;    // when it was let go
    std::optional<Time> stopped_since;
    std::optional<Time> deaf_since;
    std::size_t deaf_pending = 0;
  };

  // --- the session -------------------------------------------------------------------------------

  void interrupt(int signal, Time now) {
    is_interrupted_ = true;
    const std::string why = "signal " + describe_signal(signal);
    over_ = "interrupted by " + why;
    over_since_ = now;
    for (std::size_t i = 0; i < nodes_.size(); ++i) {
      if (!is_there(i)) continue;
      nodes_[i]->end_reason = {"was interrupted", why, false};
      ask(*nodes_[i], care(i), signal, now);
    }
  }

  void end_session(Time now) {
    over_ = "the session took longer than " + describe_seconds(*session_limit_) + " (" +
            kSessionTimeoutVariable + ")";
    over_since_ = now;
    for (std::size_t i = 0; i < nodes_.size(); ++i) {
      if (!is_there(i) || !runs_user_code(nodes_[i]->phase())) continue;
      if (care(i).step == Step::none) end(*nodes_[i], care(i), {"ran out of time", over_}, now);
    }
  }

  bool is_there(std::size_t i) const {
    return nodes_[i]->state != WorkerNode::State::gone && nodes_[i]->process != nullptr;
  }

  Care& care(std::size_t i) {
    cares_.resize(nodes_.size());
    return cares_[i];
  }

  // --- one worker --------------------------------------------------------------------------------

  // Returns when it is to be looked after again.
  Time look_after(WorkerNode& node, Care& care, Time now) {
    if (care.step != Step::none) return pursue(node, care, now);
    const Time limit = mind_limits(node, care, now);
    if (care.step != Step::none) return limit;
    return std::min({limit, mind_stop(node, care, now), mind_deafness(node, care, now)});
  }

  static bool runs_user_code(Phase phase) {
    return phase != Phase::idle && phase != Phase::finishing;
  }

  // How long it may be in the phase that it is in now; nothing if there is no limit.
  std::optional<Clock::duration> limit_of(Phase phase) const {
    if (!runs_user_code(phase)) return std::nullopt;
    if (!over_.empty()) return kLastPatience;
    if (!limit_) return std::nullopt;
    if (phase == Phase::starting) return std::max<Clock::duration>(*limit_, kStartPatience);
    return *limit_;
  }

  Time mind_limits(WorkerNode& node, Care& care, Time now) {
    const Phase phase = node.phase();
    const std::optional<Clock::duration> limit = limit_of(phase);
    if (!limit) return limit_ ? now + next_phase_in(node) : Time::max();
    const Time since = std::max(node.phase_since(now), over_since_);
    if (now >= since + *limit) {
      end(node, care, over_.empty() ? timed_out(*limit) : EndReason{"ran out of time", over_}, now);
      return care.step_end;
    }
    // Nothing is heard of what comes after the start, and its limit may be shorter.
    if (phase == Phase::starting && limit_) return std::min(since + *limit, now + slow_after());
    if (!over_.empty() || care.called_slow == since) return since + *limit;
    if (now < since + slow_after()) return since + slow_after();
    care.called_slow = since;
    call_slow(node, now - since);
    return since + *limit;
  }

  static EndReason timed_out(Clock::duration limit) {
    return {"timed out",
            describe_time_out(std::chrono::duration_cast<std::chrono::milliseconds>(limit))};
  }

  Clock::duration slow_after() const {
    return std::min<Clock::duration>(*limit_ / kSlowPart, kSlow);
  }

  // An idle worker may begin a test at any time, of which nothing is heard. Where it has none, the
  // next look can wait longer.
  Clock::duration next_phase_in(const WorkerNode& node) const {
    return node.pending() == 0 ? *limit_ : slow_after();
  }

  void call_slow(const WorkerNode& node, Clock::duration time) const {
    std::string place = place_of(node);
    if (const std::optional<TestIndex> item = node.running_item()) {
      place = "running '" + catalog_.full_name(*item) + "'";
    } else if (node.open_suite && node.phase() == Phase::suite_down) {
      place =
          std::string("in TearDownTestSuite of '") + catalog_.suite(*node.open_suite).name() + "'";
    }
    const auto shown = std::chrono::duration_cast<std::chrono::milliseconds>(time);
    constexpr std::int64_t kShown = 100;  // milliseconds; more would be noise
    note("slow: " + node.name() + " has been " + place + " for " +
         describe_seconds(shown / kShown * kShown));
  }

  Time mind_stop(WorkerNode& node, Care& care, Time now) {
    const int signal = node.process->stop_signal();
    // It takes a moment until it is known that a worker goes on.
    if (signal == 0 || now < care.continued + kGrace) {
      care.stopped_since.reset();
      return signal == 0 ? Time::max() : care.continued + kGrace;
    }
    if (!care.stopped_since) {
      care.stopped_since = now;
      note("[" + node.name() + "] stopped by signal " + describe_signal(signal) +
           "; if nobody continues it, it is ended in " + describe_seconds(kStopPatience));
    }
    if (now < *care.stopped_since + kStopPatience) return *care.stopped_since + kStopPatience;
    node.end_reason = {"was stopped",
                       "signal " + describe_signal(signal) + ", and nobody continued it"};
    kill(node, care);
    return Time::max();
  }

  // Memory that it shares with the controller may be damaged: it waits for a bell that it does not
  // hear.
  static Time mind_deafness(WorkerNode& node, Care& care, Time now) {
    const bool is_waiting = node.state == WorkerNode::State::ready && node.phase() == Phase::idle &&
                            node.process->stop_signal() == 0 &&
                            node.tests().any_unstarted_in_deque();
    if (!is_waiting || care.deaf_pending != node.pending()) care.deaf_since.reset();
    if (!is_waiting) return Time::max();
    if (!care.deaf_since) {
      care.deaf_since = now;
      care.deaf_pending = node.pending();
    }
    if (now < *care.deaf_since + kHeartbeat) return *care.deaf_since + kHeartbeat;
    node.broken = "it does not take the tests that it was sent";
    return now;
  }

  // --- the steps of an end -----------------------------------------------------------------------

  void end(WorkerNode& node, Care& care, EndReason reason, Time now) {
    node.end_reason = std::move(reason);
    care.phase_since = node.phase_since(now);
    stop(node, care, Step::stopping, now);
  }

  static void stop(WorkerNode& node, Care& care, Step step, Time now) {
    care.step = step;
    care.step_end = now + kGrace;
    node.process->send(SIGSTOP);
  }

  // Whether it can be decided about the worker now. One that cannot be stopped is where it is.
  static bool is_decided(const WorkerNode& node, const Care& care, Time now) {
    return node.process->stop_signal() != 0 || now >= care.step_end;
  }

  void debug(WorkerNode& node, Care& care, Time now) {
    care.debugger = print_stacks_(node.process->id(), node.output.err_descriptor());
    if (care.debugger == nullptr) return ask(node, care, SIGABRT, now);
    care.step = Step::debugging;
    care.step_end = now + kDebuggerPatience;
  }

  // What the worker was in has come to an end after all, which a test's own time tells.
  static bool has_moved_on(const WorkerNode& node, const Care& care, Time now) {
    return node.phase_since(now) != care.phase_since || !runs_user_code(node.phase());
  }
  static Time let_go(WorkerNode& node, Care& care, Time now) {
    care.step = Step::none;
    care.continued = now;
    node.end_reason.reset();
    node.process->send(SIGCONT);
    return now + kShortWhile;
  }

  static void ask(WorkerNode& node, Care& care, int signal, Time now) {
    care.debugger.reset();
    care.step = Step::asked;
    care.step_end = now + kGrace;
    if (signal == SIGABRT) {
      node.process->send(signal);
    } else {
      node.process->send_to_all(signal);
    }
    node.process->send(SIGCONT);
  }

  static void kill(WorkerNode& node, Care& care) {
    care.step = Step::killed;
    node.process->kill();
  }

  Time pursue(WorkerNode& node, Care& care, Time now) {
    switch (care.step) {
      case Step::stopping:
        if (!is_decided(node, care, now)) return care.step_end;
        if (has_moved_on(node, care, now)) return let_go(node, care, now);
        debug(node, care, now);
        return care.step_end;
      case Step::debugging:
        if (!care.debugger->ended() && now < care.step_end) return care.step_end;
        care.debugger.reset();
        // A debugger may have let it run on.
        if (has_moved_on(node, care, now)) return let_go(node, care, now);
        ask(node, care, SIGABRT, now);
        return care.step_end;
      case Step::asked:
        if (now < care.step_end) return care.step_end;
        if (!node.end_reason->blames_worker) {
          kill(node, care);
          break;
        }
        stop(node, care, Step::stopping_again, now);
        return care.step_end;
      case Step::stopping_again:
        if (!is_decided(node, care, now)) return care.step_end;
        if (has_moved_on(node, care, now)) return let_go(node, care, now);
        kill(node, care);
        break;
      case Step::none:
      case Step::killed:
        break;
    }
    return Time::max();
  }

  const Catalog& catalog_;
  const std::optional<std::chrono::milliseconds> limit_;
  const std::optional<std::chrono::milliseconds> session_limit_;
  const WorkerNodes& nodes_;
  const PrintStacks print_stacks_;
  const Time begin_;
  std::string over_;
  Time over_since_{};
  bool is_interrupted_ = false;
  std::vector<Care> cares_;  // by number of the worker
};

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_CONTROLLER_SUPERVISOR_H_
