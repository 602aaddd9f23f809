// Starts a process, and notices its end.
//
// Layer: process; the only file that uses Boost.Process (its first version, which is header-only;
// from Boost 1.86 on it lives below boost/process/v1).
#ifndef GTEST_XDIST_PROCESS_CHILD_PROCESS_H_
#define GTEST_XDIST_PROCESS_CHILD_PROCESS_H_

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include <boost/version.hpp>

#if BOOST_VERSION < 107400
#error "gtest-xdist needs Boost 1.74 or newer, and this one is older"
#endif

// Boost.Process uses vfork() only in programs that ask for an old standard, though every Linux has
// it. fork() would copy the page tables of this process, which holds all tests, and its next writes
// would fault. If somebody has included Boost.Process before, without vfork(), leave it so.
#if !defined(BOOST_POSIX_HAS_VFORK) && !defined(BOOST_PROCESS_DETAIL_POSIX_EXECUTOR_HPP)
#define BOOST_POSIX_HAS_VFORK 1
#endif
// Include its executor alone, and with it the child that this returns. <boost/process/child.hpp>
// has all ways to start a child, and takes a compiler longer than GoogleTest.
#if BOOST_VERSION >= 108600
#include <boost/process/v1/detail/posix/executor.hpp>
#else
#include <boost/process/detail/posix/executor.hpp>
#endif
#include <boost/fusion/container/vector.hpp>

#include "gtest_xdist/process/exit_status.h"
#include "gtest_xdist/process/files/descriptor.h"
#include "gtest_xdist/process/signals/quiet_thread.h"

namespace gtest_xdist::internal {

#if BOOST_VERSION >= 108600
namespace boost_process = ::boost::process::v1;
#else
namespace boost_process = ::boost::process;
#endif

// How to start a process.
struct LaunchPlan {
  std::string executable;
  std::vector<std::string> arguments;    // with argv[0]
  std::vector<std::string> environment;  // "NAME=value", the whole of it
  std::string directory;                 // empty: this process's
  int standard_input = -1;               // becomes the child's; -1: nothing to read
  int standard_output = -1;              // becomes the child's
  int standard_error = -1;               // becomes the child's
  std::vector<int> inherited;            // stay open under their numbers
  std::vector<int> withheld;             // are closed in the child
  // How many files the child may have open; nothing: as many as this process.
  std::optional<rlim_t> descriptor_limit;
};

// While it lives, the kernel keeps the status of a child that has ended until somebody waits for
// it. Without this the status could be lost: a program may ignore SIGCHLD, or inherit that, or have
// a handler that takes every status. Process-wide state.
class KeepChildStatus {
 public:
  KeepChildStatus() {
    struct ::sigaction usual {};
    usual.sa_handler = SIG_DFL;
    ::sigaction(SIGCHLD, &usual, &before_);
    is_ignored_ = before_.sa_handler == SIG_IGN;
  }
  KeepChildStatus(const KeepChildStatus&) = delete;
  KeepChildStatus& operator=(const KeepChildStatus&) = delete;
  ~KeepChildStatus() {
    ::sigaction(SIGCHLD, &before_, nullptr);
    is_ignored_ = false;
  }

  // Whether this process ignored SIGCHLD before. A child must ignore it again before it runs a
  // program.
  static bool is_ignored() { return is_ignored_; }

 private:
  struct ::sigaction before_ {};
  inline static bool is_ignored_ = false;
};

// The steps that Boost.Process takes before and after fork() or vfork().
class Launch final : public boost_process::detail::posix::handler_base_ext {
 public:
  explicit Launch(const LaunchPlan& plan) : plan_(plan) {
    for (const std::string& word : plan.arguments) {
      arguments_.push_back(const_cast<char*>(word.c_str()));
    }
    for (const std::string& entry : plan.environment) {
      environment_.push_back(const_cast<char*>(entry.c_str()));
    }
    arguments_.push_back(nullptr);
    environment_.push_back(nullptr);
  }

  template <class Executor>
  void on_setup(Executor& executor) const {
    executor.exe = plan_.executable.c_str();
    executor.cmd_line = arguments_.data();
    executor.env = const_cast<char**>(environment_.data());
  }

  // With vfork() Boost.Process itself does not throw.
  template <class Executor>
  void on_fork_error(Executor&, const std::error_code& error) const {
    throw std::system_error(error, "fork failed");
  }

  // In the child, before exec(). It makes only async-signal-safe calls. The memory may be the
  // parent's, so it changes nothing there but leaves an error.
  template <class Executor>
  void on_exec_setup(Executor& executor) const {
    ::setpgid(0, 0);
    if (KeepChildStatus::is_ignored()) ::signal(SIGCHLD, SIG_IGN);
    const bool has_input = plan_.standard_input >= 0;
    const int input = has_input ? plan_.standard_input : open_null(O_RDONLY);
    if (input < 0 || ::dup2(input, STDIN_FILENO) < 0 ||
        ::dup2(plan_.standard_output, STDOUT_FILENO) < 0 ||
        ::dup2(plan_.standard_error, STDERR_FILENO) < 0) {
      give_up(executor, "dup2 failed");
    }
    if (!plan_.directory.empty() && ::chdir(plan_.directory.c_str()) != 0) {
      give_up(executor, "chdir failed");
    }
    if (!has_input && input > STDERR_FILENO) ::close(input);
    // The descriptors that the child inherits stay open, even beyond the limit.
    struct ::rlimit limit {};
    if (plan_.descriptor_limit && ::getrlimit(RLIMIT_NOFILE, &limit) == 0) {
      limit.rlim_cur = *plan_.descriptor_limit;
      ::setrlimit(RLIMIT_NOFILE, &limit);
    }
    for (const int descriptor : plan_.withheld) ::fcntl(descriptor, F_SETFD, FD_CLOEXEC);
    for (const int descriptor : plan_.inherited) {
      if (::fcntl(descriptor, F_SETFD, 0) != 0) give_up(executor, "fcntl failed");
    }
  }

