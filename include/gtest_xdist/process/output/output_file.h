// The file that a worker prints to: append-only, without a name.
//
// Layer: process/output. A worker writes to the file, as its standard output or error, and the
// controller reads it. No reader has to keep up, and the output of a dead worker stays. Of endless
// output the head and the tail are kept.
#ifndef GTEST_XDIST_PROCESS_OUTPUT_OUTPUT_FILE_H_
#define GTEST_XDIST_PROCESS_OUTPUT_OUTPUT_FILE_H_

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <limits>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

#include "gtest_xdist/core/tests/report.h"
#include "gtest_xdist/os/os.h"
#include "gtest_xdist/process/files/descriptor.h"
#include "gtest_xdist/process/output/clean_cut.h"
#include "gtest_xdist/process/output/output_cuts.h"
#include "gtest_xdist/process/output/spent_ranges.h"

namespace gtest_xdist::internal {

inline constexpr std::uint64_t kMegabyte = 1U << 20;  // bytes

// "1984.0 MB"; below a tenth of a megabyte "512 bytes".
inline std::string describe_size(std::uint64_t bytes) {
  constexpr std::uint64_t kWorthMegabytes = kMegabyte / 10;
  if (bytes < kWorthMegabytes) return std::to_string(bytes) + " bytes";
  char text[32];
  std::snprintf(text, sizeof text, "%.1f MB",
                static_cast<double>(bytes) / static_cast<double>(kMegabyte));
  return text;
}

// Owns the file. A region is the output from the beginning of a test or a set-up to its end. Of a
// region at most the limit is kept: half of it from the beginning, and half from the end.
class OutputFile {
 public:
  static constexpr std::uint64_t kNoLimit = std::numeric_limits<std::uint64_t>::max();

  OutputFile() = default;

  // Makes an empty file on the file system of `directory`; `limit` is in bytes. Throws
  // std::runtime_error.
  static OutputFile create(const std::string& directory, std::uint64_t limit = kNoLimit) {
    OutputFile file;
    file.limit_ = limit;
    file.file_ = make_nameless_file(directory, O_APPEND);
    if (!file.file_.valid()) {
      throw std::runtime_error("cannot make a file for output in '" + directory +
                               "': " + std::strerror(errno));
    }
    return file;
  }

  bool valid() const { return file_.valid(); }
  int descriptor() const { return file_.number(); }

  // In bytes; 0 if it is not known.
  std::uint64_t size() const {
    struct ::stat status {};
    if (::fstat(file_.number(), &status) != 0) return 0;
    return static_cast<std::uint64_t>(status.st_size);
  }

  std::uint64_t limit() const { return limit_; }

  // Frees the middle of a region that still grows, if there is enough to free; true if so. `so_far`
  // begins where the region begins. It ends at a size() that was asked for before the region's
  // beginning was. Any thread may call this.
  bool trim(ByteRange so_far) {
    const std::lock_guard<std::mutex> lock(kept_->mutex);
    so_far.begin = std::max(so_far.begin, kept_->closed);
    if (so_far.end <= so_far.begin || so_far.end - so_far.begin <= limit_) return false;
    const ByteRange middle = {so_far.begin + limit_ / 2, so_far.end - limit_ / 2};
    const std::uint64_t freed_to = kept_->cuts.end_at(middle.begin);
    const std::uint64_t slack = std::min(limit_, kMostSlack);
    if (middle.end <= freed_to || middle.end - freed_to <= slack) return false;
    kept_->cuts.add(middle);
    punch({freed_to, middle.end});
    return true;
  }

  // Ends a region. If it is larger than the limit, cuts its middle out now, and returns its size.
  // Call this for regions in their order: bytes before the end of one are no part of another.
  std::optional<std::uint64_t> close_region(ByteRange region) {
    const std::uint64_t size = this->size();
    const std::lock_guard<std::mutex> lock(kept_->mutex);
    region = {std::max(region.begin, kept_->closed), std::min(region.end, size)};
    if (region.end <= region.begin) return std::nullopt;
    kept_->closed = region.end;
    const std::uint64_t printed = region.end - region.begin;
    if (printed <= limit_) return std::nullopt;
    const ByteRange middle = clean({region.begin + limit_ / 2, region.end - limit_ / 2});
    kept_->cuts.add(middle);
    punch(middle);
    return printed;
  }

