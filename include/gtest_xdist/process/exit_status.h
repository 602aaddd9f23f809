// How a process ended, and the words for that.
//
// Layer: process.
#ifndef GTEST_XDIST_PROCESS_EXIT_STATUS_H_
#define GTEST_XDIST_PROCESS_EXIT_STATUS_H_

#include <sys/wait.h>

#include <csignal>
#include <string>

namespace gtest_xdist::internal {

// "11 (SIGSEGV)"; the bare number for a signal without a name here.
inline std::string describe_signal(int number) {
  struct Name {
    int number;
    const char* text;
  };
  static constexpr Name kNames[] = {
      {SIGHUP, "SIGHUP"},   {SIGINT, "SIGINT"},   {SIGQUIT, "SIGQUIT"}, {SIGILL, "SIGILL"},
      {SIGTRAP, "SIGTRAP"}, {SIGABRT, "SIGABRT"}, {SIGBUS, "SIGBUS"},   {SIGFPE, "SIGFPE"},
      {SIGKILL, "SIGKILL"}, {SIGUSR1, "SIGUSR1"}, {SIGSEGV, "SIGSEGV"}, {SIGUSR2, "SIGUSR2"},
      {SIGPIPE, "SIGPIPE"}, {SIGALRM, "SIGALRM"}, {SIGTERM, "SIGTERM"}, {SIGXCPU, "SIGXCPU"},
      {SIGXFSZ, "SIGXFSZ"}, {SIGSYS, "SIGSYS"},   {SIGSTOP, "SIGSTOP"}, {SIGTSTP, "SIGTSTP"},
      {SIGTTIN, "SIGTTIN"}, {SIGTTOU, "SIGTTOU"},
  };
  std::string text = std::to_string(number);
  for (const Name& name : kNames) {
    if (name.number == number) text += " (" + std::string(name.text) + ")";
  }
  return text;
}

// The status that wait(2) gives. It is unknown if somebody else has waited for the process.
class ExitStatus {
 public:
  ExitStatus() = default;
  explicit ExitStatus(int raw) : raw_(raw), known_(true) {}

  // The status of a process that has called exit(code).
  static ExitStatus of_exit(int code) { return ExitStatus((code & 0xff) << 8); }

  bool known() const { return known_; }
  bool exited() const { return known() && WIFEXITED(raw_); }
  int code() const { return WEXITSTATUS(raw_); }  // only if exited()
  bool success() const { return exited() && code() == 0; }

  bool killed_by(int signal) const {
    return known() && WIFSIGNALED(raw_) && WTERMSIG(raw_) == signal;
  }

  // "exited with status 3" or "killed by signal 11 (SIGSEGV)".
  std::string describe() const {
    if (!known()) return "ended in an unknown way, because the program itself waited for it";
    if (exited()) return "exited with status " + std::to_string(code());
    return "killed by signal " + describe_signal(WTERMSIG(raw_));
  }

 private:
  int raw_ = 0;
  bool known_ = false;
};

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_PROCESS_EXIT_STATUS_H_
