#include "gtest_xdist/core/tests/echoes.h"

#include <gtest/gtest.h>

#include "gtest_xdist/core/tests/report.h"

namespace gtest_xdist::internal {
namespace {

const Part kA{PartType::skip, "a.cpp", 7, "why"};
const Part kB{PartType::skip, "b.cpp", 7, "why"};

TEST(Echoes, OfNothingAreNone) { EXPECT_FALSE(Echoes().take(kA)); }

TEST(Echoes, AreRecognizedByWhatTheyTell) {
  Echoes echoes({{PartType::skip, "a.cpp", 7, "why\nStack trace:\n  0x5: f()\n"}});
  EXPECT_FALSE(echoes.take(kB));
  EXPECT_TRUE(echoes.take({PartType::skip, "a.cpp", 7, "why\nStack trace:\n  0x6: f()\n"}));
}

TEST(Echoes, ComeAsOftenAsTheyWereTold) {
  Echoes echoes({kA, kB});
  echoes.add(kA);
  EXPECT_TRUE(echoes.take(kA));
  EXPECT_TRUE(echoes.take(kA));
  EXPECT_FALSE(echoes.take(kA));
  EXPECT_TRUE(echoes.take(kB));
  EXPECT_FALSE(echoes.take(kB));
}

}  // namespace
}  // namespace gtest_xdist::internal
