#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "gtest_xdist/os/os.h"
#include "gtest_xdist/process/files/descriptor.h"

#include "support/scratch.h"

namespace gtest_xdist::internal::os {
namespace {

TEST(MemoryFile, IsClosedOnExec) {
  const Descriptor file(make_memory_file());
  ASSERT_TRUE(file.valid());
  EXPECT_EQ(::fcntl(file.number(), F_GETFD), FD_CLOEXEC);
}

TEST(SharedMemory, KeepsItsSize) {
  const Descriptor memory(make_shared_memory(100));
  ASSERT_TRUE(memory.valid());
  EXPECT_EQ(::fcntl(memory.number(), F_GETFD), FD_CLOEXEC);
  for (const ::off_t size : {0, 99, 101}) {
    EXPECT_NE(::ftruncate(memory.number(), size), 0);
    EXPECT_EQ(errno, EPERM);
  }
  struct ::stat status {};
  ASSERT_EQ(::fstat(memory.number(), &status), 0);
  EXPECT_EQ(status.st_size, 100);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
}

TEST(SharedMemory, TellsWhyThereIsNone) {
  errno = 0;
  EXPECT_EQ(make_shared_memory(~std::size_t{0}), -1);
  EXPECT_EQ(errno, EINVAL);
}

TEST(NamelessFile, IsOnTheFileSystemOfItsDirectory) {
  const ScratchDirectory directory;
  const Descriptor file(make_nameless_file(directory.path(), O_APPEND));
  if (!file.valid()) GTEST_SKIP() << "the file system has no files without a name";
  struct ::stat of_file {};
  struct ::stat of_directory {};
  ASSERT_EQ(::fstat(file.number(), &of_file), 0);
  ASSERT_EQ(::stat(directory.path().c_str(), &of_directory), 0);
  EXPECT_EQ(of_file.st_dev, of_directory.st_dev);
  EXPECT_EQ(of_file.st_nlink, 0U);
  EXPECT_TRUE(directory.empty());
}

TEST(FreeSpace, LeavesZerosAndTheSize) {
  constexpr std::size_t kSize = 64 * 1024;
  const Descriptor file(make_memory_file());
  ASSERT_TRUE(write_all(file.number(), std::string(4 * kSize, 'x')));
  struct ::stat before {};
  ASSERT_EQ(::fstat(file.number(), &before), 0);
  free_space(file.number(), kSize, 3 * kSize);
  std::string bytes;
  ASSERT_TRUE(read_all(file.number(), bytes));
  EXPECT_EQ(bytes,
            std::string(kSize, 'x') + std::string(2 * kSize, '\0') + std::string(kSize, 'x'));
  struct ::stat after {};
  ASSERT_EQ(::fstat(file.number(), &after), 0);
  EXPECT_LT(after.st_blocks, before.st_blocks);
}

TEST(SharedWord, IsNotSleptForIfItHasAnotherValue) {
  const SharedWord word{1};
  sleep_while(word, 0);
  sleep_while(word, 0, std::chrono::hours(1));
}

TEST(SharedWord, IsSleptForUntilTheLimit) {
  const SharedWord word{0};
  sleep_while(word, 0, std::chrono::nanoseconds(1));
  sleep_while(word, 0, std::chrono::microseconds(1000));
}

TEST(SharedWord, EndsASleep) {
  SharedWord word{0};
  std::thread sleeper([&] {
    while (word == 0) sleep_while(word, 0);
  });
  word = 1;
  wake_one(word);
  sleeper.join();
}

TEST(ThisProcess, KnowsItsArgumentsWhateverMainHasDoneToThem) {
  ASSERT_FALSE(arguments().empty());
  EXPECT_EQ(std::filesystem::path(arguments()[0]).filename(),
            std::filesystem::path(executable()).filename());
  EXPECT_TRUE(std::filesystem::equivalent(kThisExecutable, executable()));
}

TEST(ThisProcess, CountsItsOpenFiles) {
  const std::optional<std::size_t> before = count_open_descriptors();
  ASSERT_TRUE(before);
  const Descriptor one(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  EXPECT_EQ(count_open_descriptors(), *before + 1);
}

TEST(ThisProcess, KnowsThatItHasThreads) {
  std::atomic<bool> over{false};
  std::thread other([&] {
    while (!over) std::this_thread::yield();
  });
  EXPECT_TRUE(has_threads());
  over = true;
  other.join();
}

using Files = std::vector<std::pair<std::string, std::string>>;  // names and contents

unsigned quota(const std::string& membership, const Files& files) {
  const ScratchDirectory directory;
  directory.write("membership", membership);
  for (const auto& [name, text] : files) directory.write("mount/" + name, text);
  return cpu_quota(directory.path() + "/membership", directory.path() + "/mount");
}

TEST(CpuQuota, OfCgroupsOfVersionTwo) {
  struct Row {
    const char* cpu_max;
    unsigned cpus;
  };
  const Row rows[] = {
      {"max 100000\n", 0},    {"200000 100000\n", 2}, {"150000 100000\n", 2},
      {"100001 100000\n", 2}, {"50000 100000\n", 1},  {"1000 100000\n", 1},
      {"800000 50000\n", 16}, {"max\n", 0},           {"", 0},
      {"0 100000\n", 0},      {"nonsense\n", 0},      {"200000 0\n", 0},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(quota("0::/\n", {{"cpu.max", row.cpu_max}}), row.cpus) << row.cpu_max;
    EXPECT_EQ(quota("0::/a\n", {{"a/cpu.max", row.cpu_max}}), row.cpus) << row.cpu_max;
  }
}

TEST(CpuQuota, OfCgroupsOfVersionOne) {
  struct Row {
    const char* quota;
    const char* period;
    unsigned cpus;
  };
  const Row rows[] = {
      {"-1\n", "100000\n", 0},    {"300000\n", "100000\n", 3}, {"250000\n", "100000\n", 3},
      {"10000\n", "100000\n", 1}, {"300000\n", "", 0},         {"", "100000\n", 0},
      {"300000\n", "0\n", 0},
  };
  for (const Row& row : rows) {
    for (const char* controllers : {"cpu", "cpu,cpuacct", "cpuacct,cpu"}) {
      EXPECT_EQ(quota(std::string("5:memory:/x\n3:") + controllers + ":/job\n",
                      {{"cpu/job/cpu.cfs_quota_us", row.quota},
                       {"cpu/job/cpu.cfs_period_us", row.period}}),
                row.cpus)
          << controllers << " " << row.quota;
    }
  }
}

TEST(CpuQuota, IsTheSmallestOnTheWayUp) {
  const std::string deep = "0::/a/b/c\n";
  EXPECT_EQ(quota(deep, {{"a/cpu.max", "400000 100000"},
                         {"a/b/cpu.max", "200000 100000"},
                         {"a/b/c/cpu.max", "300000 100000"}}),
            2U);
  EXPECT_EQ(quota(deep, {{"cpu.max", "100000 100000"}, {"a/b/c/cpu.max", "300000 100000"}}), 1U);
  EXPECT_EQ(quota(deep, {{"a/b/c/cpu.max", "max 100000"}, {"a/cpu.max", "500000 100000"}}), 5U);
  EXPECT_EQ(quota(deep, {{"other/cpu.max", "100000 100000"}}), 0U);
}

TEST(CpuQuota, OfSeveralHierarchiesIsTheSmallest) {
  const Files files = {{"cpu/a/cpu.cfs_quota_us", "300000"},
                       {"cpu/a/cpu.cfs_period_us", "100000"},
                       {"b/cpu.max", "200000 100000"}};
  EXPECT_EQ(quota("3:cpu:/a\n0::/b\n", files), 2U);
  EXPECT_EQ(quota("3:cpu:/a\n0::/\n", files), 3U);
  EXPECT_EQ(quota("3:cpuset:/a\n2:memory,cpuacct:/a\n", files), 0U);
}

TEST(CpuQuota, IsNoneWhereNothingCanBeRead) {
  EXPECT_EQ(quota("", {}), 0U);
  EXPECT_EQ(quota("no colons\n:\n\n", {{"cpu.max", "100000 100000"}}), 0U);
  EXPECT_EQ(quota("0::\n", {{"cpu.max", "100000 100000"}}), 1U);
  EXPECT_EQ(cpu_quota("/no/such/file", "/no/such/directory"), 0U);
}

// The kernel begins every path with a slash; a file that is not the kernel's must do no harm.
TEST(CpuQuota, IsNoneWhereAPathIsNoPath) { EXPECT_EQ(quota("0::no/slash/before\n", {}), 0U); }

}  // namespace
}  // namespace gtest_xdist::internal::os
