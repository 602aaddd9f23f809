#include "gtest_xdist/process/files/plain_file.h"

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>

#include <gtest/gtest.h>

#include "support/scratch.h"
#include "support/thrown.h"

namespace gtest_xdist::internal {
namespace {

class PlainFileTest : public testing::Test {
 protected:
  std::string path(const std::string& name) const { return directory_.path() + "/" + name; }
  std::size_t files() const {
    const std::filesystem::directory_iterator begin(directory_.path());
    return static_cast<std::size_t>(std::distance(begin, {}));
  }

  ScratchDirectory directory_;
};

TEST_F(PlainFileTest, SaysWhatWasWritten) {
  write_file(path("file"), "one\n");
  EXPECT_EQ(read_file(path("file")), "one\n");
  write_file(path("file"), "");
  EXPECT_EQ(read_file(path("file")), "");
  EXPECT_EQ(files(), 1U);
}

TEST_F(PlainFileTest, KeepsItsModeAndWhatLinksToIt) {
  write_file(path("file"), "one\n");
  ASSERT_EQ(::chmod(path("file").c_str(), 0640), 0);
  std::filesystem::create_symlink(path("file"), path("link"));
  write_file(path("link"), "two\n");
  write_file(path("file"), "three\n");
  EXPECT_EQ(read_file(path("link")), "three\n");
  EXPECT_TRUE(std::filesystem::is_symlink(path("link")));
  struct ::stat status {};
  ASSERT_EQ(::stat(path("file").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0640U);
}

// Somebody who has it open goes on reading the old one.
TEST_F(PlainFileTest, IsReplacedAtOnce) {
  write_file(path("file"), "old\n");
  std::ifstream reader(path("file"));
  write_file(path("file"), "new, and longer\n");
  std::string line;
  std::getline(reader, line);
  EXPECT_EQ(line, "old");
}

TEST_F(PlainFileTest, StaysWhatItIsIfItIsNoRegularFile) {
  write_file("/dev/null", "anything");
  EXPECT_TRUE(std::filesystem::is_character_file("/dev/null"));
  EXPECT_EQ(text_of_thrown<std::runtime_error>([] { write_file("/dev/full", "anything"); }),
            "No space left on device");
  EXPECT_EQ(text_of_thrown<std::runtime_error>([] { read_file("/dev/null"); }),
            "it is not a regular file");
}

// It may be that of a process in another container, which has the same number.
TEST_F(PlainFileTest, LeavesAFileThatHasTheNameOfItsNewContent) {
  const std::string other = "file." + std::to_string(::getpid()) + ".new";
  std::ofstream(path(other)) << "other\n";
  write_file(path("file"), "one\n");
  EXPECT_EQ(read_file(path("file")), "one\n");
  EXPECT_EQ(read_file(path(other)), "other\n");
}

TEST_F(PlainFileTest, IsKnownByAnyOfItsNames) {
  write_file(path("file"), "");
  std::filesystem::create_symlink(path("file"), path("link"));
  EXPECT_TRUE(leads_to_same_file(path("file"), path("./file")));
  EXPECT_TRUE(leads_to_same_file(path("file"), path("link")));
  EXPECT_TRUE(leads_to_same_file(
      path("none"), directory_.path() + "/../" +
                        std::filesystem::path(directory_.path()).filename().string() + "/none"));
  EXPECT_FALSE(leads_to_same_file(path("file"), path("none")));
}

}  // namespace
}  // namespace gtest_xdist::internal
