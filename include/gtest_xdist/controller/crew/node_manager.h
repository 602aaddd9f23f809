// Starts the workers' processes, waits for their messages, and notices their ends.
//
// Layer: controller/crew. Does not know what a message means, or what becomes of the tests of a
// dead worker. Every wait ends by data, by the death of a worker, by a signal, or at the time that
// the handler of events has asked for.
#ifndef GTEST_XDIST_CONTROLLER_CREW_NODE_MANAGER_H_
#define GTEST_XDIST_CONTROLLER_CREW_NODE_MANAGER_H_

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "gtest_xdist/controller/crew/launcher.h"
#include "gtest_xdist/controller/crew/node_event.h"
#include "gtest_xdist/controller/crew/session_clock.h"
#include "gtest_xdist/controller/crew/suspension.h"
#include "gtest_xdist/controller/crew/worker_tokens.h"
#include "gtest_xdist/controller/node/crash_report.h"
#include "gtest_xdist/controller/node/worker_node.h"
#include "gtest_xdist/controller/node/worker_nodes.h"
#include "gtest_xdist/core/wire/decoder.h"
#include "gtest_xdist/process/child_process.h"
#include "gtest_xdist/process/exit_status.h"
#include "gtest_xdist/process/jobserver.h"
#include "gtest_xdist/process/notes.h"
#include "gtest_xdist/process/output/output_watch.h"
#include "gtest_xdist/process/signals/stop_signals.h"
#include "gtest_xdist/transport/byte_ring.h"
#include "gtest_xdist/transport/machine_clock.h"
#include "gtest_xdist/transport/segment.h"
#include "gtest_xdist/transport/segment_layout.h"
#include "gtest_xdist/transport/worker_slot.h"

namespace gtest_xdist::internal {

// Owns the session's shared memory and its workers.
class NodeManager {
 public:
  // Makes room for `tests` tests, and for `workers` workers at a time. `jobserver` is null if
  // workers need no tokens. Throws std::runtime_error if there is not enough shared memory.
  NodeManager(NodeEventHandler& handler, std::uint64_t tests, unsigned workers, Launcher launcher,
              StopSignals& stop_signals, Jobserver* jobserver)
      : handler_(handler),
        segment_(Segment::create(
            {workers, round_up_to_power_of_two(tests), kResultsCapacity, kCommandsCapacity})),
        launcher_(std::move(launcher)),
        stop_signals_(stop_signals),
        waker_(
            stop_signals, [](void* bell) { static_cast<Doorbell*>(bell)->ring(); },
            &segment_.bell()),
        tokens_(jobserver, nodes_, waker_of_threads()),
        suspension_(nodes_, clock_, segment_.bell()) {
    segment_.header().output_is_terminal = ::isatty(STDOUT_FILENO) != 0;
  }

  ~NodeManager() { end_nodes(); }

  // Call this before a worker is started. Then a worker with another collection takes no test. With
  // 0, and without this call, each worker takes the tests that it is sent.
  void expect_digest(std::uint64_t digest) { segment_.header().expected_digest = digest; }

  // Call this before a worker is started: what Catalog::digest_of_values() is here.
  void expect_values(std::uint64_t digest) { segment_.header().values_digest = digest; }

  // The word that can tell the workers to start no further test.
  StopWord& stop_word() const { return segment_.stop_word(); }

  // All workers ever made, by number. Dead ones stay, because their output is still needed.
  const WorkerNodes& nodes() const { return nodes_; }

  std::size_t alive() const { return count_alive(nodes_); }

  // Workers may need them.
  WorkerTokens& tokens() { return tokens_; }
  const WorkerTokens& tokens() const { return tokens_; }

  // --- workers -----------------------------------------------------------------------------------

  // Makes a worker that can be started, in a slot that no living worker uses. It lives as long as
  // this.
  WorkerNode& add_node(std::uint32_t slot) {
    const int number = static_cast<int>(nodes_.size());
    return *nodes_.emplace_back(std::make_unique<WorkerNode>(number, segment_, slot));
  }

