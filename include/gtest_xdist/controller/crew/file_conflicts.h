// Tells of files that the controller and a worker write at the same time, each for itself.
//
// Layer: controller/crew. A listener that writes a report does that, because it is called in both.
// Does not know who has opened the files.
#ifndef GTEST_XDIST_CONTROLLER_CREW_FILE_CONFLICTS_H_
#define GTEST_XDIST_CONTROLLER_CREW_FILE_CONFLICTS_H_

#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "gtest_xdist/controller/node/worker_node.h"
#include "gtest_xdist/os/os.h"
#include "gtest_xdist/process/notes.h"

namespace gtest_xdist::internal {

class FileConflicts {
 public:
  // Looks once at each worker. Call this when listeners, here and in the worker, have heard of the
  // end of a test. Prints one line for each file.
  void look(const WorkerNode& node) {
    const auto number = static_cast<std::size_t>(node.number());
    if (number < looked_.size() && looked_[number] != 0) return;
    if (looked_.empty()) find_own();
    if (number >= looked_.size()) looked_.resize(number + 1);
    looked_[number] = 1;
    if (own_.empty() || node.life().is_gone() || node.process == nullptr) return;
    for (const int descriptor : os::descriptors_of(node.process->id())) {
      const os::OpenFile its = {node.process->id(), descriptor};
      if (its.is_written()) compare(its, node);
    }
  }

 private:
  void find_own() {
    for (const int descriptor : os::descriptors_of(::getpid())) {
      if (os::OpenFile{::getpid(), descriptor}.is_written()) own_.push_back(descriptor);
    }
  }

  void compare(const os::OpenFile& its, const WorkerNode& node) {
    for (int& descriptor : own_) {
      const os::OpenFile own = {::getpid(), descriptor};
      if (!os::is_opened_twice(own, its)) continue;
      note("'" + own.path() + "' is open for writing here and in worker '" + node.name() +
               "', so their texts overwrite each other. Listeners are called in both: one that "
               "writes a report must do so only where gtest_xdist::is_xdist_worker() is false",
           Topic::error);
      descriptor = -1;  // it was told of
    }
  }

  std::vector<std::uint32_t> looked_;  // by number of a worker: 1, or 0
  std::vector<int> own_;               // descriptors of files that this process writes
};

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_CONTROLLER_CREW_FILE_CONFLICTS_H_
