// Sleeps until somebody writes to one of several files.
//
// Layer: process/output.
#ifndef GTEST_XDIST_PROCESS_OUTPUT_WRITE_NOTICE_H_
#define GTEST_XDIST_PROCESS_OUTPUT_WRITE_NOTICE_H_

#include <poll.h>

#include <iterator>

#include "gtest_xdist/os/os.h"
#include "gtest_xdist/process/files/descriptor.h"

namespace gtest_xdist::internal {

// After it has watched a file, its destructor takes some milliseconds. So make one only where it
// will be needed for longer.
class WriteNotice {
 public:
  // False if the kernel gives no notice. Then wait() might never end.
  bool valid() const { return notices_.valid() && bell_.valid(); }

  // The next write to the file ends one wait(). The file need not have a name. False if that cannot
  // be done.
  bool arm(int descriptor) { return os::give_notice_of_write(notices_.number(), descriptor); }

  // Blocks until somebody writes to a file of arm(), or calls ring(). Returns at once if that has
  // happened since the last wait.
  void wait() {
    ::pollfd sources[] = {{bell_.number(), POLLIN, 0}, {notices_.number(), POLLIN, 0}};
    ::poll(sources, std::size(sources), -1);
    os::take_rings(bell_.number());
    os::take_notices(notices_.number());
  }

  // Ends a wait. Any thread may call this.
  void ring() { os::ring(bell_.number()); }

 private:
  const Descriptor bell_{os::make_bell()};
  const Descriptor notices_{os::make_notices()};
};

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_PROCESS_OUTPUT_WRITE_NOTICE_H_
