// A ring whose writer does what it likes: the reader shows the frames that are there, whole, or
// says that the ring is damaged.
//
// An input is the ring's capacity (one byte), the counters' value at the beginning (eight), then
// one letter after another, each with what it needs.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "gtest_xdist/transport/byte_ring.h"

#include "input.h"
#include "require.h"

namespace gtest_xdist::fuzz {
namespace {

using internal::ByteRingState;
using internal::CorruptRing;
using internal::FrameLength;
using internal::RingReader;
using internal::RingWriter;

// What the reader must have: all bytes published so far, cut into frames in the plainest way.
class Model {
 public:
  explicit Model(std::uint64_t position) : position_(position) {}

  std::uint64_t position() const { return position_; }

  void drain(std::uint64_t written, const char* bytes, std::size_t capacity) {
    for (; position_ != written; ++position_) stream_ += bytes[position_ % capacity];
  }

  // Throws CorruptRing where the length does not belong to a frame that begins there.
  std::optional<std::string> next() {
    FrameLength header = 0;
    if (stream_.size() < sizeof header) return std::nullopt;
    std::memcpy(&header, stream_.data(), sizeof header);
    const std::uint64_t length = header & ((std::uint64_t{1} << internal::kFrameLengthBits) - 1);
    if (internal::sealed_length(length, position_ - stream_.size()) != header) {
      throw CorruptRing("no frame begins here");
    }
    if (length > stream_.size() - sizeof length) return std::nullopt;
    std::string frame = stream_.substr(sizeof length, length);
    stream_.erase(0, sizeof length + length);
    return frame;
  }

 private:
  std::uint64_t position_;
  std::string stream_;
};

class Ring {
 public:
  Ring(std::size_t capacity, std::uint64_t position)
      : capacity_(capacity), bytes_(new char[capacity]()), model_(position) {
    state_.written = position;
    state_.read = position;
    reader_.emplace(state_, bytes_.get(), capacity);
  }

  void drain() {
    const std::uint64_t written = state_.written;
    const std::uint64_t before = state_.read;
    const std::uint64_t available = written - model_.position();
    try {
      const bool drained = reader_->drain();
      require(available <= capacity_, "more than the ring holds is no fill");
      require(before == model_.position(), "nobody else releases what the reader reads");
      require(drained == (available > 0), "drain() tells whether there was anything");
      model_.drain(written, bytes_.get(), capacity_);
      require(!drained || state_.read == written, "what was drained is released");
    } catch (const CorruptRing&) {
      require(available > capacity_ || before != model_.position(),
              "positions that can be are believed");
      require(state_.read == before, "nothing of a damaged ring is released");
    }
  }

  bool next() {
    std::string_view frame;
    std::optional<std::string> expected;
    bool is_expected_damaged = false;
    try {
      expected = model_.next();
    } catch (const CorruptRing&) {
      is_expected_damaged = true;
    }
    bool found = false;
    try {
      found = reader_->next(frame);
      require(!is_expected_damaged, "a length that cannot be is not believed");
    } catch (const CorruptRing&) {
      require(is_expected_damaged, "a length that can be is believed");
    }
    require(found == expected.has_value(), "a frame is shown once all of it is there");
    require(!found || frame == *expected, "a frame is shown as it was written");
    return found;
  }

  // As a writer that follows the rules from here on, with a reader that keeps up.
  void write(std::string_view frame) {
    RingWriter writer(state_, bytes_.get(), capacity_);
    if (writer.fill() > capacity_) return;  // only after a scribble
    const std::uint64_t released = state_.read;
    if (released != model_.position()) return;
    writer.write(frame, [this] { drain(); });
  }

  void scribble_written(std::uint64_t value) { state_.written = value; }
  void advance_written(std::uint64_t value) { state_.written += value; }
  void scribble_read(std::uint64_t value) { state_.read = value; }
  void scribble_bytes(std::size_t offset, std::string_view bytes) {
    const std::size_t begin = offset % capacity_;
    const std::size_t count = std::min(bytes.size(), capacity_ - begin);
    std::copy_n(bytes.begin(), count, bytes_.get() + begin);
  }

 private:
  std::size_t capacity_;
  std::unique_ptr<char[]> bytes_;  // exactly the ring: a byte beyond it is noticed
  ByteRingState state_;
  Model model_;
  std::optional<RingReader> reader_;
};

}  // namespace
}  // namespace gtest_xdist::fuzz

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace gtest_xdist::fuzz;
  Input input(text_of(data, size));
  const std::size_t capacity = std::size_t{1} << input.take_byte() % 9;
  Ring ring(capacity, input.take_number());
  while (!input.empty()) {
    switch (input.take_byte()) {
      case 'd':
        ring.drain();
        break;
      case 'n':
        ring.next();
        break;
      case 'f':
        ring.write(input.take(input.take_byte()));
        break;
      case 'w':
        ring.scribble_written(input.take_number());
        break;
      case 'a':
        ring.advance_written(input.take_byte());
        break;
      case 'r':
        ring.scribble_read(input.take_number());
        break;
      case 'b': {
        const std::size_t offset = input.take_byte();
        ring.scribble_bytes(offset, input.take(input.take_byte()));
        break;
      }
      default:
        break;
    }
  }
  ring.drain();
  while (ring.next()) {
  }
  return 0;
}
