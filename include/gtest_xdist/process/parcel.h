// Bytes of any size that a process hands to a child at its start.
//
// Layer: process. They lie in a file that has no name and that the child inherits open.
#ifndef GTEST_XDIST_PROCESS_PARCEL_H_
#define GTEST_XDIST_PROCESS_PARCEL_H_

#include <unistd.h>

#include <cerrno>
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
    if (!write_all(parcel.file_.number(), bytes)) {
      fail("write " + std::to_string(bytes.size()) + " bytes", directory);
    }
    return parcel;
  }

  int descriptor() const { return file_.number(); }

  // In the child: the bytes behind an inherited descriptor, which stays open and is the caller's.
  // Throws std::runtime_error.
  static std::string unpack(int descriptor) {
    std::string bytes;
    if (read_all(descriptor, bytes)) return bytes;
    throw std::runtime_error("cannot read descriptor " + std::to_string(descriptor) + ": " +
                             std::strerror(errno));
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
