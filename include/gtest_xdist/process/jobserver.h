// A client of GNU make's jobserver. It limits how many jobs of a `make -j` run at the same time,
// including the jobs that these start.
//
// Layer: process. The protocol is in make's manual, "Sharing Job Slots with GNU make". A job may do
// one thing at a time, and one more for each token that it has read. A token is a byte, and the job
// must give the same byte back.
#ifndef GTEST_XDIST_PROCESS_JOBSERVER_H_
#define GTEST_XDIST_PROCESS_JOBSERVER_H_

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "gtest_xdist/core/settings/option_values.h"
#include "gtest_xdist/os/os.h"
#include "gtest_xdist/process/files/descriptor.h"
#include "gtest_xdist/process/signals/quiet_thread.h"

namespace gtest_xdist::internal {

// In these variables make describes its jobserver to the processes that it starts.
inline constexpr const char* kMakeVariables[] = {"MAKEFLAGS", "MFLAGS"};

// The place of the jobserver, if this word of the variables names it: the text after "=".
inline std::optional<std::string> jobserver_of(const std::string& word) {
  // make before 4.2 uses the second name.
  for (const std::string_view name : {"--jobserver-auth=", "--jobserver-fds="}) {
    if (word.rfind(name, 0) == 0) return word.substr(name.size());
  }
  return std::nullopt;
}

// The tokens that this process has taken and not yet given back. One thread calls the members.
class Jobserver {
 public:
  // The jobserver that this environment offers. Null if it offers none, or if make has closed it
  // because the recipe does not ask for it by a `+`. Call this before main, which may open other
  // files under the numbers that make has given.
  static std::unique_ptr<Jobserver> offered_by(const Environment& environment) {
    std::optional<std::string> place;
    for (const auto& [name, value] : environment) {
      if (name != kMakeVariables[0]) continue;
      std::istringstream words(value);
      // Variables follow after --.
      for (std::string word; words >> word && word != "--";) {
        if (const auto said = jobserver_of(word)) place = said;  // the last one counts
      }
    }
    if (!place) return nullptr;
    auto jobserver = std::make_unique<Jobserver>();
    return jobserver->connect(*place) ? std::move(jobserver) : nullptr;
  }

  Jobserver() = default;
  Jobserver(const Jobserver&) = delete;
  Jobserver& operator=(const Jobserver&) = delete;
  ~Jobserver() { leave(); }

  // The numbers of make's own descriptors in this process. No worker should inherit them.
  const std::vector<int>& descriptors() const { return descriptors_; }

  // How many tokens this process has.
  std::size_t held() const { return count_.load(std::memory_order_acquire); }

  // Takes a token if there is one now.
  bool take() {
    char token = 0;
    ::ssize_t got = 0;
    do got = ::read(from_.number(), &token, 1);
    while (got < 0 && errno == EINTR);
    if (got != 1) return false;
    const std::lock_guard<std::mutex> lock(mutex_);
    tokens_.push_back(token);
    count_.store(tokens_.size(), std::memory_order_release);
    return true;
  }

  // Gives tokens back until `count` are left.
  void keep(std::size_t count) {
    const std::lock_guard<std::mutex> lock(mutex_);
    while (tokens_.size() > count) {
      if (!write_all(to_.number(), {&tokens_.back(), 1})) break;
      tokens_.pop_back();
    }
    count_.store(tokens_.size(), std::memory_order_release);
  }

  // Starts a quiet thread of this process that waits for a token, takes it and calls `on_token()`.
  // Does nothing while such a thread waits, or if none can be started.
  void await(const std::function<void()>& on_token) {
    if (is_waiting_.load(std::memory_order_acquire)) return;
    stop_waiting();
    is_waiting_.store(true, std::memory_order_release);
    on_token_ = on_token;
    try {
      waiter_ = start_quiet_thread(&run, this);
    } catch (const std::system_error&) {
      is_waiting_.store(false, std::memory_order_release);
    }
  }

  // Stops waiting for a token, and gives all tokens back.
  void leave() {
    stop_waiting();
    keep(0);
  }

