#include "gtest_xdist/core/text/near_miss.h"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace gtest_xdist::internal {
namespace {

TEST(NearMiss, CountsEdits) {
  struct Row {
    const char* a;
    const char* b;
    std::size_t distance;
  };
  const Row rows[] = {
      {"", "", 0},          {"", "abc", 3},      {"load", "load", 0},
      {"load", "loads", 1}, {"load", "lad", 1},  {"load", "lord", 1},
      {"load", "laod", 1},  {"load", "olda", 2}, {"kitten", "sitting", 3},
      {"ab", "ba", 1},      {"abcd", "badc", 2}, {"each", "load", 4},
      {"ca", "abc", 3},  // not 2: a swapped pair is not edited again
  };
  for (const Row& row : rows) {
    EXPECT_EQ(edit_distance(row.a, row.b), row.distance) << row.a << " " << row.b;
    EXPECT_EQ(edit_distance(row.b, row.a), row.distance) << row.b << " " << row.a;
  }
}

TEST(NearMiss, IsTheNearestWordIfItIsNearEnough) {
  const std::vector<std::string> known = {"auto", "logical", "no"};
  struct Row {
    const char* word;
    std::optional<std::string> near;
  };
  const Row rows[] = {
      {"auto", "auto"},
      {"Auto", "auto"},
      {"atuo", "auto"},
      {"autoo", "auto"},
      {"logic", std::nullopt},
      {"logicl", "logical"},
      {"logcla", "logical"},
      {"n", "no"},
      {"on", "no"},
      {"yes", std::nullopt},
      {"", std::nullopt},
      {"aXXo", std::nullopt},
  };
  for (const Row& row : rows) EXPECT_EQ(near_miss(row.word, known), row.near) << row.word;
}

TEST(NearMiss, APluralIsOneMistake) {
  EXPECT_EQ(near_miss("retry", {"retries"}), "retries");
  EXPECT_EQ(near_miss("RETRY", {"RETURN", "RETRIES"}), "RETRIES");
  EXPECT_EQ(near_miss("RETRX", {"RETRIES"}), std::nullopt);
  EXPECT_EQ(near_miss("y", {"ies", "auto"}), std::nullopt);
}

TEST(NearMiss, TheFirstOfEquallyNearWordsIsTaken) {
  EXPECT_EQ(near_miss("lead", {"load", "read"}), "load");
  EXPECT_EQ(near_miss("lead", {"read", "load"}), "read");
  EXPECT_EQ(near_miss("lead", {}), std::nullopt);
}

}  // namespace
}  // namespace gtest_xdist::internal
