// What this process knows about itself at its start: enough to start itself again.
//
// Layer: process. Linux: the command line comes from the kernel, because a main may have changed
// its argv and gtest sees only what is left.
#ifndef GTEST_XDIST_PROCESS_SELF_H_
#define GTEST_XDIST_PROCESS_SELF_H_

#include <fcntl.h>
#include <limits.h>
#include <unistd.h>

#include <cstddef>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "gtest_xdist/core/options.h"

#if !defined(__linux__)
#error "gtest-xdist runs on Linux only: it relaunches a binary by /proc/self"
#endif

namespace gtest_xdist::internal {

// The environment of this process, as it is now.
inline Environment current_environment() {
  Environment environment;
  for (char** entry = ::environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string text(*entry);
    const std::size_t equals = text.find('=');
    if (equals == std::string::npos) continue;
    environment.emplace_back(text.substr(0, equals), text.substr(equals + 1));
  }
  return environment;
}

// Fills the places of standard input, output and error that are closed, so that nothing that is
// opened later is taken for one of them.
inline void occupy_standard_descriptors() {
  int descriptor = ::open("/dev/null", O_RDWR);
  while (descriptor >= 0 && descriptor <= STDERR_FILENO) descriptor = ::open("/dev/null", O_RDWR);
  if (descriptor > STDERR_FILENO) ::close(descriptor);
}

struct Self {
  std::string executable;              // absolute path
  std::vector<std::string> arguments;  // with argv[0]
  std::string directory;               // the working directory; empty if it has no name

  // To be called before main can change anything. An unreadable /proc gives empty arguments.
  static Self capture() {
    Self self;
    std::ifstream file("/proc/self/cmdline", std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t end = text.find('\0', at);
      self.arguments.push_back(text.substr(at, end - at));
      at = end == std::string::npos ? text.size() : end + 1;
    }
    char path[PATH_MAX];
    const ::ssize_t length = ::readlink("/proc/self/exe", path, sizeof path);
    if (length > 0) self.executable.assign(path, static_cast<std::size_t>(length));
    if (::access(self.executable.c_str(), X_OK) != 0) self.executable = kNamelessExecutable;
    if (::getcwd(path, sizeof path) != nullptr) self.directory = path;
    return self;
  }

  // A path of the binary whose last part is its name.
  const std::string& program() const {
    return executable == kNamelessExecutable && !arguments.empty() ? arguments[0] : executable;
  }

 private:
  // Under this a binary still runs that was deleted or replaced.
  static constexpr const char* kNamelessExecutable = "/proc/self/exe";
};

// `words` as a shell would take them back.
inline std::string quote_command(const std::vector<std::string>& words) {
  static const std::string kPlain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789@%+=:,./_-";
  std::string text;
  for (const std::string& word : words) {
    if (!text.empty()) text += ' ';
    // A first word with an equals sign would be an assignment.
    const bool is_assignment = text.empty() && word.find('=') != std::string::npos;
    if (!word.empty() && !is_assignment && word.find_first_not_of(kPlain) == std::string::npos) {
      text += word;
      continue;
    }
    text += '\'';
    for (const char c : word) text += c == '\'' ? std::string("'\\''") : std::string(1, c);
    text += '\'';
  }
  return text;
}

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_PROCESS_SELF_H_
