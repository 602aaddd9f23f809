// Processes that a test forks, and ways for them to meet.
#ifndef SUPPORT_CHILDREN_H_
#define SUPPORT_CHILDREN_H_

#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <vector>

#include <gtest/gtest.h>

namespace gtest_xdist {

// A pipe by which one process lets others go on.
class Gate {
 public:
  Gate() {
    if (::pipe(ends_) != 0) ADD_FAILURE() << "cannot make a pipe";
  }
  Gate(const Gate&) = delete;
  Gate& operator=(const Gate&) = delete;
  ~Gate() {
    ::close(ends_[0]);
    ::close(ends_[1]);
  }

  // Lets one wait() return, which may be yet to come.
  void open() const {
    if (::write(ends_[1], "x", 1) != 1) std::abort();
  }
  void wait() const {
    char byte = 0;
    if (::read(ends_[0], &byte, 1) != 1) std::abort();
  }

 private:
  int ends_[2] = {-1, -1};
};

// Forked processes of which each is to end with status 0, unless a test says otherwise.
class Children {
 public:
  Children() = default;
  Children(const Children&) = delete;
  Children& operator=(const Children&) = delete;
  ~Children() {
    while (!running_.empty()) {
      const int status = wait_for_first();
      EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << status;
    }
  }

  // Has a child call `f()`: it ends well if that returns true.
  template <class F>
  void start(F f) {
    std::fflush(nullptr);
    const ::pid_t child = ::fork();
    if (child == 0) {
      try {
        ::_exit(f() ? EXIT_SUCCESS : EXIT_FAILURE);
      } catch (const std::exception& error) {
        ADD_FAILURE() << error.what();
      }
      ::_exit(EXIT_FAILURE);
    }
    running_.push_back(child);
  }

  // Blocks until the one that was started first has ended: what wait(2) says of it.
  int wait_for_first() {
    int status = -1;
    EXPECT_EQ(::waitpid(running_.front(), &status, 0), running_.front());
    running_.erase(running_.begin());
    return status;
  }

 private:
  std::vector<::pid_t> running_;
};

}  // namespace gtest_xdist

#endif  // SUPPORT_CHILDREN_H_
