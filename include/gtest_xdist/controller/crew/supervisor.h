// Ends workers, or the whole session, that would not end by themselves.
//
// Layer: controller/crew. Gets the time and the signals as arguments. Looks at time limits, at
// signals that ask for the end, at workers that a signal has stopped, and at workers that do not
// hear the bell. Does not know the steps that end a worker: WorkerEnding does. Does not know what
// becomes of its tests.
#ifndef GTEST_XDIST_CONTROLLER_CREW_SUPERVISOR_H_
#define GTEST_XDIST_CONTROLLER_CREW_SUPERVISOR_H_

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "gtest_xdist/bridge/catalog.h"
#include "gtest_xdist/controller/crew/session_clock.h"
#include "gtest_xdist/controller/crew/worker_ending.h"
#include "gtest_xdist/controller/crew/worker_times.h"
#include "gtest_xdist/controller/node/place.h"
#include "gtest_xdist/controller/node/worker_node.h"
#include "gtest_xdist/controller/node/worker_nodes.h"
#include "gtest_xdist/core/settings/options.h"
#include "gtest_xdist/core/settings/time_out.h"
#include "gtest_xdist/core/tests/index_list.h"
#include "gtest_xdist/core/text/time_text.h"
#include "gtest_xdist/process/exit_status.h"
#include "gtest_xdist/process/notes.h"
#include "gtest_xdist/transport/worker_slot.h"

namespace gtest_xdist::internal {

class Supervisor {
 public:
  using Time = SessionClock::Time;
  using Duration = Time::duration;

  // When the debugger has ended, look() must be called.
  using PrintStacks = WorkerEnding::PrintStacks;

  // The session begins `now`. `nodes` are all workers of the session; they may become more.
  Supervisor(const Catalog& catalog, const Options& options, const WorkerNodes& nodes,
             const SessionClock& clock, PrintStacks print_stacks, Time now)
      : catalog_(catalog),
        limit_(options.timeout),
        session_limit_(options.session_timeout),
        nodes_(nodes),
        clock_(clock),
        print_stacks_(std::move(print_stacks)),
        begin_(now) {}

  // Each Care refers to `print_stacks_`.
  Supervisor(const Supervisor&) = delete;
  Supervisor& operator=(const Supervisor&) = delete;

  // Does what is due `now`. `stop_signal` is the signal that asks for the end of the session, or 0.
  // Returns when to call it again at the latest.
  Time look(Time now, int stop_signal) {
    while (cares_.size() < nodes_.size()) {
      cares_.emplace_back(*nodes_[cares_.size()], clock_, print_stacks_);
    }
    if (stop_signal != 0 && !is_interrupted_) interrupt(stop_signal, now);
    if (session_limit_ && over_.empty() && now >= begin_ + *session_limit_) end_session(now);
    Time next = now + kHeartbeat;
    if (session_limit_ && over_.empty()) next = std::min(next, begin_ + *session_limit_);
    for (Care& care : cares_) {
      if (is_there(care.node)) {
        next = std::min(next, look_after(care, now));
      } else {
        care.ending.forget();
      }
    }
    return next;
  }

  // The session continues, and has continued all workers.
  void on_continue() {
    for (Care& care : cares_) care.ending.on_continue();
  }

  // Why no further test must start; empty while the session may go on.
  const std::string& over() const { return over_; }

 private:
  // How long a stopped worker may wait for SIGCONT.
  static constexpr std::chrono::seconds kStopPatience{10};
  // The time between two looks at silent workers. A worker that does not take its tests for so long
  // counts as deaf.
  static constexpr std::chrono::seconds kHeartbeat{10};
  // A worker has at least so long for its start, in which all tests are registered.
  static constexpr std::chrono::seconds kStartPatience{60};
  // When the session is over, a phase of user code in a worker may take so long.
  static constexpr std::chrono::seconds kLastPatience{10};
  // A test is called slow after its limit divided by this, or after kSlow if that is shorter.
  static constexpr int kSlowPart = 4;
  static constexpr std::chrono::seconds kSlow{60};

  // What the Supervisor remembers of a worker.
  struct Care {
    Care(WorkerNode& worker, const SessionClock& clock, const PrintStacks& print_stacks)
        : node(worker), ending(worker, clock, print_stacks) {}

    WorkerNode& node;
    WorkerEnding ending;
    Time called_slow;  // the beginning of the phase that was last called slow
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
    for (Care& care : cares_) {
      if (!is_there(care.node)) continue;
      care.ending.begin_with(signal, {"was interrupted", why, false}, now);
    }
  }

  void end_session(Time now) {
    over_ = "the session took longer than " + describe_seconds(*session_limit_) + " (" +
            kSessionTimeoutVariable + ")";
    over_since_ = now;
    for (Care& care : cares_) {
      if (!is_there(care.node) || !runs_user_code(care.node.phase())) continue;
      if (!care.ending.under_way()) care.ending.begin({"ran out of time", over_}, now);
    }
  }

  static bool is_there(const WorkerNode& node) {
    return !node.life().is_gone() && node.process != nullptr;
  }

