#include "gtest_xdist/process/output/clean_cut.h"

#include <cstddef>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace gtest_xdist::internal {
namespace {

std::string kept_head(std::string_view head) {
  return std::string(head.substr(0, clean_end(head)));
}
std::string kept_tail(std::string_view tail) { return std::string(tail.substr(clean_begin(tail))); }

TEST(CleanCut, IsBetweenLinesIfItCanBe) {
  EXPECT_EQ(kept_head("one\ntwo\nthr"), "one\ntwo\n");
  EXPECT_EQ(kept_head("one\n"), "one\n");
  EXPECT_EQ(kept_tail("e\ntwo\nthree"), "two\nthree");
  EXPECT_EQ(kept_tail("\ntwo"), "two");
}

TEST(CleanCut, IsAnywhereInPlainText) {
  EXPECT_EQ(kept_head("text"), "text");
  EXPECT_EQ(kept_tail("text"), "text");
  EXPECT_EQ(kept_head(""), "");
  EXPECT_EQ(kept_tail(""), "");
}

TEST(CleanCut, TearsNoCharacter) {
  for (const std::string character : {"\u00e4", "\u20ac", "\U0001f600"}) {
    for (std::size_t bytes = 1; bytes < character.size(); ++bytes) {
      EXPECT_EQ(kept_head("a" + character.substr(0, bytes)), "a");
      EXPECT_EQ(kept_head(character.substr(0, bytes)), "");
      EXPECT_EQ(kept_tail(character.substr(bytes) + "z"), "z");
      EXPECT_EQ(kept_tail(character.substr(bytes)), "");
    }
    EXPECT_EQ(kept_head("a" + character), "a" + character);
    EXPECT_EQ(kept_tail(character + "z"), character + "z");
  }
}

TEST(CleanCut, MindsNoBytesThatAreNoText) {
  EXPECT_EQ(kept_head("\x80\x80\x80\x80\x80"), "\x80\x80\x80\x80\x80");
  EXPECT_EQ(kept_tail("\x80\x80\x80\x80\x80"), "\x80\x80\x80\x80\x80");
  EXPECT_EQ(kept_head("\xff\xff"), "\xff\xff");
  EXPECT_EQ(kept_tail("\xff\xff"), "\xff\xff");
}

}  // namespace
}  // namespace gtest_xdist::internal
