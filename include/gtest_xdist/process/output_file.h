// Where the output of a worker goes: an append-only file without a name.
//
// Layer: process. The worker writes (as its standard output or error), the controller reads; no
// reader has to keep up, and what a dead worker wrote is still there.
#ifndef GTEST_XDIST_PROCESS_OUTPUT_FILE_H_
#define GTEST_XDIST_PROCESS_OUTPUT_FILE_H_

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

#include "gtest_xdist/core/report.h"
#include "gtest_xdist/process/descriptor.h"
#include "gtest_xdist/process/spent_ranges.h"

namespace gtest_xdist::internal {

// Owns the file.
class OutputFile {
 public:
  OutputFile() = default;

  // Makes an empty file on the file system of `directory`. Throws std::runtime_error.
  static OutputFile create(const std::string& directory) {
    OutputFile file;
    file.file_ = make_nameless_file(directory, O_APPEND);
    if (!file.file_.valid()) {
      throw std::runtime_error("cannot make a file for output in '" + directory +
                               "': " + std::strerror(errno));
    }
    return file;
  }

  bool valid() const { return file_.valid(); }
  int descriptor() const { return file_.number(); }

  // In bytes; 0 if it cannot be told.
  std::uint64_t size() const {
    struct ::stat status {};
    if (::fstat(file_.number(), &status) != 0) return 0;
    return static_cast<std::uint64_t>(status.st_size);
  }

  // Hands the bytes of `range` to `sink(std::string_view)` piece by piece. The space they take on
  // disk is freed when enough have come together, which keeps the file small however much is
  // printed. Bytes that are not there (a range from a worker gone wrong) are left out.
  template <class Sink>
  void consume(ByteRange range, Sink sink) {
    char buffer[kPieceSize];
    std::uint64_t at = range.begin;
    while (at < range.end) {
      const auto wanted =
          static_cast<std::size_t>(std::min<std::uint64_t>(range.end - at, sizeof buffer));
      const ::ssize_t got = ::pread(file_.number(), buffer, wanted, static_cast<::off_t>(at));
      if (got < 0 && errno == EINTR) continue;
      if (got <= 0) break;
      sink(std::string_view(buffer, static_cast<std::size_t>(got)));
      at += static_cast<std::uint64_t>(got);
    }
    free_space(range);
  }

 private:
  static constexpr std::size_t kPieceSize = 64 * 1024;         // bytes
  static constexpr std::uint64_t kWorthFreeing = 1024 * 1024;  // bytes; less is not worth a call

  // Only whole blocks can be freed; a file system that cannot do it keeps them.
  void free_space(ByteRange range) {
    const std::optional<ByteRange> spent = spent_.add(range, kWorthFreeing);
    if (!spent) return;
    (void)::fallocate(file_.number(), FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
                      static_cast<::off_t>(spent->begin),
                      static_cast<::off_t>(spent->end - spent->begin));
  }

  Descriptor file_;
  SpentRanges spent_;
};

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_PROCESS_OUTPUT_FILE_H_