  // --- one worker --------------------------------------------------------------------------------

  // Returns when to call it again at the latest.
  Time look_after(Care& care, Time now) {
    if (care.ending.under_way()) return care.ending.go_on(now);
    const Time limit = mind_limits(care, now);
    if (care.ending.under_way()) return limit;
    return std::min({limit, mind_stop(care, now), mind_deafness(care, now)});
  }

  // How long a worker may stay in `phase`; empty if there is no limit.
  std::optional<Duration> limit_of(Phase phase) const {
    if (!runs_user_code(phase)) return std::nullopt;
    if (!over_.empty()) return kLastPatience;
    if (!limit_) return std::nullopt;
    if (phase == Phase::starting) return std::max<Duration>(*limit_, kStartPatience);
    return *limit_;
  }

  Time mind_limits(Care& care, Time now) {
    const WorkerNode& node = care.node;
    const Phase phase = node.phase();
    const std::optional<Duration> limit = limit_of(phase);
    if (!limit) return limit_ ? now + next_phase_in(node) : Time::max();
    const Time since = std::max(busy_since(node, clock_, now), over_since_);
    if (now >= since + *limit) {
      return care.ending.begin(
          over_.empty() ? timed_out(*limit) : EndReason{"ran out of time", over_}, now);
    }
    // No message tells of the phase after the start, and its limit may be shorter.
    if (phase == Phase::starting && limit_) return std::min(since + *limit, now + slow_after());
    if (!over_.empty() || care.called_slow == since) return since + *limit;
    if (now < since + slow_after()) return since + slow_after();
    care.called_slow = since;
    call_slow(node, now - since);
    return since + *limit;
  }

  static EndReason timed_out(Duration limit) {
    return {"timed out",
            describe_time_out(std::chrono::duration_cast<std::chrono::milliseconds>(limit))};
  }

  Duration slow_after() const { return std::min<Duration>(*limit_ / kSlowPart, kSlow); }

  // How long the next look can wait. An idle worker may begin a test at any time, and no message
  // tells of that. If it has no test, the look can wait longer.
  Duration next_phase_in(const WorkerNode& node) const {
    return node.pending() == 0 ? *limit_ : slow_after();
  }

  void call_slow(const WorkerNode& node, Duration time) const {
    std::string place = words_of(node.phase()).place;
    if (const std::optional<TestIndex> item = node.running_item()) {
      place = "running '" + catalog_.full_name(*item) + "'";
    } else if (node.untold.open_suite && node.phase() == Phase::suite_down) {
      place = std::string("in TearDownTestSuite of '") +
              catalog_.suite(*node.untold.open_suite).name() + "'";
    }
    const auto shown = std::chrono::duration_cast<std::chrono::milliseconds>(time);
    constexpr std::int64_t kShown = 100;  // milliseconds; more would be noise
    note("slow: " + node.name() + " has been " + place + " for " +
         describe_seconds(shown / kShown * kShown));
  }

  static Time mind_stop(Care& care, Time now) {
    const int signal = care.node.process->stop_signal();
    const Time stops_count = care.ending.stops_count_from();
    if (signal == 0 || now < stops_count) {
      care.stopped_since.reset();
      return signal == 0 ? Time::max() : stops_count;
    }
    if (!care.stopped_since) {
      care.stopped_since = now;
      note("[" + care.node.name() + "] stopped by signal " + describe_signal(signal) +
           "; if nobody continues it, it is ended in " + describe_seconds(kStopPatience));
    }
    if (now < *care.stopped_since + kStopPatience) return *care.stopped_since + kStopPatience;
    care.ending.kill(
        {"was stopped", "signal " + describe_signal(signal) + ", and nobody continued it"});
    return Time::max();
  }

  // If the shared memory is damaged, a worker may wait for a bell that it does not hear.
  static Time mind_deafness(Care& care, Time now) {
    WorkerNode& node = care.node;
    const bool is_waiting = node.ready() && node.phase() == Phase::idle &&
                            node.process->stop_signal() == 0 &&
                            node.tests().any_unstarted_in_deque();
    if (!is_waiting || care.deaf_pending != node.pending()) care.deaf_since.reset();
    if (!is_waiting) return Time::max();
    if (!care.deaf_since) {
      care.deaf_since = now;
      care.deaf_pending = node.pending();
    }
    if (now < *care.deaf_since + kHeartbeat) return *care.deaf_since + kHeartbeat;
    node.accuse("it does not take the tests that it was sent");
    return now;
  }

  const Catalog& catalog_;
  const std::optional<std::chrono::milliseconds> limit_;
  const std::optional<std::chrono::milliseconds> session_limit_;
  const WorkerNodes& nodes_;
  const SessionClock& clock_;
  const PrintStacks print_stacks_;
  const Time begin_;
  std::string over_;
  Time over_since_ = Time::min();
  bool is_interrupted_ = false;
  std::vector<Care> cares_;  // by number of the worker
};

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_CONTROLLER_CREW_SUPERVISOR_H_
