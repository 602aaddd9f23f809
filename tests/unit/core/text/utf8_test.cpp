#include "gtest_xdist/core/text/utf8.h"

#include <string>

#include <gtest/gtest.h>

namespace gtest_xdist::internal {
namespace {

TEST(Utf8, KnowsItsCharacters) {
  for (const std::string text :
       {"a", "\x7f", "\xc2\x80", "\xc3\xa4", "\xe0\xa0\x80", "\xe2\x80\xa6", "\xed\x9f\xbf",
        "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf"}) {
    EXPECT_EQ(utf8_character(text + "x"), text.size()) << text;
  }
  for (const std::string text :
       {"", "\x80", "\xbf", "\xc0\x80", "\xc1\xbf", "\xc3", "\xc3(", "\xe0\x9f\xbf", "\xe2\x80",
        "\xed\xa0\x80", "\xef\xbf\xbe", "\xef\xbf\xbf", "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80",
        "\xf5\x80\x80\x80", "\xff"}) {
    EXPECT_EQ(utf8_character(text), 0U) << text;
  }
}

TEST(Utf8, IsQuotedForJson) {
  EXPECT_EQ(quote_json("a/b \xc3\xa4"), "\"a/b \xc3\xa4\"");
  EXPECT_EQ(quote_json("\"\\\n\x01\x1f"), R"("\"\\\u000a\u0001\u001f")");
  EXPECT_EQ(quote_json("a\xff\xc3"), R"("a\\xff\\xc3")");
}

TEST(Utf8, IsQuotedForXml) {
  EXPECT_EQ(quote_xml("a<b>&\"c\" \xc3\xa4"), "a&lt;b&gt;&amp;&quot;c&quot; \xc3\xa4");
  EXPECT_EQ(quote_xml("\x01\n\xff"), "\\x01\\x0a\\xff");
}

}  // namespace
}  // namespace gtest_xdist::internal
