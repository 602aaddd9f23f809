#include "gtest_xdist/process/output/output_watch.h"

#include <fcntl.h>
#include <pthread.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <csignal>
#include <mutex>
#include <thread>
#include <utility>

#include <gtest/gtest.h>

#include "gtest_xdist/process/files/descriptor.h"

#include "support/scratch.h"

namespace gtest_xdist::internal {
namespace {

using Found = OutputWatch::Found;

// Something that is looked at, and always in the same state.
class Watched {
 public:
  explicit Watched(OutputWatch& watch, Found found = Found::nothing)
      : found_(found), handle_(watch.add({}, [this] { return look(); })) {}

  void leave_in_peace() { handle_ = {}; }

  // Blocks until it has been looked at so often.
  void wait_for(int looks) {
    std::unique_lock<std::mutex> lock(mutex_);
    looked_.wait(lock, [&] { return looks_ >= looks; });
  }

  int looks() {
    const std::lock_guard<std::mutex> lock(mutex_);
    return looks_;
  }

  // Whether nobody who looked could have been interrupted by a signal.
  bool signals_were_blocked() {
    const std::lock_guard<std::mutex> lock(mutex_);
    return signals_were_blocked_;
  }

 private:
  Found look() {
    const std::lock_guard<std::mutex> lock(mutex_);
    ::sigset_t blocked;
    ::pthread_sigmask(SIG_BLOCK, nullptr, &blocked);
    signals_were_blocked_ &= ::sigismember(&blocked, SIGINT) == 1;
    ++looks_;
    looked_.notify_all();
    return found_;
  }

  const Found found_;
  std::mutex mutex_;
  std::condition_variable looked_;
  int looks_ = 0;
  bool signals_were_blocked_ = true;
  OutputWatch::Handle handle_;
};

TEST(OutputWatch, LooksAgainAndAgainWhateverItFinds) {
  for (const Found found : {Found::nothing, Found::output, Found::too_much_output}) {
    OutputWatch watch;
    Watched watched(watch, found);
    watched.wait_for(5);
    EXPECT_TRUE(watched.signals_were_blocked());
  }
}

TEST(OutputWatch, LooksAtEverything) {
  OutputWatch watch;
  Watched one(watch);
  one.wait_for(1);
  Watched two(watch);
  Watched three(watch);
  one.wait_for(3);
  two.wait_for(2);
  three.wait_for(2);
}

TEST(OutputWatch, SleepsUntilSomethingIsPrinted) {
  const ScratchDirectory directory;
  const Descriptor first = make_nameless_file(directory.path(), O_APPEND);
  const Descriptor second = make_nameless_file(directory.path(), O_APPEND);
  OutputWatch watch(std::chrono::milliseconds(0));
  std::atomic<int> looks{0};
  const auto look = [&] {
    ++looks;
    return Found::nothing;
  };
  const OutputWatch::Handle one = watch.add({first.number()}, look);
  const OutputWatch::Handle two = watch.add({second.number()}, look);
  for (int i = 0; i < 20; ++i) {
    const int before = looks;
    ASSERT_TRUE(write_all((i % 2 == 0 ? first : second).number(), "something"));
    while (looks == before) std::this_thread::yield();
  }
  // What is added while it sleeps is looked at as well.
  std::atomic<bool> looked{false};
  const OutputWatch::Handle three = watch.add({}, [&] {
    looked = true;
    return Found::nothing;
  });
  while (!looked) std::this_thread::yield();
}

TEST(OutputWatch, LeavesInPeaceWhatWasRemoved) {
  OutputWatch watch;
  Watched removed(watch);
  Watched other(watch);
  removed.wait_for(1);
  removed.leave_in_peace();
  const int looks = removed.looks();
  other.wait_for(other.looks() + 2);
  EXPECT_EQ(removed.looks(), looks);
}

TEST(OutputWatch, EndsWhateverItDoes) {
  { const OutputWatch nothing; }
  {
    OutputWatch asleep;
    const OutputWatch::Handle handle = asleep.add({}, [] { return Found::nothing; });
  }
  {
    OutputWatch busy;
    Watched watched(busy, Found::too_much_output);
    watched.wait_for(1);
  }
}

TEST(OutputWatch, AHandleMovesWithWhatIsLookedAt) {
  OutputWatch watch;
  Watched other(watch);
  std::atomic<int> looks{0};
  OutputWatch::Handle handle = watch.add({}, [&] {
    ++looks;
    return Found::nothing;
  });
  const OutputWatch::Handle moved = std::move(handle);
  handle = {};
  const int before = looks;
  other.wait_for(other.looks() + 3);
  EXPECT_GT(looks, before);
}

}  // namespace
}  // namespace gtest_xdist::internal
