#include "gtest_xdist/core/tests/filter.h"

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <filesystem>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

namespace gtest_xdist::internal {
namespace {

using Strings = std::vector<std::string>;

TEST(Filter, IsReadAsGtestReadsIt) {
  struct Row {
    const char* filter;
    const char* name;
    bool matches;
  };
  const Row rows[] = {
      {"*", "A.b", true},
      {"A.b", "A.b", true},
      {"A.b", "A.bc", false},
      {"A.b", "AA.b", false},
      {"A.?", "A.b", true},
      {"A.?", "A.", false},
      {"A.??", "A.b", false},
      {"A.*", "A.", true},
      {"A.*c", "A.bcc", true},
      {"A.*c", "A.bcd", false},
      {"*.b*c", "A.bxbyc", true},
      {"I/A.b/?", "I/A.b/0", true},
      {"A.b:C.d", "C.d", true},
      {"A.b:C.d", "A.b:C.d", false},
      {"::C.d:", "C.d", true},
      {"::C.d:", "A.b", false},
      {"A.*-A.b", "A.b", false},
      {"A.*-A.b", "A.c", true},
      {"A.*-A.b", "B.c", false},
      {"A.*:C.d-A.b:C.*", "C.d", false},
      {"A.*:C.d-A.b:C.*", "A.c", true},
      {"-A.b", "A.b", false},
      {"-A.b", "C.d", true},
      {"-", "A.b", true},
      {"A.b-", "A.b", true},
      {"A.b-", "C.d", false},
      {"*-A.b:-C.d", "C.d", true},  // the second '-' is a character
      {"*-A.b-C.d", "A.b", true},   // likewise
      {"*-A.b-C.d", "A.b-C.d", false},
      {"*-A.b:-C.d", "-C.d", false},
      {":-A.b", "C.d", false},  // not empty: a pattern that matches an empty name
      {"", "A.b", false},
      {"", "", true},
      {"*-", "", false},
      {"a.b", "A.b", false},
      {"[A].b", "A.b", false},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(matches_filter(row.filter, row.name), row.matches) << row.filter << " " << row.name;
  }
}

// The definition, as slow as it is plain.
bool defined_to_match(std::string_view pattern, std::string_view text) {
  if (pattern.empty()) return text.empty();
  if (pattern[0] == '*') {
    return defined_to_match(pattern.substr(1), text) ||
           (!text.empty() && defined_to_match(pattern, text.substr(1)));
  }
  return !text.empty() && (pattern[0] == '?' || pattern[0] == text[0]) &&
         defined_to_match(pattern.substr(1), text.substr(1));
}

// All words of up to `length` of these letters.
Strings words(std::string_view letters, std::size_t length) {
  Strings all = {""};
  for (std::size_t from = 0; length > 0; --length) {
    const std::size_t end = all.size();
    for (; from < end; ++from) {
      for (const char letter : letters) all.push_back(all[from] + letter);
    }
  }
  return all;
}

TEST(Filter, ShortPatternsMatchByDefinition) {
  const Strings texts = words("ab", 6);
  int matches = 0;
  for (const std::string& pattern : words("ab*?", 5)) {
    for (const std::string& text : texts) {
      const bool expected = defined_to_match(pattern, text);
      matches += expected;
      ASSERT_EQ(matches_pattern(pattern, text), expected) << pattern << " " << text;
    }
  }
  EXPECT_GT(matches, 10'000);
}

// Where each * tries all that it may stand for, this takes longer than the universe.
TEST(Filter, ManyStarsTakeNoLongTime) {
  std::string pattern;
  for (int i = 0; i < 50; ++i) pattern += "*a";
  const std::string text(10'000, 'a');
  EXPECT_TRUE(matches_pattern(pattern, text));
  EXPECT_FALSE(matches_pattern(pattern + "*b", text));
  EXPECT_FALSE(matches_pattern(pattern + "b", text));
}

// The output of a program.
std::string output_of(const std::string& command) {
  std::string output;
  std::FILE* const pipe = ::popen(command.c_str(), "r");
  if (pipe == nullptr) return output;
  char buffer[4096];
  while (const std::size_t count = std::fread(buffer, 1, sizeof buffer, pipe)) {
    output.append(buffer, count);
  }
  EXPECT_EQ(::pclose(pipe), 0) << command;
  return output;
}

// The tests of this program that gtest selects by a filter.
std::set<std::string> selected_by_gtest(const std::string& filter) {
  static const std::string program = std::filesystem::read_symlink("/proc/self/exe").string();
  // What the environment tells this program to write, the other one must not write.
  const std::string list = output_of("env -u GTEST_OUTPUT -u TEST_PREMATURE_EXIT_FILE '" + program +
                                     "' --gtest_list_tests '--gtest_filter=" + filter + "'");
  std::set<std::string> names;
  std::string suite;
  for (std::size_t at = 0; at < list.size();) {
    const std::size_t end = std::min(list.find('\n', at), list.size());
    const std::string_view line(list.data() + at, end - at);
    at = end + 1;
    if (line.substr(0, 2) == "  ") {
      const std::string_view name = line.substr(2);
      names.insert(suite + std::string(name.substr(0, name.find(' '))));
    } else {
      suite = line.substr(0, line.find(' '));
    }
  }
  return names;
}

std::set<std::string> selected_by_us(const std::string& filter) {
  std::set<std::string> names;
  const testing::UnitTest& program = *testing::UnitTest::GetInstance();
  for (int i = 0; i < program.total_test_suite_count(); ++i) {
    const testing::TestSuite& suite = *program.GetTestSuite(i);
    for (int j = 0; j < suite.total_test_count(); ++j) {
      const std::string name = std::string(suite.name()) + "." + suite.GetTestInfo(j)->name();
      if (matches_filter(filter, name)) names.insert(name);
    }
  }
  return names;
}

TEST(Filter, SelectsWhatGtestSelects) {
#ifdef _WIN32
  GTEST_SKIP() << "gtest is asked by a command of a POSIX shell";
#endif
  const Strings filters = {
      "*",
      "",
      "-",
      ":",
      "Filter.*",
      "Filter*:Groups.*",
      "CodecInteger/?.*",
      "CodecInteger/1?.*-*/12.*",
      "-Codec*",
      "-Codec*:*Is*",
      "*.*Is*-Codec*:Groups.*",
      "*-Codec*-",
      "*-Codec*:-Filter.*",
      "Filter.SelectsWhatGtestSelects",
      "Filter.Selects",
      "Filter.Selects?hat*",
      "*e*e*e*",
      "*.*-*e*e*e*",
      "**F**r.**",
      "?ilter.*:?roups.*:-Filter.*",
      "::Groups.*::",
  };
  std::set<std::size_t> sizes;
  for (const std::string& filter : filters) {
    const std::set<std::string> ours = selected_by_us(filter);
    EXPECT_EQ(ours, selected_by_gtest(filter)) << filter;
    sizes.insert(ours.size());
  }
  EXPECT_GT(sizes.size(), 10U) << "they differ";
}

}  // namespace
}  // namespace gtest_xdist::internal
