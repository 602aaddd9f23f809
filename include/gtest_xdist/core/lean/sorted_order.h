// Sorts any sequence with code that is compiled once.
//
// Layer: core/lean (standard library only).
#ifndef GTEST_XDIST_CORE_LEAN_SORTED_ORDER_H_
#define GTEST_XDIST_CORE_LEAN_SORTED_ORDER_H_

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <utility>
#include <vector>

#include "gtest_xdist/core/lean/function_ref.h"

namespace gtest_xdist::internal {

// The numbers below `count`, sorted: `less(a, b)` says whether the number `a` comes before `b`. If
// neither comes before the other, the smaller number comes first.
inline std::vector<std::size_t> sorted_order(std::size_t count,
                                             FunctionRef<bool(std::size_t, std::size_t)> less) {
  std::vector<std::size_t> order(count);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    if (less(a, b)) return true;
    return a < b && !less(b, a);
  });
  return order;
}

// Sorts the elements: the one at position `order[i]` moves to position `i`.
template <class Container>
void put_in_order(Container& elements, const std::vector<std::size_t>& order) {
  Container sorted;  // NOLINTNEXTLINE(performance-inefficient-vector-operation): or a deque
  for (const std::size_t number : order) sorted.push_back(std::move(elements[number]));
  elements = std::move(sorted);
}

// As std::sort().
template <class Container>
void sort_all(Container& elements) {
  put_in_order(elements, sorted_order(elements.size(), [&](std::size_t a, std::size_t b) {
                 return elements[a] < elements[b];
               }));
}

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_CORE_LEAN_SORTED_ORDER_H_
