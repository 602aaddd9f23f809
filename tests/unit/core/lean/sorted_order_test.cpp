#include "gtest_xdist/core/lean/sorted_order.h"

#include <algorithm>
#include <cstddef>
#include <deque>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "gtest_xdist/core/lean/append.h"

#include "support/random.h"

namespace gtest_xdist::internal {
namespace {

using Numbers = std::vector<std::size_t>;

Numbers order_of(const std::vector<int>& values) {
  return sorted_order(values.size(),
                      [&](std::size_t a, std::size_t b) { return values[a] < values[b]; });
}

TEST(SortedOrder, KeepsTheOrderOfWhatIsEqual) {
  EXPECT_EQ(order_of({}), Numbers{});
  EXPECT_EQ(order_of({7}), Numbers{0});
  EXPECT_EQ(order_of({2, 1, 2, 1, 0}), (Numbers{4, 1, 3, 0, 2}));
}

TEST(SortedOrder, IsThatOfAStableSort) {
  Random random(1);
  for (int round = 0; round < 200; ++round) {
    std::vector<int> values(random.between<std::size_t>(0, 60));
    for (int& value : values) value = random.between(0, 9);
    Numbers expected(values.size());
    for (std::size_t i = 0; i < expected.size(); ++i) expected[i] = i;
    std::stable_sort(expected.begin(), expected.end(),
                     [&](std::size_t a, std::size_t b) { return values[a] < values[b]; });
    ASSERT_EQ(order_of(values), expected);
  }
}

TEST(SortedOrder, PutsElementsThere) {
  std::vector<std::string> texts = {"c", "a", "b"};
  put_in_order(texts, {1, 2, 0});
  EXPECT_EQ(texts, (std::vector<std::string>{"a", "b", "c"}));
}

TEST(Append, KeepsTheOrderAtBothEnds) {
  std::deque<int> numbers = {3};
  append_all(numbers, std::vector<int>{4, 5});
  prepend_all(numbers, std::vector<int>{1, 2});
  prepend_all(numbers, std::vector<int>{});
  EXPECT_EQ(numbers, (std::deque<int>{1, 2, 3, 4, 5}));
}

int add_one(int number) { return number + 1; }

TEST(FunctionRef, CallsObjectsAndFunctions) {
  const auto call = [](FunctionRef<int(int)> function) { return function(1); };
  int added = 5;
  EXPECT_EQ(call([&added](int number) { return number + added; }), 6);
  EXPECT_EQ(call(add_one), 2);
  EXPECT_EQ(call(&add_one), 2);
}

}  // namespace
}  // namespace gtest_xdist::internal
