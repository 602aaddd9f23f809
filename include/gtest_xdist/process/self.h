// What this process knows about itself at its start: enough to start itself again.
//
// Layer: process. The command line comes from the system, because a main may have changed its argv
// and gtest sees only what is left.
#ifndef GTEST_XDIST_PROCESS_SELF_H_
#define GTEST_XDIST_PROCESS_SELF_H_

#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gtest_xdist/core/settings/option_values.h"
#include "gtest_xdist/core/settings/options.h"
#include "gtest_xdist/os/os.h"
#include "gtest_xdist/process/files/descriptor.h"

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
  int descriptor = open_null(O_RDWR);
  while (descriptor >= 0 && descriptor <= STDERR_FILENO) descriptor = open_null(O_RDWR);
  if (descriptor > STDERR_FILENO) ::close(descriptor);
}

// What tells whether a path still names the same file. All 0: it named none.
struct FileIdentity {
  ::dev_t device = 0;
  ::ino_t number = 0;

  static FileIdentity of(const std::string& path) {
    struct ::stat status {};
    if (::stat(path.c_str(), &status) != 0) return {};
    return {status.st_dev, status.st_ino};
  }
  bool operator==(const FileIdentity& other) const {
    return device == other.device && number == other.number;
  }
};

struct Self {
  std::string executable;               // absolute path
  std::vector<std::string> arguments;   // with argv[0]
  std::string directory;                // the working directory; empty if it has no name
  std::optional<FileIdentity> file{};   // what `executable` names; nothing: whatever it names
  std::optional<FileIdentity> place{};  // the working directory; nothing: this may be elsewhere

  // To be called before main can change anything. There are no arguments if the system does not
  // say.
  static Self capture() {
    Self self;
    self.arguments = os::arguments();
    self.executable = os::executable();
    if (::access(self.executable.c_str(), X_OK) != 0) self.executable = os::kThisExecutable;
    self.file = FileIdentity::of(self.executable);
    char path[PATH_MAX];
    if (::getcwd(path, sizeof path) != nullptr) self.directory = path;
    self.place = FileIdentity::of(".");
    return self;
  }

  // Throws UsageError if the system has not said how this program was started.
  void must_be_known() const {
    if (!arguments.empty()) return;
    throw UsageError("cannot start workers: there is no " + std::string(os::kArgumentsFile) +
                     ", which says how this program was started");
  }

  // Where a process has to go that is to begin in that directory as well; empty if it is there when
  // it is started: the way there may be closed to this process, or have another name by now.
  std::string way_back() const {
    const bool is_there = place && FileIdentity::of(".") == *place;
    return is_there ? std::string() : directory;
  }

  // What starts this program again. Its path may name another by now, as when it was built anew.
  std::string startable() const {
    const bool is_same = !file || FileIdentity::of(executable) == *file;
    return is_same ? executable : os::kThisExecutable;
  }

  // A path of the binary whose last part is its name.
  const std::string& program() const {
    return executable == os::kThisExecutable && !arguments.empty() ? arguments[0] : executable;
  }
};

// `words` as a shell would take them back.
inline std::string quote_command(const std::vector<std::string>& words) {
  constexpr std::string_view kPlain =
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
