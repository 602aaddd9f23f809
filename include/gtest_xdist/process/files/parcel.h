// Any number of bytes that a process gives to a child at its start.
//
// Layer: process/files. They are in memory, in a file without a name that the child inherits open.
#ifndef GTEST_XDIST_PROCESS_FILES_PARCEL_H_
#define GTEST_XDIST_PROCESS_FILES_PARCEL_H_

#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <string>
#include <string_view>

#include "gtest_xdist/os/os.h"
#include "gtest_xdist/process/files/descriptor.h"

namespace gtest_xdist::internal {

// Owns the file.
class Parcel {
 public:
  // Throws std::runtime_error.
  static Parcel pack(std::string_view bytes) {
    Parcel parcel;
    parcel.file_ = Descriptor(os::make_memory_file());
    if (!parcel.file_.valid() || !write_all(parcel.file_.number(), bytes)) {
      throw std::runtime_error("cannot make a file in memory of " + std::to_string(bytes.size()) +
                               " bytes for a worker: " + std::strerror(errno));
    }
    return parcel;
  }

  int descriptor() const { return file_.number(); }

  // In the child: the bytes behind an inherited descriptor, which stays open; the caller owns it.
  // Throws std::runtime_error.
  static std::string unpack(int descriptor) {
    std::string bytes;
    if (read_all(descriptor, bytes)) return bytes;
    throw std::runtime_error("cannot read descriptor " + std::to_string(descriptor) + ": " +
                             std::strerror(errno));
  }

 private:
  Descriptor file_;
};

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_PROCESS_FILES_PARCEL_H_
