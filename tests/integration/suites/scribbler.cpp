// Tests that write random bytes over the memory that their worker shares with the controller, among
// tests that pass. SEED says which bytes. They wait until all has been heard that was said before:
// what is damaged before it was heard is lost.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <random>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "gtest_xdist/transport/doorbell.h"
#include "gtest_xdist/transport/segment_layout.h"
#include "gtest_xdist/transport/work_deque.h"
#include "gtest_xdist/transport/worker_slot.h"

#include "support.h"

namespace {

struct Stretch {
  unsigned char* begin;
  std::size_t size;
};

// What of the segment can be written here, in the order of the segment.
std::vector<Stretch> writable_stretches() {
  std::vector<Stretch> stretches;
  std::ifstream maps("/proc/self/maps");
  std::vector<std::uintptr_t> offsets;
  for (std::string line; std::getline(maps, line);) {
    std::uintptr_t begin = 0;
    std::uintptr_t end = 0;
    std::uintptr_t offset = 0;
    char dash = 0;
    std::string rights;
    std::istringstream(line) >> std::hex >> begin >> dash >> end >> rights >> offset;
    if (line.find("memfd:gtest-xdist") == std::string::npos || rights[1] != 'w') continue;
    std::size_t place = 0;
    while (place < offsets.size() && offsets[place] < offset) ++place;
    const auto at = static_cast<std::ptrdiff_t>(place);
    offsets.insert(offsets.begin() + at, offset);
    stretches.insert(stretches.begin() + at,
                     {reinterpret_cast<unsigned char*>(begin), end - begin});
  }
  return stretches;
}

// The worker's own slot comes after what it shares with other workers.
void wait_until_heard() {
  using gtest_xdist::internal::Doorbell;
  using gtest_xdist::internal::WorkerSlot;
  const std::vector<Stretch> stretches = writable_stretches();
  if (stretches.empty()) return;
  const auto& slot = *reinterpret_cast<WorkerSlot*>(stretches.back().begin);
  reinterpret_cast<Doorbell*>(stretches.front().begin)->ring();
  while (slot.results.read != slot.results.written) std::this_thread::yield();
}

std::mt19937& chance() {
  static std::mt19937 engine(static_cast<unsigned>(std::stoul("0" + support::variable("SEED"))));
  return engine;
}

void scribble_over(const Stretch& stretch) {
  for (std::size_t i = 0; i < stretch.size; ++i) {
    stretch.begin[i] = static_cast<unsigned char>(chance()());
  }
}

void scribble_over_own() {
  const std::vector<Stretch> stretches = writable_stretches();
  if (!stretches.empty()) scribble_over(stretches.back());
}

void scribble_over_all() {
  for (const Stretch& stretch : writable_stretches()) scribble_over(stretch);
}

void clear_all() {
  for (const Stretch& stretch : writable_stretches()) {
    std::memset(stretch.begin, 0, stretch.size);
  }
}

// The tests that wait for this worker; the deque's ends stay as they are.
void spoil_waiting_tests() {
  using gtest_xdist::internal::WorkDequeCell;
  using gtest_xdist::internal::WorkerSlot;
  const std::vector<Stretch> stretches = writable_stretches();
  if (stretches.empty()) return;
  const Stretch& own = stretches.back();
  const auto& slot = *reinterpret_cast<WorkerSlot*>(own.begin);
  auto* cells = reinterpret_cast<WorkDequeCell*>(
      own.begin + gtest_xdist::internal::SegmentLayout({}).deque_offset());
  for (auto i = slot.deque.top.load(); i < slot.deque.bottom.load(); ++i) cells[i] = 1'000'000;
}

// A few bytes of those that say where things are.
void scribble_here_and_there() {
  constexpr std::size_t kPositions = 512;
  const std::vector<Stretch> stretches = writable_stretches();
  if (stretches.empty()) return;
  for (int i = 0; i < 20; ++i) {
    stretches.back().begin[chance()() % kPositions] = static_cast<unsigned char>(chance()());
  }
}

class Scribbler : public testing::Test {
 protected:
  Scribbler() { wait_until_heard(); }
};

TEST_F(Scribbler, OwnAndGoesOn) { scribble_over_own(); }
TEST_F(Scribbler, OwnAndAborts) {
  scribble_over_own();
  std::abort();
}
TEST_F(Scribbler, AllAndGoesOn) { scribble_over_all(); }
TEST_F(Scribbler, AllAndAborts) {
  scribble_over_all();
  std::abort();
}
TEST_F(Scribbler, ClearsAllAndGoesOn) { clear_all(); }
TEST_F(Scribbler, ClearsAllAndAborts) {
  clear_all();
  std::abort();
}
TEST_F(Scribbler, SpoilsWaitingTests) { spoil_waiting_tests(); }
TEST_F(Scribbler, HereAndThere) { scribble_here_and_there(); }

class Healthy : public testing::TestWithParam<int> {};
TEST_P(Healthy, Passes) { std::printf("healthy %d\n", GetParam()); }
INSTANTIATE_TEST_SUITE_P(All, Healthy, testing::Range(0, 40));

}  // namespace
