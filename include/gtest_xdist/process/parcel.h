// Bytes of any size that a process hands to a child at its start.
//
// Layer: process. They lie in a file that has no name and that the child inherits open.
#ifndef GTEST_XDIST_PROCESS_PARCEL_H_
#define GTEST_XDIST_PROCESS_PARCEL_H_

#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstring>
#include <stdexcept>
#include <string>
#include <string_view>

#include "gtest_xdist/process/descriptor.h"

namespace gtest_xdist::internal {

// Owns the file.
class Parcel {
 public:
  // Writes the bytes to a file on the file system of `directory`. Throws std::runtime_error.
  static Parcel pack(const std::string& directory, std::string_view bytes) {
    Parcel parcel;
    parcel.file_ = make_nameless_file(directory, 0);
    if (!parcel.file_.valid()) fail("make a file", directory);
    while (!bytes.empty()) {
      const ::ssize_t written = ::write(parcel.file_.number(), bytes.data(), bytes.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) fail("write " + std::to_string(bytes.size()) + " bytes", directory);
      bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    return parcel;
  }

  int descriptor() const { return file_.number(); }

  // In the child: the bytes behind an inherited descriptor, which stays open and is the caller's.
  // Throws std::runtime_error.
  static std::string unpack(int descriptor) {
    constexpr std::size_t kPieceSize = 64 * 1024;
    std::string bytes;
    while (true) {
      const std::size_t size = bytes.size();
      bytes.resize(size + kPieceSize);
      const ::ssize_t got =
          ::pread(descriptor, bytes.data() + size, kPieceSize, static_cast<::off_t>(size));
      bytes.resize(size + static_cast<std::size_t>(got > 0 ? got : 0));
      if (got < 0 && errno != EINTR) {
        throw std::runtime_error("cannot read descriptor " + std::to_string(descriptor) + ": " +
                                 std::strerror(errno));
      }
      if (got == 0) return bytes;
    }
  }

 private:
  [[noreturn]] static void fail(const std::string& what, const std::string& directory) {
    throw std::runtime_error("cannot " + what + " for a worker in '" + directory +
                             "': " + std::strerror(errno));
  }

  Descriptor file_;
};

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_PROCESS_PARCEL_H_
