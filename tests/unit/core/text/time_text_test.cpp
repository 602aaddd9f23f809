#include "gtest_xdist/core/text/time_text.h"

#include <cstdint>
#include <limits>
#include <string>

#include <gtest/gtest.h>

namespace gtest_xdist::internal {
namespace {

TEST(TimeText, HasThreeDigitsThatCount) {
  struct Row {
    std::int64_t nanoseconds;
    const char* text;
  };
  for (const Row& row :
       {Row{-5, "0 ns"}, Row{0, "0 ns"}, Row{7, "7 ns"}, Row{999, "999 ns"}, Row{1000, "1.00 us"},
        Row{1234, "1.23 us"}, Row{1235, "1.24 us"}, Row{12'340, "12.3 us"}, Row{812'499, "812 us"},
        Row{999'499, "999 us"}, Row{999'500, "1.00 ms"}, Row{35'200'000, "35.2 ms"},
        Row{1'204'000'000, "1.20 s"}, Row{312'400'000'000, "312 s"},
        Row{3'600'000'000'000, "3600 s"},
        Row{std::numeric_limits<std::int64_t>::max(), "9223372037 s"}}) {
    EXPECT_EQ(describe_nanoseconds(row.nanoseconds), row.text);
  }
}

TEST(TimeText, HasADecimalPointWhereItBelongs) {
  EXPECT_EQ(format_decimal(0, 0), "0");
  EXPECT_EQ(format_decimal(0, 3), "0.000");
  EXPECT_EQ(format_decimal(12, 3), "0.012");
  EXPECT_EQ(format_decimal(1234, 3), "1.234");
  EXPECT_EQ(format_decimal(1234, 0), "1234");
}

}  // namespace
}  // namespace gtest_xdist::internal
