// The workers' processes: starting them, waiting for what they say, noticing their end.
//
// Layer: controller. What is said, and what becomes of the tests of a worker that has ended, is a
// DSession's business. Every wait ends by data or by the death of a worker.
#ifndef GTEST_XDIST_CONTROLLER_NODE_MANAGER_H_
#define GTEST_XDIST_CONTROLLER_NODE_MANAGER_H_

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "gtest_xdist/controller/account.h"
#include "gtest_xdist/controller/launcher.h"
#include "gtest_xdist/controller/worker_node.h"
#include "gtest_xdist/core/message.h"
#include "gtest_xdist/process/child_process.h"
#include "gtest_xdist/process/exit_status.h"
#include "gtest_xdist/transport/segment.h"

namespace gtest_xdist::internal {

// Hears what workers do, from within NodeManager::poll() and those that call it.
class NodeEvents {
 public:
  virtual ~NodeEvents() = default;

  virtual void on_message(WorkerNode& node, WorkerMessage& message) = 0;

  // The process has ended, and all that it said has been heard.
  virtual void on_end(WorkerNode& node, const ExitStatus& status) = 0;

  // Something has been heard: once after all of it.
  virtual void on_news() = 0;
};

// Owns the session's shared memory and its workers.
class NodeManager {
 public:
  // Room for `tests` tests and, at a time, `workers` workers. `events` must outlive this. Throws
  // std::runtime_error if there is not enough shared memory.
  NodeManager(NodeEvents& events, std::uint64_t tests, unsigned workers, unsigned run,
              Launcher launcher)
      : events_(events),
        segment_(Segment::create(segment_name(run), {workers, round_up_to_power_of_two(tests),
                                                     kResultsCapacity, kCommandsCapacity})),
        launcher_(std::move(launcher)) {
    segment_.header().output_is_terminal = ::isatty(STDOUT_FILENO) != 0;
  }

  // To be called before a worker is started: those with another collection shall take no test.
  // Otherwise they take what they are sent.
  void expect_digest(std::uint64_t digest) { segment_.header().expected_digest = digest; }

  // All that there were, by number; the dead stay, for their output.
  const WorkerNodes& nodes() const { return nodes_; }

  std::size_t alive() const {
    return static_cast<std::size_t>(
        std::count_if(nodes_.begin(), nodes_.end(),
                      [](const auto& node) { return node->state != WorkerNode::State::gone; }));
  }

  // A worker to be started, in a slot that no living worker uses. Lives as long as this.
  WorkerNode& add_node(std::uint32_t slot) {
    const int number = static_cast<int>(nodes_.size());
    return *nodes_.emplace_back(std::make_unique<WorkerNode>(number, segment_, slot));
  }

  // Starts its process, for the iterations that are left (0: without end); watch() is to follow.
  // Throws std::runtime_error; then there is no process.
  void start(WorkerNode& node, unsigned iterations, int seed) {
    launcher_.launch(node, segment_, iterations, seed);
  }

  // From here on the end of its process is noticed. Throws std::system_error if there can be no
  // further thread.
  void watch(WorkerNode& node) {
    Doorbell& bell = segment_.header().bell;
    node.process->watch([&bell] { bell.ring(); });
  }

  const Launcher& launcher() const { return launcher_; }

  // Whether a worker has rung since the last look: one load.
  bool has_news() const { return segment_.header().bell.has_rung(); }

  // Tells of all that has happened since the last call; true if something had.
  bool poll() {
    if (segment_.header().bell.answer()) look_again_ = true;
    bool any = false;
    // By number: an event may add a worker.
    for (std::size_t i = 0; i < nodes_.size(); ++i) {
      WorkerNode& node = *nodes_[i];
      if (node.state == WorkerNode::State::gone) continue;
      const bool ended = node.process->ended();  // asked before the last look into its ring
      any |= read(node);
      if (!node.broken.empty()) node.process->kill();
      if (ended) {
        const ExitStatus status = node.process->wait();
        node.process.reset();
        events_.on_end(node, status);
        any = true;
      }
    }
    if (any) events_.on_news();
    return any;
  }

  // Blocks until something has happened, and tells of it.
  void pump() {
    while (!poll()) {
      // A worker does not ring for everything, but this long after a ring all is there to be seen.
      if (std::exchange(look_again_, false)) {
        segment_.header().bell.wait_for(2 * kLongestSilence);
      } else {
        segment_.header().bell.wait();
        look_again_ = true;
      }
    }
  }

  // Blocks until all processes have ended. A worker that takes too long is killed.
  void wait_for_end() {
    using Clock = std::chrono::steady_clock;
    const Clock::time_point deadline = Clock::now() + kExitPatience;
    while (alive() > 0) {
      if (poll()) continue;
      const auto left =
          std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now());
      if (left.count() > 0) {
        segment_.header().bell.wait_for(left);
        continue;
      }
      for (const auto& node : nodes_) {
        if (node->state == WorkerNode::State::gone) continue;
        node->broken = "it did not end within " + std::to_string(kExitPatience.count()) +
                       " seconds after its tests";
        node->process->kill();
      }
      segment_.header().bell.wait();
    }
  }

 private:
  // A worker that has not ended this long after its last test is killed.
  static constexpr std::chrono::seconds kExitPatience{60};
  // Room for bursts of small reports, so that a worker rarely waits for the replay. In bytes.
  static constexpr std::uint64_t kResultsCapacity = 1U << 18;
  static constexpr std::uint64_t kCommandsCapacity = 1U << 12;

  static std::string segment_name(unsigned run) {
    return "gtest-xdist-" + std::to_string(::getpid()) + "-" + std::to_string(run);
  }

  bool read(WorkerNode& node) {
    bool any = false;
    try {
      while (node.broken.empty() && node.drain()) {
        any = true;
        for (std::string_view frame; node.broken.empty() && node.next_frame(frame);) {
          WorkerMessage message = decode_worker_message(frame);
          events_.on_message(node, message);
        }
      }
    } catch (const CorruptRing& error) {
      node.broken = std::string("its result ring is damaged: ") + error.what();
    } catch (const DecodeError& error) {
      node.broken = std::string("it sent a damaged message: ") + error.what();
    }
    return any;
  }

  NodeEvents& events_;
  const KeepChildStatus keep_child_status_;
  Segment segment_;
  Launcher launcher_;
  WorkerNodes nodes_;
  bool look_again_ = false;
};

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_CONTROLLER_NODE_MANAGER_H_
