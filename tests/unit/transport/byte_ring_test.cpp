#include "gtest_xdist/transport/byte_ring.h"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "support/must_fit.h"
#include "support/random.h"
#include "support/thrown.h"

namespace gtest_xdist::internal {
namespace {

constexpr std::size_t kHeader = sizeof(FrameLength);

// What a writer's wait_for_space() throws to leave it in the middle of a frame, as its death would.
struct WriterDied {};

void die() { throw WriterDied(); }

// A ring in this process's own memory, both counters at `position`.
class Ring {
 public:
  explicit Ring(std::size_t capacity, std::uint64_t position = 0) : bytes(capacity) {
    state.written = position;
    state.read = position;
  }
  RingWriter writer() { return {state, bytes.data(), bytes.size()}; }
  RingReader reader() { return {state, bytes.data(), bytes.size()}; }

  ByteRingState state;
  std::vector<char> bytes;
};

// All frames that a reader has; no test writes as many as this gives at most.
std::vector<std::string> frames_of(RingReader& reader) {
  std::vector<std::string> frames;
  for (std::string_view frame; frames.size() < 100 && reader.next(frame);) {
    frames.emplace_back(frame);
  }
  return frames;
}

TEST(ByteRing, AnEmptyOneGivesNothing) {
  Ring ring(64);
  RingReader reader = ring.reader();
  std::string_view frame;
  EXPECT_FALSE(reader.next(frame));
  EXPECT_FALSE(reader.drain());
  EXPECT_FALSE(reader.next(frame));
  EXPECT_EQ(ring.writer().fill(), 0U);
  EXPECT_EQ(ring.writer().capacity(), 64U);
}

TEST(ByteRing, FramesComeInOrderAndWhole) {
  Ring ring(64);
  RingWriter writer = ring.writer();
  RingReader reader = ring.reader();
  const std::vector<std::string> frames = {"first", "", std::string("a\0b", 3), "\xff"};
  for (const std::string& frame : frames) writer.write(frame, must_fit);
  EXPECT_EQ(writer.fill(), 4 * kHeader + 5 + 0 + 3 + 1);
  std::string_view frame;
  EXPECT_FALSE(reader.next(frame)) << "nothing was drained yet";
  EXPECT_TRUE(reader.drain());
  EXPECT_EQ(writer.fill(), 0U);
  EXPECT_EQ(frames_of(reader), frames);
  EXPECT_FALSE(reader.drain());
}

TEST(ByteRing, AFrameMayFillTheRingExactly) {
  Ring ring(64);
  RingWriter writer = ring.writer();
  RingReader reader = ring.reader();
  for (const char c : {'a', 'b', 'c'}) {
    writer.write(std::string(64 - kHeader, c), must_fit);
    EXPECT_EQ(writer.fill(), 64U);
    EXPECT_TRUE(reader.drain());
    EXPECT_EQ(frames_of(reader), std::vector<std::string>{std::string(64 - kHeader, c)});
  }
}

TEST(ByteRing, AFrameLongerThanTheRingStreamsThroughIt) {
  Random random(30);
  Ring ring(16);
  RingWriter writer = ring.writer();
  RingReader reader = ring.reader();
  const std::string frame = random.bytes(1000);
  int waits = 0;
  writer.write(frame, [&] {
    ++waits;
    EXPECT_EQ(writer.fill(), 16U);
    EXPECT_TRUE(reader.drain());
    std::string_view unfinished;
    EXPECT_FALSE(reader.next(unfinished));
  });
  EXPECT_EQ(waits, (1000 + static_cast<int>(kHeader) - 1) / 16);
  EXPECT_TRUE(reader.drain());
  EXPECT_EQ(frames_of(reader), std::vector<std::string>{frame});
}

// A wake-up may be for another reason than room in the ring.
TEST(ByteRing, AWaitThatReturnsEarlyIsRepeated) {
  Ring ring(16);
  RingWriter writer = ring.writer();
  RingReader reader = ring.reader();
  int waits = 0;
  writer.write(std::string(16, 'x'), [&] {
    if (++waits == 3) reader.drain();
  });
  EXPECT_EQ(waits, 3);
  reader.drain();
  EXPECT_EQ(frames_of(reader), std::vector<std::string>{std::string(16, 'x')});
}

TEST(ByteRing, AWriterThatDiesInAFrameLeavesItUnpublished) {
  for (const std::size_t length : {std::size_t{50}, std::size_t{64}, std::size_t{1000}}) {
    Ring ring(64);
    RingWriter writer = ring.writer();
    RingReader reader = ring.reader();
    writer.write("whole", must_fit);
    EXPECT_THROW(writer.write(std::string(length, 'x'), die), WriterDied);
    EXPECT_TRUE(reader.drain());
    EXPECT_EQ(frames_of(reader), std::vector<std::string>{"whole"}) << length;
    EXPECT_FALSE(reader.drain());
    EXPECT_TRUE(frames_of(reader).empty()) << length;
  }
}

TEST(ByteRing, CountersMayOverflow) {
  Ring ring(32, std::numeric_limits<std::uint64_t>::max() - 40);
  RingWriter writer = ring.writer();
  RingReader reader = ring.reader();
  for (int i = 0; i < 20; ++i) {
    const std::string frame(static_cast<std::size_t>(i), static_cast<char>('a' + i));
    writer.write(frame, must_fit);
    EXPECT_TRUE(reader.drain());
    EXPECT_EQ(frames_of(reader), std::vector<std::string>{frame});
  }
  EXPECT_LT(ring.state.written.load(), 1000U);
}

TEST(ByteRing, AWritePositionOutOfBoundsIsNoticed) {
  constexpr std::uint64_t kPosition = 1000;
  for (const std::uint64_t written :
       {kPosition + 65, kPosition + (std::uint64_t{1} << 63), kPosition - 1, std::uint64_t{0}}) {
    Ring ring(64, kPosition);
    RingReader reader = ring.reader();
    ring.state.written = written;
    EXPECT_EQ(text_of_thrown<CorruptRing>([&] { reader.drain(); }),
              "its write position is out of bounds");
    EXPECT_EQ(ring.state.read.load(), kPosition);
  }
  Ring ring(64, kPosition);
  RingReader reader = ring.reader();
  ring.state.written = kPosition + 64;
  EXPECT_TRUE(reader.drain());
}

// Nothing is reserved for it, and nobody waits for bytes that never come.
TEST(ByteRing, AFrameLengthThatLiesIsNoticed) {
  const FrameLength largest = std::numeric_limits<FrameLength>::max();
  for (const FrameLength length : {largest, largest - kHeader + 1, FrameLength{1} << 63,
                                   FrameLength{1} << 40, FrameLength{8}, FrameLength{0}}) {
    Ring ring(64);
    RingReader reader = ring.reader();
    std::memcpy(ring.bytes.data(), &length, sizeof length);
    ring.state.written = 64;
    EXPECT_TRUE(reader.drain());
    EXPECT_EQ(text_of_thrown<CorruptRing>([&] { frames_of(reader); }),
              "the length of a frame is damaged")
        << length;
  }
}

// Each bit of a length, and a length that was right in another place.
TEST(ByteRing, ADamagedFrameLengthIsNoticed) {
  for (unsigned bit = 0; bit < 64; ++bit) {
    Ring ring(64);
    ring.writer().write("a frame", must_fit);
    ring.bytes[bit / 8] = static_cast<char>(ring.bytes[bit / 8] ^ (1 << (bit % 8)));
    RingReader reader = ring.reader();
    EXPECT_TRUE(reader.drain());
    EXPECT_THROW(frames_of(reader), CorruptRing) << bit;
  }
  Ring ring(64);
  ring.writer().write("12345678", must_fit);
  std::memcpy(ring.bytes.data() + kHeader, ring.bytes.data(), kHeader);
  Ring moved(64, kHeader);
  moved.bytes = ring.bytes;
  RingReader reader = moved.reader();
  moved.state.written = kHeader + 2 * kHeader;
  EXPECT_TRUE(reader.drain());
  EXPECT_THROW(frames_of(reader), CorruptRing);
}

TEST(ByteRing, AReadPositionThatIsNotTheReadersIsNoticed) {
  Ring ring(64);
  RingReader reader = ring.reader();
  ring.state.read = 1;
  EXPECT_EQ(text_of_thrown<CorruptRing>([&] { reader.drain(); }),
            "its read position is not the reader's");
}

TEST(ByteRing, IsWrittenOnlyWhereThereIsRoomIfNobodyWaits) {
  Ring ring(64);
  RingWriter writer = ring.writer();
  RingReader reader = ring.reader();
  const std::string half(32 - kHeader, 'x');
  EXPECT_TRUE(writer.try_write(half));
  EXPECT_FALSE(writer.try_write(half + "y"));
  EXPECT_TRUE(writer.try_write(half));
  EXPECT_FALSE(writer.try_write(""));
  EXPECT_TRUE(writer.is_intact());
  reader.drain();
  EXPECT_EQ(frames_of(reader), (std::vector<std::string>{half, half}));
  EXPECT_TRUE(writer.try_write(half));
}

TEST(ByteRing, TheWriterNoticesPositionsThatCannotBe) {
  for (const std::uint64_t damage : {std::uint64_t{1}, std::uint64_t{65}, std::uint64_t{1} << 63}) {
    Ring ring(64);
    RingWriter writer = ring.writer();
    ring.state.read = damage;
    EXPECT_FALSE(writer.is_intact()) << damage;
    EXPECT_FALSE(writer.try_write("a frame")) << damage;
    ring.state.read = 0;
    EXPECT_TRUE(writer.is_intact());
    ring.state.written = damage;
    EXPECT_FALSE(writer.is_intact()) << damage;
  }
}

TEST(ByteRing, TheReaderTrustsItsOwnPositionOnly) {
  Ring ring(64);
  RingWriter writer = ring.writer();
  RingReader reader = ring.reader();
  writer.write("one", must_fit);
  reader.drain();
  const std::uint64_t position = ring.state.read.exchange(12345);
  EXPECT_THROW(reader.drain(), CorruptRing);
  ring.state.read = position;
  writer.write("two", must_fit);
  EXPECT_TRUE(reader.drain());
  EXPECT_EQ(frames_of(reader), (std::vector<std::string>{"one", "two"}));
}

// Frame number i: its length and its bytes depend on i alone.
std::string numbered_frame(std::uint32_t number, std::size_t longest) {
  Random random(number);
  return random.bytes(random.between<std::size_t>(0, longest));
}

TEST(ByteRing, CarriesFramesOfAnyLengthBetweenTwoThreads) {
  for (const std::size_t capacity : {std::size_t{16}, std::size_t{256}, std::size_t{4096}}) {
    constexpr std::uint32_t kFrames = 3000;
    Ring ring(capacity);
    std::atomic<bool> all_written{false};
    std::thread writing([&] {
      RingWriter writer = ring.writer();
      for (std::uint32_t i = 0; i < kFrames; ++i) {
        writer.write(numbered_frame(i, 3 * capacity), [] { std::this_thread::yield(); });
      }
      all_written = true;
    });
    RingReader reader = ring.reader();
    std::uint32_t received = 0;
    std::uint32_t wrong = 0;
    for (bool more = true; more;) {
      const bool last_look = all_written;
      const bool drained = reader.drain();
      for (std::string_view frame; reader.next(frame); ++received) {
        if (frame != numbered_frame(received, 3 * capacity)) ++wrong;
      }
      more = drained || !last_look;
      if (!drained) std::this_thread::yield();
    }
    writing.join();
    EXPECT_EQ(received, kFrames);
    EXPECT_EQ(wrong, 0U);
  }
}

}  // namespace
}  // namespace gtest_xdist::internal
