#include "gtest_xdist/controller/node/line_relay.h"

#include <cstddef>
#include <string>

#include <gtest/gtest.h>

namespace gtest_xdist::internal {
namespace {

TEST(LineRelay, GivesLinesThatAreComplete) {
  LineRelay relay("[gw0] ");
  EXPECT_EQ(relay.add("one\ntwo\nthr"), "[gw0] one\n[gw0] two\n");
  EXPECT_EQ(relay.size(), 3U);
  EXPECT_EQ(relay.add("e"), "");
  EXPECT_EQ(relay.add("e\n"), "[gw0] three\n");
  EXPECT_EQ(relay.size(), 0U);
  EXPECT_EQ(relay.add(""), "");
  EXPECT_EQ(relay.add("\n\n"), "[gw0] \n[gw0] \n");
}

TEST(LineRelay, EndsALineWhenAsked) {
  LineRelay relay("> ");
  EXPECT_EQ(relay.end_line(), "");
  EXPECT_EQ(relay.add("part"), "");
  EXPECT_EQ(relay.end_line(), "> part\n");
  EXPECT_EQ(relay.end_line(), "");
  EXPECT_EQ(relay.add("next\n"), "> next\n");
}

TEST(LineRelay, LeavesBytesAsTheyAre) {
  const std::string bytes("\0\r\t\xff\x1b[31m", 9);
  EXPECT_EQ(LineRelay("").add(bytes + "\n"), bytes + "\n");
}

TEST(LineRelay, BreaksLinesThatAreTooLong) {
  constexpr std::size_t kLongest = LineRelay::kLongest;
  LineRelay relay("> ");
  EXPECT_EQ(relay.add(std::string(kLongest - 1, 'x')), "");
  EXPECT_EQ(relay.add("yz"), "> " + std::string(kLongest - 1, 'x') + "y\n");
  EXPECT_EQ(relay.add("\n"), "> z\n");
  const std::string three = relay.add(std::string(3 * kLongest, 'x'));
  EXPECT_EQ(three.size(), 3 * (kLongest + 3));
  EXPECT_EQ(relay.size(), 0U);
}

}  // namespace
}  // namespace gtest_xdist::internal
