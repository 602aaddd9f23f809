#include "gtest_xdist/process/files/durations_file.h"

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstddef>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "support/scratch.h"
#include "support/thrown.h"

namespace gtest_xdist::internal {
namespace {

class DurationsFileTest : public testing::Test {
 protected:
  std::string path(const std::string& name = "durations") const {
    return directory_.path() + "/" + name;
  }
  std::string text() const {
    std::ifstream file(path());
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  }
  std::vector<std::string> names() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(directory_.path())) {
      names.push_back(entry.path().filename().string());
    }
    return names;
  }
  static void set(const DurationsFile& file, const std::string& name, double seconds) {
    file.update([&](Durations& durations) { durations[duration_key("p", name)] = seconds; });
  }
  static std::string read_error(const std::string& path) {
    return text_of_thrown<std::runtime_error>([&] { DurationsFile(path).read(); });
  }
  static std::string update_error(const std::string& path) {
    return text_of_thrown<std::runtime_error>(
        [&] { DurationsFile(path).update([](Durations& d) { d["p\nA.a"] = 1; }); });
  }

  ScratchDirectory directory_;
};

TEST_F(DurationsFileTest, IsMadeByTheFirstUpdate) {
  const DurationsFile file(path());
  EXPECT_EQ(file.read().first, Durations{});
  EXPECT_TRUE(directory_.empty());
  set(file, "A.a", 1.5);
  EXPECT_EQ(text(), "gtest-xdist durations 1\n1.500000 A.a p\n");
  EXPECT_EQ(names(), std::vector<std::string>{"durations"});
  EXPECT_EQ(file.read().first, (Durations{{"p\nA.a", 1.5}}));
}

TEST_F(DurationsFileTest, MayBeEmptyAtFirst) {
  directory_.write("durations", "");
  const DurationsFile file(path());
  EXPECT_EQ(file.read().first, Durations{});
  set(file, "A.a", 1.5);
  EXPECT_EQ(text(), "gtest-xdist durations 1\n1.500000 A.a p\n");
}

TEST_F(DurationsFileTest, TellsOfDamagedLines) {
  directory_.write("durations", "gtest-xdist durations 1\n<<<<<<<\n1 A.a p\n=======\n");
  EXPECT_EQ(DurationsFile(path()).read().second, (std::vector<std::size_t>{2, 4}));
}

