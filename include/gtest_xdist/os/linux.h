// Linux: everything that is not POSIX, as small functions.
//
// Layer: os; only os.h includes it. It has only what another kernel or C library would need in
// another form, and knows nothing of what callers use it for. The caller owns the descriptors that
// these functions return. -1 means that there is none; errno says why.
#ifndef GTEST_XDIST_OS_LINUX_H_
#define GTEST_XDIST_OS_LINUX_H_

#include <fcntl.h>
#include <limits.h>
#include <linux/futex.h>
#include <signal.h>
#include <stdlib.h>  // NOLINT: on_exit is not in <cstdlib>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <iterator>
#include <optional>
#include <ratio>
#include <string>
#include <vector>

#include "gtest_xdist/os/linux_modules.h"
#include "gtest_xdist/os/linux_processes.h"

namespace gtest_xdist::internal::os {

// --- files and memory without a name -------------------------------------------------------------

// Makes a new, empty file in memory, closed on exec. It is not in /dev/shm, which may be small,
// full or absent.
inline int make_memory_file() { return ::memfd_create("gtest-xdist", MFD_CLOEXEC); }

// As make_memory_file(), but for its owner only, and with `size` zero bytes. The size can never
// change, so a process that touches mapped bytes always finds them. Memory is taken only when it is
// used.
inline int make_shared_memory(std::size_t size) {
  const int file = ::memfd_create("gtest-xdist", MFD_CLOEXEC | MFD_ALLOW_SEALING);
  if (file < 0) return file;
  if (::fchmod(file, S_IRUSR | S_IWUSR) == 0 &&
      ::ftruncate(file, static_cast<::off_t>(size)) == 0 &&
      ::fcntl(file, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW) == 0) {
    return file;
  }
  const int error = errno;
  ::close(file);
  errno = error;
  return -1;
}

// Makes a new file on the file system of `directory`, for its owner only, for reading and writing,
// closed on exec. `flags` may be O_APPEND. Some file systems cannot do that.
inline int make_nameless_file(const std::string& directory, int flags) {
  return ::open(directory.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC | flags, S_IRUSR | S_IWUSR);
}

// Opens the file of a descriptor once more. The new descriptor has flags and a position of its own.
inline int reopen(int descriptor, int flags) {
  return ::open(("/proc/self/fd/" + std::to_string(descriptor)).c_str(), flags | O_CLOEXEC);
}

// Identifies this machine since its last start; empty if the system does not say.
inline std::string boot() {
  std::ifstream file("/proc/sys/kernel/random/boot_id");
  std::string text;
  std::getline(file, text);
  return text;
}

// Frees the disk space of these bytes of a file. Then the file has zeros there. Only whole blocks
// can be freed; a file system that cannot do that keeps everything.
inline void free_space(int file, std::uint64_t begin, std::uint64_t end) {
  (void)::fallocate(file, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, static_cast<::off_t>(begin),
                    static_cast<::off_t>(end - begin));
}

// --- waiting for a word in memory that processes share -------------------------------------------

using SharedWord = std::atomic<std::uint32_t>;
static_assert(SharedWord::is_always_lock_free && sizeof(SharedWord) == sizeof(std::uint32_t),
              "the kernel must find the word that it compares");

// The system call that takes the time in the form of this program's timespec, which has 64 bits on
// newer 32-bit systems.
#ifdef SYS_futex_time64
inline constexpr long kFutexCall = sizeof(std::time_t) > sizeof(long) ? SYS_futex_time64
                                                                      : SYS_futex;
#else
inline constexpr long kFutexCall = SYS_futex;
#endif

// Sleeps while the word has this value. Returns at the latest when wake_one() is called after the
// value has changed. May return early, for example when a signal handler of the program has run.
inline void sleep_while(const SharedWord& word, std::uint32_t value) noexcept {
  ::syscall(kFutexCall, &word, FUTEX_WAIT, value, nullptr, nullptr, 0);
}

// As above, but for no longer than `limit`, which is positive. True if it slept for that long by
// the kernel's clock. The program's clock may be another one, or stand still.
inline bool sleep_while(const SharedWord& word, std::uint32_t value,
                        std::chrono::nanoseconds limit) noexcept {
  using Seconds = std::chrono::duration<std::time_t>;
  using Nanoseconds = std::chrono::duration<long, std::nano>;
  const auto seconds = std::chrono::duration_cast<Seconds>(limit);
  struct ::timespec time {};
  time.tv_sec = seconds.count();
  time.tv_nsec = std::chrono::duration_cast<Nanoseconds>(limit - seconds).count();
  return ::syscall(kFutexCall, &word, FUTEX_WAIT, value, &time, nullptr, 0) != 0 &&
         errno == ETIMEDOUT;
}

// Wakes one thread that sleeps for the word, if there is one.
inline void wake_one(SharedWord& word) noexcept {
  ::syscall(kFutexCall, &word, FUTEX_WAKE, 1, nullptr, nullptr, 0);
}

// --- notices of writes ---------------------------------------------------------------------------

// A bell that poll() can wait for: it is readable from a ring until the rings are taken. Taking the
// rings does not block.
inline int make_bell() { return ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK); }
inline void ring(int bell) { ::eventfd_write(bell, 1); }
inline void take_rings(int bell) {
  ::eventfd_t rings = 0;
  ::eventfd_read(bell, &rings);
}

