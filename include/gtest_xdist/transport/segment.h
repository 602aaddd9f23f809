// The shared-memory segment of a session, and what lies where in it.
//
// Layer: transport; the only file that makes or maps shared memory. The segment has no name once
// create() has returned: workers inherit its descriptor. So nothing is left behind whatever dies,
// and no other process can open it.
#ifndef GTEST_XDIST_TRANSPORT_SEGMENT_H_
#define GTEST_XDIST_TRANSPORT_SEGMENT_H_

#include <fcntl.h>
#include <sys/statvfs.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <new>
#include <stdexcept>
#include <string>
#include <utility>

#include <boost/interprocess/exceptions.hpp>
#include <boost/interprocess/mapped_region.hpp>
#include <boost/interprocess/permissions.hpp>
#include <boost/interprocess/shared_memory_object.hpp>

#include "gtest_xdist/core/index_list.h"
#include "gtest_xdist/transport/byte_ring.h"
#include "gtest_xdist/transport/doorbell.h"
#include "gtest_xdist/transport/work_deque.h"

namespace gtest_xdist::internal {

// "gtxd" and the version of everything below; both sides are the same binary, so a mismatch means
// that the descriptor is not ours.
inline constexpr std::uint64_t kSegmentMagic = 0x6774'7864'0000'0001;

// Where a worker is in its life, for the message about one that died.
enum class Phase : std::uint32_t {
  starting,       // until RUN_ALL_TESTS has selected its tests: static initialisation and main
  session_start,  // hooks of plugins, before any test
  environments_up,
  idle,  // between two items, and before and after all of them
  suite_up,
  test,
  suite_down,
  environments_down,
  session_finish,  // hooks of plugins, after all tests
  finishing,       // after the last iteration: the rest of main, atexit, static destructors
};

// The form of WorkerSlot::phase_since. The clock is the machine's, so all processes agree.
inline std::int64_t clock_nanoseconds(std::chrono::steady_clock::time_point time) {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(time.time_since_epoch()).count();
}

// A worker that reports something rings if its last ring is longer ago than this, in milliseconds:
// long enough to cost nothing, short enough for a person to see results come in. So a controller
// that looks once more this long after a ring has seen all there is.
inline constexpr std::chrono::milliseconds kLongestSilence{5};

// One worker's corner. A replacement gets the corner of the worker it replaces, made anew.
struct WorkerSlot {
  // Rung by the controller: work or a command; and room in the result ring, for which any thread of
  // the worker may wait.
  Doorbell bell;
  Doorbell space_bell;
  WorkDequeState deque;
  ByteRingState results;
  ByteRingState commands;

  // Written by the worker, read by the controller, also after the worker's death. Only for messages
  // to people and for finding a dead worker's last output; nothing is scheduled by them.
  alignas(kCacheLine) std::atomic<Phase> phase{Phase::starting};
  // Since when, as told by std::chrono::steady_clock, in nanoseconds; kept for phases in which user
  // code runs. Written before the phase.
  std::atomic<std::int64_t> phase_since{0};
  std::atomic<std::uint64_t> out_begin{0};  // where the current test's output begins in its files
  std::atomic<std::uint64_t> err_begin{0};
  // What main returned or exit() was given; kNoExitStatus while neither has happened.
  static constexpr std::int32_t kNoExitStatus = -1;
  std::atomic<std::int32_t> exit_status{kNoExitStatus};

  // Written by the controller: the worker rings when fewer tests than this wait in its deque.
  alignas(kCacheLine) std::atomic<std::uint32_t> wake_below{1};
};

// All sizes are powers of two: tests, bytes, bytes.
struct SegmentShape {
  std::uint32_t workers = 0;
  std::uint64_t deque_capacity = 0;
  std::uint64_t results_capacity = 0;
  std::uint64_t commands_capacity = 0;
};

struct SegmentHeader {
  std::uint64_t magic = kSegmentMagic;
  SegmentShape shape;
  Doorbell bell;  // rung by workers and by whoever notices a worker's death
  // Whether the controller's standard output is one; set before any worker starts.
  bool output_is_terminal = false;
  // What the collection of a worker must be for it to take tests; 0 if the controller sends none
  // before it has compared. Set before any worker starts, and 0 later.
  std::atomic<std::uint64_t> expected_digest{0};
};

inline constexpr std::uint64_t round_up_to_power_of_two(std::uint64_t value) {
  std::uint64_t power = 1;
  while (power < value) power *= 2;
  return power;
}

// Owns a mapping of a segment, and in the controller its descriptor.
class Segment {
 public:
  // Controller. `unique_name` must not be in use; it is free again when this returns. Throws
  // std::runtime_error that says what was asked for.
  static Segment create(const std::string& unique_name, const SegmentShape& shape) {
    namespace bip = boost::interprocess;
    const std::size_t size = size_of(shape);
    try {
      bip::permissions owner_only(0600);
      bip::shared_memory_object memory(bip::create_only, unique_name.c_str(), bip::read_write,
                                       owner_only);
      bip::shared_memory_object::remove(unique_name.c_str());
      memory.truncate(static_cast<bip::offset_t>(size));
      reserve(memory.get_mapping_handle().handle, size);
      bip::mapped_region region(memory, bip::read_write);
      Segment segment(std::move(region), std::move(memory));
      segment.header_ = new (segment.address(0)) SegmentHeader;
      segment.header_->shape = shape;
      for (std::uint32_t i = 0; i < shape.workers; ++i) segment.reset_slot(i);
      return segment;
    } catch (const bip::interprocess_exception& error) {
      throw std::runtime_error("cannot make a shared-memory segment of " + std::to_string(size) +
                               " bytes for " + std::to_string(shape.workers) +
                               " workers: " + error.what());
    }
  }