TEST_F(DurationsFileTest, KeepsItsModeAndItsLinks) {
  directory_.write("real", "");
  std::filesystem::create_symlink("real", path());
  ASSERT_EQ(::chmod(path("real").c_str(), 0640), 0);
  set(DurationsFile(path()), "A.a", 1);
  EXPECT_TRUE(std::filesystem::is_symlink(path()));
  EXPECT_NE(text(), "");
  struct ::stat status {};
  ASSERT_EQ(::stat(path("real").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0640U);
}

TEST_F(DurationsFileTest, IsNotAnyFile) {
  directory_.write("durations", "mine\n");
  const std::string foreign = "its first line is not 'gtest-xdist durations 1'";
  EXPECT_EQ(read_error(path()), foreign);
  EXPECT_EQ(update_error(path()), foreign);
  EXPECT_EQ(text(), "mine\n");
  EXPECT_EQ(names(), std::vector<std::string>{"durations"});

  EXPECT_EQ(read_error("/dev/null"), "it is not a regular file");
  EXPECT_EQ(update_error("/dev/null"), "it is not a regular file");
  EXPECT_EQ(read_error(directory_.path()), "it cannot be read and written: Is a directory");
  EXPECT_EQ(read_error(path("no/such")), "'" + path("no") +
                                             "' is not a writable directory: No such file or "
                                             "directory");
  EXPECT_EQ(update_error(path("no/such")),
            "it cannot be read and written: No such file or directory");
}

// A name beside it that cannot be made stands for a full disk.
TEST_F(DurationsFileTest, StaysIfTheNewOneCannotBeWritten) {
  const DurationsFile file(path());
  set(file, "A.a", 1);
  const std::string before = text();
  directory_.write("durations.new/occupied", "");
  EXPECT_EQ(update_error(path()),
            "'" + path("durations.new") + "' is in the way: gtest-xdist did not write it");
  EXPECT_EQ(text(), before);
}

TEST_F(DurationsFileTest, PassesOverWhatADeadProcessLeft) {
  directory_.write("durations.new", "gtest-xdist durations 1\n0.5 A.a");
  set(DurationsFile(path()), "A.a", 1);
  EXPECT_EQ(text(), "gtest-xdist durations 1\n1.000000 A.a p\n");
  EXPECT_EQ(names(), std::vector<std::string>{"durations"});
}

TEST_F(DurationsFileTest, LeavesTheFilesOfOthersAlone) {
  directory_.write("durations.new", "precious");
  EXPECT_EQ(update_error(path()),
            "'" + path("durations.new") + "' is in the way: gtest-xdist did not write it");
  std::ifstream file(path("durations.new"));
  std::string precious;
  file >> precious;
  EXPECT_EQ(precious, "precious");
}

TEST_F(DurationsFileTest, IsMadeWhereALinkLeads) {
  std::filesystem::create_symlink("other", path());
  std::filesystem::create_symlink(path("real"), path("other"));
  set(DurationsFile(path()), "A.a", 1);
  EXPECT_TRUE(std::filesystem::is_symlink(path()));
  EXPECT_TRUE(std::filesystem::is_regular_file(std::filesystem::symlink_status(path("real"))));
  EXPECT_EQ(text(), "gtest-xdist durations 1\n1.000000 A.a p\n");
}

TEST_F(DurationsFileTest, StaysIfAProcessDiesWhileItUpdates) {
  const DurationsFile file(path());
  set(file, "A.a", 1);
  const std::string before = text();
  const ::pid_t child = ::fork();
  if (child == 0) file.update([](Durations&) { std::_Exit(0); });
  ::waitpid(child, nullptr, 0);
  EXPECT_EQ(text(), before);
  set(file, "A.b", 1);  // and the lock is free
}

constexpr int kWriters = 4;
constexpr int kUpdates = 100;

TEST_F(DurationsFileTest, LosesNoUpdateOfSeveralProcesses) {
  std::vector<::pid_t> children;
  for (int writer = 0; writer < kWriters; ++writer) {
    children.push_back(::fork());
    if (children.back() != 0) continue;
    for (int i = 0; i < kUpdates; ++i) {
      set(DurationsFile(path()), "A." + std::to_string(writer) + "_" + std::to_string(i), 1);
    }
    std::_Exit(0);
  }
  for (const ::pid_t child : children) {
    int status = -1;
    ::waitpid(child, &status, 0);
    EXPECT_EQ(status, 0);
  }
  EXPECT_EQ(DurationsFile(path()).read().first.size(),
            static_cast<std::size_t>(kWriters * kUpdates));
  EXPECT_EQ(names(), std::vector<std::string>{"durations"});
}

// Each state that a reader sees is one that a writer has left: two entries with one value.
TEST_F(DurationsFileTest, IsNeverSeenHalfDone) {
  const DurationsFile file(path());
  std::vector<std::thread> writers;
  for (int writer = 0; writer < kWriters; ++writer) {
    writers.emplace_back([&file] {
      for (int i = 0; i < kUpdates; ++i) {
        file.update([](Durations& durations) {
          const double next = durations["p\nA.first"] + 1;
          durations["p\nA.first"] = next;
          durations["p\nA.last"] = next;
        });
      }
    });
  }
  double seen = 0;
  while (seen < kWriters * kUpdates) {
    const auto [durations, damaged] = file.read();
    EXPECT_TRUE(damaged.empty());
    if (durations.empty()) continue;
    EXPECT_EQ(durations.at("p\nA.first"), durations.at("p\nA.last"));
    EXPECT_GE(durations.at("p\nA.first"), seen);
    seen = durations.at("p\nA.first");
  }
  for (std::thread& writer : writers) writer.join();
}

}  // namespace
}  // namespace gtest_xdist::internal
