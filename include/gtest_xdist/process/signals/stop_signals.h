// Ctrl-C and signals like it: notes them, so that the run can end in order.
//
// Layer: process/signals. Process-wide state.
#ifndef GTEST_XDIST_PROCESS_SIGNALS_STOP_SIGNALS_H_
#define GTEST_XDIST_PROCESS_SIGNALS_STOP_SIGNALS_H_

#include <unistd.h>

#include <array>
#include <atomic>
#include <csignal>
#include <cstddef>
#include <stdexcept>

namespace gtest_xdist::internal {

// While it lives, a first signal that would end this process is only noted, and a Waker wakes
// somebody. The next signal ends the process, unless there is an Attention: then its owner decides.
// A signal that the program handles or ignores is left to the program. There may be one at a time.
//
// After the first signal a closed pipe does not end the process either: the reader of its output
// has got the signal as well.
class StopSignals {
 public:
  StopSignals() {
    if (instance_ != nullptr) throw std::logic_error("stop signals are waited for already");
    instance_ = this;
    for (std::size_t i = 0; i < kSignals.size(); ++i) {
      struct ::sigaction action {};
      ::sigaction(kSignals[i], nullptr, &before_[i]);
      if (!was_default(i)) continue;
      action.sa_handler = &StopSignals::handle;
      action.sa_flags = SA_RESTART;  // a listener's system calls go on
      ::sigaction(kSignals[i], &action, nullptr);
    }
  }
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;
  ~StopSignals() {
    for (std::size_t i = 0; i < kSignals.size(); ++i) {
      struct ::sigaction now {};
      ::sigaction(kSignals[i], nullptr, &now);
      // The program may have set another handler meanwhile.
      if (was_default(i) && now.sa_handler == &StopSignals::handle) {
        ::sigaction(kSignals[i], &before_[i], nullptr);
      }
    }
    instance_ = nullptr;
  }

  // The first signal that came; 0 if none has.
  int first() const { return first_.load(std::memory_order_acquire); }

  // Whether another signal came after it.
  bool came_again() const { return count_.load(std::memory_order_acquire) > 1; }

  // While it lives, a signal handler calls `wake(context)`, on any thread: it must be
  // async-signal-safe. There may be one at a time.
  class Waker {
   public:
    Waker(StopSignals& signals, void (*wake)(void*), void* context) : signals_(signals) {
      signals_.context_.store(context);
      signals_.wake_.store(wake);
    }
    Waker(const Waker&) = delete;
    Waker& operator=(const Waker&) = delete;
    ~Waker() { signals_.wake_.store(nullptr); }

   private:
    StopSignals& signals_;
  };

  // While it lives, its owner looks at came_again() soon after it is woken.
  class Attention {
   public:
    explicit Attention(StopSignals& signals) : signals_(signals) {
      signals_.attentive_.store(true);
    }
    Attention(const Attention&) = delete;
    Attention& operator=(const Attention&) = delete;
    ~Attention() { signals_.attentive_.store(false); }

   private:
    StopSignals& signals_;
  };

  // Ends this process by `signal`, as the signal's default action does.
  static void die_of(int signal) {
    ::signal(signal, SIG_DFL);
    ::raise(signal);
  }

 private:
  static constexpr std::array<int, 3> kSignals = {SIGINT, SIGTERM, SIGHUP};

  bool was_default(std::size_t i) const {
    return (before_[i].sa_flags & SA_SIGINFO) == 0 && before_[i].sa_handler == SIG_DFL;
  }

  static void handle(int signal) {
    // The program has installed this handler again later, or this is a forked child.
    if (instance_ == nullptr || ::getpid() != instance_->process_) return die_of(signal);
    StopSignals& self = *instance_;
    int none = 0;
    self.first_.compare_exchange_strong(none, signal);
    const bool is_again = self.count_.fetch_add(1) > 0;
    if (is_again && !self.attentive_.load()) return die_of(signal);
    if (!is_again) ignore_closed_pipes();
    if (void (*const wake)(void*) = self.wake_.load()) wake(self.context_.load());
  }

  static void ignore_closed_pipes() {
    struct ::sigaction action {};
    ::sigaction(SIGPIPE, nullptr, &action);
    if (action.sa_handler == SIG_DFL) ::signal(SIGPIPE, SIG_IGN);
  }

  const ::pid_t process_ = ::getpid();
  std::atomic<void (*)(void*)> wake_{nullptr};
  std::atomic<void*> context_{nullptr};
  std::array<struct ::sigaction, kSignals.size()> before_{};
  std::atomic<int> first_{0};
  std::atomic<int> count_{0};
  std::atomic<bool> attentive_{false};

  inline static StopSignals* instance_ = nullptr;
};

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_PROCESS_SIGNALS_STOP_SIGNALS_H_
