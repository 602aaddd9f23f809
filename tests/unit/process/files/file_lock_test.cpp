#include "gtest_xdist/process/files/file_lock.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <stdexcept>
#include <string>

#include <gtest/gtest.h>

#include "support/children.h"
#include "support/scratch.h"
#include "support/thrown.h"

namespace gtest_xdist::internal {
namespace {

class FileLockTest : public testing::Test {
 protected:
  // Whether somebody else has it.
  bool is_locked(const std::string& name) const {
    const Descriptor file(::open(path(name).c_str(), O_RDWR | O_CLOEXEC));
    struct ::flock lock {};
    lock.l_type = F_WRLCK;
    lock.l_whence = SEEK_SET;
    return ::fcntl(file.number(), F_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
  }
  std::string path(const std::string& name) const { return scratch_.path() + "/" + name; }

  ScratchDirectory scratch_;
  Children children_;
};

TEST_F(FileLockTest, IsHeldByOneProcessAtATime) {
  const Gate locked, look;
  children_.start([&] {
    {
      const FileLock lock(path("a"));
      locked.open();
      look.wait();
    }
    locked.open();
    look.wait();
    return true;
  });
  locked.wait();
  EXPECT_TRUE(is_locked("a"));
  look.open();
  locked.wait();
  EXPECT_FALSE(is_locked("a"));
  look.open();
}

TEST_F(FileLockTest, IsGivenToWhoeverWaits) {
  // Each reads a number and writes the next one.
  scratch_.write("number", "0");
  for (int i = 0; i < 8; ++i) {
    children_.start([this] {
      for (int j = 0; j < 50; ++j) {
        const FileLock lock(path("a"));
        int number = 0;
        std::ifstream(path("number")) >> number;
        std::ofstream(path("number")) << number + 1;
      }
      return true;
    });
  }
  for (int i = 0; i < 8; ++i) EXPECT_EQ(children_.wait_for_first(), 0);
  int number = 0;
  std::ifstream(path("number")) >> number;
  EXPECT_EQ(number, 400);
}

TEST_F(FileLockTest, IsFreeWhenItsHolderDies) {
  children_.start([this] {
    const FileLock lock(path("a"));
    ::raise(SIGKILL);
    return true;
  });
  EXPECT_TRUE(WIFSIGNALED(children_.wait_for_first()));
  EXPECT_FALSE(is_locked("a"));
  const FileLock lock(path("a"));
}

TEST_F(FileLockTest, IsNotInheritedByAFork) {
  const Gate forked, end;
  children_.start([&] {
    const FileLock lock(path("a"));
    if (::fork() == 0) {
      forked.open();
      end.wait();
      ::_exit(0);
    }
    forked.wait();
    return true;
  });
  EXPECT_EQ(children_.wait_for_first(), 0);
  EXPECT_FALSE(is_locked("a"));
  end.open();
}

// One of two processes is told, and then the other one gets the lock: it depends on time which.
TEST_F(FileLockTest, ACircleOfWaitingIsAnError) {
  const Gate one, two;
  const auto is_told = [this](const std::string& name) {
    try {
      const FileLock lock(path(name));
      return false;
    } catch (const Deadlock& error) {
      EXPECT_EQ(error.what(), "cannot lock '" + path(name) + "': Resource deadlock avoided");
      return true;
    }
  };
  children_.start([&] {
    const FileLock lock(path("a"));
    one.open();
    two.wait();
    return is_told("b");
  });
  bool told = false;
  {
    const FileLock lock(path("b"));
    one.wait();
    two.open();
    told = is_told("a");
  }
  EXPECT_EQ(children_.wait_for_first() == 0, !told);
}

TEST_F(FileLockTest, NeedsADirectory) {
  EXPECT_EQ(text_of_thrown<std::runtime_error>([&] { const FileLock lock(path("no/a")); }),
            "cannot lock '" + path("no/a") + "': No such file or directory");
}

}  // namespace
}  // namespace gtest_xdist::internal