  // Starts the worker's process for so many iterations; 0: without end. watch() must follow. Throws
  // std::runtime_error; there is no process then.
  void start(WorkerNode& node, unsigned iterations, int seed) {
    node.process_starts(MachineClock::now());
    launcher_.launch(node, segment_, iterations, seed);
  }

  // From now on the bell rings when the process ends, stops or continues. Throws std::runtime_error
  // if there can be no further thread.
  void watch(ChildProcess& process) { process.watch(waker_of_threads()); }

  // As above. Also watches the worker's output: cuts it if it is too much, and rings the bell if it
  // is shown live.
  void watch(WorkerNode& node) {
    watch(*node.process);
    node.watched = output_watch_.add(node.output.descriptors(), [&node, &bell = bell()] {
      const OutputWatch::Found found = node.output.trim(node.slot());
      if (node.live && found != OutputWatch::Found::nothing) bell.ring();
      return found;
    });
  }

  // The session's clock. All times here are its.
  const SessionClock& clock() const { return clock_; }

  // The first signal that has asked for the end of the session; 0 if none has come.
  int stop_signal() const { return stop_signals_.first(); }

  const Launcher& launcher() const { return launcher_; }

  // Ends the waits here.
  Doorbell& bell() const { return segment_.bell(); }

  // Whether the bell has rung since it was last answered. Cheap: one load.
  bool has_news() const { return segment_.bell().has_rung(); }

  // Tells the handler everything that has happened since the last call, in this order:
  //
  //   continuation  if the session was suspended
  //   message, end  of each worker by number: its messages, then its end
  //   news          once, if there were any
  //   time          once, if the bell has rung, or when it is due
  //
  // True if there were messages or ends. Does not block.
  bool poll() {
    if (suspension_.heed()) tell_continuation();
    const bool has_rung = answer_bell();
    bool any = false;
    // By index, because an event may add a worker.
    for (std::size_t i = 0; i < nodes_.size(); ++i) {
      if (!nodes_[i]->life().is_gone()) any |= hear(*nodes_[i]);
    }
    if (any) tell(NodeEvent::Kind::news);
    const Time now = clock_.now();
    if (has_rung || now >= next_time_) next_time_ = tell(NodeEvent::Kind::time, now);
    return any;
  }

  // Blocks until `is_ready()`, which is asked again after messages and ends, and tells these. Tells
  // each wait before it begins. Then the terminal is free for what others print.
  template <class Ready>
  void pump_until(Ready is_ready) {
    while (!is_ready()) pump();
    hide_status_line();
  }

  // Blocks until all workers' processes have ended. Kills those that take too long.
  void wait_for_end() {
    Time deadline = clock_.now() + kExitPatience;
    while (alive() > 0) {
      if (poll()) continue;
      if (clock_.now() < deadline) {
        wait_until(deadline);
        continue;
      }
      deadline = Time::max();
      for (const auto& node : nodes_) {
        if (node->life().is_gone()) continue;
        node->accuse("it did not end within " + std::to_string(kExitPatience.count()) + " seconds");
        node->process->kill();
      }
    }
    hide_status_line();
  }

 private:
  using Time = SessionClock::Time;

  // A worker that has not ended so long after wait_for_end() began is killed.
  static constexpr std::chrono::seconds kExitPatience{60};
  // In bytes. Large enough for bursts of small reports, so that a worker rarely waits.
  static constexpr std::uint64_t kResultsCapacity = 1U << 18;
  static constexpr std::uint64_t kCommandsCapacity = 1U << 12;

  // Blocks until there are messages or ends, and tells them.
  void pump() {
    while (!poll()) {
      // A worker does not ring for every message. So long after a ring, all messages are there.
      if (std::exchange(look_again_, false)) {
        wait_until(clock_.now() + 2 * kLongestSilence);
      } else {
        wait_until(Time::max());
      }
    }
  }

  // Ends a wait here, for other threads of this process.
  std::function<void()> waker_of_threads() {
    return [&bell = segment_.bell()] { bell.ring_loudly(); };
  }

