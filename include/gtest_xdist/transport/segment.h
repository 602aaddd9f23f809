// The shared-memory segment of a session, and what lies where in it.
//
// Layer: transport; the only file that makes or maps shared memory. The segment has no name:
// workers inherit its descriptor. So nothing is left behind whatever dies, and no other process can
// open it. It is no file of /dev/shm, which may be small, full or absent.
//
// A worker can write only what it has to write: its own slot, and the commons. So whatever a test
// does to memory, no other worker's channels are damaged.
#ifndef GTEST_XDIST_TRANSPORT_SEGMENT_H_
#define GTEST_XDIST_TRANSPORT_SEGMENT_H_

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

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

#include "gtest_xdist/transport/byte_ring.h"
#include "gtest_xdist/transport/doorbell.h"
#include "gtest_xdist/transport/stop_word.h"
#include "gtest_xdist/transport/work_deque.h"

namespace gtest_xdist::internal {

// "gtxd" and the version of everything below; both sides are the same binary, so a mismatch means
// that the descriptor is not ours.
inline constexpr std::uint64_t kSegmentMagic = 0x6774'7864'0000'0002;

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

// Whether the errors of a worker's output say that something is missing in its files. (A test that
// closes its output loses what it prints in a serial run, too.)
inline bool is_loss(int error) {
  return error == ENOSPC || error == EDQUOT || error == EFBIG || error == EIO;
}

// What lies in memory that a worker can write may be none of them.
inline bool is_valid(Phase phase) { return phase <= Phase::finishing; }

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
  // Where in its files begins what it has not reported yet; and where all begins that the current
  // test has printed, or if none runs, what was printed since the last one.
  std::atomic<std::uint64_t> out_begin{0};
  std::atomic<std::uint64_t> err_begin{0};
  std::atomic<std::uint64_t> out_region{0};
  std::atomic<std::uint64_t> err_region{0};
  // Why the worker's output files do not hold all that it printed, as errno; 0 if they do.
  std::atomic<std::int32_t> output_error{0};
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

// Read by workers, written by the controller.
struct SegmentHeader {
  std::uint64_t magic = kSegmentMagic;
  SegmentShape shape;
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

// What any worker can write, and damage.
struct SegmentCommons {
  Doorbell bell;  // of the controller: rung by workers and by whoever notices a worker's death
  StopWord stop_word;
};

// Where the parts of a segment begin, in bytes: the header, the commons, the slots. Each
// has pages of its own, so that it can be mapped alone.
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

  // Within a slot, behind its WorkerSlot.
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

// One slot and its channels, as they are mapped. Does not own the memory.
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
    return {state, begin_ + offset, static_cast<std::size_t>(capacity)};
  }

  char* begin_;
  SegmentShape shape_;
  SegmentLayout layout_;
};

// What Boost.Interprocess asks of something it can map. Does not own the descriptor.
struct SharedDescriptor {
  int descriptor;
  boost::interprocess::mapping_handle_t get_mapping_handle() const {
    boost::interprocess::mapping_handle_t handle{};
    handle.handle = descriptor;
    return handle;
  }
  boost::interprocess::mode_t get_mode() const { return boost::interprocess::read_write; }
};

// The controller's: owns the segment and a mapping of all of it.
class Segment {
 public:
  // Memory is taken as it is used: a large deque costs nothing until it is filled. Throws
  // std::runtime_error that says what was asked for.
  static Segment create(const SegmentShape& shape) {
    namespace bip = boost::interprocess;
    const std::size_t size = SegmentLayout(shape).size();
    Segment segment;
    segment.descriptor_ = ::memfd_create("gtest-xdist", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    // What cannot shrink cannot be missing when a process touches it.
    if (segment.descriptor_ < 0 || ::fchmod(segment.descriptor_, S_IRUSR | S_IWUSR) != 0 ||
        ::ftruncate(segment.descriptor_, static_cast<::off_t>(size)) != 0 ||
        ::fcntl(segment.descriptor_, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW) != 0) {
      throw std::runtime_error(what_failed(shape, std::strerror(errno)));
    }
    try {
      segment.region_ =
          bip::mapped_region(SharedDescriptor{segment.descriptor_}, bip::read_write, 0, size);
    } catch (const bip::interprocess_exception& error) {
      throw std::runtime_error(what_failed(shape, error.what()));
    }
    segment.header_ = new (segment.address(0)) SegmentHeader;
    segment.header_->shape = shape;
    segment.commons_ = new (segment.address(SegmentLayout::commons_offset())) SegmentCommons;
    for (std::uint32_t i = 0; i < shape.workers; ++i) segment.reset_slot(i);
    return segment;
  }

  Segment(Segment&& other) noexcept
      : region_(std::move(other.region_)),
        descriptor_(std::exchange(other.descriptor_, -1)),
        header_(other.header_),
        commons_(other.commons_) {}
  Segment& operator=(Segment&&) = delete;
  ~Segment() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }

