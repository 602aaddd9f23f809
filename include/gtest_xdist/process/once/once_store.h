// Stores the values of once() as bytes under names, in a directory that processes share, or in
// memory.
//
// Layer: process/once. A reader sees a value as a whole or not at all, even if its writer dies. The
// store does not know what the bytes mean.
#ifndef GTEST_XDIST_PROCESS_ONCE_ONCE_STORE_H_
#define GTEST_XDIST_PROCESS_ONCE_ONCE_STORE_H_

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include "gtest_xdist/core/wire/codec.h"
#include "gtest_xdist/process/files/descriptor.h"
#include "gtest_xdist/process/files/file_lock.h"
#include "gtest_xdist/process/once/code_place.h"
#include "gtest_xdist/transport/machine_clock.h"

namespace gtest_xdist::internal {

// `function` tears a value down. `run` is a function that calls it with the value's bytes:
// `void run(Code function, const std::string& bytes)`.
struct OnceTearDown {
  CodePlace function;
  CodePlace run;
};

template <class Visitor>
void visit_fields(Visitor& visit, OnceTearDown& tear_down) {
  visit(tear_down.function);
  visit(tear_down.run);
}

// Everything about a value but its bytes.
struct OnceRecord {
  std::string name;
  std::string type;          // its wire_type_name()
  std::int64_t made_at = 0;  // by a clock that all processes share
  std::int64_t maker = 0;    // a process number
  bool has_tear_down = false;
  OnceTearDown tear_down{};
};

template <class Visitor>
void visit_fields(Visitor& visit, OnceRecord& record) {
  visit(record.name);
  visit(record.type);
  visit(record.made_at);
  visit(record.maker);
  visit(record.has_tear_down);
  visit(record.tear_down);
}

// The members throw std::runtime_error if the directory cannot be used.
class OnceStore {
 public:
  // In memory, for one process.
  OnceStore() = default;

  // In a directory. Makes it if it does not exist.
  explicit OnceStore(std::string directory) : directory_(std::move(directory)) {
    if (::mkdir(directory_.c_str(), 0700) == 0) {
      ::chmod(directory_.c_str(), 0700);  // whatever the umask is
    } else if (errno != EEXIST) {
      fail("make", directory_);
    }
  }

  // Whether somebody has made the directory.
  static bool exists(const std::string& directory) {
    return ::access(directory.c_str(), F_OK) == 0;
  }

  // Takes the lock of that name, and holds it until the object that is returned is destroyed.
  // Blocks while another process has the lock. Null in memory, where there is no other process.
  // Throws Deadlock.
  std::unique_ptr<FileLock> lock(const std::string& name) const {
    return in_memory() ? nullptr : std::make_unique<FileLock>(path(name, kLock));
  }

  std::optional<OnceRecord> find(const std::string& name) const {
    if (in_memory()) {
      const auto found = values_.find(name);
      return found == values_.end() ? std::nullopt : std::optional(found->second.first);
    }
    return read_record(path(name, kRecord));
  }

  // The bytes of a value that exists.
  std::string bytes(const std::string& name) const {
    if (in_memory()) return values_.at(name).second;
    std::string bytes;
    if (!read(path(name, kBytes), bytes)) fail("read", path(name, kBytes));
    return bytes;
  }

  // Adds a value. `tear_down` may be null. Call this with the lock of that name, and only if there
  // is no such value.
  void put(const std::string& name, const std::string& type, const OnceTearDown* tear_down,
           const std::string& bytes) {
    const auto now = MachineClock::now().time_since_epoch();
    OnceRecord record{name, type, std::chrono::nanoseconds(now).count(), ::getpid()};
    record.has_tear_down = tear_down != nullptr;
    if (record.has_tear_down) record.tear_down = *tear_down;
    if (in_memory()) {
      values_.emplace(name, std::make_pair(std::move(record), bytes));
      return;
    }
    write(path(name, kBytes), bytes);
    std::string text;
    Encoder encode(text);
    encode(record);
    const std::string unfinished = path(name, kUnfinished);
    write(unfinished, text);
    // This makes the value visible.
    if (::rename(unfinished.c_str(), path(name, kRecord).c_str()) != 0) fail("rename", unfinished);
  }

  // The value that was made last, of those that exist. In memory it is the last one that this
  // process has made: a fork also has copies of its parent's values.
  std::optional<OnceRecord> last() const {
    std::optional<OnceRecord> last;
    const auto look_at = [&last](const OnceRecord& record) {
      if (!last || record.made_at > last->made_at) last = record;
    };
    if (in_memory()) {
      for (const auto& [name, value] : values_) {
        if (value.first.maker == ::getpid()) look_at(value.first);
      }
      return last;
    }
    const std::unique_ptr<::DIR, int (*)(::DIR*)> directory(::opendir(directory_.c_str()),
                                                            &::closedir);
    if (!directory) fail("read", directory_);
    while (const ::dirent* entry = ::readdir(directory.get())) {
      const std::string file = entry->d_name;
      const std::size_t dot = file.rfind('.');
      if (dot == std::string::npos || file.substr(dot) != kRecord) continue;
      if (const auto record = read_record(directory_ + "/" + file)) look_at(*record);
    }
    return last;
  }

  void erase(const std::string& name) {
    values_.erase(name);
    if (!in_memory() && ::unlink(path(name, kRecord).c_str()) != 0) {
      fail("remove", path(name, kRecord));
    }
  }

 private:
  static constexpr std::string_view kLock = ".lock";
  static constexpr std::string_view kBytes = ".bytes";
  static constexpr std::string_view kRecord = ".made";
  static constexpr std::string_view kUnfinished = ".unfinished";

  bool in_memory() const { return directory_.empty(); }

  // The path for a name, which may have any characters. A hash stands for the end of a long name.
  std::string path(const std::string& name, std::string_view kind) const {
    constexpr std::size_t kLongest = 200;  // of the 255 bytes that file systems allow
    std::string file;
    for (const char c : name) {
      const bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                            (c >= '0' && c <= '9') || c == '_' || c == '-';
      const auto byte = static_cast<unsigned char>(c);
      if (is_plain) {
        file += c;
      } else {
        file += {'%', "0123456789ABCDEF"[byte / 16], "0123456789ABCDEF"[byte % 16]};
      }
    }
    if (file.size() > kLongest) {
      file.resize(kLongest);
      file += '~' + std::to_string(std::hash<std::string>{}(name));
    }
    return directory_ + "/" + file + std::string(kind);
  }

  static bool read(const std::string& path, std::string& bytes) {
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    return file.valid() && read_all(file.number(), bytes);
  }

  static std::optional<OnceRecord> read_record(const std::string& path) {
    std::string text;
    if (!read(path, text)) {
      if (errno == ENOENT) return std::nullopt;
      fail("read", path);
    }
    OnceRecord record;
    Decoder decode(text);
    decode(record);
    decode.expect_end();
    return record;
  }

  static void write(const std::string& path, const std::string& bytes) {
    const Descriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
    if (!file.valid() || !write_all(file.number(), bytes)) {
      fail("write " + std::to_string(bytes.size()) + " bytes to", path);
    }
  }

  [[noreturn]] static void fail(const std::string& what, const std::string& path) {
    throw std::runtime_error("cannot " + what + " '" + path + "': " + std::strerror(errno));
  }

  std::string directory_;
  std::map<std::string, std::pair<OnceRecord, std::string>> values_;
};

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_PROCESS_ONCE_ONCE_STORE_H_
