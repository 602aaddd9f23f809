#include "gtest_xdist/process/files/temp_directory.h"

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "gtest_xdist/os/os.h"
#include "gtest_xdist/process/files/descriptor.h"

#include "support/scratch.h"
#include "support/thrown.h"

namespace gtest_xdist::internal {
namespace {

namespace fs = std::filesystem;

class TempDirectoryTest : public testing::Test {
 protected:
  ScratchDirectory base_;
  ScratchVariable test_tmpdir_{"TEST_TMPDIR", base_.path()};
};

TEST_F(TempDirectoryTest, GoesWithAllItHolds) {
  std::string path;
  {
    const TempDirectory directory;
    path = directory.path();
    EXPECT_TRUE(fs::is_directory(path));
    fs::create_directories(path + "/deep/er");
    std::ofstream(path + "/deep/er/file") << "text";
    fs::create_symlink("/no/such/place", path + "/dangling");
    fs::create_symlink(base_.path(), path + "/up");
    base_.write("neighbour", "stays");
  }
  EXPECT_FALSE(fs::exists(path));
  EXPECT_TRUE(fs::exists(base_.path() + "/neighbour"));
}

TEST_F(TempDirectoryTest, GoesWithItsLastOwner) {
  TempDirectory first;
  const std::string path = first.path();
  {
    const TempDirectory second = std::move(first);
    EXPECT_EQ(second.path(), path);
    EXPECT_TRUE(fs::is_directory(path));
  }
  EXPECT_FALSE(fs::exists(path));
  first = TempDirectory();
  EXPECT_TRUE(fs::is_directory(first.path()));
}

TEST_F(TempDirectoryTest, IsItsOwnersAloneAndUnlikeAnyOther) {
  const TempDirectory first;
  const TempDirectory second;
  EXPECT_NE(first.path(), second.path());
  struct ::stat status {};
  ASSERT_EQ(::stat(first.path().c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0700U);
}

TEST_F(TempDirectoryTest, IsOpenToItsOwnerWhateverTheUmask) {
  const ::mode_t before = ::umask(0777);
  const TempDirectory directory;
  const std::string inside = directory.make_directory("inside");
  ::umask(before);
  for (const std::string& path : {directory.path(), inside}) {
    struct ::stat status {};
    ASSERT_EQ(::stat(path.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777U, 0700U) << path;
  }
}

TEST_F(TempDirectoryTest, LiesInTheFirstPlaceThatIsNamed) {
  const ScratchDirectory other;
  struct Row {
    std::optional<std::string> test_tmpdir;
    std::optional<std::string> tmpdir;
    std::string base;
  };
  const Row rows[] = {
      {base_.path(), other.path(), base_.path()}, {std::nullopt, other.path(), other.path()},
      {"", other.path(), other.path()},           {base_.path() + "//", std::nullopt, base_.path()},
      {std::nullopt, std::nullopt, "/tmp"},       {"", "", "/tmp"},
  };
  for (const Row& row : rows) {
    const ScratchVariable test_tmpdir("TEST_TMPDIR", row.test_tmpdir);
    const ScratchVariable tmpdir("TMPDIR", row.tmpdir);
    const TempDirectory directory;
    EXPECT_EQ(directory.path().rfind(row.base + "/gtest-xdist-", 0), 0U) << directory.path();
  }
}

TEST_F(TempDirectoryTest, IsFoundAgainAfterAChangeOfDirectory) {
  const fs::path before = fs::current_path();
  fs::current_path(base_.path());
  {
    const ScratchVariable relative("TEST_TMPDIR", ".");
    const TempDirectory directory;
    EXPECT_TRUE(fs::path(directory.path()).is_absolute());
    fs::current_path(before);
    EXPECT_TRUE(fs::is_directory(directory.path()));
    EXPECT_FALSE(base_.empty());
  }
  EXPECT_TRUE(base_.empty());
}

TEST_F(TempDirectoryTest, MakesDirectoriesInside) {
  const TempDirectory directory;
  const std::string made = directory.make_directory("gw0");
  EXPECT_EQ(made, directory.path() + "/gw0");
  EXPECT_TRUE(fs::is_directory(made));
  EXPECT_EQ(text_of_thrown<std::runtime_error>([&] { directory.make_directory("no/such"); }),
            "cannot make '" + directory.path() + "/no/such': No such file or directory");
}

// The path of a directory whose owner has ended without a destructor.
std::string left_behind() {
  int ends[2];
  if (::pipe(ends) != 0) return {};
  const ::pid_t child = ::fork();
  if (child == 0) {
    const TempDirectory directory;
    std::ofstream(directory.make_directory("gw0") + "/file") << "text";
    const bool is_told = write_all(ends[1], directory.path());
    ::_exit(is_told ? 0 : 1);
  }
  ::close(ends[1]);
  ::waitpid(child, nullptr, 0);
  char path[4096] = {};
  const ::ssize_t size = ::read(ends[0], path, sizeof path);
  ::close(ends[0]);
  return std::string(path, size > 0 ? static_cast<std::size_t>(size) : 0);
}

TEST_F(TempDirectoryTest, TheNextOneRemovesWhatTheDeadLeft) {
  const TempDirectory living;
  const std::string left = left_behind();
  ASSERT_TRUE(fs::is_directory(left + "/gw0"));
  EXPECT_EQ(left.rfind(base_.path() + "/gtest-xdist-", 0), 0U) << left;
  const TempDirectory next;
  EXPECT_FALSE(fs::exists(left));
  EXPECT_TRUE(fs::is_directory(living.path()));
  EXPECT_TRUE(fs::is_directory(next.path()));
}

TEST_F(TempDirectoryTest, LeavesWhatIsNoRunOfThisUserOnThisMachine) {
  const std::string boot = os::boot();
  ASSERT_FALSE(boot.empty());
  base_.write("gtest-xdist-without/file", "text");
  base_.write("gtest-xdist-elsewhere/claim", "another machine");
  base_.write("gtest-xdist-empty/claim", "");
  base_.write("gtest-xdist-file", boot);
  base_.write("others/claim", boot);
  fs::create_directory_symlink(base_.path() + "/others", base_.path() + "/gtest-xdist-link");
  fs::create_directories(base_.path() + "/gtest-xdist-linked");
  fs::create_symlink(base_.path() + "/others/claim", base_.path() + "/gtest-xdist-linked/claim");
  fs::create_directories(base_.path() + "/gtest-xdist-pipe");
  ASSERT_EQ(::mkfifo((base_.path() + "/gtest-xdist-pipe/claim").c_str(), 0600), 0);
  base_.write("gtest-xdist-of-another/claim", boot);
  const bool is_root = ::chown((base_.path() + "/gtest-xdist-of-another").c_str(), 1, 1) == 0;
  base_.write("gtest-xdist-dead/claim", boot);
  { const TempDirectory next; }
  EXPECT_FALSE(fs::exists(base_.path() + "/gtest-xdist-dead"));
  for (const char* name : {"without", "elsewhere", "empty", "file", "link", "linked", "pipe"}) {
    EXPECT_TRUE(fs::exists(base_.path() + "/gtest-xdist-" + name)) << name;
  }
  EXPECT_EQ(fs::exists(base_.path() + "/gtest-xdist-of-another"), is_root);
}

TEST_F(TempDirectoryTest, SaysWhereItCouldNotBeMade) {
  const ScratchVariable nowhere("TEST_TMPDIR", "/no/such/place/");
  EXPECT_EQ(text_of_thrown<std::runtime_error>([] { TempDirectory(); }),
            "cannot make a temporary directory in '/no/such/place': No such file or directory");
}

}  // namespace
}  // namespace gtest_xdist::internal