  Time tell(NodeEvent::Kind kind, Time now = {}) {
    return handler_.handle({kind, nullptr, {}, {}, now});
  }

  void tell_continuation() {
    tell(NodeEvent::Kind::continuation);
    next_time_ = Time::min();
  }

  // Whether the bell has rung, here or in a wait.
  bool answer_bell() {
    const bool rings = segment_.bell().answer();
    const bool has_rung = std::exchange(rang_, false) || rings;
    if (has_rung) look_again_ = true;
    return has_rung;
  }

  // Tells the messages of the worker, and its end. False if there was nothing.
  bool hear(WorkerNode& node) {
    const bool ended = node.process->ended();  // ask this before the last look into its ring
    const bool any = read(node);
    if (node.is_accused()) node.process->kill();
    if (ended) {
      const ExitStatus status = take_status(node);
      handler_.handle({NodeEvent::Kind::end, &node, {}, status});
    }
    return any || ended;
  }

  // The process has ended: releases what it had.
  static ExitStatus take_status(WorkerNode& node) {
    // The worker did not get through its tests, so its own child processes must end with it.
    if (!node.life().is_done()) node.process->kill();
    ExitStatus status = node.process->wait();
    if (!status.known()) status = status_that_main_said(node);
    node.process.reset();
    node.watched = {};  // another worker may get the slot
    return status;
  }

  // Blocks until the bell rings, until `deadline`, or until a time that the handler has asked for.
  // True if the bell rang.
  bool wait_until(Time deadline) {
    const StopSignals::Attention attention(stop_signals_);
    if (stop_signals_.came_again()) end_now();
    const Time now = clock_.now();
    const Time next_look = show_output(now);
    const Time::duration left =
        std::min({deadline, next_time_, next_look, tell(NodeEvent::Kind::wait, now)}) - now;
    const bool rings = segment_.bell().wait_for(
        std::max(std::chrono::ceil<std::chrono::milliseconds>(left), std::chrono::milliseconds(0)));
    rang_ |= rings;
    return rings;
  }

  // Shows live output, if there is any. Returns when to do so again at the latest.
  Time show_output(Time now) {
    Time next = Time::max();
    if (launcher_.is_captured()) return next;
    for (const auto& node : nodes_) {
      if (node->life().is_gone() || !node->live) continue;
      if (!node->live->relay()) next = now;  // first hear the worker's messages
    }
    return next;
  }

  // The signal came again: the user does not want to wait for the end of the session.
  [[noreturn]] void end_now() {
    hide_status_line();
    end_nodes();
    tokens_.leave();
    launcher_.remove_directory();
    StopSignals::die_of(stop_signals_.first());
    std::abort();
  }

  // The first worker comes last. If main has made a namespace of processes, it is the init of all
  // others, and ends only after they have been waited for.
  void end_nodes() {
    while (!nodes_.empty()) nodes_.pop_back();
  }

  bool read(WorkerNode& node) {
    bool any = false;
    try {
      while (!node.is_accused() && node.drain()) {
        any = true;
        for (std::string_view frame; !node.is_accused() && node.next_frame(frame);) {
          handler_.handle({NodeEvent::Kind::message, &node, frame});
        }
      }
    } catch (const CorruptRing& error) {
      node.accuse(std::string("its result ring is damaged: ") + error.what());
    } catch (const DecodeError& error) {
      node.accuse(std::string("it sent a damaged message: ") + error.what());
    }
    return any;
  }

  NodeEventHandler& handler_;
  const KeepChildStatus keep_child_status_;
  Segment segment_;
  Launcher launcher_;
  StopSignals& stop_signals_;
  const StopSignals::Waker waker_;
  OutputWatch output_watch_;
  WorkerNodes nodes_;
  WorkerTokens tokens_;
  SessionClock clock_;
  Suspension suspension_;
  // When to tell the time at the latest.
  Time next_time_ = Time::min();
  bool look_again_ = false;
  bool rang_ = false;  // whether the bell rang in a wait, which has answered it
};

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_CONTROLLER_CREW_NODE_MANAGER_H_