 private:
  // In the child. The parent throws errno and `what`, which must be so short that a std::string
  // holds it without allocating memory.
  template <class Executor>
  [[noreturn]] static void give_up(Executor& executor, const char* what) {
    executor.set_error(std::error_code(errno, std::system_category()), what);
    ::_exit(EXIT_FAILURE);
  }

  const LaunchPlan& plan_;
  std::vector<char*> arguments_;
  std::vector<char*> environment_;
};

// The handlers that Boost.Process takes to start a process.
#ifdef BOOST_POSIX_HAS_VFORK
using LaunchHandlers =
    boost::fusion::vector<const Launch&, const boost_process::detail::posix::use_vfork_&>;
#else
using LaunchHandlers = boost::fusion::vector<const Launch&>;
#endif
using LaunchExecutor = boost_process::detail::posix::executor<LaunchHandlers>;

}  // namespace gtest_xdist::internal

// Here Boost.Process would look for a program in PATH. We do not need that, and it would take a
// third of the time that Boost.Process takes to compile.
template <>
inline void gtest_xdist::internal::LaunchExecutor::prepare_cmd_style() {}

namespace gtest_xdist::internal {

// Owns a child process, which leads its own process group. Unless wait() has been called, the
// destructor kills the group and waits for the child.
class ChildProcess {
 public:
  // Starts the process. Throws std::runtime_error.
  explicit ChildProcess(const LaunchPlan& plan) : executable_(plan.executable) {
    // Checked here, because the child can hardly report it.
    if (!plan.directory.empty() && ::access(plan.directory.c_str(), X_OK) != 0) {
      throw std::runtime_error("cannot start '" + plan.executable + "' in '" + plan.directory +
                               "': " + std::strerror(errno));
    }
    try {
      const Launch launch(plan);
#ifdef BOOST_POSIX_HAS_VFORK
      const boost_process::detail::posix::use_vfork_ use_vfork;
      LaunchHandlers handlers(launch, use_vfork);
#else
      LaunchHandlers handlers(launch);
#endif
      child_ = LaunchExecutor(handlers)();
    } catch (const std::system_error& error) {
      throw std::runtime_error("cannot start '" + plan.executable + "': " + error.what());
    }
  }
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;
  ~ChildProcess() {
    if (waited_) return;
    kill();
    wait();
  }

  ::pid_t id() const { return child_.id(); }

  // Starts a thread of this process that calls `on_change()` when the process ends, or now if it
  // has ended, and whenever it is stopped or continued. The thread is a quiet one, and ends with
  // the child. Call this at most once. Throws std::runtime_error if the thread cannot start. The
  // constructor does not do this because another process can be started in the time that it takes.
  void watch(std::function<void()> on_change) {
    on_change_ = std::move(on_change);
    try {
      watcher_ = start_quiet_thread(&look, this);
    } catch (const std::system_error& error) {
      throw std::runtime_error("cannot start '" + executable_ +
                               "': cannot start the thread that waits for it: " + error.what());
    }
  }

  // Whether the watched process has ended. Call wait() nevertheless.
  bool ended() const { return ended_.load(std::memory_order_acquire); }

  // The signal that has stopped the watched process; 0 while it runs.
  int stop_signal() const { return stop_signal_.load(std::memory_order_acquire); }

  // send() sends a signal to the process, and send_to_all() to its whole group. kill() ends the
  // group at once. After the process's end they are harmless until wait().
  void send(int signal) { ::kill(child_.id(), signal); }
  void send_to_all(int signal) {
    ::kill(-child_.id(), signal);
    if (::getpgid(child_.id()) != child_.id()) send(signal);
  }
  void kill() { send_to_all(SIGKILL); }

  // Blocks until the process has ended. Call it once. The status is not known if the program waits
  // for any child elsewhere, and was faster.
  ExitStatus wait() {
    waited_ = true;
    if (watcher_.joinable()) watcher_.join();
    std::error_code error;
    child_.wait(error);
    return error ? ExitStatus() : ExitStatus(child_.native_exit_code());
  }

 private:
  // Runs in the watcher.
  static void look(void* object) {
    auto& self = *static_cast<ChildProcess*>(object);
    while (!self.wait_for_change()) self.on_change_();
    self.ended_.store(true, std::memory_order_release);
    self.on_change_();
  }

  // Blocks until the process has ended (true), or was stopped or continued (false). A child that
  // has ended stays a zombie, so that its process number stays its own until wait().
  bool wait_for_change() {
    const auto id = static_cast<::id_t>(child_.id());
    constexpr int kStops = WSTOPPED | WCONTINUED;
    ::siginfo_t info{};
    if (::waitid(P_PID, id, &info, WEXITED | kStops | WNOWAIT) != 0) return errno != EINTR;
    if (info.si_code != CLD_STOPPED && info.si_code != CLD_CONTINUED) return true;
    // Takes the state that was seen, or a later one.
    info = {};
    if (::waitid(P_PID, id, &info, kStops | WNOHANG) == 0 && info.si_pid != 0) {
      stop_signal_.store(info.si_code == CLD_STOPPED ? info.si_status : 0,
                         std::memory_order_release);
    }
    return false;
  }

  const std::string executable_;
  boost_process::child child_;
  std::atomic<bool> ended_{false};
  std::atomic<int> stop_signal_{0};
  std::function<void()> on_change_;  // the watcher calls it
  std::thread watcher_;
  bool waited_ = false;
};

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_PROCESS_CHILD_PROCESS_H_
