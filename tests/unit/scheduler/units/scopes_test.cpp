#include "gtest_xdist/scheduler/units/scopes.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace gtest_xdist {
namespace {

using Scopes = std::vector<std::uint32_t>;

TEST(Scopes, EqualKeysAreOneScope) {
  EXPECT_EQ(scopes_of({}), Scopes{});
  EXPECT_EQ(scopes_of({"B"}), Scopes{0});
  EXPECT_EQ(scopes_of({"B", "A", "B", "C", "A", ""}), (Scopes{0, 1, 0, 2, 1, 3}));
  EXPECT_EQ(scopes_of({"I/A", "I/A/0", "A"}), (Scopes{0, 1, 2}));
}

TEST(Scopes, ATestInNoGroupIsAlone) {
  EXPECT_EQ(scopes_of_groups({}), Scopes{});
  EXPECT_EQ(scopes_of_groups({{}, {}, {}}), (Scopes{0, 1, 2}));
  EXPECT_EQ(scopes_of_groups({{}, {"g"}, {}, {"g"}}), (Scopes{0, 1, 2, 1}));
}

TEST(Scopes, GroupsWithATestInCommonAreOneScope) {
  struct Row {
    std::vector<std::vector<std::string>> groups;
    Scopes scopes;
  };
  const Row rows[] = {
      {{{"a"}, {"b"}, {"a", "b"}}, {0, 0, 0}},
      {{{"a", "b"}, {"b"}, {"a"}}, {0, 0, 0}},
      {{{"a"}, {"b"}, {"c"}, {"a", "c"}}, {0, 1, 0, 0}},
      {{{"a"}, {"b"}, {"c"}, {"d"}, {"c", "d"}, {"b", "c"}, {}}, {0, 1, 1, 1, 1, 1, 2}},
      {{{"d"}, {"c"}, {"b"}, {"a"}, {"a", "b"}, {"c", "d"}, {"b", "c"}}, {0, 0, 0, 0, 0, 0, 0}},
      {{{"a", "a"}, {"a_b"}, {"b"}}, {0, 1, 2}},
  };
  for (const Row& row : rows) EXPECT_EQ(scopes_of_groups(row.groups), row.scopes);
}

TEST(Scopes, AreJoinedByTheKeysOfTheirTests) {
  using Keys = std::vector<std::vector<std::uint32_t>>;
  const auto joined = [](const Scopes& scopes, const Keys& keys) {
    return internal::join_scopes(
        scopes, [&](std::size_t test) -> const std::vector<std::uint32_t>& { return keys[test]; });
  };
  EXPECT_EQ(joined({}, {}), Scopes{});
  EXPECT_EQ(joined({0, 1, 1, 2}, {{}, {}, {}, {}}), (Scopes{0, 1, 1, 2}));
  EXPECT_EQ(joined({0, 1, 1, 2}, {{}, {7}, {}, {7}}), (Scopes{0, 1, 1, 1}));
  EXPECT_EQ(joined({2, 2, 0, 1}, {{}, {7}, {}, {7}}), (Scopes{0, 0, 1, 0}));
  EXPECT_EQ(joined({0, 1, 2, 3, 1}, {{1}, {2}, {1}, {3}, {1, 3}}), (Scopes{0, 0, 0, 0, 0}));
}

TEST(Scopes, ALongChainIsOneScope) {
  constexpr std::size_t kTests = 20'000;
  std::vector<std::vector<std::string>> groups(kTests);
  for (std::size_t test = 0; test < kTests; ++test) {
    groups[test] = {std::to_string(test), std::to_string(test + 1)};
  }
  EXPECT_EQ(scopes_of_groups(groups), Scopes(kTests, 0));
}

}  // namespace
}  // namespace gtest_xdist
