#include "gtest_xdist/process/self.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "support/random.h"
#include "support/scratch.h"

namespace gtest_xdist::internal {
namespace {

TEST(Self, KnowsItsExecutableAndDirectory) {
  const Self self = Self::capture();
  EXPECT_EQ(self.executable, std::filesystem::read_symlink("/proc/self/exe").string());
  EXPECT_EQ(self.directory, std::filesystem::current_path().string());
  ASSERT_FALSE(self.arguments.empty());
  EXPECT_EQ(std::filesystem::path(self.arguments[0]).filename(),
            std::filesystem::path(self.executable).filename());
}

TEST(Self, FindsBackWhereItHasLeft) {
  const std::filesystem::path before = std::filesystem::current_path();
  const ScratchDirectory scratch;
  const std::string place = scratch.path() + "/place";
  std::filesystem::create_directory(place);
  std::filesystem::current_path(place);
  const Self self = Self::capture();
  EXPECT_EQ(self.way_back(), "");
  std::filesystem::rename(place, scratch.path() + "/renamed");
  EXPECT_EQ(self.way_back(), "") << "it is still there";
  std::filesystem::current_path(before);
  EXPECT_EQ(self.way_back(), place);
}

TEST(StandardDescriptors, AreOccupiedWhereTheyAreClosed) {
  for (const std::vector<int>& closed : {std::vector<int>{}, {0}, {1}, {2}, {0, 2}, {0, 1, 2}}) {
    const ::pid_t child = ::fork();
    if (child == 0) {
      for (const int descriptor : closed) ::close(descriptor);
      const int first_free = ::open("/dev/null", O_RDONLY);
      ::close(first_free);
      occupy_standard_descriptors();
      const int next = ::open("/dev/null", O_RDONLY);
      // Nothing is left open beside the three.
      ::_exit(next > STDERR_FILENO && (next == first_free || !closed.empty()) ? 0 : 1);
    }
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_EQ(status, 0) << closed.size() << " closed";
  }
}

TEST(CurrentEnvironment, HasEveryVariableAsItIsNow) {
  const ScratchVariable plain("UNIT_PLAIN", "value");
  const ScratchVariable odd("UNIT_ODD", "a=b\n=c");
  const ScratchVariable empty("UNIT_EMPTY", "");
  const ScratchVariable none("UNIT_NONE", std::nullopt);
  const Environment environment = current_environment();
  const auto count = [&](const char* name, const char* value) {
    return std::count(environment.begin(), environment.end(),
                      std::pair<std::string, std::string>(name, value));
  };
  EXPECT_EQ(count("UNIT_PLAIN", "value"), 1);
  EXPECT_EQ(count("UNIT_ODD", "a=b\n=c"), 1);
  EXPECT_EQ(count("UNIT_EMPTY", ""), 1);
  for (const auto& [name, value] : environment) EXPECT_NE(name, "UNIT_NONE");
}

TEST(QuoteCommand, QuotesOnlyWhatAShellWouldChange) {
  struct Row {
    std::vector<std::string> words;
    const char* text;
  };
  const Row rows[] = {
      {{}, ""},
      {{"./suite"}, "./suite"},
      {{"./suite", "--gtest_filter=A.*"}, "./suite '--gtest_filter=A.*'"},
      {{"a-b_c", "x=1,2:3", "@%+/."}, "a-b_c x=1,2:3 @%+/."},
      {{""}, "''"},
      {{"a b"}, "'a b'"},
      {{"it's"}, "'it'\\''s'"},
      {{"~"}, "'~'"},
  };
  for (const Row& row : rows) EXPECT_EQ(quote_command(row.words), row.text);
}

// What /bin/sh makes of `command`.
std::string output_of(const std::string& command) {
  ::FILE* pipe = ::popen(command.c_str(), "r");
  if (pipe == nullptr) return "(no shell)";
  std::string text;
  char buffer[4096];
  for (std::size_t got = 0; (got = ::fread(buffer, 1, sizeof buffer, pipe)) > 0;) {
    text.append(buffer, got);
  }
  EXPECT_EQ(::pclose(pipe), 0);
  return text;
}

TEST(QuoteCommand, AShellTakesTheWordsBack) {
  std::vector<std::string> words = {
      "",     "plain", "two words", "it's", "'",     "''",   "\"$HOME\"", "$(id)", "`id`",
      "a\nb", "\t",    "\\",        "\\n",  "*",     "?[a]", "~",         "!!",    "#no",
      "a;b",  "a&b",   "a|b",       "<>",   "{a,b}", "-n",   "--",        "a=b",   "\xc3\xa4\xff"};
  Random random(40);
  for (int i = 0; i < 200; ++i) {
    std::string word = random.bytes(random.between<std::size_t>(0, 30));
    std::replace(word.begin(), word.end(), '\0', '\'');  // no word has a zero byte
    words.push_back(word);
  }
  std::vector<std::string> command = {"/usr/bin/printf", "%s\\0"};
  command.insert(command.end(), words.begin(), words.end());
  std::string expected;
  for (const std::string& word : words) expected += word + '\0';
  EXPECT_EQ(output_of(quote_command(command)), expected);
}

}  // namespace
}  // namespace gtest_xdist::internal
