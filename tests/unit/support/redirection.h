// Where this process prints, for a while.
#ifndef SUPPORT_REDIRECTION_H_
#define SUPPORT_REDIRECTION_H_

#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <iostream>
#include <string>
#include <string_view>

#include "gtest_xdist/process/files/descriptor.h"
#include "gtest_xdist/process/output/output_file.h"

namespace gtest_xdist {

// This process's standard output or error goes to a file for as long as this lives.
class Redirection {
 public:
  Redirection(int stream, const internal::OutputFile& file)
      : stream_(stream), before_(::fcntl(stream, F_DUPFD_CLOEXEC, 3)) {
    flush();
    ::dup2(file.descriptor(), stream_);
  }
  Redirection(const Redirection&) = delete;
  Redirection& operator=(const Redirection&) = delete;
  ~Redirection() {
    flush();
    ::dup2(before_.number(), stream_);
  }

 private:
  static void flush() {
    std::cout.flush();
    std::fflush(stdout);
    std::fflush(stderr);
  }

  int stream_;
  internal::Descriptor before_;
};

inline std::string text_of(internal::OutputFile& file, const ByteRange& range) {
  std::string text;
  file.consume(range, [&](std::string_view piece) { text += piece; });
  return text;
}
inline std::string text_of(internal::OutputFile& file) { return text_of(file, {0, file.size()}); }

}  // namespace gtest_xdist

#endif  // SUPPORT_REDIRECTION_H_