  // What is in `range`, or its end if it is longer than `most` bytes.
  std::string end_of(ByteRange range, std::uint64_t most) const {
    if (range.end - range.begin <= most) return text_of(range);
    const std::string text = text_of({range.end - most, range.end});
    return text.substr(clean_begin(text));
  }

  // Gives the bytes of `range` to `sink(std::string_view)` piece by piece, and a line that says so
  // where some were cut out. Frees their space on disk when enough has come together, so that the
  // file stays small. Leaves out bytes that do not exist, in a range from a faulty worker.
  template <class Sink>
  void consume(const ByteRange range, Sink sink) {
    bool in_line = false;
    for (ByteRange rest = range; rest.begin < rest.end;) {
      const OutputCuts::Piece piece = next_piece(rest);
      if (piece.cut > 0) {
        sink((in_line ? "\n[gtest-xdist: " : "[gtest-xdist: ") + describe_size(piece.cut) +
             " of output were cut here]\n");
      }
      read(piece.shown, [&](std::string_view bytes) {
        in_line = bytes.back() != '\n';
        sink(bytes);
      });
    }
    free_space(range);
  }

 private:
  static constexpr std::size_t kPieceSize = std::size_t{64} * 1024;  // bytes
  static constexpr std::uint64_t kWorthFreeing = kMegabyte;   // bytes; less is not worth a call
  static constexpr std::uint64_t kMostSlack = 4 * kMegabyte;  // bytes that trim() tolerates
  static constexpr std::uint64_t kNearby = 4096;  // bytes to search for the end of a line

  // The state that trim() shares with the other members.
  struct Kept {
    std::mutex mutex;
    OutputCuts cuts;
    std::uint64_t closed = 0;  // the end of the last region that was closed
  };

  // Holds no lock while anything is printed: a pager can delay that for as long as a person reads.
  OutputCuts::Piece next_piece(ByteRange& rest) {
    const std::lock_guard<std::mutex> lock(kept_->mutex);
    return kept_->cuts.take(rest);
  }

  template <class Sink>
  void read(ByteRange range, Sink sink) const {
    if (range.end <= range.begin) return;
    // Not on the stack, which may be small.
    std::string buffer(std::min<std::uint64_t>(range.end - range.begin, kPieceSize), '\0');
    std::uint64_t at = range.begin;
    while (at < range.end) {
      const auto wanted =
          static_cast<std::size_t>(std::min<std::uint64_t>(range.end - at, buffer.size()));
      const ::ssize_t got =
          ::pread(file_.number(), buffer.data(), wanted, static_cast<::off_t>(at));
      if (got < 0 && errno == EINTR) continue;
      if (got <= 0) break;
      sink(std::string_view(buffer.data(), static_cast<std::size_t>(got)));
      at += static_cast<std::uint64_t>(got);
    }
  }

  std::string text_of(ByteRange range) const {
    std::string text;
    read(range, [&](std::string_view bytes) { text += bytes; });
    return text;
  }

  // The stretch, or a little more, so that the cut splits no line and no character.
  ByteRange clean(ByteRange middle) const {
    const std::uint64_t nearby = std::min(limit_ / 4, kNearby);
    const std::uint64_t head = middle.begin - nearby;
    return {head + clean_end(text_of({head, middle.begin})),
            middle.end + clean_begin(text_of({middle.end, middle.end + nearby}))};
  }

  void free_space(ByteRange range) {
    const ByteRange spent = spent_.add(range, kWorthFreeing);
    if (!spent.empty()) punch(spent);
  }

  void punch(ByteRange range) const { os::free_space(file_.number(), range.begin, range.end); }

  Descriptor file_;
  std::uint64_t limit_ = kNoLimit;
  SpentRanges spent_;
  std::unique_ptr<Kept> kept_ = std::make_unique<Kept>();
};

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_PROCESS_OUTPUT_OUTPUT_FILE_H_
