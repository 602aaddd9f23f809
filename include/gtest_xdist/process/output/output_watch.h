// Looks at the output of processes while they print it, in a thread of its own.
//
// Layer: process/output. While something is printed the thread looks from time to time, and more
// often if more is printed. After a while without output it sleeps until there is some. It does not
// ask for the kernel's notices from the beginning: to close these takes longer than a small suite
// runs.
#ifndef GTEST_XDIST_PROCESS_OUTPUT_OUTPUT_WATCH_H_
#define GTEST_XDIST_PROCESS_OUTPUT_OUTPUT_WATCH_H_

#include <algorithm>
#include <chrono>
#include <functional>
#include <mutex>
#include <optional>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "gtest_xdist/process/output/write_notice.h"
#include "gtest_xdist/process/signals/quiet_thread.h"

namespace gtest_xdist::internal {

// One thread calls the members.
class OutputWatch {
 public:
  // The result of a look, compared with the look before.
  enum class Found { nothing, output, too_much_output };
  using Look = std::function<Found()>;

  // While it lives, the thread looks.
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

  using Milliseconds = std::chrono::milliseconds;

  // After `quiet` without output the thread goes to sleep.
  explicit OutputWatch(Milliseconds quiet = Milliseconds(1000)) : quiet_(quiet) {}
  OutputWatch(const OutputWatch&) = delete;
  OutputWatch& operator=(const OutputWatch&) = delete;
  ~OutputWatch() {
    if (!thread_.joinable()) return;
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      is_ending_ = 1;
      wake();
    }
    os::wake_one(is_ending_);
    thread_.join();
  }

  // Until the handle that is returned is destroyed, a thread of this process calls `look` again and
  // again, except while nobody writes to any of `files`. The handle must not outlive this object.
  // The thread is a quiet one. If there can be no thread, `look` is never called.
  Handle add(std::vector<int> files, Look look) {
    const int number = next_number_++;
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      entries_.push_back({number, std::move(files), std::move(look)});
      wake();  // its sleep does not end for these files yet
    }
    if (!thread_.joinable()) start();
    return {*this, number};
  }

 private:
  // The time between two looks, so long that looks cost nothing that matters. At 2 GB/s a file
  // grows by 2, 20 and 100 megabytes in these times.
  static constexpr Milliseconds kRestOfTooMuch{1};
  static constexpr Milliseconds kRest{10};
  static constexpr Milliseconds kLongestRest{50};

  struct Entry {
    int number;
    std::vector<int> files;
    Look look;
  };

  void remove(int number) {
    const std::lock_guard<std::mutex> lock(mutex_);
    for (auto entry = entries_.begin(); entry != entries_.end(); ++entry) {
      if (entry->number != number) continue;
      entries_.erase(entry);
      return;
    }
  }

  void wake() {
    if (notice_) notice_->ring();
  }

  void start() {
    try {
      thread_ = start_quiet_thread(&run, this);
    } catch (const std::system_error&) {
      // As on a file system that frees nothing: too much output is not shown, but takes space.
    }
  }

  static void run(void* self) { static_cast<OutputWatch*>(self)->look_until_end(); }

  void look_until_end() {
    std::unique_lock<std::mutex> lock(mutex_);
    Milliseconds rest = kRest;
    Milliseconds quiet{0};
    while (rest_for(rest, lock)) {
      const Found found = look();
      quiet = found == Found::nothing ? quiet + rest : Milliseconds(0);
      rest = rest_after(found, rest);
      if (quiet < quiet_) continue;
      sleep_until_printed(lock);
      quiet = Milliseconds(0);
      rest = kRest;
    }
  }

  // False if this object is about to be destroyed. A std::condition_variable would ask the
  // program's clock. If that stands still, or is far from the kernel's, the thread would never
  // rest.
  bool rest_for(Milliseconds time, std::unique_lock<std::mutex>& lock) {
    lock.unlock();
    if (is_ending_ == 0) os::sleep_while(is_ending_, 0, time);
    lock.lock();
    return is_ending_ == 0;
  }

  Found look() {
    Found found = Found::nothing;
    for (const Entry& entry : entries_) found = std::max(found, entry.look());
    return found;
  }

  // Returns at once if the kernel gives no notice, or if something has been printed meanwhile.
  void sleep_until_printed(std::unique_lock<std::mutex>& lock) {
    if (!notice_) notice_.emplace();
    bool is_armed = notice_->valid() && is_ending_ == 0;
    for (const Entry& entry : entries_) {
      for (const int file : entry.files) is_armed = is_armed && notice_->arm(file);
    }
    if (!is_armed || look() != Found::nothing) return;
    lock.unlock();
    notice_->wait();
    lock.lock();
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

  const Milliseconds quiet_;
  int next_number_ = 0;
  std::thread thread_;
  std::mutex mutex_;  // guards what follows
  os::SharedWord is_ending_{0};
  std::vector<Entry> entries_;         // by number
  std::optional<WriteNotice> notice_;  // made at the first sleep
};

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_PROCESS_OUTPUT_OUTPUT_WATCH_H_