// A descriptor that poll() can wait for: it is readable while there are notices. Taking them does
// not block. Closing it takes some milliseconds once it has given notice of a file.
inline int make_notices() { return ::inotify_init1(IN_CLOEXEC | IN_NONBLOCK); }
inline void take_notices(int notices) {
  char bytes[4096];
  while (::read(notices, bytes, sizeof bytes) > 0) {
  }
}

// Asks for one notice, of the next write to this open file. The file need not have a name. False if
// that cannot be done.
inline bool give_notice_of_write(int notices, int file) {
  const std::string path = "/proc/self/fd/" + std::to_string(file);
  return ::inotify_add_watch(notices, path.c_str(), IN_MODIFY | IN_ONESHOT) >= 0;
}

// --- this process --------------------------------------------------------------------------------

inline constexpr const char* kArgumentsFile = "/proc/self/cmdline";

// The arguments that the process was started with, even if main has changed its copy. Empty if the
// system does not say.
inline std::vector<std::string> arguments() {
  std::vector<std::string> arguments;
  std::ifstream file(kArgumentsFile, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = text.find('\0', at);
    arguments.push_back(text.substr(at, end - at));
    at = end == std::string::npos ? text.size() : end + 1;
  }
  return arguments;
}

// By this path the process can start its program again, even if the file was deleted or replaced.
inline constexpr const char* kThisExecutable = "/proc/self/exe";

// The absolute path of its file, which may be gone by now; empty if the system does not say.
inline std::string executable() {
  char path[PATH_MAX];
  const ::ssize_t length = ::readlink(kThisExecutable, path, sizeof path);
  return length > 0 ? std::string(path, static_cast<std::size_t>(length)) : std::string();
}

// How many descriptors it has open; nothing if the system does not say.
inline std::optional<std::size_t> count_open_descriptors() {
  const std::size_t count = numbers_in("/proc/self/fd").size();
  if (count == 0) return std::nullopt;
  return count - 1;  // one was the directory itself
}

// Whether it has more than one thread. A directory has a link for itself, one in its parent and one
// for each directory in it, and here each thread is a directory.
inline bool has_threads() {
  struct ::stat tasks {};
  return ::stat("/proc/self/task", &tasks) == 0 && tasks.st_nlink > 3;
}

// Has `handler(status, nullptr)` called when the process exits normally, with the value that main
// returned or that exit() was called with. This cannot be undone.
inline void call_at_exit(void (*handler)(int status, void*)) { ::on_exit(handler, nullptr); }

// From here on the kernel kills the process as soon as its parent ends. It does nothing if the
// parent has ended already.
inline void die_with_parent() { ::prctl(PR_SET_PDEATHSIG, SIGKILL); }

// From here on the kernel kills `victim`, a process or, if negative, a process group, as soon as no
// process has the FIFO open for writing. Unlike die_with_parent() this outlasts a change of the
// user and of the group. It does nothing if the FIFO cannot be opened. Returns the descriptor to
// which this is bound; the caller need not close it.
inline int die_with_writer(const std::string& fifo, ::pid_t victim) {
  constexpr int kLowest = 500;  // a program may expect low numbers to be free
  const int opened = ::open(fifo.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  if (opened < 0) return opened;
  const int moved = ::fcntl(opened, F_DUPFD_CLOEXEC, kLowest);
  const int kept = moved < 0 ? opened : moved;
  if (kept != opened) ::close(opened);
  ::fcntl(kept, F_SETOWN, victim);
  ::fcntl(kept, F_SETSIG, SIGKILL);
  ::fcntl(kept, F_SETFL, O_NONBLOCK | O_ASYNC);
  return kept;
}

// Ends the effect of die_with_writer(), for which it returned `descriptor`, also in processes that
// have inherited that.
inline void outlive_writer(int descriptor, ::pid_t victim) {
  // The program may have closed it, and another file may have its number.
  if (::fcntl(descriptor, F_GETOWN) == victim) ::fcntl(descriptor, F_SETFL, O_NONBLOCK);
}

// Lets `process`, and all processes that it starts, debug this one, on systems that otherwise let
// only parents do so.
inline void allow_debugger([[maybe_unused]] unsigned process) {
#ifdef PR_SET_PTRACER
  ::prctl(PR_SET_PTRACER, process);
#endif
}

// --- what these functions stand on ---------------------------------------------------------------

// Those of their calls that are not POSIX.
inline constexpr std::size_t kCallCount = 7;
inline const LibraryFunction* calls() {
  static const LibraryFunction functions[kCallCount] = {
      {"syscall", reinterpret_cast<const void*>(&::syscall)},
      {"fopen64", reinterpret_cast<const void*>(&::fopen64)},
      {"memfd_create", reinterpret_cast<const void*>(&::memfd_create)},
      {"eventfd", reinterpret_cast<const void*>(&::eventfd)},
      {"prctl", reinterpret_cast<const void*>(&::prctl)},
      {"sched_getaffinity", reinterpret_cast<const void*>(&::sched_getaffinity)},
      {"inotify_init1", reinterpret_cast<const void*>(&::inotify_init1)}};
  return functions;
}

// --- terminals -----------------------------------------------------------------------------------

// The width of the terminal that the descriptor leads to; 0 if it is no terminal or does not say.
inline unsigned terminal_columns(int descriptor) {
  struct ::winsize size {};
  return ::ioctl(descriptor, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

}  // namespace gtest_xdist::internal::os

#endif  // GTEST_XDIST_OS_LINUX_H_
