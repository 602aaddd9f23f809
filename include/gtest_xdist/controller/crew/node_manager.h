// The workers' processes: starting them, waiting for what they say, noticing their end.
//
// Layer: controller/crew. What is said, and what becomes of the tests of a worker that has ended,
// is a DSession's business. Every wait ends by data, by the death of a worker, by a signal, or when
// the time has come that a DSession has asked for.
#ifndef GTEST_XDIST_CONTROLLER_CREW_NODE_MANAGER_H_
#define GTEST_XDIST_CONTROLLER_CREW_NODE_MANAGER_H_

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "gtest_xdist/controller/crew/launcher.h"
#include "gtest_xdist/controller/crew/suspension.h"
#include "gtest_xdist/controller/node/worker_node.h"
#include "gtest_xdist/core/wire/decoder.h"
#include "gtest_xdist/process/child_process.h"
#include "gtest_xdist/process/exit_status.h"
#include "gtest_xdist/process/jobserver.h"
#include "gtest_xdist/process/notes.h"
#include "gtest_xdist/process/output/output_watch.h"
#include "gtest_xdist/process/signals/stop_signals.h"
#include "gtest_xdist/transport/byte_ring.h"
#include "gtest_xdist/transport/segment.h"
#include "gtest_xdist/transport/segment_layout.h"
#include "gtest_xdist/transport/worker_slot.h"

namespace gtest_xdist::internal {

// Hears what workers do, from within NodeManager::poll() and those that call it.
class NodeEvents {
 public:
  using Clock = std::chrono::steady_clock;

  virtual ~NodeEvents() = default;

  // Time has passed: called when a worker has rung, and not later than the last call has asked for
  // by what it returned. A process may have been stopped or continued.
  virtual Clock::time_point on_time(Clock::time_point now) = 0;

  // The session was suspended, workers and all, for so long.
  virtual void on_continue(Clock::duration suspended) = 0;

  // There is nothing to do: called before each wait, which ends at the time that is returned at the
  // latest.
  virtual Clock::time_point on_wait(Clock::time_point now) = 0;

  // A frame of the worker's, valid during the call. Throws DecodeError if it is no message; then
  // the worker is broken.
  virtual void on_message(WorkerNode& node, std::string_view message) = 0;

  // The process has ended, and all that it said has been heard.
  virtual void on_end(WorkerNode& node, const ExitStatus& status) = 0;

  // Something has been heard: once after all of it.
  virtual void on_news() = 0;
};

// Owns the session's shared memory and its workers.
class NodeManager {
 public:
  // Room for `tests` tests and, at a time, `workers` workers. `jobserver` is null if workers may be
  // started without being asked for. What is passed by reference or pointer must outlive this.
  // Throws std::runtime_error if there is not enough shared memory.
  NodeManager(NodeEvents& events, std::uint64_t tests, unsigned workers, Launcher launcher,
              StopSignals& stop_signals, Jobserver* jobserver)
      : events_(events),
        segment_(Segment::create(
            {workers, round_up_to_power_of_two(tests), kResultsCapacity, kCommandsCapacity})),
        launcher_(std::move(launcher)),
        stop_signals_(stop_signals),
        waker_(
            stop_signals, [](void* bell) { static_cast<Doorbell*>(bell)->ring(); },
            &segment_.bell()),
        jobserver_(jobserver),
        suspension_(nodes_, segment_.bell()) {
    segment_.header().output_is_terminal = ::isatty(STDOUT_FILENO) != 0;
  }

  ~NodeManager() {
    end_nodes();
    if (jobserver_ != nullptr) jobserver_->leave();
  }

  // To be called before a worker is started: those with another collection shall take no test.
  // Otherwise they take what they are sent.
  void expect_digest(std::uint64_t digest) { segment_.header().expected_digest = digest; }

  // What tells the workers to start no test any more.
  StopWord& stop_word() const { return segment_.stop_word(); }

  // All that there were, by number; the dead stay, for their output.
  const WorkerNodes& nodes() const { return nodes_; }

  std::size_t alive() const {
    std::size_t alive = 0;
    for (const auto& node : nodes_) {
      if (!node->life().is_gone()) ++alive;
    }
    return alive;
  }

  // --- the jobserver -----------------------------------------------------------------------------

