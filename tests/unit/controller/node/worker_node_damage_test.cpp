// A worker that writes anything anywhere in its slot, at any time of its conversation with the
// controller. The controller must neither crash nor wait nor touch what is not the worker's, and
// keeps the account of the tests.
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "gtest_xdist/controller/node/assignments.h"
#include "gtest_xdist/controller/node/worker_node.h"
#include "gtest_xdist/core/messages/message.h"
#include "gtest_xdist/transport/segment.h"
#include "gtest_xdist/transport/segment_layout.h"
#include "gtest_xdist/transport/worker_slot.h"

#include "support/random.h"
#include "support/worker_message.h"
#include "support/worker_stages.h"

namespace gtest_xdist::internal {
namespace {

constexpr SegmentShape kShape = {3, 16, 1024, 256};
constexpr std::uint32_t kSlot = 1;

class Conversation {
 public:
  explicit Conversation(std::uint32_t seed) : random_(seed) {
    make_ready(node_);
    node_.begin_iteration(assignments_);
    for (const std::uint32_t other : {0U, 2U}) remember(other);
  }

  // Whether the worker has been found out in the end.
  bool play() {
    for (int step = 0; step < 60 && !node_.is_accused(); ++step) {
      if (step > 20 && random_.one_in(8)) scribble();
      controller_acts();
      worker_acts();
    }
    const bool found_out = node_.is_accused();
    end();
    for (const std::uint32_t other : {0U, 2U}) expect_untouched(other);
    return found_out;
  }

 private:
  // --- the vandal --------------------------------------------------------------------------------

  char* memory_of(std::uint32_t slot) const {
    return reinterpret_cast<char*>(&segment_.slot(slot));
  }

  void scribble() {
    const std::size_t whole = SegmentLayout(kShape).slot_size();
    std::size_t begin = 0;
    std::size_t size = whole;
    switch (random_.between(0, 3)) {
      case 0:
        break;
      case 1:  // where most of what is believed lies
        begin = random_.between<std::size_t>(0, sizeof(WorkerSlot) - 1);
        size = random_.between<std::size_t>(1, sizeof(WorkerSlot) - begin);
        break;
      case 2:
        begin = random_.between<std::size_t>(0, sizeof(WorkerSlot) - 1);
        size = 1;
        break;
      default:
        begin = random_.between<std::size_t>(0, whole - 1);
        size = random_.between<std::size_t>(1, whole - begin);
    }
    const std::string bytes = random_.one_in(3)
                                  ? std::string(size, random_.one_in(2) ? '\0' : '\xff')
                                  : random_.bytes(size);
    std::memcpy(memory_of(kSlot) + begin, bytes.data(), size);
  }

  void remember(std::uint32_t slot) {
    const std::string bytes = random_.bytes(SegmentLayout(kShape).slot_size());
    std::memcpy(memory_of(slot), bytes.data(), bytes.size());
    others_[slot] = bytes;
  }
  void expect_untouched(std::uint32_t slot) const {
    EXPECT_EQ(std::memcmp(memory_of(slot), others_[slot].data(), others_[slot].size()), 0);
  }

  // --- the worker --------------------------------------------------------------------------------

  void worker_acts() {
    if (random_.one_in(3)) return;
    const std::optional<TestIndex> test = worker_deque_.take();
    if (!test) return;
    std::string frame;
    TestDone done;
    done.test = *test;
    encode_message(done, frame);
    // A worker whose ring seems full waits, or dies of it.
    (void)worker_results_.try_write(frame);
    try {
      std::string_view command;
      if (commands_reader_.drain()) (void)commands_reader_.next(command);
    } catch (const CorruptRing&) {
      // That was its end.
    }
  }

  // --- the controller ----------------------------------------------------------------------------

  void controller_acts() {
    switch (random_.between(0, 5)) {
      case 0:
      case 1:
        send();
        break;
      case 2:
        for (const TestIndex test : node_.take_back(random_.between<std::size_t>(0, 4))) {
          EXPECT_FALSE(assignments_.is_pending(test));
        }
        break;
      case 3:
        node_.command(Command::settle);
        break;
      default:
        node_.shutdown();
    }
    listen();
    EXPECT_LE(node_.unstarted(), node_.pending());
  }

  void send() {
    std::vector<TestIndex> tests;
    for (TestIndex test = 0; test < kTests && tests.size() < 5; ++test) {
      if (!sent_[test] && random_.one_in(3)) tests.push_back(test);
    }
    for (const TestIndex test : tests) sent_[test] = true;
    node_.send(tests);
  }

  // As a NodeManager does.
  void listen() {
    try {
      while (!node_.is_accused() && node_.drain()) {
        for (std::string_view frame; !node_.is_accused() && node_.next_frame(frame);) {
          const WorkerMessage message = decode_worker_message(frame);
          const auto* done = std::get_if<TestDone>(&message);
          if (done == nullptr || !node_.complete(done->test)) node_.accuse("wrong message");
        }
      }
    } catch (const CorruptRing& error) {
      node_.accuse(error.what());
    } catch (const DecodeError& error) {
      node_.accuse(error.what());
    }
  }

  void end() {
    const std::optional<TestIndex> item = node_.running_item();
    (void)node_.tail();
    const std::size_t pending = node_.pending();
    EXPECT_EQ(node_.abandon(item.has_value()).size(), pending - (item ? 1 : 0));
    if (item) {
      EXPECT_FALSE(assignments_.conclude_crash());
    }
    for (TestIndex test = 0; test < kTests; ++test) EXPECT_FALSE(assignments_.is_pending(test));
  }

  static constexpr TestIndex kTests = 16;

  Random random_;
  Segment segment_ = Segment::create(kShape);
  Assignments assignments_{kTests, {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}, 1};
  WorkerNode node_{0, segment_, kSlot};
  WorkDeque worker_deque_ = segment_.deque(kSlot);
  RingWriter worker_results_ = segment_.results_writer(kSlot);
  RingReader commands_reader_ = segment_.commands_reader(kSlot);
  bool sent_[kTests] = {};
  std::string others_[3];
};

TEST(WorkerNodeDamage, OfAnyKindHarmsNobodyElse) {
  constexpr std::uint32_t kRounds = 5000;
  std::uint32_t found_out = 0;
  for (std::uint32_t seed = 1; seed <= kRounds; ++seed) {
    SCOPED_TRACE(seed);
    if (Conversation(seed).play()) ++found_out;
    if (HasFailure()) break;
  }
  EXPECT_GT(found_out, kRounds / 2) << "not much was damaged";
}

}  // namespace
}  // namespace gtest_xdist::internal
