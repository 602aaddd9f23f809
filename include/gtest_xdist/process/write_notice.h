// Sleeping until somebody writes to one of some files.
//
// Layer: process.
#ifndef GTEST_XDIST_PROCESS_WRITE_NOTICE_H_
#define GTEST_XDIST_PROCESS_WRITE_NOTICE_H_

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <iterator>
#include <string>

#include "gtest_xdist/process/descriptor.h"

namespace gtest_xdist::internal {

// To close what has watched a file takes some milliseconds, so this is made only where it will be
// needed for longer.
class WriteNotice {
 public:
  // False where the kernel gives no notice; wait() would never end then.
  bool valid() const { return notices_.valid() && bell_.valid(); }

  // The next write to the file ends a wait(), once. It need not have a name. False if that cannot
  // be done.
  bool arm(int descriptor) {
    const std::string path = "/proc/self/fd/" + std::to_string(descriptor);
    return ::inotify_add_watch(notices_.number(), path.c_str(), IN_MODIFY | IN_ONESHOT) >= 0;
  }

  // Blocks until a file is written to that was armed, or somebody rings, or has done so since the
  // last wait.
  void wait() {
    ::pollfd sources[] = {{bell_.number(), POLLIN, 0}, {notices_.number(), POLLIN, 0}};
    ::poll(sources, std::size(sources), -1);
    ::eventfd_t rings = 0;
    ::eventfd_read(bell_.number(), &rings);
    char notices[4096];
    while (::read(notices_.number(), notices, sizeof notices) > 0) {
    }
  }

  // May be called by any thread.
  void ring() { ::eventfd_write(bell_.number(), 1); }

 private:
  const Descriptor bell_{::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
  const Descriptor notices_{::inotify_init1(IN_CLOEXEC | IN_NONBLOCK)};
};

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_PROCESS_WRITE_NOTICE_H_