  // How many of `workers` may be started, at least one: the first has this process's own job, each
  // other needs a token.
  unsigned admit(unsigned workers) {
    if (jobserver_ == nullptr) return workers;
    while (jobserver_->held() + 1 < workers && jobserver_->take()) continue;
    return static_cast<unsigned>(jobserver_->held() + 1);
  }

  bool has_jobserver() const { return jobserver_ != nullptr; }

  // Has the bell rung when there is a token for another worker.
  void await_token() {
    Doorbell& bell = segment_.bell();
    if (jobserver_ != nullptr) jobserver_->await([&bell] { bell.ring_loudly(); });
  }

  // Whether there is a token that no worker has: one has come, or its worker has ended.
  bool has_free_token() const { return jobserver_ != nullptr && jobserver_->held() >= alive(); }

  // So many workers have something to do: a token for each but the first stays here, or is taken if
  // there is one now; others go back.
  void hold_tokens_for(std::size_t workers) {
    if (jobserver_ == nullptr) return;
    admit(static_cast<unsigned>(workers));
    jobserver_->keep(std::max<std::size_t>(workers, 1) - 1);
  }

  // Gives back what no worker has.
  void return_free_tokens() {
    if (jobserver_ != nullptr) jobserver_->keep(std::max<std::size_t>(alive(), 1) - 1);
  }

  // --- workers -----------------------------------------------------------------------------------

  // A worker to be started, in a slot that no living worker uses. Lives as long as this.
  WorkerNode& add_node(std::uint32_t slot) {
    const int number = static_cast<int>(nodes_.size());
    return *nodes_.emplace_back(std::make_unique<WorkerNode>(number, segment_, slot));
  }

  // Starts its process, for the iterations that are left (0: without end); watch() is to follow.
  // Throws std::runtime_error; then there is no process.
  void start(WorkerNode& node, unsigned iterations, int seed) {
    node.started = Clock::now();
    node.slot().phase_since = clock_nanoseconds(node.started);
    launcher_.launch(node, segment_, iterations, seed);
  }

  // From here on it is noticed when the process ends, and when it is stopped or continued. Throws
  // std::runtime_error if there can be no further thread.
  void watch(ChildProcess& process) {
    Doorbell& bell = segment_.bell();
    process.watch([&bell] { bell.ring_loudly(); });
  }

  // Likewise of a worker's, and when it prints too much.
  void watch(WorkerNode& node) {
    watch(*node.process);
    node.watched = output_watch_.add(node.output.descriptors(), [&node, &bell = bell()] {
      const OutputWatch::Found found = node.output.trim(node.slot());
      if (node.live && found != OutputWatch::Found::nothing) bell.ring();
      return found;
    });
  }

  // The signal that asks for the end of the session; 0 if none has come.
  int stop_signal() const { return stop_signals_.first(); }

  const Launcher& launcher() const { return launcher_; }

  // What wakes whoever waits here.
  Doorbell& bell() const { return segment_.bell(); }

  // Whether a worker has rung since the last look: one load.
  bool has_news() const { return segment_.bell().has_rung(); }

  // Tells of all that has happened since the last call; true if something had.
  bool poll() {
    heed_suspension();
    const bool rings = segment_.bell().answer();
    const bool has_rung = std::exchange(rang_, false) || rings;
    if (has_rung) look_again_ = true;
    bool any = false;
    // By number: an event may add a worker.
    for (std::size_t i = 0; i < nodes_.size(); ++i) {
      WorkerNode& node = *nodes_[i];
      if (node.life().is_gone()) continue;
      const bool ended = node.process->ended();  // asked before the last look into its ring
      any |= read(node);
      if (node.is_accused()) node.process->kill();
      if (ended) {
        // What a worker has started that did not get through its tests shall not outlive it.
        if (!node.life().is_done()) node.process->kill();
        ExitStatus status = node.process->wait();
        const std::int32_t said = node.slot().exit_status.load();
        if (!status.known() && said != WorkerSlot::kNoExitStatus)
          status = ExitStatus::of_exit(said);
        node.process.reset();
        node.watched = {};  // the slot may become another worker's
        events_.on_end(node, status);
        any = true;
      }
    }
    if (any) events_.on_news();
    tell_time(has_rung);
    return any;
  }

  // Blocks until something has happened, and tells of it.
  void pump() {
    while (!poll()) {
      // A worker does not ring for everything, but this long after a ring all is there to be seen.
      if (std::exchange(look_again_, false)) {
        wait_until(Clock::now() + 2 * kLongestSilence);
      } else {
        wait_until(Clock::time_point::max());
      }
    }
  }

