#include "gtest_xdist/transport/doorbell.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <thread>

#include <gtest/gtest.h>

#include "support/random.h"

namespace gtest_xdist::internal {
namespace {

using std::chrono::milliseconds;

// Longer than any test may take.
constexpr milliseconds kForEver{30'000};

// Waits for a ring. False if the wake-up was lost: a ring that nobody was woken for is found all
// the same when the time is over.
bool woken(Doorbell& bell) {
  const auto begin = std::chrono::steady_clock::now();
  return bell.wait_for(kForEver) && std::chrono::steady_clock::now() - begin < kForEver;
}

TEST(Doorbell, IsSilentAtFirst) {
  Doorbell bell;
  EXPECT_FALSE(bell.answer());
}

TEST(Doorbell, IsAnsweredOnceHoweverOftenItRang) {
  Doorbell bell;
  for (int i = 0; i < 3; ++i) bell.ring();
  EXPECT_TRUE(bell.answer());
  EXPECT_FALSE(bell.answer());
}

TEST(Doorbell, TellsWithoutAnswering) {
  Doorbell bell;
  EXPECT_FALSE(bell.has_rung());
  bell.ring();
  EXPECT_TRUE(bell.has_rung());
  EXPECT_TRUE(bell.has_rung());
  EXPECT_TRUE(bell.answer());
  EXPECT_FALSE(bell.has_rung());
}

TEST(Doorbell, ARingBeforeTheWaitEndsIt) {
  Doorbell bell;
  bell.ring();
  bell.wait();
  EXPECT_FALSE(bell.answer());
  bell.ring();
  EXPECT_TRUE(woken(bell));
  EXPECT_FALSE(bell.answer());
}

TEST(Doorbell, WaitForGivesUp) {
  Doorbell bell;
  for (const int limit : {-1, 0, 1, 5}) EXPECT_FALSE(bell.wait_for(milliseconds(limit)));
  bell.ring();  // works as before
  EXPECT_TRUE(woken(bell));
}

TEST(Doorbell, ARingEndsAWait) {
  Doorbell bell;
  std::thread ringer([&] { bell.ring(); });
  bell.wait();
  ringer.join();
  EXPECT_FALSE(bell.answer());
}

// A handler of the program under test may interrupt the wait as often as it likes.
TEST(Doorbell, AWaitGoesOnAfterASignal) {
  static std::atomic<int> signals;
  signals = 0;
  struct ::sigaction counts {};
  struct ::sigaction before {};
  counts.sa_handler = [](int) { ++signals; };  // without SA_RESTART
  ASSERT_EQ(::sigaction(SIGUSR1, &counts, &before), 0);
  Doorbell bell;
  for (const bool with_limit : {false, true}) {
    signals = 0;
    std::atomic<bool> heard{false};
    std::thread waiter([&] {
      if (!with_limit) bell.wait();
      heard = !with_limit || woken(bell);
    });
    for (int sent = 0; sent < 1000; ++sent) {
      ::pthread_kill(waiter.native_handle(), SIGUSR1);
      std::this_thread::yield();
    }
    EXPECT_FALSE(heard);
    bell.ring();
    waiter.join();
    EXPECT_TRUE(heard);
    EXPECT_GT(signals, 0);
  }
  ::sigaction(SIGUSR1, &before, nullptr);
}

// What many rings leave behind must not be taken for a ring by the next wait.
TEST(Doorbell, RingsOfAnEarlierWaitDoNotEndALaterOne) {
  Doorbell bell;
  for (int round = 0; round < 200; ++round) {
    std::atomic<bool> over{false};
    std::thread ringer([&] {
      while (!over) bell.ring();
    });
    bell.wait();
    over = true;
    ringer.join();
    bell.answer();
    ASSERT_FALSE(bell.wait_for(milliseconds(0)));
  }
}

// Whatever somebody writes over it, each use ends and the next ring is heard.
TEST(Doorbell, SurvivesDamage) {
  Random random(1);
  for (int round = 0; round < 2000; ++round) {
    Doorbell bell;
    const std::string damage =
        random.one_in(4) ? std::string(sizeof bell, '\0') : random.bytes(sizeof bell);
    if (random.one_in(2)) bell.ring();
    std::memcpy(static_cast<void*>(&bell), damage.data(), damage.size());
    if (random.one_in(2)) bell.answer();
    if (random.one_in(2)) bell.wait_for(milliseconds(0));
    bell.ring();
    ASSERT_TRUE(woken(bell));
    ASSERT_FALSE(bell.wait_for(milliseconds(0)));
  }
}

// A bell that denies that somebody waits, while somebody does.
TEST(Doorbell, ALoudRingWakesAWaiterThatIsNotKnown) {
  for (int round = 0; round < 20; ++round) {
    Doorbell bell;
    std::atomic<bool> is_over{false};
    std::thread vandal([&] {
      while (!is_over) {
        // Its other word than the first one, which tells of the ring that is to be heard.
        static_assert(sizeof bell == 2 * sizeof(std::atomic<std::uint32_t>));
        reinterpret_cast<std::atomic<std::uint32_t>*>(&bell)[1] = 0;
        std::this_thread::yield();
      }
    });
    std::thread ringer([&] { bell.ring_loudly(); });
    const bool heard = woken(bell);
    is_over = true;
    ringer.join();
    vandal.join();
    ASSERT_TRUE(heard);
  }
}

// Waits for a ring: most rounds stay awake for it, which is fast; every eighth goes to sleep.
bool hear(Doorbell& bell, int round) {
  for (int looks = round % 8 == 0 ? 0 : 10'000; looks > 0; --looks) {
    if (bell.answer()) return true;
    std::this_thread::yield();
  }
  return woken(bell);
}

// Two threads hand a number to and fro; whoever gets it finds it changed by exactly one.
TEST(Doorbell, LosesNoWakeUpInAPingPong) {
  constexpr int kRounds = 100'000;
  Doorbell to_pong;
  Doorbell to_ping;
  int ball = 0;  // belongs to the one whose bell has rung
  std::thread pong([&] {
    for (int round = 0; round < kRounds; ++round) {
      if (!hear(to_pong, round) || ball != 2 * round + 1) return;
      ++ball;
      to_ping.ring();
    }
  });
  for (int round = 0; round < kRounds; ++round) {
    ++ball;
    to_pong.ring();
    if (!hear(to_ping, round + 4) || ball != 2 * round + 2) break;
  }
  pong.join();
  EXPECT_EQ(ball, 2 * kRounds);
}

// Keeps this thread on one of the CPUs that it may use, the first or the last, while it lives: two
// threads that wake each other end up on one CPU otherwise, and never meet.
class OnOneCpu {
 public:
  enum Which { first, last };

  explicit OnOneCpu(Which which) {
    if (::sched_getaffinity(0, sizeof before_, &before_) != 0) return;
    std::size_t chosen = CPU_SETSIZE;
    for (std::size_t cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
      if (CPU_ISSET(cpu, &before_) && (which == last || chosen == CPU_SETSIZE)) chosen = cpu;
    }
    ::cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(chosen, &one);
    changed_ = ::sched_setaffinity(0, sizeof one, &one) == 0;
  }
  OnOneCpu(const OnOneCpu&) = delete;
  OnOneCpu& operator=(const OnOneCpu&) = delete;
  ~OnOneCpu() {
    if (changed_) ::sched_setaffinity(0, sizeof before_, &before_);
  }

 private:
  ::cpu_set_t before_;
  bool changed_ = false;
};

// The waiter looks, finds nothing and goes to sleep; a ring may come at every moment of that.
TEST(Doorbell, HearsARingWhileItGoesToSleep) {
  constexpr int kRounds = 50'000;
  Doorbell bell;
  std::atomic<int> waiter_at{-1};
  const auto idle = [&](int loads) {
    for (; loads > 0; --loads) waiter_at.load(std::memory_order_relaxed);
  };
  std::thread ringer([&] {
    const OnOneCpu here(OnOneCpu::last);
    for (int round = 0; round < kRounds; ++round) {
      while (waiter_at.load() < round) std::this_thread::yield();
      idle(round % 50);
      bell.ring();
    }
  });
  const OnOneCpu here(OnOneCpu::first);
  int lost = 0;
  for (int round = 0; round < kRounds; ++round) {
    waiter_at.store(round);
    if (lost > 0) continue;  // one is enough, and takes long
    idle(round * 7 % 600);
    if (!woken(bell)) ++lost;
  }
  ringer.join();
  EXPECT_EQ(lost, 0);
}

TEST(Doorbell, TheLastOfManyRingsIsHeard) {
  constexpr int kItems = 300'000;
  Doorbell bell;
  std::atomic<int> published{0};
  std::thread producer([&] {
    for (int i = 1; i <= kItems; ++i) {
      published.store(i, std::memory_order_relaxed);
      bell.ring();
    }
  });
  bool rang = true;
  while (rang && published.load(std::memory_order_relaxed) < kItems) rang = woken(bell);
  producer.join();
  EXPECT_TRUE(rang);
}

}  // namespace
}  // namespace gtest_xdist::internal
