#include "gtest_xdist/process/output_watch.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <condition_variable>
#include <cstdint>
#include <mutex>

#include <gtest/gtest.h>

#include "gtest_xdist/process/output_file.h"

#include "support/scratch.h"

namespace gtest_xdist::internal {
namespace {

// A file, and what has been seen of it.
class Watched {
 public:
  Watched(OutputWatch& watch, int owner, const ScratchDirectory& directory)
      : file_(OutputFile::create(directory.path())) {
    watch.add(owner, file_.descriptor(), [this] { return look(); });
  }

  void print() { ASSERT_EQ(::write(file_.descriptor(), "x", 1), 1); }

  // Blocks until all has been seen that was printed.
  void wait_until_seen() {
    std::unique_lock<std::mutex> lock(mutex_);
    seen_.wait(lock, [this] { return seen_size_ == file_.size(); });
  }

  int looks() {
    const std::lock_guard<std::mutex> lock(mutex_);
    return looks_;
  }

 private:
  bool look() {
    const std::lock_guard<std::mutex> lock(mutex_);
    ++looks_;
    seen_size_ = file_.size();
    seen_.notify_all();
    return looks_ % 2 == 0;
  }

  OutputFile file_;
  std::mutex mutex_;
  std::condition_variable seen_;
  std::uint64_t seen_size_ = 0;
  int looks_ = 0;
};

class OutputWatchTest : public testing::Test {
 protected:
  ScratchDirectory directory_;
};

// No more than `free` further descriptors can be had while it lives.
class FewDescriptors {
 public:
  explicit FewDescriptors(int free) {
    ::getrlimit(RLIMIT_NOFILE, &before_);
    const Descriptor lowest(::dup(STDERR_FILENO));
    struct ::rlimit few = before_;
    few.rlim_cur = static_cast<::rlim_t>(lowest.number() + free);
    ::setrlimit(RLIMIT_NOFILE, &few);
  }
  ~FewDescriptors() { ::setrlimit(RLIMIT_NOFILE, &before_); }
  FewDescriptors(const FewDescriptors&) = delete;
  FewDescriptors& operator=(const FewDescriptors&) = delete;

 private:
  struct ::rlimit before_ {};
};

TEST_F(OutputWatchTest, SeesAllThatIsPrinted) {
  OutputWatch watch;
  Watched file(watch, 0, directory_);
  for (int round = 0; round < 5; ++round) {
    for (int i = 0; i < 100; ++i) file.print();
    file.wait_until_seen();
  }
  watch.remove(0);
}

TEST_F(OutputWatchTest, LooksAtTheFilesThatHaveGrown) {
  OutputWatch watch;
  Watched quiet(watch, 0, directory_);
  Watched one(watch, 1, directory_);
  Watched two(watch, 1, directory_);
  one.print();
  two.print();
  one.wait_until_seen();
  two.wait_until_seen();
  EXPECT_EQ(quiet.looks(), 0);
  watch.remove(0);
  watch.remove(1);
}

TEST_F(OutputWatchTest, LeavesInPeaceWhatWasRemoved) {
  OutputWatch watch;
  Watched removed(watch, 0, directory_);
  Watched other(watch, 1, directory_);
  removed.print();
  removed.wait_until_seen();
  watch.remove(0);
  const int looks = removed.looks();
  removed.print();
  other.print();
  other.wait_until_seen();
  EXPECT_EQ(removed.looks(), looks);
  watch.remove(1);
}

TEST_F(OutputWatchTest, EndsWhateverItDoes) {
  { const OutputWatch nothing; }
  ScratchDirectory directory;
  const OutputFile file = OutputFile::create(directory.path());
  {
    OutputWatch asleep;
    asleep.add(0, file.descriptor(), [] { return false; });
  }
  {
    OutputWatch busy;
    busy.add(0, file.descriptor(), [] { return true; });
    ASSERT_EQ(::write(file.descriptor(), "x", 1), 1);
  }
}

// A user may have no more than a number of these.
TEST_F(OutputWatchTest, LooksFromTimeToTimeWhereTheKernelGivesNoNotice) {
  OutputWatch watch;
  const OutputFile first = OutputFile::create(directory_.path());
  {
    const FewDescriptors few(1);
    watch.add(0, first.descriptor(), [] { return false; });
  }
  Watched file(watch, 1, directory_);
  file.print();
  file.wait_until_seen();
  watch.remove(1);
}

TEST_F(OutputWatchTest, DoesNothingWhereItCannot) {
  OutputWatch watch;
  const OutputFile file = OutputFile::create(directory_.path());
  const FewDescriptors none(0);
  watch.add(0, file.descriptor(), [] { return false; });
  watch.remove(0);
}

}  // namespace
}  // namespace gtest_xdist::internal
