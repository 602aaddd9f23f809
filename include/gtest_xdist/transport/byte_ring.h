// A one-way channel of frames in shared memory: one process writes, one reads.
//
// Layer: transport. Frames have any length: one that is longer than the ring streams through it. If
// a writer dies in the middle of a frame, the reader never returns that frame. Does not know what
// frames mean.
#ifndef GTEST_XDIST_TRANSPORT_BYTE_RING_H_
#define GTEST_XDIST_TRANSPORT_BYTE_RING_H_

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <stdexcept>
#include <string>
#include <string_view>

#include "gtest_xdist/core/lean/narrow.h"
#include "gtest_xdist/transport/work_deque.h"

namespace gtest_xdist::internal {

// The part in shared memory. The ring's bytes follow it.
struct ByteRingState {
  alignas(kCacheLine) std::atomic<std::uint64_t> written{0};  // bytes ever published by the writer
  alignas(kCacheLine) std::atomic<std::uint64_t> read{0};     // bytes ever released by the reader
};

static_assert(std::atomic<std::uint64_t>::is_always_lock_free,
              "a lock inside an atomic would not work between processes");

// Precedes each frame, in the machine's byte order: the frame's length, and above it a seal, bits
// that depend on the length and on the place in the stream. Without the seal a reader would wait
// forever for the rest of a frame whose length is damaged.
using FrameLength = std::uint64_t;

inline constexpr unsigned kFrameLengthBits = 40;  // of the length itself, in bytes: a terabyte

// `position`: how many bytes of the stream come before.
inline FrameLength sealed_length(std::uint64_t length, std::uint64_t position) {
  constexpr std::uint64_t kSpread = 0x9e37'79b9'7f4a'7c15;  // odd, its bits without a pattern
  const std::uint64_t seal = ((length + 1) * kSpread) ^ ((position + 1) * kSpread * kSpread);
  return (seal >> kFrameLengthBits << kFrameLengthBits) | length;
}

// The ring is damaged: a writer and a reader that follow the rules do not leave it like this.
class CorruptRing : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// The writing end. Only one object in one process writes. Not safe for several threads.
class RingWriter {
 public:
  // `capacity` is a power of two, in bytes. Does not own the memory.
  RingWriter(ByteRingState& state, char* bytes, std::size_t capacity)
      : state_(&state),
        bytes_(bytes),
        capacity_(capacity),
        position_(state.written.load(std::memory_order_relaxed)) {}

  // Appends a frame. While the ring is full, it calls `wait_for_space()` again and again.
  // `wait_for_space()` may block, but it must return when the reader has made room.
  template <class WaitForSpace>
  void write(std::string_view frame, WaitForSpace wait_for_space) {
    const FrameLength length = sealed_length(frame.size(), position_);
    char header[sizeof length];
    std::memcpy(header, &length, sizeof length);
    append({header, sizeof header}, wait_for_space);
    append(frame, wait_for_space);
    publish();
  }

  // Appends a frame if there is room for it now; false if there is none. Never waits, whatever the
  // reader writes.
  bool try_write(std::string_view frame) {
    const std::size_t used = fill();
    if (used > capacity_ || capacity_ - used < sizeof(FrameLength) + frame.size()) return false;
    write(frame, [] { throw CorruptRing("its read position went back"); });
    return true;
  }

  // Whether the shared positions are possible. If not, the reader's process has damaged them.
  bool is_intact() const {
    return state_->written.load(std::memory_order_relaxed) == position_ && fill() <= capacity_;
  }

  std::size_t capacity() const { return capacity_; }

  // How many bytes the reader has not released yet. Pairs with the release store in
  // RingReader::drain().
  std::size_t fill() const {
    return narrow<std::size_t>(position_ - state_->read.load(std::memory_order_acquire));
  }

 private:
  template <class WaitForSpace>
  void append(std::string_view bytes, WaitForSpace wait_for_space) {
    while (!bytes.empty()) {
      // More than the capacity only if the reader's position is damaged. Even then the copy below
      // stays inside the ring.
      const std::size_t space = capacity_ - fill();
      if (space == 0) {
        publish();
        wait_for_space();
        continue;
      }
      const auto offset = narrow<std::size_t>(position_ & (capacity_ - 1));
      const std::size_t count = std::min({bytes.size(), space, capacity_ - offset});
      std::memcpy(bytes_ + offset, bytes.data(), count);
      position_ += count;
      bytes.remove_prefix(count);
    }
  }

  // Pairs with the acquire load in RingReader::drain().
  void publish() { state_->written.store(position_, std::memory_order_release); }

  ByteRingState* state_;
  char* bytes_;
  std::size_t capacity_;
  std::uint64_t position_;
};

// The reading end. Trusts nothing in shared memory: it keeps its own position here. Throws
// CorruptRing if the writer's position is beyond the ring. Throws it, too, if its own position has
// changed in shared memory, because the writer may wait for it in vain.
class RingReader {
 public:
  RingReader(ByteRingState& state, const char* bytes, std::size_t capacity)
      : state_(&state),
        bytes_(bytes),
        capacity_(capacity),
        position_(state.read.load(std::memory_order_relaxed)) {}

  // Moves all published bytes out of the ring. True if there were any. Pairs with the release store
  // in RingWriter::publish(). Throws CorruptRing.
  bool drain() {
    const std::uint64_t written = state_->written.load(std::memory_order_acquire);
    const std::uint64_t available = written - position_;
    if (state_->read.load(std::memory_order_relaxed) != position_) {
      throw CorruptRing("its read position is not the reader's");
    }
    if (available == 0) return false;
    if (available > capacity_) throw CorruptRing("its write position is out of bounds");
    std::uint64_t left = available;
    while (left > 0) {
      const auto offset = narrow<std::size_t>(position_ & (capacity_ - 1));
      const auto count =
          static_cast<std::size_t>(std::min<std::uint64_t>(left, capacity_ - offset));
      pending_.append(bytes_ + offset, count);
      position_ += count;
      left -= count;
    }
    // Pairs with the acquire load in RingWriter::fill(): the bytes are copied before they are
    // given away.
    state_->read.store(position_, std::memory_order_release);
    return true;
  }

  // Sets `frame` to the next complete frame of what was drained; false if there is none. The view
  // lasts until the next drain() or next(). Throws CorruptRing if the length of a frame is damaged.
  bool next(std::string_view& frame) {
    FrameLength sealed = 0;
    const std::size_t available = pending_.size() - begin_;
    if (available >= sizeof sealed) {
      std::memcpy(&sealed, pending_.data() + begin_, sizeof sealed);
      const std::uint64_t length = sealed & ((FrameLength{1} << kFrameLengthBits) - 1);
      if (sealed_length(length, position_ - available) != sealed) {
        throw CorruptRing("the length of a frame is damaged");
      }
      if (length <= available - sizeof sealed) {
        frame = std::string_view(pending_).substr(begin_ + sizeof sealed, length);
        begin_ += sizeof sealed + length;
        return true;
      }
    }
    pending_.erase(0, begin_);
    begin_ = 0;
    return false;
  }

 private:
  ByteRingState* state_;
  const char* bytes_;
  std::size_t capacity_;
  std::uint64_t position_;
  std::string pending_;    // drained, not yet handed out
  std::size_t begin_ = 0;  // of the first frame in pending_ that was not handed out
};

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_TRANSPORT_BYTE_RING_H_
