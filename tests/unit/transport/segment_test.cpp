#include "gtest_xdist/transport/segment.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <optional>
#include <set>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "gtest_xdist/core/lean/narrow.h"
#include "gtest_xdist/process/output/output_file.h"
#include "gtest_xdist/transport/segment_layout.h"
#include "gtest_xdist/transport/worker_slot.h"

#include "support/must_fit.h"
#include "support/thrown.h"

namespace gtest_xdist::internal {
namespace {

constexpr SegmentShape kShape = {3, 8, 1024, 256};

Segment make_segment(const SegmentShape& shape = kShape) { return Segment::create(shape); }

std::optional<std::string> one_frame(RingReader reader) {
  std::string_view frame;
  if (!reader.drain() || !reader.next(frame)) return std::nullopt;
  return std::string(frame);
}

// Runs `action` in a child process; true if it returned true there.
template <class Action>
bool in_child(Action action) {
  const ::pid_t child = ::fork();
  if (child == 0) ::_exit(action() ? 0 : 1);
  int status = 0;
  return ::waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

// A file without a name, of `size` bytes, that begins with `text`.
Descriptor file_of(std::size_t size, std::string_view text = {}) {
  Descriptor file(::memfd_create("unit", MFD_CLOEXEC));
  EXPECT_TRUE(file.valid());
  EXPECT_EQ(::ftruncate(file.number(), static_cast<::off_t>(size)), 0);
  EXPECT_EQ(::pwrite(file.number(), text.data(), text.size(), 0),
            static_cast<::ssize_t>(text.size()));
  return file;
}

std::set<std::string> entries_of_shared_memory() {
  std::set<std::string> names;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator("/dev/shm", error)) {
    if (entry.path().filename().string().find("gtest-xdist") != std::string::npos) {
      names.insert(entry.path().filename());
    }
  }
  return names;
}

TEST(Segment, HasNoName) {
  const std::set<std::string> before = entries_of_shared_memory();
  const Segment segment = make_segment();
  EXPECT_EQ(entries_of_shared_memory(), before);
}

TEST(Segment, IsItsOwnersAlone) {
  const Segment segment = make_segment();
  struct ::stat status {};
  ASSERT_EQ(::fstat(segment.descriptor(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
  EXPECT_EQ(status.st_nlink, 0U);
}

TEST(Segment, RemembersItsShape) {
  const Segment segment = make_segment();
  const SegmentHeader& header = segment.header();
  EXPECT_EQ(header.magic, kSegmentMagic);
  EXPECT_EQ(header.shape.workers, 3U);
  EXPECT_EQ(header.shape.deque_capacity, 8U);
  EXPECT_EQ(header.shape.results_capacity, 1024U);
  EXPECT_EQ(header.shape.commands_capacity, 256U);
}

TEST(Segment, BeginsWithEmptySlots) {
  const Segment segment = make_segment();
  for (std::uint32_t i = 0; i < kShape.workers; ++i) {
    EXPECT_EQ(segment.slot(i).phase.load(), Phase::starting);
    EXPECT_EQ(segment.slot(i).exit_status.load(), WorkerSlot::kNoExitStatus);
    EXPECT_EQ(segment.slot(i).wake_below.load(), 1U);
    EXPECT_EQ(segment.deque(i).size(), 0U);
    EXPECT_FALSE(segment.results_reader(i).drain());
    EXPECT_FALSE(segment.commands_reader(i).drain());
    EXPECT_EQ(segment.results_writer(i).capacity(), 1024U);
    EXPECT_EQ(segment.commands_writer(i).capacity(), 256U);
  }
}

TEST(Segment, CarriesEverythingBetweenTwoProcesses) {
  const Segment segment = make_segment();
  WorkDeque deque = segment.deque(1);
  ASSERT_TRUE(deque.push(77));
  segment.commands_writer(1).write("a command", must_fit);
  EXPECT_TRUE(in_child([&] {
    const WorkerSegment mine = WorkerSegment::attach(segment.descriptor(), 1);
    mine.view().results_writer().write("a result", [] {});
    mine.view().slot().phase.store(Phase::test);
    mine.bell().ring();
    return mine.header().shape.workers == 3 && mine.view().deque().take() == TestIndex{77} &&
           one_frame(mine.view().commands_reader()) == "a command";
  }));
  EXPECT_TRUE(segment.bell().answer());
  EXPECT_EQ(segment.slot(1).phase.load(), Phase::test);
  EXPECT_EQ(deque.taken(0), 1);
  EXPECT_EQ(one_frame(segment.results_reader(1)), "a result");
}

TEST(Segment, LastsAsLongAsSomebodyHasItsDescriptor) {
  std::optional<Segment> segment(make_segment());
  segment->results_writer(2).write("still here", must_fit);
  const Descriptor descriptor(::dup(segment->descriptor()));
  segment.reset();
  const WorkerSegment again = WorkerSegment::attach(descriptor.number(), 2);
  EXPECT_EQ(one_frame(again.view().results_reader()), "still here");
}

TEST(Segment, CannotBeCutOff) {
  const Segment segment = make_segment();
  EXPECT_NE(::ftruncate(segment.descriptor(), 0), 0);
  EXPECT_EQ(segment.header().magic, kSegmentMagic);
}

// A deque has room for every test, but only few tests lie in it.
TEST(Segment, TakesMemoryAsItIsUsed) {
  const Segment segment = make_segment({64, 1U << 20, 1U << 18, 1U << 12});
  for (std::uint32_t i = 0; i < 64; ++i) {
    WorkDeque deque = segment.deque(i);
    ASSERT_TRUE(deque.push(i));
    segment.results_writer(i).write("a result", must_fit);
  }
  struct ::stat status {};
  ASSERT_EQ(::fstat(segment.descriptor(), &status), 0);
  constexpr std::uint64_t kBlock = 512;  // bytes, as stat(2) counts
  const auto page = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
  EXPECT_LE(static_cast<std::uint64_t>(status.st_blocks) * kBlock, (2 + 3 * 64) * page);
}

// --- what a worker can do to memory --------------------------------------------------------------

// All stretches of this process's memory that are a segment's and that it can write.
std::vector<std::pair<char*, std::size_t>> writable_stretches() {
  std::vector<std::pair<char*, std::size_t>> stretches;
  std::ifstream maps("/proc/self/maps");
  for (std::string line; std::getline(maps, line);) {
    std::uintptr_t begin = 0;
    std::uintptr_t end = 0;
    char dash = 0;
    std::string rights;
    std::istringstream(line) >> std::hex >> begin >> dash >> end >> rights;
    if (line.find("memfd:gtest-xdist") == std::string::npos || rights[1] != 'w') continue;
    stretches.emplace_back(reinterpret_cast<char*>(begin), end - begin);
  }
  return stretches;
}

TEST(WorkerSegment, LeavesOtherSlotsAndTheHeaderAloneWhateverIsWritten) {
  std::optional<Segment> segment(make_segment());
  const Descriptor descriptor(::dup(segment->descriptor()));
  for (std::uint32_t i = 0; i < kShape.workers; ++i) {
    ASSERT_TRUE(segment->deque(i).push(70 + i));
    segment->commands_writer(i).write("a command", must_fit);
    segment->results_writer(i).write("a result", must_fit);
  }
  EXPECT_TRUE(in_child([&] {
    segment.reset();  // a worker has no mapping of the controller's
    const WorkerSegment mine = WorkerSegment::attach(descriptor.number(), 1);
    const auto stretches = writable_stretches();
    for (const auto& [begin, size] : stretches) std::memset(begin, 0x5a, size);
    return stretches.size() == 2 && mine.header().magic == kSegmentMagic;
  }));
  EXPECT_EQ(segment->header().magic, kSegmentMagic);
  EXPECT_EQ(segment->slot(1).exit_status.load(), 0x5a5a5a5a);
  for (const std::uint32_t i : {0U, 2U}) {
    EXPECT_EQ(segment->deque(i).take(), 70 + i);
    EXPECT_EQ(one_frame(segment->commands_reader(i)), "a command");
    EXPECT_EQ(one_frame(segment->results_reader(i)), "a result");
    EXPECT_EQ(segment->slot(i).exit_status.load(), WorkerSlot::kNoExitStatus);
  }
}

// Every place is filled to the brim with something of its own; then every place is looked at.
TEST(Segment, PlacesDoNotOverlap) {
  for (const SegmentShape& shape :
       {SegmentShape{1, 1, 64, 64}, SegmentShape{3, 8, 1024, 256}, SegmentShape{4, 16, 64, 4096},
        SegmentShape{2, 1U << 15, 1U << 20, 1U << 12}}) {
    const Segment segment = make_segment(shape);
    const auto text = [](std::uint64_t capacity, char c) {
      return std::string(narrow<std::size_t>(capacity) - sizeof(FrameLength), c);
    };
    for (std::uint32_t i = 0; i < shape.workers; ++i) {
      const char letter = static_cast<char>('a' + i);
      segment.slot(i).out_begin.store(1000 + i);
      segment.slot(i).wake_below.store(2000 + i);
      WorkDeque deque = segment.deque(i);
      for (TestIndex j = 0; j < shape.deque_capacity; ++j) ASSERT_TRUE(deque.push(100 * i + j));
      EXPECT_FALSE(deque.push(0));
      segment.results_writer(i).write(text(shape.results_capacity, letter), must_fit);
      segment.commands_writer(i).write(text(shape.commands_capacity, 'A'), must_fit);
    }
    EXPECT_EQ(segment.header().magic, kSegmentMagic);
    EXPECT_EQ(segment.header().shape.workers, shape.workers);
    for (std::uint32_t i = 0; i < shape.workers; ++i) {
      const char letter = static_cast<char>('a' + i);
      EXPECT_EQ(segment.slot(i).out_begin.load(), 1000 + i);
      EXPECT_EQ(segment.slot(i).wake_below.load(), 2000 + i);
      WorkDeque deque = segment.deque(i);
      for (TestIndex j = 0; j < shape.deque_capacity; ++j) ASSERT_EQ(deque.take(), 100 * i + j);
      EXPECT_EQ(one_frame(segment.results_reader(i)), text(shape.results_capacity, letter));
      EXPECT_EQ(one_frame(segment.commands_reader(i)), text(shape.commands_capacity, 'A'));
      EXPECT_EQ(reinterpret_cast<std::uintptr_t>(&segment.slot(i)) % alignof(WorkerSlot), 0U);
    }
  }
}

TEST(Segment, ASlotIsMadeAnewAlone) {
  Segment segment = make_segment();
  for (std::uint32_t i = 0; i < kShape.workers; ++i) {
    segment.slot(i).phase.store(Phase::finishing);
    segment.slot(i).exit_status.store(7);
    ASSERT_TRUE(segment.deque(i).push(i));
    segment.results_writer(i).write("old", must_fit);
  }
  segment.reset_slot(1);
  for (const std::uint32_t i : {0U, 2U}) {
    EXPECT_EQ(segment.slot(i).phase.load(), Phase::finishing);
    EXPECT_EQ(segment.deque(i).take(), i);
    EXPECT_EQ(one_frame(segment.results_reader(i)), "old");
  }
  EXPECT_EQ(segment.slot(1).phase.load(), Phase::starting);
  EXPECT_EQ(segment.slot(1).exit_status.load(), WorkerSlot::kNoExitStatus);
  EXPECT_EQ(segment.deque(1).take(), std::nullopt);
  EXPECT_EQ(one_frame(segment.results_reader(1)), std::nullopt);
}

// --- what is no segment --------------------------------------------------------------------------

std::string attach_error(int descriptor, std::uint32_t slot = 0) {
  return text_of_thrown<std::runtime_error>([&] { WorkerSegment::attach(descriptor, slot); });
}

std::string refusal(int descriptor) {
  return "descriptor " + std::to_string(descriptor) + " is not a segment of this gtest-xdist";
}

TEST(Segment, AnotherDescriptorIsRefused) {
  EXPECT_EQ(attach_error(-1), refusal(-1));
  EXPECT_EQ(attach_error(54321), refusal(54321));

  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  const Descriptor pipe_reader(ends[0]);
  const Descriptor pipe_writer(ends[1]);
  const Descriptor null(::open("/dev/null", O_RDWR | O_CLOEXEC));
  const Descriptor empty = file_of(0);
  const Descriptor small = file_of(sizeof(SegmentHeader) - 1);
  const Descriptor zeros = file_of(1U << 20);
  for (const Descriptor* other : {&pipe_reader, &null, &empty, &small, &zeros}) {
    EXPECT_EQ(attach_error(other->number()), refusal(other->number()));
  }
}

TEST(Segment, OneThatIsCutOffOrOfAnotherVersionIsRefused) {
  const Segment segment = make_segment();
  std::string header(sizeof(SegmentHeader), '\0');
  std::memcpy(header.data(), &segment.header(), header.size());
  struct ::stat status {};
  ASSERT_EQ(::fstat(segment.descriptor(), &status), 0);
  const auto size = static_cast<std::size_t>(status.st_size);

  const Descriptor whole = file_of(size, header);
  EXPECT_EQ(WorkerSegment::attach(whole.number(), 0).header().shape.workers, 3U);
  const Descriptor cut_off = file_of(size - 1, header);
  EXPECT_EQ(attach_error(cut_off.number()), refusal(cut_off.number()));

  header[0] = static_cast<char>(header[0] ^ 1);
  const Descriptor other_version = file_of(size, header);
  EXPECT_EQ(attach_error(other_version.number()), refusal(other_version.number()));
}

TEST(Segment, ASlotThatItDoesNotHaveIsRefused) {
  const Segment segment = make_segment();
  EXPECT_EQ(WorkerSegment::attach(segment.descriptor(), 2).header().shape.workers, 3U);
  EXPECT_EQ(attach_error(segment.descriptor(), 3), "the session has no worker 3");
}

TEST(Segment, SaysWhatCouldNotBeMade) {
  // More than the address space has.
  const std::string error = text_of_thrown<std::runtime_error>([] {
    Segment::create({3, std::uint64_t{1} << 47, 1024, 256});
  });
  EXPECT_EQ(error.rfind("cannot make a shared-memory segment of ", 0), 0U) << error;
  EXPECT_NE(error.find(" bytes for 3 workers: "), std::string::npos) << error;
}

}  // namespace
}  // namespace gtest_xdist::internal
