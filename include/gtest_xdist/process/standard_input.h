// What this process reads from standard input, so that workers can read the same.
//
// Layer: process.
#ifndef GTEST_XDIST_PROCESS_STANDARD_INPUT_H_
#define GTEST_XDIST_PROCESS_STANDARD_INPUT_H_

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>

#include "gtest_xdist/os/os.h"
#include "gtest_xdist/process/files/descriptor.h"

namespace gtest_xdist::internal {

class StandardInput {
 public:
  // Make it before main, which may read standard input or close it.
  StandardInput() {
    struct ::stat status {};
    if (::fstat(STDIN_FILENO, &status) != 0) return;
    if (S_ISREG(status.st_mode)) {
      file_ = Descriptor(::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1));
      begin_ = ::lseek(STDIN_FILENO, 0, SEEK_CUR);
    }
    is_pipe_ = S_ISFIFO(status.st_mode);
    is_socket_ = S_ISSOCK(status.st_mode);
    had_bytes_ = bytes_wait();
  }

  // If it is a file: a new descriptor that reads the file from where standard input stood. A worker
  // that shared a descriptor with others would read what they leave. Not valid if there is no file,
  // or if it cannot be opened again, as when another user has opened it; then errno says why.
  Descriptor open_again() const {
    if (!file_.valid()) return {};
    Descriptor copy(os::reopen(file_.number(), O_RDONLY));
    if (copy.valid()) ::lseek(copy.number(), begin_, SEEK_SET);
    return copy;
  }

  // Why workers cannot read what this process can; empty if they can. What is sent to a pipe or a
  // socket can be read only once.
  std::string loss() const {
    if (had_bytes_ || bytes_wait()) return "standard input is no file: workers find it empty";
    if (!file_.valid() || open_again().valid()) return {};
    return std::string("standard input cannot be opened again: workers find it empty: ") +
           std::strerror(errno);
  }

 private:
  // Whether something was sent that nobody has read.
  bool bytes_wait() const {
    if (is_pipe_) {
      ::pollfd state{STDIN_FILENO, POLLIN, 0};
      return ::poll(&state, 1, 0) > 0 && (state.revents & POLLIN) != 0;
    }
    char byte = 0;
    return is_socket_ && ::recv(STDIN_FILENO, &byte, 1, MSG_PEEK | MSG_DONTWAIT) > 0;
  }

  Descriptor file_;    // of a regular file
  ::off_t begin_ = 0;  // where in the file standard input stood
  bool is_pipe_ = false;
  bool is_socket_ = false;
  bool had_bytes_ = false;  // before main
};

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_PROCESS_STANDARD_INPUT_H_