  // Worker. `descriptor` stays open and is the caller's. Throws std::runtime_error if it is not a
  // segment of this version.
  static Segment attach(int descriptor) {
    namespace bip = boost::interprocess;
    try {
      Segment segment(bip::mapped_region(InheritedMemory{descriptor}, bip::read_write), {});
      if (segment.region_.get_size() >= sizeof(SegmentHeader)) {
        segment.header_ = std::launder(static_cast<SegmentHeader*>(segment.address(0)));
        if (segment.header_->magic == kSegmentMagic &&
            segment.region_.get_size() >= size_of(segment.header_->shape)) {
          return segment;
        }
      }
    } catch (const bip::interprocess_exception&) {
      // Not mappable: falls through to the same complaint.
    }
    throw std::runtime_error("descriptor " + std::to_string(descriptor) +
                             " is not a segment of this gtest-xdist");
  }

  int descriptor() const { return memory_.get_mapping_handle().handle; }
  SegmentHeader& header() const { return *header_; }
  WorkerSlot& slot(std::uint32_t i) const {
    return *std::launder(static_cast<WorkerSlot*>(address(slot_offset(i))));
  }

  // Controller, while no worker uses the slot.
  void reset_slot(std::uint32_t i) { new (address(slot_offset(i))) WorkerSlot; }

  WorkDeque deque(std::uint32_t i) const {
    return {slot(i).deque, static_cast<WorkDequeCell*>(address(deque_offset(i))),
            static_cast<std::size_t>(header_->shape.deque_capacity)};
  }
  RingWriter results_writer(std::uint32_t i) const {
    return {slot(i).results, static_cast<char*>(address(results_offset(i))), results_capacity()};
  }
  RingReader results_reader(std::uint32_t i) const {
    return {slot(i).results, static_cast<char*>(address(results_offset(i))), results_capacity()};
  }
  RingWriter commands_writer(std::uint32_t i) const {
    return {slot(i).commands, static_cast<char*>(address(commands_offset(i))), commands_capacity()};
  }
  RingReader commands_reader(std::uint32_t i) const {
    return {slot(i).commands, static_cast<char*>(address(commands_offset(i))), commands_capacity()};
  }

 private:
  // What Boost.Interprocess asks of something it can map.
  struct InheritedMemory {
    int descriptor;
    boost::interprocess::mapping_handle_t get_mapping_handle() const {
      boost::interprocess::mapping_handle_t handle{};
      handle.handle = descriptor;
      return handle;
    }
    boost::interprocess::mode_t get_mode() const { return boost::interprocess::read_write; }
  };

  Segment(boost::interprocess::mapped_region region,
          boost::interprocess::shared_memory_object memory)
      : region_(std::move(region)), memory_(std::move(memory)) {}

  static constexpr std::uint64_t aligned(std::uint64_t size) {
    return (size + kCacheLine - 1) / kCacheLine * kCacheLine;
  }
  static constexpr std::uint64_t slot_size(const SegmentShape& shape) {
    return aligned(sizeof(WorkerSlot)) + aligned(shape.deque_capacity * sizeof(WorkDequeCell)) +
           shape.results_capacity + shape.commands_capacity;
  }
  static constexpr std::size_t size_of(const SegmentShape& shape) {
    return static_cast<std::size_t>(aligned(sizeof(SegmentHeader)) +
                                    shape.workers * slot_size(shape));
  }

  // Without this, memory that is not there would be noticed by a SIGBUS in the middle of a test.
  static void reserve(int descriptor, std::size_t size) {
    const int error = ::posix_fallocate(descriptor, 0, static_cast<::off_t>(size));
    if (error == 0 || error == EOPNOTSUPP || error == EINVAL) return;
    struct ::statvfs system {};
    std::string text = "cannot make a shared-memory segment of " + std::to_string(size) +
                       " bytes: " + std::strerror(error);
    if (::fstatvfs(descriptor, &system) == 0) {
      text += "; there are " + std::to_string(system.f_bavail * system.f_frsize) +
              " bytes left: use fewer workers, or more shared memory (/dev/shm)";
    }
    throw std::runtime_error(text);
  }

  void* address(std::uint64_t offset) const {
    return static_cast<char*>(region_.get_address()) + offset;
  }
  std::uint64_t slot_offset(std::uint32_t i) const {
    return aligned(sizeof(SegmentHeader)) + i * slot_size(header_->shape);
  }
  std::uint64_t deque_offset(std::uint32_t i) const {
    return slot_offset(i) + aligned(sizeof(WorkerSlot));
  }
  std::uint64_t results_offset(std::uint32_t i) const {
    return deque_offset(i) + aligned(header_->shape.deque_capacity * sizeof(WorkDequeCell));
  }
  std::uint64_t commands_offset(std::uint32_t i) const {
    return results_offset(i) + header_->shape.results_capacity;
  }
  std::size_t results_capacity() const {
    return static_cast<std::size_t>(header_->shape.results_capacity);
  }
  std::size_t commands_capacity() const {
    return static_cast<std::size_t>(header_->shape.commands_capacity);
  }

  boost::interprocess::mapped_region region_;
  boost::interprocess::shared_memory_object memory_;
  SegmentHeader* header_ = nullptr;
};

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_TRANSPORT_SEGMENT_H_
