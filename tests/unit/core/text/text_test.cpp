#include "gtest_xdist/core/text/text.h"

#include <cstddef>
#include <string>

#include <gtest/gtest.h>

namespace gtest_xdist::internal {
namespace {

TEST(Text, IsEscapedByteByByte) {
  EXPECT_EQ(escape("", ""), "");
  EXPECT_EQ(escape("a b.c\\", ""), "a b.c\\");
  EXPECT_EQ(escape("a b.c\\", " .\\"), "a\\x20b\\x2ec\\x5c");
  EXPECT_EQ(escape(std::string("\0\x1f\x7f\n", 4), ""), "\\x00\\x1f\\x7f\\x0a");
  EXPECT_EQ(escape("\xff\xc3\xa4", ""), "\xff\xc3\xa4");
}

TEST(Text, IsShownInOneLine) {
  EXPECT_EQ(shown(""), "");
  EXPECT_EQ(shown("two words"), "two words");
  EXPECT_EQ(shown("two\r\nlines"), "two\\x0d\\x0alines");
}

TEST(Text, ThatIsLongIsShownByItsBeginningAndItsSize) {
  EXPECT_EQ(shown(std::string(200, 'x')), std::string(200, 'x'));
  EXPECT_EQ(shown(std::string(201, 'x')), std::string(100, 'x') + "... (201 bytes)");
  EXPECT_EQ(shown(std::string(100, '\n') + std::string(1'000'000, 'x')).size(),
            400 + std::string("... (1000100 bytes)").size());
}

// A character of several bytes is whole or not there; what is no UTF-8 is cut all the same.
TEST(Text, IsNotCutWithinACharacter) {
  const std::string character = "\xf0\x9f\xa6\x86";  // a duck
  for (std::size_t before = 96; before <= 100; ++before) {
    const std::string ascii(before, 'x');
    const std::string text = ascii + character + std::string(200, 'y');
    const std::string beginning = before == 96 ? ascii + character : ascii;
    EXPECT_EQ(shown(text), beginning + "... (" + std::to_string(text.size()) + " bytes)");
  }
  EXPECT_EQ(shown(std::string(300, '\x80')), std::string(97, '\x80') + "... (300 bytes)");
}

TEST(Text, JoinsWords) {
  EXPECT_EQ(join({}), "");
  EXPECT_EQ(join({"a"}), "a");
  EXPECT_EQ(join({"a", "", "c"}), "a, , c");
}

}  // namespace
}  // namespace gtest_xdist::internal
