// Starts the library's own threads, in which no signal handler of the program ever runs.
//
// Layer: process/signals. Does not keep threads: who starts one joins it.
#ifndef GTEST_XDIST_PROCESS_SIGNALS_QUIET_THREAD_H_
#define GTEST_XDIST_PROCESS_SIGNALS_QUIET_THREAD_H_

#include <pthread.h>

#include <csignal>
#include <thread>

namespace gtest_xdist::internal {

// Starts a thread that calls `run(object)`. It has all signals blocked, from its first instruction
// on. Throws std::system_error if it cannot start.
inline std::thread start_quiet_thread(void (*run)(void* object), void* object) {
  // A thread begins with the signals that are blocked where it is started.
  class Block {
   public:
    Block() {
      ::sigset_t all;
      ::sigfillset(&all);
      ::pthread_sigmask(SIG_BLOCK, &all, &before_);
    }
    Block(const Block&) = delete;
    Block& operator=(const Block&) = delete;
    ~Block() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

   private:
    ::sigset_t before_{};
  };
  const Block block;
  return std::thread(run, object);
}

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_PROCESS_SIGNALS_QUIET_THREAD_H_
