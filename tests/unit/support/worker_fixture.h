// The controller's side of a worker, without the worker.
#ifndef SUPPORT_WORKER_FIXTURE_H_
#define SUPPORT_WORKER_FIXTURE_H_

#include <cstdint>
#include <optional>
#include <string_view>

#include <gtest/gtest.h>

#include "gtest_xdist/controller/node/assignments.h"
#include "gtest_xdist/controller/node/worker_node.h"
#include "gtest_xdist/core/messages/message.h"
#include "gtest_xdist/transport/segment.h"

#include "support/worker_stages.h"

namespace gtest_xdist::internal {

// gw3 in slot 1 of a segment, in an iteration of twelve tests, most of them selected; a test plays
// the worker by the worker's ends of the channels.
class WorkerFixture : public testing::Test {
 protected:
  static constexpr std::uint32_t kSlot = 1;

  WorkerFixture() { begin(node_); }

  // The worker takes part in the iteration and can run tests.
  void begin(WorkerNode& node) {
    make_ready(node);
    node.begin_iteration(assignments_);
  }

  static Segment make_segment() { return Segment::create({2, 8, 1024, 256}); }

  // The worker's next command, or nothing.
  std::optional<Command> next_command() {
    std::string_view frame;
    if (commands_.next(frame) || (commands_.drain() && commands_.next(frame))) {
      return decode_command(frame);
    }
    return std::nullopt;
  }

  Assignments assignments_{12, {0, 1, 2, 3, 4, 6, 8, 10}, 1};
  Segment segment_ = make_segment();
  WorkerNode node_{3, segment_, kSlot};
  WorkDeque deque_ = segment_.deque(kSlot);
  RingReader commands_ = segment_.commands_reader(kSlot);
  RingWriter results_ = segment_.results_writer(kSlot);
};

}  // namespace gtest_xdist::internal

#endif  // SUPPORT_WORKER_FIXTURE_H_
