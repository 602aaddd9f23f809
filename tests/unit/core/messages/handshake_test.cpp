#include "gtest_xdist/core/messages/handshake.h"

#include <optional>
#include <string>

#include <gtest/gtest.h>

namespace gtest_xdist::internal {
namespace {

TEST(Handshake, IsSevenNumbersAndADirectory) {
  Handshake handshake;
  handshake.segment = 5;
  handshake.input = 6;
  handshake.slot = 1;
  handshake.controller = 4'000'000'000U;
  handshake.run = 2;
  handshake.iterations = 10;
  handshake.seed = 99'999;
  handshake.directory = "/tmp/run: 1";
  EXPECT_EQ(handshake.format(), "5:6:1:4000000000:2:10:99999:/tmp/run: 1");
}

TEST(Handshake, SurvivesTheRoundTrip) {
  for (const char* text :
       {"5:6:1:4000000000:2:10:1:/", "0:0:0:0:0:0:0:/tmp/a", "9:8:7:6:5:4:3://a:b:"}) {
    const std::optional<Handshake> handshake = Handshake::parse(text);
    ASSERT_TRUE(handshake) << text;
    EXPECT_EQ(handshake->format(), text);
  }
}

TEST(Handshake, AnythingElseIsNone) {
  for (const char* text :
       {"", ":", "1", "1:2:3:4:5:6:/", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:", "1:2:3:4:5:6:7:8:/",
        "1:2:3:4:5:6:7:tmp", ":2:3:4:5:6:7:/", "1::3:4:5:6:7:/", "1:2:3:4:5:x:7:/",
        "1:2:-3:4:5:6:7:/", " 1:2:3:4:5:6:7:/", "1:2:3:4:5:6:7 :/", "4000000001:0:0:0:0:0:0:/",
        "99999999999999999999:0:0:0:0:0:0:/", "::::::", ":::::::/"}) {
    EXPECT_FALSE(Handshake::parse(text)) << text;
  }
}

}  // namespace
}  // namespace gtest_xdist::internal
