// Noticing that output files grow, while their writers know nothing of it.
//
// Layer: process. One thread, which sleeps until something is printed.
#ifndef GTEST_XDIST_PROCESS_OUTPUT_WATCH_H_
#define GTEST_XDIST_PROCESS_OUTPUT_WATCH_H_

#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <iterator>
#include <mutex>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "gtest_xdist/process/descriptor.h"

namespace gtest_xdist::internal {

// Its members are called by one thread.
class OutputWatch {
 public:
  // Does what is to be done when a file has grown; true if it had to do something.
  using Look = std::function<bool()>;

  OutputWatch() = default;
  OutputWatch(const OutputWatch&) = delete;
  OutputWatch& operator=(const OutputWatch&) = delete;
  ~OutputWatch() {
    if (!thread_.joinable()) return;
    is_ending_ = true;
    ring();
    thread_.join();
  }

  // Until remove(owner), a thread of this process calls `look` some time after bytes have been
  // written to the file, which must stay open; the thread has all signals blocked. Where there can
  // be no thread `look` is never called.
  void add(int owner, int descriptor, Look look) {
    if (!start()) return;
    const std::lock_guard<std::mutex> lock(mutex_);
    files_.push_back({owner, descriptor, arm(descriptor), false, std::move(look)});
    if (files_.back().watch < 0) ring();  // it must not sleep until there is a notice
  }

  // What was added for `owner` is not called any more.
  void remove(int owner) {
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto is_gone = [&](const File& file) {
      if (file.owner != owner) return false;
      if (file.watch >= 0) ::inotify_rm_watch(notices_.number(), file.watch);
      return true;
    };
    files_.erase(std::remove_if(files_.begin(), files_.end(), is_gone), files_.end());
  }

 private:
  using Milliseconds = std::chrono::milliseconds;

  // Between two looks, so that printing costs neither side anything that matters; less if much is
  // printed. At 2 GB/s a file grows by 20 and by 2 megabytes in these times.
  static constexpr Milliseconds kRest{10};
  static constexpr Milliseconds kShortRest{1};
  // Between two looks at files of which the kernel gives no notice.
  static constexpr Milliseconds kBlindRest{50};
  static constexpr Milliseconds kForever{-1};

  struct File {
    int owner;
    int descriptor;
    int watch;  // its number; -1 if there is none
    bool has_grown;
    Look look;
  };

  // False if there can be no thread.
  bool start() {
    if (thread_.joinable()) return true;
    bell_ = Descriptor(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    if (!bell_.valid()) return false;
    notices_ = Descriptor(::inotify_init1(IN_CLOEXEC | IN_NONBLOCK));
    ::sigset_t all;
    ::sigset_t before;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_BLOCK, &all, &before);
    try {
      thread_ = std::thread([this] { run(); });
    } catch (const std::system_error&) {
      // As on a file system that frees nothing: what is too much is not shown, but takes space.
    }
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
    return thread_.joinable();
  }

  void run() {
    Milliseconds rest = kRest;
    while (wait(notices_.number(), has_blind_files() ? kBlindRest : kForever)) {
      if (!wait(-1, rest)) return;
      rest = look() ? kShortRest : kRest;
    }
  }

  void ring() const { ::eventfd_write(bell_.number(), 1); }

  // Blocks until `descriptor` (-1: none) has something to read, somebody rings, or `limit` is over;
  // false if the thread is to end.
  bool wait(int descriptor, Milliseconds limit) const {
    ::pollfd sources[] = {{bell_.number(), POLLIN, 0}, {descriptor, POLLIN, 0}};
    ::poll(sources, std::size(sources), static_cast<int>(limit.count()));
    ::eventfd_t rings = 0;
    ::eventfd_read(bell_.number(), &rings);
    return !is_ending_;
  }

  bool look() {
    const std::lock_guard<std::mutex> lock(mutex_);
    take_notices();
    bool any = false;
    for (File& file : files_) {
      if (file.watch < 0) file.has_grown = true;
      if (!std::exchange(file.has_grown, false)) continue;
      // First of all: what is written during the look is noticed as well.
      file.watch = arm(file.descriptor);
      any |= file.look();
    }
    return any;
  }

  bool has_blind_files() {
    const std::lock_guard<std::mutex> lock(mutex_);
    return std::any_of(files_.begin(), files_.end(),
                       [](const File& file) { return file.watch < 0; });
  }

  // One notice, of the next write. A file without a name has one here.
  int arm(int descriptor) const {
    if (!notices_.valid()) return -1;
    const std::string path = "/proc/self/fd/" + std::to_string(descriptor);
    return ::inotify_add_watch(notices_.number(), path.c_str(), IN_MODIFY | IN_ONESHOT);
  }

  void take_notices() {
    char buffer[4096];
    while (true) {
      const ::ssize_t got = ::read(notices_.number(), buffer, sizeof buffer);
      if (got <= 0) return;
      ::inotify_event event{};
      for (std::size_t at = 0; at < static_cast<std::size_t>(got); at += sizeof event + event.len) {
        std::memcpy(&event, buffer + at, sizeof event);
        for (File& file : files_) {
          // The notice that it is not watched any more comes with it.
          if (file.watch == event.wd) file.has_grown = true;
        }
      }
    }
  }

  std::thread thread_;
  std::atomic<bool> is_ending_{false};
  Descriptor bell_;     // can be read from when the thread is to look up
  Descriptor notices_;  // not valid where there are none
  std::mutex mutex_;    // guards what follows
  std::vector<File> files_;
};

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_PROCESS_OUTPUT_WATCH_H_
