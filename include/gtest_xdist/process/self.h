// The facts about this process that it needs to start itself again.
//
// Layer: process. The command line comes from the system, because main may have changed its argv,
// and gtest sees only the rest.
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

// The value of a variable, null if it is not set: for our own variables. getenv() may be the
// program's.
inline const char* variable_in_environment(std::string_view name) {
  for (char** entry = ::environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    const bool is_it = text.size() > name.size() && text[name.size()] == '=' &&
                       text.substr(0, name.size()) == name;
    if (is_it) return *entry + name.size() + 1;
  }
  return nullptr;
}

// Fills those of standard input, output and error that are closed, by open_null(). Otherwise a file
// that is opened later could be taken for one of them.
inline void occupy_standard_descriptors() {
  int descriptor = open_null(O_RDWR);
  while (descriptor >= 0 && descriptor <= STDERR_FILENO) descriptor = open_null(O_RDWR);
  if (descriptor > STDERR_FILENO) ::close(descriptor);
}

// Tells whether a path still names the same file. All 0: the path named none.
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
  std::optional<FileIdentity> file{};   // the file that `executable` named; nothing: any file
  std::optional<FileIdentity> place{};  // the working directory; nothing: unknown

  // Call this before main can change anything. `arguments` is empty if the system does not say.
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

  // The directory that a new process must change to, so that it begins in the working directory of
  // the start. Empty if this process is still there. Then the path is not needed: it may be closed
  // to this process, or name another directory by now.
  std::string way_back() const {
    const bool is_there = place && FileIdentity::of(".") == *place;
    return is_there ? std::string() : directory;
  }

  // The path that starts this program again. If `executable` names another file by now, as after a
  // build, it is os::kThisExecutable.
  std::string startable() const {
    const bool is_same = !file || FileIdentity::of(executable) == *file;
    return is_same ? executable : os::kThisExecutable;
  }

  // A path whose last part is the program's name.
  const std::string& program() const {
    return executable == os::kThisExecutable && !arguments.empty() ? arguments[0] : executable;
  }
};

// A command line that gives these words back in a shell.
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
