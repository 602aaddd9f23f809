// Tells the directories of living processes from those that a killed process has left behind.
//
// Layer: process/files. The owner of a directory holds the lock of a file in it, its claim. The
// kernel releases the lock when the owner is dead. Age and names say nothing.
#ifndef GTEST_XDIST_PROCESS_FILES_CLAIM_H_
#define GTEST_XDIST_PROCESS_FILES_CLAIM_H_

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "gtest_xdist/os/os.h"
#include "gtest_xdist/process/files/descriptor.h"

namespace gtest_xdist::internal {

// Holds a claim while it lives. Children that are forked in that time, and do not start another
// program, hold it too.
class Claim {
 public:
  Claim() = default;

  // Claims a directory that this process has just made. If that cannot be done, the directory has
  // no claim, and nobody takes it for abandoned.
  explicit Claim(const std::string& directory) {
    const std::string machine = os::boot();
    const std::string unlocked = directory + "/claim-in-the-making";
    Descriptor file(::open(unlocked.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    const bool is_locked = !machine.empty() && file.valid() &&
                           ::flock(file.number(), LOCK_EX | LOCK_NB) == 0 &&
                           write_all(file.number(), machine);
    if (!is_locked || std::rename(unlocked.c_str(), path_in(directory).c_str()) != 0) {
      ::unlink(unlocked.c_str());
      return;
    }
    file_ = std::move(file);
  }

  // Takes over the claim of a dead owner. Not held if the owner lives, if there is no claim, or if
  // it was made on another machine or before the last start of this one: the kernel here cannot
  // know such an owner.
  static Claim of_dead_owner(const std::string& directory) {
    Claim claim;
    constexpr int kNoSurprise = O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC;
    Descriptor file(::open(path_in(directory).c_str(), O_RDWR | kNoSurprise));
    std::string machine;
    const bool is_dead = file.valid() && ::flock(file.number(), LOCK_EX | LOCK_NB) == 0 &&
                         read_all(file.number(), machine) && !machine.empty() &&
                         machine == os::boot();
    if (is_dead) claim.file_ = std::move(file);
    return claim;
  }

  bool is_held() const { return file_.valid(); }

 private:
  static std::string path_in(const std::string& directory) { return directory + "/claim"; }

  Descriptor file_;
};

// Removes what dead processes of this user have left in `base`: directories with a claim whose
// names begin with `prefix`.
inline void remove_abandoned(const std::string& base, std::string_view prefix) {
  using std::filesystem::directory_iterator;
  std::error_code error;
  for (directory_iterator it(base, error), end; !error && it != end; it.increment(error)) {
    const std::string path = it->path().string();
    if (path.compare(path.rfind('/') + 1, prefix.size(), prefix) != 0) continue;
    struct ::stat status {};
    const bool is_own = ::lstat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode) &&
                        status.st_uid == ::geteuid();
    if (!is_own) continue;
    const Claim claim = Claim::of_dead_owner(path);
    std::error_code ignored;
    if (claim.is_held()) std::filesystem::remove_all(path, ignored);
  }
}

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_PROCESS_FILES_CLAIM_H_
