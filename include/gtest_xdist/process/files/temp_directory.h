// A session's own temporary directory.
//
// Layer: process/files.
#ifndef GTEST_XDIST_PROCESS_FILES_TEMP_DIRECTORY_H_
#define GTEST_XDIST_PROCESS_FILES_TEMP_DIRECTORY_H_

#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <system_error>
#include <utility>

#include "gtest_xdist/process/files/claim.h"

namespace gtest_xdist::internal {

// Makes a directory below TEST_TMPDIR, else TMPDIR, else /tmp. Only its owner can read it. The
// destructor removes it with all that it holds. If the process is killed before that, the next one
// that makes such a directory there removes it.
class TempDirectory {
 public:
  // Throws std::runtime_error.
  TempDirectory() {
    std::string base = "/tmp";
    for (const char* name : {"TEST_TMPDIR", "TMPDIR"}) {
      const char* value = std::getenv(name);
      if (value != nullptr && *value != '\0') {
        base = value;
        break;
      }
    }
    while (base.size() > 1 && base.back() == '/') base.pop_back();
    remove_abandoned(base, kPrefix);
    path_ = base + "/" + kPrefix + "XXXXXX";
    if (::mkdtemp(path_.data()) == nullptr) {
      throw std::runtime_error("cannot make a temporary directory in '" + base +
                               "': " + std::strerror(errno));
    }
    open_to_owner(path_);
    path_ = std::filesystem::absolute(path_).string();
    claim_ = Claim(path_);
  }
  TempDirectory(TempDirectory&& other) noexcept
      : path_(std::exchange(other.path_, {})), claim_(std::move(other.claim_)) {}
  TempDirectory& operator=(TempDirectory&& other) noexcept {
    std::swap(path_, other.path_);
    std::swap(claim_, other.claim_);
    return *this;
  }
  ~TempDirectory() {
    if (!path_.empty()) remove();
  }

  // Removes it now, as far as that is possible.
  void remove() const {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }

  const std::string& path() const { return path_; }

  // Makes a directory inside. Throws std::runtime_error.
  std::string make_directory(const std::string& name) const {
    const std::string path = path_ + "/" + name;
    std::error_code error;
    std::filesystem::create_directory(path, error);
    if (error) throw std::runtime_error("cannot make '" + path + "': " + error.message());
    open_to_owner(path);
    return path;
  }

 private:
  static constexpr const char* kPrefix = "gtest-xdist-";

  // Whatever the umask is.
  static void open_to_owner(const std::string& path) {
    using std::filesystem::perms;
    std::error_code ignored;
    std::filesystem::permissions(path, perms::owner_all, std::filesystem::perm_options::add,
                                 ignored);
  }

  std::string path_;
  Claim claim_;
};

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_PROCESS_FILES_TEMP_DIRECTORY_H_
