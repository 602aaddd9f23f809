// Append-only files that output goes to, and what becomes of them when somebody opens /dev/stdout
// or /dev/stderr, as in a shell's `> /dev/stderr`: where that is a file, the file is emptied.
//
// Layer: process.
#ifndef GTEST_XDIST_PROCESS_APPENDED_OUTPUT_H_
#define GTEST_XDIST_PROCESS_APPENDED_OUTPUT_H_

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "gtest_xdist/process/descriptor.h"

namespace gtest_xdist::internal {

// So many zeros come before all output: where they do not, somebody has emptied the file.
inline constexpr std::size_t kHeadSize = 8;

// Makes an empty file one that output can go to. False if that cannot be done.
inline bool begin_output(int file) { return ::ftruncate(file, kHeadSize) == 0; }

// How much output it holds, in bytes; nothing if there is no such file.
inline std::optional<std::uint64_t> output_size(int file) {
  struct ::stat status {};
  if (::fstat(file, &status) != 0) return std::nullopt;
  return static_cast<std::uint64_t>(std::max<::off_t>(status.st_size, kHeadSize)) - kHeadSize;
}

// Whether it has been emptied, and not mended since.
inline bool is_emptied(int file) {
  char head[kHeadSize];
  const ::ssize_t got = ::pread(file, head, sizeof head, 0);
  return got >= 0 && std::string_view(head, static_cast<std::size_t>(got)) !=
                         std::string_view("\0\0\0\0\0\0\0\0", kHeadSize);
}

// Has every descriptor of this process that leads to the same file write at its end.
inline void append_everywhere(int file) {
  struct ::stat like {};
  if (::fstat(file, &like) != 0) return;
  constexpr int kMost = 1024;
  for (int descriptor = 0; descriptor < kMost; ++descriptor) {
    struct ::stat status {};
    if (::fstat(descriptor, &status) != 0) continue;
    if (status.st_dev != like.st_dev || status.st_ino != like.st_ino) continue;
    const int flags = ::fcntl(descriptor, F_GETFL);
    if (flags >= 0) ::fcntl(descriptor, F_SETFL, flags | O_APPEND);
  }
}

// For an append-only file that was emptied when it held `size` bytes of output, or somewhat more:
// what was written since then moves behind these bytes, where everybody looks for it, and so does
// what is written from now on. The bytes themselves are lost, and zeros now. False if it cannot be
// done.
inline bool mend_emptied(int file, std::uint64_t size) {
  append_everywhere(file);
  std::string since;
  return read_all(file, since) && ::ftruncate(file, 0) == 0 &&
         ::ftruncate(file, static_cast<::off_t>(size + kHeadSize)) == 0 && write_all(file, since);
}

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_PROCESS_APPENDED_OUTPUT_H_
