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
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "gtest_xdist/process/output_file.h"

#include "support/thrown.h"

namespace gtest_xdist::internal {
namespace {

constexpr SegmentShape kShape = {3, 8, 1024, 256};

std::string unique_name() {
  static int count = 0;
  return "gtest-xdist-unit-" + std::to_string(::getpid()) + "-" + std::to_string(++count);
}

Segment make_segment(const SegmentShape& shape = kShape) {
  return Segment::create(unique_name(), shape);
}

void must_fit() { FAIL() << "the ring is full"; }

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

TEST(Segment, HasNoNameOnceItIsMade) {
  const std::string name = unique_name();
  const Segment segment = Segment::create(name, kShape);
  EXPECT_FALSE(std::filesystem::exists("/dev/shm/" + name));
  const Segment again = Segment::create(name, kShape);  // the name is free
  EXPECT_NE(again.descriptor(), segment.descriptor());
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
  ASSERT_TRUE(segment.deque(1).push(77));
  segment.commands_writer(1).write("a command", must_fit);
  EXPECT_TRUE(in_child([&] {
    const Segment mine = Segment::attach(segment.descriptor());
    mine.results_writer(1).write("a result", [] {});
    mine.slot(1).phase.store(Phase::test);
    mine.header().bell.ring();
    return mine.header().shape.workers == 3 && mine.deque(1).take() == TestIndex{77} &&
           one_frame(mine.commands_reader(1)) == "a command";
  }));
  EXPECT_TRUE(segment.header().bell.answer());
  EXPECT_EQ(segment.slot(1).phase.load(), Phase::test);
  EXPECT_EQ(segment.deque(1).taken(), 1);
  EXPECT_EQ(one_frame(segment.results_reader(1)), "a result");
}

TEST(Segment, LastsAsLongAsSomebodyHasItsDescriptor) {
  std::optional<Segment> segment(make_segment());
  segment->results_writer(2).write("still here", must_fit);
  const Descriptor descriptor(::dup(segment->descriptor()));
  segment.reset();
  const Segment again = Segment::attach(descriptor.number());
  EXPECT_EQ(one_frame(again.results_reader(2)), "still here");
}

// Every place is filled to the brim with something of its own; then every place is looked at.
TEST(Segment, PlacesDoNotOverlap) {
  for (const SegmentShape& shape :
       {SegmentShape{1, 1, 64, 64}, SegmentShape{3, 8, 1024, 256}, SegmentShape{4, 16, 64, 4096},
        SegmentShape{2, 1U << 15, 1U << 20, 1U << 12}}) {
    const Segment segment = make_segment(shape);
    const auto text = [](std::uint64_t capacity, char c) {
      return std::string(static_cast<std::size_t>(capacity) - sizeof(FrameLength), c);
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

std::string attach_error(int descriptor) {
  return text_of_thrown<std::runtime_error>([&] { Segment::attach(descriptor); });
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
  EXPECT_EQ(Segment::attach(whole.number()).header().shape.workers, 3U);
  const Descriptor cut_off = file_of(size - 1, header);
  EXPECT_EQ(attach_error(cut_off.number()), refusal(cut_off.number()));

  header[0] = static_cast<char>(header[0] ^ 1);
  const Descriptor other_version = file_of(size, header);
  EXPECT_EQ(attach_error(other_version.number()), refusal(other_version.number()));
}

TEST(Segment, SaysWhatCouldNotBeMade) {
  const std::string error =
      text_of_thrown<std::runtime_error>([] { Segment::create("no/such/place", kShape); });
  EXPECT_EQ(error.rfind("cannot make a shared-memory segment of ", 0), 0U) << error;
  EXPECT_NE(error.find(" bytes for 3 workers: "), std::string::npos) << error;
}

}  // namespace
}  // namespace gtest_xdist::internal
