// Linux: which files a process has open.
//
// Layer: os; only os.h includes it.
#ifndef GTEST_XDIST_OS_LINUX_OPEN_FILES_H_
#define GTEST_XDIST_OS_LINUX_OPEN_FILES_H_

#include <fcntl.h>
#include <linux/kcmp.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

#include <climits>
#include <cstdlib>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include "gtest_xdist/os/linux_processes.h"

namespace gtest_xdist::internal::os {

// A file that a process has open. Valid as long as it has.
struct OpenFile {
  ::pid_t process;
  int descriptor;

  // Another name of it, for anybody who may look into the process.
  std::string link() const { return place() + "/fd/" + std::to_string(descriptor); }
  std::string place() const { return "/proc/" + std::to_string(process); }

  // Its path; with " (deleted)" behind it if it has none any more. Empty if the system does not
  // say.
  std::string path() const {
    char path[PATH_MAX];
    const ::ssize_t length = ::readlink(link().c_str(), path, sizeof path);
    return length > 0 ? std::string(path, static_cast<std::size_t>(length)) : std::string();
  }

  // The flags that it was opened with.
  long flags() const {
    constexpr int kOctal = 8;
    std::ifstream info(place() + "/fdinfo/" + std::to_string(descriptor));
    std::string word;
    while (info >> word && word != "flags:") continue;
    info >> word;
    return std::strtol(word.c_str(), nullptr, kOctal);
  }

  // Whether it is a regular file with a name that the process writes where it wants, not at the
  // end.
  bool is_written() const {
    constexpr std::string_view kDeleted = " (deleted)";
    struct ::stat status {};
    if (::stat(link().c_str(), &status) != 0 || !S_ISREG(status.st_mode)) return false;
    const std::string name = path();
    if (name.rfind(kDeleted) != std::string::npos) return false;
    const long how = flags();
    return (how & O_ACCMODE) != O_RDONLY && (how & O_APPEND) == 0;
  }
};

// The descriptors that a process has open. Empty if the system does not say.
inline std::vector<int> descriptors_of(::pid_t process) {
  return numbers_in("/proc/" + std::to_string(process) + "/fd");
}

// Whether two processes have opened the same file each for itself, so that each writes at a
// position of its own. False if one has inherited it, or if the system does not say.
inline bool is_opened_twice(const OpenFile& a, const OpenFile& b) {
  struct ::stat first {};
  struct ::stat second {};
  return ::stat(a.link().c_str(), &first) == 0 && ::stat(b.link().c_str(), &second) == 0 &&
         first.st_dev == second.st_dev && first.st_ino == second.st_ino &&
         ::syscall(SYS_kcmp, a.process, b.process, KCMP_FILE, a.descriptor, b.descriptor) > 0;
}

}  // namespace gtest_xdist::internal::os

#endif  // GTEST_XDIST_OS_LINUX_OPEN_FILES_H_
