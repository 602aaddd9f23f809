// A lock between processes. If its holder dies, the kernel releases it.
//
// Layer: process/files. It is a record lock of fcntl(). A forked child does not inherit it, and the
// kernel reports processes that wait for one another in a circle. But it belongs to the whole
// process: every thread has it, and it is lost when the process closes any descriptor of the file.
#ifndef GTEST_XDIST_PROCESS_FILES_FILE_LOCK_H_
#define GTEST_XDIST_PROCESS_FILES_FILE_LOCK_H_

#include <fcntl.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <string>

#include "gtest_xdist/process/files/descriptor.h"

namespace gtest_xdist::internal {

// The holder of a lock waits, directly or through others, for a lock that this process has.
class Deadlock : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// Holds the lock while it lives. Only one thread of a process may have locks at a time, and it must
// not lock a file twice.
class FileLock {
 public:
  // Makes the file if there is none. Blocks until the holder of the lock releases it or dies.
  // Throws Deadlock, or std::runtime_error if the file cannot be opened or locked.
  explicit FileLock(const std::string& path)
      : file_(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)) {
    struct ::flock whole {};
    whole.l_type = F_WRLCK;
    whole.l_whence = SEEK_SET;
    if (file_.valid()) {
      do {
        if (::fcntl(file_.number(), F_SETLKW, &whole) == 0) return;
      } while (errno == EINTR);
    }
    const int error = errno;
    const std::string message = "cannot lock '" + path + "': " + std::strerror(error);
    if (error == EDEADLK) throw Deadlock(message);
    throw std::runtime_error(message);
  }

 private:
  Descriptor file_;
};

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_PROCESS_FILES_FILE_LOCK_H_
