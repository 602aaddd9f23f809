// Owns, reads, writes and compares open files, and makes files without a name.
//
// Layer: process/files.
#ifndef GTEST_XDIST_PROCESS_FILES_DESCRIPTOR_H_
#define GTEST_XDIST_PROCESS_FILES_DESCRIPTOR_H_

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>

#include "gtest_xdist/os/os.h"

namespace gtest_xdist::internal {

// An owned file descriptor.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  // Leaves errno as it is, so that it still tells of the call that failed before.
  ~Descriptor() {
    const int error = errno;
    if (number_ >= 0) ::close(number_);
    errno = error;
  }
  int number() const { return number_; }

  // Gives the number up without closing it, because somebody else has closed it.
  void forget() { number_ = -1; }
  bool valid() const { return number_ >= 0; }

 private:
  int number_ = -1;
};

// A new descriptor of /dev/null. Without /dev/null, as in a bare chroot, it is the reading end of a
// pipe that nobody writes to: a read finds the end, and a write fails. `access` is as for open().
// -1 if neither can be had. Async-signal-safe.
inline int open_null(int access) {
  const int null = ::open("/dev/null", access);
  if (null >= 0) return null;
  int ends[2];
  if (::pipe(ends) != 0) return -1;
  ::close(ends[1]);
  return ends[0];
}

// Whether two descriptors of this process lead to the same file, pipe or terminal.
inline bool same_file(int a, int b) {
  struct ::stat first {};
  struct ::stat second {};
  return ::fstat(a, &first) == 0 && ::fstat(b, &second) == 0 && first.st_dev == second.st_dev &&
         first.st_ino == second.st_ino;
}

// A new file without a name, on the file system of `directory`. It is open for reading and writing,
// and closed on exec. `flags` may be O_APPEND. If it cannot be made, the result is not valid, and
// errno says why.
inline Descriptor make_nameless_file(const std::string& directory, int flags) {
  const int nameless = os::make_nameless_file(directory, flags);
  if (nameless >= 0) return Descriptor(nameless);
  // Not every file system can do that.
  std::string path = directory + "/nameless-XXXXXX";
  Descriptor file(::mkostemp(path.data(), O_CLOEXEC | flags));
  if (file.valid()) ::unlink(path.c_str());
  return file;
}

// Writes all the bytes. False if that cannot be done: errno says why.
inline bool write_all(int descriptor, std::string_view bytes) {
  while (!bytes.empty()) {
    const ::ssize_t written = ::write(descriptor, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

// Sets `bytes` to the file's content, from its beginning. False if that cannot be done: errno says
// why.
inline bool read_all(int descriptor, std::string& bytes) {
  constexpr std::size_t kPieceSize = std::size_t{64} * 1024;
  bytes.clear();
  while (true) {
    const std::size_t size = bytes.size();
    bytes.resize(size + kPieceSize);
    const ::ssize_t got =
        ::pread(descriptor, bytes.data() + size, kPieceSize, static_cast<::off_t>(size));
    bytes.resize(size + static_cast<std::size_t>(got > 0 ? got : 0));
    if (got < 0 && errno != EINTR) return false;
    if (got == 0) return true;
  }
}

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_PROCESS_FILES_DESCRIPTOR_H_