  // Blocks until all processes have ended. A worker that takes too long is killed.
  void wait_for_end() {
    exit_deadline_ = Clock::now() + kExitPatience;
    while (alive() > 0) {
      if (poll()) continue;
      if (Clock::now() < exit_deadline_) {
        wait_until(exit_deadline_);
        continue;
      }
      exit_deadline_ = Clock::time_point::max();
      for (const auto& node : nodes_) {
        if (node->life().is_gone()) continue;
        node->accuse("it did not end within " + std::to_string(kExitPatience.count()) + " seconds");
        node->process->kill();
      }
    }
  }

 private:
  using Clock = NodeEvents::Clock;

  // A worker that has not ended this long after its last test is killed.
  static constexpr std::chrono::seconds kExitPatience{60};
  // Room for bursts of small reports, so that a worker rarely waits for the replay. In bytes.
  static constexpr std::uint64_t kResultsCapacity = 1U << 18;
  static constexpr std::uint64_t kCommandsCapacity = 1U << 12;

  void heed_suspension() {
    const std::optional<Clock::duration> suspended = suspension_.heed();
    if (!suspended) return;
    if (exit_deadline_ != Clock::time_point::max()) exit_deadline_ += *suspended;
    events_.on_continue(*suspended);
    next_time_ = Clock::time_point::min();
  }

  void tell_time(bool has_rung) {
    const Clock::time_point now = Clock::now();
    if (has_rung || now >= next_time_) next_time_ = events_.on_time(now);
  }

  // Blocks until somebody rings, but not longer than to `deadline` or the time that has been asked
  // for. True if somebody rang.
  bool wait_until(Clock::time_point deadline) {
    const StopSignals::Attention attention(stop_signals_);
    if (stop_signals_.came_again()) end_now();
    const Clock::time_point now = Clock::now();
    const Clock::time_point next_look = show_output(now);
    const Clock::duration left =
        std::min({deadline, next_time_, next_look, events_.on_wait(now)}) - now;
    const bool rings = segment_.bell().wait_for(
        std::max(std::chrono::ceil<std::chrono::milliseconds>(left), std::chrono::milliseconds(0)));
    rang_ |= rings;
    return rings;
  }

  // Where output is shown as it comes, shows what has come. Returns when that is to be done again.
  Clock::time_point show_output(Clock::time_point now) {
    Clock::time_point next = Clock::time_point::max();
    if (launcher_.is_captured()) return next;
    for (const auto& node : nodes_) {
      if (node->life().is_gone() || !node->live) continue;
      if (!node->live->relay()) next = now;  // what its worker says is heard before
    }
    return next;
  }

  // Somebody does not want to wait for the end of the session.
  [[noreturn]] void end_now() {
    make_way();
    end_nodes();
    if (jobserver_ != nullptr) jobserver_->leave();
    launcher_.remove_directory();
    StopSignals::die_of(stop_signals_.first());
    std::abort();
  }

  // The first one last: if main has made a namespace of processes, it is the init of all others,
  // and ends when these have been waited for.
  void end_nodes() {
    while (!nodes_.empty()) nodes_.pop_back();
  }

  bool read(WorkerNode& node) {
    bool any = false;
    try {
      while (!node.is_accused() && node.drain()) {
        any = true;
        for (std::string_view frame; !node.is_accused() && node.next_frame(frame);) {
          events_.on_message(node, frame);
        }
      }
    } catch (const CorruptRing& error) {
      node.accuse(std::string("its result ring is damaged: ") + error.what());
    } catch (const DecodeError& error) {
      node.accuse(std::string("it sent a damaged message: ") + error.what());
    }
    return any;
  }

  NodeEvents& events_;
  const KeepChildStatus keep_child_status_;
  Segment segment_;
  Launcher launcher_;
  StopSignals& stop_signals_;
  const StopSignals::Waker waker_;
  Jobserver* const jobserver_;
  OutputWatch output_watch_;
  WorkerNodes nodes_;
  Suspension suspension_;
  Clock::time_point exit_deadline_ = Clock::time_point::max();  // of all workers, at the end
  // When events_ are to hear of the time at the latest.
  Clock::time_point next_time_ = Clock::time_point::min();
  bool look_again_ = false;
  bool rang_ = false;  // while it was waited for, which answers the bell
};

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_CONTROLLER_CREW_NODE_MANAGER_H_