 private:
  bool connect(const std::string& place) {
    constexpr std::string_view kFifo = "fifo:";
    if (place.rfind(kFifo, 0) == 0) {
      const std::string path = place.substr(kFifo.size());
      from_ = Descriptor(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
      if (!from_.valid()) return false;
      to_ = Descriptor(::open(path.c_str(), O_WRONLY | O_NONBLOCK | O_CLOEXEC));
    } else {
      const std::size_t comma = place.find(',');
      if (comma == std::string::npos) return false;
      const auto from = parse_number(place.substr(0, comma), kMostDescriptors);
      const auto to = parse_number(place.substr(comma + 1), kMostDescriptors);
      // make closes them for most recipes, and then other files may have these numbers.
      if (!from || !to) return false;
      descriptors_ = {static_cast<int>(*from), static_cast<int>(*to)};
      if (!same_file(descriptors_[0], descriptors_[1]) || !is_open_for(descriptors_[0], O_RDONLY) ||
          !is_open_for(descriptors_[1], O_WRONLY)) {
        return false;
      }
      // Opened anew: if make's own descriptors did not block here, they would not block in make
      // either.
      from_ = Descriptor(os::reopen(descriptors_[0], O_RDONLY | O_NONBLOCK));
      to_ = Descriptor(os::reopen(descriptors_[1], O_WRONLY | O_NONBLOCK));
    }
    return is_fifo(from_) && is_fifo(to_) && bell_.valid();
  }

  static bool is_open_for(int descriptor, int access) {
    const int flags = ::fcntl(descriptor, F_GETFL);
    return flags >= 0 && ((flags & O_ACCMODE) == access || (flags & O_ACCMODE) == O_RDWR);
  }

  static bool is_fifo(const Descriptor& descriptor) {
    struct ::stat status {};
    return descriptor.valid() && ::fstat(descriptor.number(), &status) == 0 &&
           S_ISFIFO(status.st_mode);
  }

  // Runs in the waiter.
  static void run(void* object) {
    auto& self = *static_cast<Jobserver*>(object);
    const bool has_taken = self.wait();
    self.is_waiting_.store(false, std::memory_order_release);
    if (has_taken) self.on_token_();
  }

  // Blocks until it has taken a token. False if stop_waiting() ends the wait, or if poll() fails.
  bool wait() {
    struct ::pollfd sources[] = {{bell_.number(), POLLIN, 0}, {from_.number(), POLLIN, 0}};
    while (true) {
      if (::poll(sources, 2, -1) < 0 && errno != EINTR) return false;
      if (sources[0].revents != 0) return false;
      // Another job may have been faster.
      if ((sources[1].revents & POLLIN) != 0 && take()) return true;
      if ((sources[1].revents & (POLLERR | POLLNVAL)) != 0) return false;
    }
  }

  void stop_waiting() {
    if (!waiter_.joinable()) return;
    os::ring(bell_.number());
    waiter_.join();
    os::take_rings(bell_.number());
  }

  static constexpr unsigned kMostDescriptors = 1U << 20;

  Descriptor from_;
  Descriptor to_;
  const Descriptor bell_{os::make_bell()};
  std::vector<int> descriptors_;
  std::mutex mutex_;  // protects tokens_
  std::string tokens_;
  std::atomic<std::size_t> count_{0};
  std::atomic<bool> is_waiting_{false};
  std::function<void()> on_token_;  // the waiter calls it
  std::thread waiter_;
};

// The environment without make's words about jobs, for processes that take no tokens. If such a
// process starts make, that runs one job at a time, as under a recipe without `+`.
inline Environment without_jobserver(Environment environment) {
  for (auto& [name, value] : environment) {
    if (name != kMakeVariables[0] && name != kMakeVariables[1]) continue;
    // The first word is letters, or empty. Variables follow after --.
    std::string kept;
    std::size_t begin = 0;
    while (begin <= value.size()) {
      const std::size_t end = std::min(value.find(' ', begin), value.size());
      const std::string word = value.substr(begin, end - begin);
      if (word == "--") {
        kept += (begin > 0 ? " " : "") + value.substr(begin);
        break;
      }
      const bool is_of_jobs = jobserver_of(word) || word.rfind("-j", 0) == 0;
      if (!is_of_jobs) kept += (begin > 0 ? " " : "") + word;
      begin = end + 1;
    }
    value = kept;
  }
  return environment;
}

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_PROCESS_JOBSERVER_H_
