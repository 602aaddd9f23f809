// SIGTSTP: Ctrl-Z at the terminal, which reaches this process and none of its workers.
//
// Layer: process/signals. Process-wide state.
#ifndef GTEST_XDIST_PROCESS_SIGNALS_SUSPEND_REQUEST_H_
#define GTEST_XDIST_PROCESS_SIGNALS_SUSPEND_REQUEST_H_

#include <unistd.h>

#include <atomic>
#include <csignal>
#include <stdexcept>

namespace gtest_xdist::internal {

// While it lives, its handler notes a SIGTSTP and wakes somebody, unless the program handles or
// ignores the signal itself. The code that was woken must call suspend(). If another SIGTSTP comes
// before that, the process stops at once: a listener may wait for something, or nobody reads the
// pipe that is standard output. There may be one at a time.
class SuspendRequest {
 public:
  // The signal handler calls `wake(context)`, on any thread: it must be async-signal-safe.
  SuspendRequest(void (*wake)(void*), void* context) : wake_(wake), context_(context) {
    if (instance_ != nullptr) throw std::logic_error("suspend requests are waited for already");
    ::sigaction(SIGTSTP, nullptr, &before_);
    if ((before_.sa_flags & SA_SIGINFO) != 0 || before_.sa_handler != SIG_DFL) return;
    instance_ = this;
    install();
  }
  SuspendRequest(const SuspendRequest&) = delete;
  SuspendRequest& operator=(const SuspendRequest&) = delete;
  // Suspends the process now if suspend() was not called for a request.
  ~SuspendRequest() {
    if (instance_ != this) return;
    if (uninstall() && is_pending()) ::raise(SIGTSTP);
    instance_ = nullptr;
  }

  // Whether suspend() must be called.
  bool is_pending() const { return asked_.load(std::memory_order_relaxed); }

  // Stops this process, as the signal does by default, unless it has been stopped since the
  // request. Returns when it is continued, or at once if there is no shell that could continue it.
  // Async-signal-safe.
  void suspend() {
    if (!asked_.exchange(false)) return;
    const bool was_installed = uninstall();
    ::raise(SIGTSTP);
    if (was_installed) install();
  }

 private:
  void install() const {
    struct ::sigaction action {};
    action.sa_handler = &SuspendRequest::handle;
    // A listener's system calls go on, and the handler can stop the process.
    action.sa_flags = SA_RESTART | SA_NODEFER;
    ::sigaction(SIGTSTP, &action, nullptr);
  }

  // False if the program has set another handler meanwhile.
  bool uninstall() const {
    struct ::sigaction now {};
    ::sigaction(SIGTSTP, nullptr, &now);
    if (now.sa_handler != &SuspendRequest::handle) return false;
    ::sigaction(SIGTSTP, &before_, nullptr);
    return true;
  }

  static void handle(int) {
    SuspendRequest* const self = instance_;
    // A child that is about to become a worker is in this process's group for a moment. It goes on.
    if (self == nullptr || ::getpid() != self->process_) return;
    if (self->asked_.exchange(true)) return self->suspend();
    self->wake_(self->context_);
  }

  const ::pid_t process_ = ::getpid();
  void (*const wake_)(void*);
  void* const context_;
  struct ::sigaction before_ {};
  std::atomic<bool> asked_{false};

  inline static SuspendRequest* instance_ = nullptr;
};

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_PROCESS_SIGNALS_SUSPEND_REQUEST_H_
