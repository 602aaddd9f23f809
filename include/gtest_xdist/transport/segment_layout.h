// Says which part of a session's shared memory lies where.
//
// Layer: transport. Knows only offsets and types, and maps nothing.
#ifndef GTEST_XDIST_TRANSPORT_SEGMENT_LAYOUT_H_
#define GTEST_XDIST_TRANSPORT_SEGMENT_LAYOUT_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <new>

#include <boost/interprocess/mapped_region.hpp>

#include "gtest_xdist/core/lean/narrow.h"
#include "gtest_xdist/transport/byte_ring.h"
#include "gtest_xdist/transport/doorbell.h"
#include "gtest_xdist/transport/stop_word.h"
#include "gtest_xdist/transport/work_deque.h"
#include "gtest_xdist/transport/worker_slot.h"

namespace gtest_xdist::internal {

// "gtxd" and the version of everything below. Controller and workers are the same binary, so a
// mismatch means that the descriptor is not ours.
inline constexpr std::uint64_t kSegmentMagic = 0x6774'7864'0000'0002;

// Capacities are powers of two: of the deque in tests, of the rings in bytes.
struct SegmentShape {
  std::uint32_t workers = 0;
  std::uint64_t deque_capacity = 0;
  std::uint64_t results_capacity = 0;
  std::uint64_t commands_capacity = 0;
};

// The controller writes it, and workers read it.
struct SegmentHeader {
  std::uint64_t magic = kSegmentMagic;
  SegmentShape shape;
  // Whether the controller's standard output is a terminal. Set before any worker starts.
  bool output_is_terminal = false;
  // A worker takes tests only if its collection has this digest. 0 if the controller sends tests
  // only after it has compared collections. Set before any worker starts, and set to 0 later.
  std::atomic<std::uint64_t> expected_digest{0};
  // A worker tells the texts of its value parameters if they have another digest. Set before any
  // worker starts.
  std::uint64_t values_digest = 0;
};

inline constexpr std::uint64_t round_up_to_power_of_two(std::uint64_t value) {
  std::uint64_t power = 1;
  while (power < value) power *= 2;
  return power;
}

// The part that every worker can write, and damage.
struct SegmentCommons {
  Doorbell bell;  // the controller's; workers ring it, and its own threads and signal handlers
  StopWord stop_word;
};

// Where the parts of a segment begin, in bytes: the header, the commons, the slots. Each has pages
// of its own, so that it can be mapped alone.
class SegmentLayout {
 public:
  explicit SegmentLayout(const SegmentShape& shape) : shape_(shape) {}

  static std::size_t header_size() { return in_pages(sizeof(SegmentHeader)); }
  static std::size_t commons_offset() { return header_size(); }
  static std::size_t commons_size() { return in_pages(sizeof(SegmentCommons)); }
  std::size_t slot_offset(std::uint32_t i) const {
    return commons_offset() + commons_size() + i * slot_size();
  }
  std::size_t slot_size() const { return in_pages(commands_offset() + shape_.commands_capacity); }
  std::size_t size() const { return slot_offset(shape_.workers); }

  // Offsets within a slot, behind its WorkerSlot.
  std::size_t deque_offset() const { return aligned(sizeof(WorkerSlot), kCacheLine); }
  std::size_t results_offset() const {
    return deque_offset() + aligned(shape_.deque_capacity * sizeof(WorkDequeCell), kCacheLine);
  }
  std::size_t commands_offset() const { return results_offset() + shape_.results_capacity; }

 private:
  static std::size_t aligned(std::size_t size, std::size_t unit) {
    return (size + unit - 1) / unit * unit;
  }
  static std::size_t in_pages(std::size_t size) {
    return aligned(size, boost::interprocess::mapped_region::get_page_size());
  }

  SegmentShape shape_;
};

// A mapped slot and its channels. Does not own the memory.
class SlotView {
 public:
  SlotView(void* begin, const SegmentShape& shape)
      : begin_(static_cast<char*>(begin)), shape_(shape), layout_(shape) {}

  WorkerSlot& slot() const { return *std::launder(reinterpret_cast<WorkerSlot*>(begin_)); }
  WorkDeque deque() const {
    return {slot().deque, reinterpret_cast<WorkDequeCell*>(begin_ + layout_.deque_offset()),
            static_cast<std::size_t>(shape_.deque_capacity)};
  }
  RingWriter results_writer() const {
    return ring<RingWriter>(slot().results, layout_.results_offset(), shape_.results_capacity);
  }
  RingReader results_reader() const {
    return ring<RingReader>(slot().results, layout_.results_offset(), shape_.results_capacity);
  }
  RingWriter commands_writer() const {
    return ring<RingWriter>(slot().commands, layout_.commands_offset(), shape_.commands_capacity);
  }
  RingReader commands_reader() const {
    return ring<RingReader>(slot().commands, layout_.commands_offset(), shape_.commands_capacity);
  }

 private:
  template <class End>
  End ring(ByteRingState& state, std::size_t offset, std::uint64_t capacity) const {
    return {state, begin_ + offset, narrow<std::size_t>(capacity)};
  }

  char* begin_;
  SegmentShape shape_;
  SegmentLayout layout_;
};

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_TRANSPORT_SEGMENT_LAYOUT_H_
