// Reads the durations file as a whole, and changes it under a lock.
//
// Layer: process/files. Several processes may share a file. A reader sees the content before a
// change or after it, never a mixture. If a process dies in a change, the content before it stays.
#ifndef GTEST_XDIST_PROCESS_FILES_DURATIONS_FILE_H_
#define GTEST_XDIST_PROCESS_FILES_DURATIONS_FILE_H_

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstring>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "gtest_xdist/core/tests/durations.h"
#include "gtest_xdist/process/files/descriptor.h"
#include "gtest_xdist/process/files/plain_file.h"

namespace gtest_xdist::internal {

// read() and update() throw std::runtime_error if they fail, and then the file has its entries as
// before. The text says what is wrong with the file or its directory.
class DurationsFile {
 public:
  // A relative path begins at the working directory. If the path is a symbolic link, the link
  // stays, and the file is its target.
  explicit DurationsFile(const std::string& path) : path_(path) {
    std::error_code error;
    const std::filesystem::path real = std::filesystem::canonical(path, error);
    if (!error) {
      path_ = real.string();
      return;
    }
    // A link may lead to a file that does not exist yet.
    constexpr int kMostLinks = 40;  // as many as the kernel follows
    for (int i = 0; i < kMostLinks && std::filesystem::is_symlink(path_, error); ++i) {
      const std::filesystem::path target = std::filesystem::read_symlink(path_, error);
      path_ = (std::filesystem::path(path_).parent_path() / target).string();
    }
  }

  const std::string& path() const { return path_; }

  // The entries, and the numbers of damaged lines. A file that does not exist yet has none. Throws,
  // too, if update() would not be possible.
  std::pair<Durations, std::vector<std::size_t>> read() const {
    if (::access(directory().c_str(), W_OK | X_OK) != 0) {
      throw std::runtime_error("'" + directory() +
                               "' is not a writable directory: " + std::strerror(errno));
    }
    const Descriptor file(::open(path_.c_str(), O_RDWR | O_CLOEXEC | O_NONBLOCK));
    if (!file.valid() && errno == ENOENT) return {};
    std::vector<std::size_t> damaged;
    Durations durations = parse(file, damaged);
    return {std::move(durations), std::move(damaged)};
  }

  // Calls `change(Durations&)` with the entries that the file has now, and writes the result.
  // Damaged lines are lost. Blocks while another process changes the file. Makes the file if it
  // does not exist.
  template <class Change>
  void update(Change change) const {
    const Descriptor file = lock();
    std::vector<std::size_t> damaged;
    Durations durations = parse(file, damaged);
    change(durations);
    replace(file, format_durations(durations));
  }

 private:
  std::string directory() const {
    const std::string parent = std::filesystem::path(path_).parent_path().string();
    return parent.empty() ? "." : parent;
  }

  // Locks the file itself, so that no second file is left beside it. flock() locks for this
  // descriptor only; FileLock's kind of lock is lost when the process closes the file anywhere. If
  // the file was replaced during the wait, the lock is on a file without a name: begin anew.
  Descriptor lock() const {
    constexpr ::mode_t kMode = 0666;  // less the umask, as any file that a program writes
    while (true) {
      Descriptor file(::open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NONBLOCK, kMode));
      check(file);
      while (::flock(file.number(), LOCK_EX) != 0) {
        if (errno != EINTR) fail("it cannot be locked");
      }
      struct ::stat locked {};
      struct ::stat named {};
      if (::fstat(file.number(), &locked) == 0 && ::stat(path_.c_str(), &named) == 0 &&
          locked.st_dev == named.st_dev && locked.st_ino == named.st_ino) {
        return file;
      }
    }
  }

  static void check(const Descriptor& file) {
    if (!file.valid()) fail("it cannot be read and written");
    require_regular_file(file);
  }

  static Durations parse(const Descriptor& file, std::vector<std::size_t>& damaged) {
    check(file);
    std::string text;
    if (!read_all(file.number(), text)) fail("it cannot be read");
    if (!is_durations_text(text)) {
      throw std::runtime_error("its first line is not '" + std::string(kDurationsHeader) + "'");
    }
    return parse_durations(text, damaged);
  }

  // Call this with the lock. So one name is enough for the new file. A file that has this name
  // already was left by a process that died here, and is removed.
  void replace(const Descriptor& old, std::string_view text) const {
    const std::string name = path_ + ".new";
    remove_leftover(name);
    const Descriptor file(::open(name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    if (!file.valid()) fail("'" + name + "' cannot be made");
    struct ::stat status {};
    if (::fstat(old.number(), &status) == 0 && ::fchmod(file.number(), status.st_mode) == 0 &&
        write_all(file.number(), text) && ::rename(name.c_str(), path_.c_str()) == 0) {
      return;
    }
    const int error = errno;
    ::unlink(name.c_str());
    errno = error;
    fail("'" + name + "' cannot be written");
  }

  // Throws if the file of that name is somebody else's. That file stays.
  static void remove_leftover(const std::string& name) {
    std::string text;
    const Descriptor file(::open(name.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW));
    if (!file.valid() && errno == ENOENT) return;
    struct ::stat status {};
    const bool is_ours =
        file.valid() && ::fstat(file.number(), &status) == 0 && S_ISREG(status.st_mode) &&
        read_all(file.number(), text) &&
        text.substr(0, kDurationsHeader.size()) == kDurationsHeader.substr(0, text.size());
    if (!is_ours) {
      throw std::runtime_error("'" + name + "' is in the way: gtest-xdist did not write it");
    }
    ::unlink(name.c_str());
  }

  [[noreturn]] static void fail(const std::string& what) {
    throw std::runtime_error(what + ": " + std::strerror(errno));
  }

  std::string path_;
};

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_PROCESS_FILES_DURATIONS_FILE_H_
