// A lock that processes share, and that the kernel takes from one that dies.
//
// Layer: process/files. Record locks of fcntl: a child that somebody forks does not inherit them,
// and processes that wait for one another in a circle are told so. But they are the whole
// process's: another thread has the lock as well, and loses it when any descriptor of the file is
// closed.
#ifndef GTEST_XDIST_PROCESS_FILES_FILE_LOCK_H_
#define GTEST_XDIST_PROCESS_FILES_FILE_LOCK_H_

#include <fcntl.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <string>

#include "gtest_xdist/process/files/descriptor.h"

namespace gtest_xdist::internal {

// The holder of a lock waits, directly or over others, for one that this process has.
class Deadlock : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// Held while this lives. One thread of a process may have locks at a time, and no other one of a
// file that it has locked.
class FileLock {
 public:
  // Makes the file if there is none. Blocks until whoever has the lock gives it up or dies. Throws
  // Deadlock, or std::runtime_error if the file system has no such locks.
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
    const std::string message = "cannot lock '" + path + "': " + std::strerror(errno);
    if (errno == EDEADLK) throw Deadlock(message);
    throw std::runtime_error(message);
  }

 private:
  Descriptor file_;
};

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_PROCESS_FILES_FILE_LOCK_H_
