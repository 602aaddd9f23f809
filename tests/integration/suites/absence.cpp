// What a process has: a test notes all that the library would leave if it did anything.
#include <dirent.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <functional>
#include <string>
#include <vector>

#include "gtest_xdist/bridge/insides/private_access.h"

#include "support.h"

namespace {

void note_lines(const std::string& path, const std::function<bool(const std::string&)>& matches) {
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    if (matches(line)) support::note(path + ": " + line);
  }
}

void note_entries(const char* path) {
  std::vector<std::string> names;
  ::DIR* const directory = ::opendir(path);
  while (const ::dirent* entry = ::readdir(directory)) {
    const std::string link = std::string(path) + "/" + entry->d_name;
    char target[4096] = {};
    const ::ssize_t length = ::readlink(link.c_str(), target, sizeof target);
    names.push_back(length < 0 ? "entry" : std::string(target, static_cast<std::size_t>(length)));
  }
  ::closedir(directory);
  for (const std::string& name : names) support::note(std::string(path) + ": " + name);
}

// What gtest sends its events through, laid out as in all its versions.
struct Repeater {
  void* table;
  bool forwards;
  std::vector<testing::TestEventListener*> listeners;
};

TEST(Process, IsAsItWouldBeWithoutTheLibrary) {
  note_entries("/proc/self/task");
  note_entries("/proc/self/fd");
  const std::string process = std::to_string(::getpid());
  note_lines("/proc/self/task/" + process + "/children", [](const auto&) { return true; });
  note_lines("/proc/self/maps", [](const std::string& line) {
    return line.find("memfd") != std::string::npos || line.find("/dev/shm") != std::string::npos;
  });
  // But SigQ, which counts for all processes of the user.
  note_lines("/proc/self/status", [](const std::string& line) {
    return line.rfind("Sig", 0) == 0 && line.rfind("SigQ", 0) != 0;
  });
  for (char** entry = environ; *entry != nullptr; ++entry) support::note(*entry);
  void* const repeater = &gtest_xdist::internal::repeater();
  support::note("listeners: " +
                std::to_string(static_cast<const Repeater*>(repeater)->listeners.size()));
}

}  // namespace
