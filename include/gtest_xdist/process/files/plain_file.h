// Reads and writes files that a user names, as a whole.
//
// Layer: process/files.
#ifndef GTEST_XDIST_PROCESS_FILES_PLAIN_FILE_H_
#define GTEST_XDIST_PROCESS_FILES_PLAIN_FILE_H_

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>

#include "gtest_xdist/process/files/descriptor.h"

namespace gtest_xdist::internal {

// Makes a path absolute that is relative to `directory`. If `directory` is empty, because it is not
// known, the path stays as it is.
inline std::string absolute_path(const std::string& path, const std::string& directory) {
  const bool is_relative = path.front() != '/' && !directory.empty();
  return is_relative ? directory + "/" + path : path;
}

// Why write_file() would fail now; empty if it would not. Makes no file.
inline std::string reason_not_to_write(const std::string& path) {
  struct ::stat status {};
  if (::stat(path.c_str(), &status) == 0) {
    if (S_ISDIR(status.st_mode)) return "it is a directory";
    return ::access(path.c_str(), W_OK) == 0
               ? ""
               : std::string("it cannot be written: ") + std::strerror(errno);
  }
  std::string directory = std::filesystem::path(path).parent_path().string();
  if (directory.empty()) directory = ".";
  if (::access(directory.c_str(), W_OK | X_OK) == 0) return {};
  return "'" + directory + "' is not a writable directory: " + std::strerror(errno);
}

// Whether both paths lead to one file, or would if the file were made.
inline bool leads_to_same_file(const std::string& path, const std::string& other) {
  std::error_code error;
  const auto real = [&](const std::string& p) {
    return std::filesystem::weakly_canonical(p, error);
  };
  return real(path) == real(other) && !error;
}

// Makes the file, or replaces its content at once: nobody sees a part of it, and if this fails the
// old content stays. A file that cannot be replaced is written to as it is: a device, a symbolic
// link, a mount point, or a file in a directory that no file can be made in. Throws
// std::runtime_error that says why it fails.
inline void write_file(const std::string& path, std::string_view text) {
  const auto write_to = [&](const std::string& name, int flags) {
    constexpr ::mode_t kMode = 0666;  // less the umask, as any file that a program writes
    const Descriptor file(::open(name.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | flags, kMode));
    return file.valid() && write_all(file.number(), text);
  };
  const auto check = [](bool is_done) {
    if (!is_done) throw std::runtime_error(std::strerror(errno));
  };
  struct ::stat old {};
  const bool is_there = ::stat(path.c_str(), &old) == 0;
  const std::string directory = std::filesystem::path(path).parent_path().string();
  const bool is_replaceable =
      (!is_there || S_ISREG(old.st_mode)) && !std::filesystem::is_symlink(path) &&
      ::access(directory.empty() ? "." : directory.c_str(), W_OK | X_OK) == 0;
  if (!is_replaceable) return check(write_to(path, O_TRUNC));

  const std::string name = path + "." + std::to_string(::getpid()) + ".new";
  if (write_to(name, O_EXCL) && (!is_there || ::chmod(name.c_str(), old.st_mode) == 0) &&
      ::rename(name.c_str(), path.c_str()) == 0) {
    return;
  }
  const int error = errno;
  if (error != EEXIST) ::unlink(name.c_str());  // else it is somebody else's
  if (error == EBUSY || error == EPERM || error == EEXIST) return check(write_to(path, O_TRUNC));
  errno = error;
  check(false);
}

// Throws std::runtime_error if the file is not a regular one: a device may never end, and a pipe
// can be read once.
inline void require_regular_file(const Descriptor& file) {
  struct ::stat status {};
  if (::fstat(file.number(), &status) != 0 || !S_ISREG(status.st_mode)) {
    throw std::runtime_error("it is not a regular file");
  }
}

// The content of a regular file. Throws std::runtime_error that says why it cannot be read.
inline std::string read_file(const std::string& path) {
  const auto fail = [] {
    throw std::runtime_error(std::string("it cannot be read: ") + std::strerror(errno));
  };
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!file.valid()) fail();
  require_regular_file(file);
  std::string text;
  if (!read_all(file.number(), text)) fail();
  return text;
}

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_PROCESS_FILES_PLAIN_FILE_H_
