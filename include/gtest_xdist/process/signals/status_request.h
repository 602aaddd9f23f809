// SIGUSR1: a person asks what is going on.
//
// Layer: process/signals. Process-wide state.
#ifndef GTEST_XDIST_PROCESS_SIGNALS_STATUS_REQUEST_H_
#define GTEST_XDIST_PROCESS_SIGNALS_STATUS_REQUEST_H_

#include <sys/types.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <stdexcept>

namespace gtest_xdist::internal {

// While it lives, its handler notes a SIGUSR1 and wakes somebody, unless the program handles or
// ignores the signal itself. The handler stays afterwards: a SIGUSR1 that comes late must not kill
// the process. There may be one at a time.
class StatusRequest {
 public:
  // The signal handler calls `wake(context)`, on any thread: it must be async-signal-safe.
  StatusRequest(void (*wake)(void*), void* context) : wake_(wake), context_(context) {
    if (instance_ != nullptr) throw std::logic_error("requests are waited for already");
    struct ::sigaction before {};
    ::sigaction(SIGUSR1, nullptr, &before);
    const bool is_simple = (before.sa_flags & SA_SIGINFO) == 0;
    is_handled_ = is_simple && (before.sa_handler == SIG_DFL || before.sa_handler == &handle);
    if (!is_handled_) return;
    instance_ = this;
    struct ::sigaction action {};
    action.sa_handler = &StatusRequest::handle;
    action.sa_flags = SA_RESTART;  // a listener's system calls go on
    ::sigaction(SIGUSR1, &action, nullptr);
  }
  StatusRequest(const StatusRequest&) = delete;
  StatusRequest& operator=(const StatusRequest&) = delete;
  ~StatusRequest() {
    if (is_handled_) instance_ = nullptr;
  }

  // Whether the signal has come since the last call.
  bool take() { return asked_.load(std::memory_order_relaxed) && asked_.exchange(false); }

 private:
  static void handle(int) {
    StatusRequest* const self = instance_;
    // A child that is about to become a worker is in this process's group for a moment. It goes on.
    if (self == nullptr || ::getpid() != self->process_) return;
    self->asked_.store(true);
    self->wake_(self->context_);
  }

  const ::pid_t process_ = ::getpid();
  void (*const wake_)(void*);
  void* const context_;
  bool is_handled_ = false;
  std::atomic<bool> asked_{false};

  inline static StatusRequest* instance_ = nullptr;
};

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_PROCESS_SIGNALS_STATUS_REQUEST_H_
