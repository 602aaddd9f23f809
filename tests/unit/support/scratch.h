// Surroundings of a test that it may change and that are put back.
#ifndef SUPPORT_SCRATCH_H_
#define SUPPORT_SCRATCH_H_

#include <stdlib.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>

#include <gtest/gtest.h>

namespace gtest_xdist {

// A directory that is removed with all it holds.
class ScratchDirectory {
 public:
  ScratchDirectory() : path_(testing::TempDir() + "/gtest-xdist-unit-XXXXXX") {
    if (::mkdtemp(path_.data()) == nullptr) ADD_FAILURE() << "cannot make " << path_;
    path_ = std::filesystem::canonical(path_).string();
  }
  ScratchDirectory(const ScratchDirectory&) = delete;
  ScratchDirectory& operator=(const ScratchDirectory&) = delete;
  ~ScratchDirectory() { std::filesystem::remove_all(path_); }

  const std::string& path() const { return path_; }
  bool empty() const { return std::filesystem::is_empty(path_); }

  // Makes the directories that lead to it as well.
  void write(const std::string& name, const std::string& text) const {
    const std::filesystem::path file = std::filesystem::path(path_) / name;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file) << text;
  }

 private:
  std::string path_;
};

// An environment variable of this process, changed for as long as this lives.
class ScratchVariable {
 public:
  ScratchVariable(const char* name, const std::optional<std::string>& value) : name_(name) {
    if (const char* before = std::getenv(name)) before_ = before;
    set(value);
  }
  ScratchVariable(const ScratchVariable&) = delete;
  ScratchVariable& operator=(const ScratchVariable&) = delete;
  ~ScratchVariable() { set(before_); }

 private:
  void set(const std::optional<std::string>& value) const {
    if (value) {
      ::setenv(name_, value->c_str(), 1);
    } else {
      ::unsetenv(name_);
    }
  }

  const char* name_;
  std::optional<std::string> before_;
};

}  // namespace gtest_xdist

#endif  // SUPPORT_SCRATCH_H_