  int descriptor() const { return descriptor_; }
  SegmentHeader& header() const { return *header_; }

  Doorbell& bell() const { return commons_->bell; }
  StopWord& stop_word() const { return commons_->stop_word; }

  WorkerSlot& slot(std::uint32_t i) const { return view(i).slot(); }
  WorkDeque deque(std::uint32_t i) const { return view(i).deque(); }
  RingWriter results_writer(std::uint32_t i) const { return view(i).results_writer(); }
  RingReader results_reader(std::uint32_t i) const { return view(i).results_reader(); }
  RingWriter commands_writer(std::uint32_t i) const { return view(i).commands_writer(); }
  RingReader commands_reader(std::uint32_t i) const { return view(i).commands_reader(); }

  // While no worker uses the slot.
  void reset_slot(std::uint32_t i) {
    new (address(SegmentLayout(header_->shape).slot_offset(i))) WorkerSlot;
  }

 private:
  Segment() = default;

  static std::string what_failed(const SegmentShape& shape, const std::string& why) {
    return "cannot make a shared-memory segment of " + std::to_string(SegmentLayout(shape).size()) +
           " bytes for " + std::to_string(shape.workers) + " workers: " + why;
  }

  SlotView view(std::uint32_t i) const {
    return {address(SegmentLayout(header_->shape).slot_offset(i)), header_->shape};
  }
  void* address(std::size_t offset) const {
    return static_cast<char*>(region_.get_address()) + offset;
  }

  boost::interprocess::mapped_region region_;
  int descriptor_ = -1;
  SegmentHeader* header_ = nullptr;
  SegmentCommons* commons_ = nullptr;
};

// A worker's: owns mappings of what it uses of a segment.
class WorkerSegment {
 public:
  // `descriptor` stays open and is the caller's. Throws std::runtime_error if it is not a segment
  // of this version, or has no slot `slot`.
  static WorkerSegment attach(int descriptor, std::uint32_t slot) {
    namespace bip = boost::interprocess;
    try {
      struct ::stat status {};
      if (::fstat(descriptor, &status) == 0) {
        const auto size = static_cast<std::size_t>(status.st_size);
        const SharedDescriptor memory{descriptor};
        WorkerSegment segment;
        if (size >= SegmentLayout::header_size()) {
          segment.header_ =
              bip::mapped_region(memory, bip::read_only, 0, SegmentLayout::header_size());
          const SegmentHeader& header = segment.header();
          const SegmentLayout layout(header.shape);
          if (header.magic == kSegmentMagic && size >= layout.size()) {
            if (slot >= header.shape.workers) {
              throw std::runtime_error("the session has no worker " + std::to_string(slot));
            }
            segment.commons_ =
                bip::mapped_region(memory, bip::read_write,
                                   static_cast<bip::offset_t>(SegmentLayout::commons_offset()),
                                   SegmentLayout::commons_size());
            segment.slot_ = bip::mapped_region(memory, bip::read_write,
                                               static_cast<bip::offset_t>(layout.slot_offset(slot)),
                                               layout.slot_size());
            return segment;
          }
        }
      }
    } catch (const bip::interprocess_exception&) {
      // Not mappable: falls through to the same complaint.
    }
    throw std::runtime_error("descriptor " + std::to_string(descriptor) +
                             " is not a segment of this gtest-xdist");
  }

  const SegmentHeader& header() const {
    return *std::launder(static_cast<const SegmentHeader*>(header_.get_address()));
  }
  // The controller's.
  Doorbell& bell() const { return commons().bell; }
  StopWord& stop_word() const { return commons().stop_word; }
  SlotView view() const { return {slot_.get_address(), header().shape}; }

 private:
  WorkerSegment() = default;

  SegmentCommons& commons() const {
    return *std::launder(static_cast<SegmentCommons*>(commons_.get_address()));
  }

  boost::interprocess::mapped_region header_;  // cannot be written
  boost::interprocess::mapped_region commons_;
  boost::interprocess::mapped_region slot_;
};

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_TRANSPORT_SEGMENT_H_
