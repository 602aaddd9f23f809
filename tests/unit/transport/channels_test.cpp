// All channels of a worker at once, between two threads of one process: a thread sanitizer cannot
// see what two processes do.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "gtest_xdist/transport/segment.h"
#include "gtest_xdist/transport/worker_slot.h"

#include "support/random.h"

namespace gtest_xdist::internal {
namespace {

constexpr TestIndex kTests = 50'000;
constexpr TestIndex kEnd = kNoTest;  // the last command

std::string frame_of(TestIndex number) {
  std::string frame(sizeof number, '\0');
  std::memcpy(frame.data(), &number, sizeof number);
  return frame;
}

TestIndex number_of(std::string_view frame) {
  TestIndex number = kNoTest;
  EXPECT_EQ(frame.size(), sizeof number);
  std::memcpy(&number, frame.data(), std::min(frame.size(), sizeof number));
  return number;
}

// Takes tests, reports each, and reads commands, until one says that it is over.
struct Worker {
  explicit Worker(Segment& its) : segment(its), slot(its.slot(0)) {}

  void run() {
    while (true) {
      read_commands();
      const bool last_look = !commands_read.empty() && commands_read.back() == kEnd;
      while (const std::optional<TestIndex> test = deque.take()) report(*test);
      if (last_look) return;
      slot.bell.wait();
    }
  }

  void report(TestIndex test) {
    took.push_back(test);
    results.write(frame_of(test), [this] {
      segment.bell().ring();
      slot.space_bell.wait();
    });
    segment.bell().ring();
  }

  void read_commands() {
    while (commands.drain()) segment.bell().ring();
    for (std::string_view frame; commands.next(frame);) commands_read.push_back(number_of(frame));
  }

  Segment& segment;
  WorkerSlot& slot;
  WorkDeque deque = segment.deque(0);
  RingWriter results = segment.results_writer(0);
  RingReader commands = segment.commands_reader(0);
  std::vector<TestIndex> took;
  std::vector<TestIndex> commands_read;
};

// Hands tests out, takes some back, sends a command now and then, and reads the reports.
struct Controller {
  explicit Controller(Segment& its) : segment(its), slot(its.slot(0)) {}

  void run() {
    Random random(40);
    for (TestIndex next = 0; next < kTests;) {
      if (deque.push(next)) {
        ++next;
        slot.bell.ring();
      } else {
        wait();
      }
      if (random.one_in(5)) {
        if (const std::optional<TestIndex> test = deque.take_back()) took_back.push_back(*test);
      }
      if (random.one_in(7)) send(next);
      read_results();
    }
    send(kEnd);
    while (reported.size() + took_back.size() < kTests) wait();
  }

  void send(TestIndex command) {
    commands_sent.push_back(command);
    commands.write(frame_of(command), [this] {
      slot.bell.ring();
      wait();
    });
    slot.bell.ring();
  }

  void wait() {
    segment.bell().wait();
    read_results();
  }

  void read_results() {
    while (results.drain()) slot.space_bell.ring();
    for (std::string_view frame; results.next(frame);) reported.push_back(number_of(frame));
  }

  Segment& segment;
  WorkerSlot& slot;
  WorkDeque deque = segment.deque(0);
  RingWriter commands = segment.commands_writer(0);
  RingReader results = segment.results_reader(0);
  std::vector<TestIndex> took_back;
  std::vector<TestIndex> commands_sent;
  std::vector<TestIndex> reported;
};

TEST(Channels, LoseDoubleAndReorderNothingBetweenTwoThreads) {
  Segment segment = Segment::create({1, 16, 64, 64});
  Worker worker(segment);
  Controller controller(segment);
  std::thread thread([&] { worker.run(); });
  controller.run();
  thread.join();

  EXPECT_EQ(controller.reported, worker.took);
  EXPECT_EQ(worker.commands_read, controller.commands_sent);
  EXPECT_GT(controller.commands_sent.size(), 1000U);
  // Every test is on one side, and the worker got its own in the order of pushing.
  std::vector<int> seen(kTests, 0);
  for (const TestIndex test : worker.took) ++seen.at(test);
  for (const TestIndex test : controller.took_back) ++seen.at(test);
  EXPECT_EQ(seen, std::vector<int>(kTests, 1));
  for (std::size_t i = 1; i < worker.took.size(); ++i) {
    ASSERT_LT(worker.took[i - 1], worker.took[i]);
  }
  EXPECT_EQ(controller.deque.taken(), static_cast<std::int64_t>(worker.took.size()));
}

}  // namespace
}  // namespace gtest_xdist::internal
