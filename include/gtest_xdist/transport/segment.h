// The shared-memory segment of a session.
//
// Layer: transport; the only file that makes or maps shared memory. The segment has no name, and
// workers inherit its descriptor. So nothing is left behind when processes die, and no other
// process can open it. A worker can write only its own slot and the commons. So a test that
// overwrites memory cannot damage the channels of other workers. Does not know what is sent.
#ifndef GTEST_XDIST_TRANSPORT_SEGMENT_H_
#define GTEST_XDIST_TRANSPORT_SEGMENT_H_

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <new>
#include <stdexcept>
#include <string>
#include <utility>

#include <boost/interprocess/exceptions.hpp>
#include <boost/interprocess/mapped_region.hpp>

#include "gtest_xdist/os/os.h"
#include "gtest_xdist/transport/byte_ring.h"
#include "gtest_xdist/transport/doorbell.h"
#include "gtest_xdist/transport/segment_layout.h"
#include "gtest_xdist/transport/stop_word.h"
#include "gtest_xdist/transport/work_deque.h"
#include "gtest_xdist/transport/worker_slot.h"

namespace gtest_xdist::internal {

// A descriptor in the form that Boost.Interprocess can map. Does not own the descriptor.
struct SharedDescriptor {
  int descriptor;
  boost::interprocess::mapping_handle_t get_mapping_handle() const {
    boost::interprocess::mapping_handle_t handle{};
    handle.handle = descriptor;
    return handle;
  }
  boost::interprocess::mode_t get_mode() const { return boost::interprocess::read_write; }
};

// For the controller: owns the segment and a mapping of all of it.
class Segment {
 public:
  // Makes a segment. Memory is taken only when it is used: a large deque costs nothing until it is
  // filled. Throws std::runtime_error with the size and the number of workers.
  static Segment create(const SegmentShape& shape) {
    namespace bip = boost::interprocess;
    const std::size_t size = SegmentLayout(shape).size();
    Segment segment;
    segment.descriptor_ = os::make_shared_memory(size);
    if (segment.descriptor_ < 0) {
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

  // Makes the slot anew. Call this only while no worker uses it.
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

// For a worker: owns mappings of the parts of a segment that it uses.
class WorkerSegment {
 public:
  // Maps the segment. The caller still owns `descriptor`, and may close it. Throws
  // std::runtime_error if it is not a segment of this version, or has no slot `slot`.
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
      // It cannot be mapped: throw the error below.
    }
    throw std::runtime_error("descriptor " + std::to_string(descriptor) +
                             " is not a segment of this gtest-xdist");
  }

  const SegmentHeader& header() const {
    return *std::launder(static_cast<const SegmentHeader*>(header_.get_address()));
  }
  // The controller's bell.
  Doorbell& bell() const { return commons().bell; }
  StopWord& stop_word() const { return commons().stop_word; }
  SlotView view() const { return {slot_.get_address(), header().shape}; }

 private:
  WorkerSegment() = default;

  SegmentCommons& commons() const {
    return *std::launder(static_cast<SegmentCommons*>(commons_.get_address()));
  }

  boost::interprocess::mapped_region header_;  // read-only
  boost::interprocess::mapped_region commons_;
  boost::interprocess::mapped_region slot_;
};

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_TRANSPORT_SEGMENT_H_
