// Looking at what processes print while they print it, in a thread of its own.
//
// Layer: process. The thread looks from time to time, more often where more is printed. (To be told
// by inotify would be more elegant, but closing its descriptor takes twice as long as the whole run
// of a small suite.)
#ifndef GTEST_XDIST_PROCESS_OUTPUT_WATCH_H_
#define GTEST_XDIST_PROCESS_OUTPUT_WATCH_H_

#include <pthread.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <csignal>
#include <functional>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

namespace gtest_xdist::internal {

// Its members are called by one thread.
class OutputWatch {
 public:
  // What has happened since the look before.
  enum class Found { nothing, output, too_much_output };
  using Look = std::function<Found()>;

  // While it lives, something is looked at.
  class Handle {
   public:
    Handle() = default;
    Handle(OutputWatch& watch, int number) : watch_(&watch), number_(number) {}
    Handle(Handle&& other) noexcept
        : watch_(std::exchange(other.watch_, nullptr)), number_(other.number_) {}
    Handle& operator=(Handle&& other) noexcept {
      std::swap(watch_, other.watch_);
      std::swap(number_, other.number_);
      return *this;
    }
    ~Handle() {
      if (watch_ != nullptr) watch_->remove(number_);
    }

   private:
    OutputWatch* watch_ = nullptr;
    int number_ = 0;
  };

  OutputWatch() = default;
  OutputWatch(const OutputWatch&) = delete;
  OutputWatch& operator=(const OutputWatch&) = delete;
  ~OutputWatch() {
    if (!thread_.joinable()) return;
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      is_ending_ = true;
    }
    end_.notify_one();
    thread_.join();
  }

  // For as long as what is returned lives, and no longer than this, a thread of this process calls
  // `look` again and again; the thread has all signals blocked. Where there can be no thread `look`
  // is never called.
  Handle add(Look look) {
    const int number = next_number_++;
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      looks_.emplace_back(number, std::move(look));
    }
    if (!thread_.joinable()) start();
    return {*this, number};
  }

 private:
  using Milliseconds = std::chrono::milliseconds;

  // Between two looks, so that they cost nothing that matters. At 2 GB/s a file grows by 2, 20 and
  // 100 megabytes in these times.
  static constexpr Milliseconds kRestOfTooMuch{1};
  static constexpr Milliseconds kRest{10};
  static constexpr Milliseconds kLongestRest{50};

  void remove(int number) {
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto is_gone = [&](const auto& entry) { return entry.first == number; };
    looks_.erase(std::remove_if(looks_.begin(), looks_.end(), is_gone), looks_.end());
  }

  void start() {
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
  }

  void run() {
    std::unique_lock<std::mutex> lock(mutex_);
    Milliseconds rest = kRest;
    while (!end_.wait_for(lock, rest, [this] { return is_ending_; })) {
      Found found = Found::nothing;
      for (const auto& entry : looks_) found = std::max(found, entry.second());
      rest = rest_after(found, rest);
    }
  }

  static Milliseconds rest_after(Found found, Milliseconds rest) {
    switch (found) {
      case Found::nothing:
        return std::min(2 * rest, kLongestRest);
      case Found::output:
        return kRest;
      case Found::too_much_output:
        break;
    }
    return kRestOfTooMuch;
  }

  int next_number_ = 0;
  std::thread thread_;
  std::mutex mutex_;  // guards what follows
  std::condition_variable end_;
  bool is_ending_ = false;
  std::vector<std::pair<int, Look>> looks_;  // by number
};

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_PROCESS_OUTPUT_WATCH_H_
