// Owning a file descriptor, and making files that have no name.
//
// Layer: process.
#ifndef GTEST_XDIST_PROCESS_DESCRIPTOR_H_
#define GTEST_XDIST_PROCESS_DESCRIPTOR_H_

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <string>
#include <utility>

namespace gtest_xdist::internal {

// An owned file descriptor.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  int number() const { return number_; }

  // Gives the number up without closing it: somebody else has closed it.
  void forget() { number_ = -1; }
  bool valid() const { return number_ >= 0; }

 private:
  int number_ = -1;
};

// A new file for reading and writing, without a name but on the file system of `directory`, closed
// on exec. `flags` may be O_APPEND. If it cannot be made, the result is not valid and errno says
// why.
inline Descriptor make_nameless_file(const std::string& directory, int flags) {
#ifdef O_TMPFILE
  const int nameless =
      ::open(directory.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC | flags, S_IRUSR | S_IWUSR);
  if (nameless >= 0) return Descriptor(nameless);
#endif
  // Not every file system can do that.
  std::string path = directory + "/nameless-XXXXXX";
  Descriptor file(::mkostemp(path.data(), O_CLOEXEC | flags));
  if (file.valid()) ::unlink(path.c_str());
  return file;
}

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_PROCESS_DESCRIPTOR_H_
