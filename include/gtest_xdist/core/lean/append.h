// Adds all elements of one sequence to another.
//
// Layer: core/lean (standard library only). insert() of a range fits any iterator and any place,
// but would take a compiler longer than all code that calls it.
#ifndef GTEST_XDIST_CORE_LEAN_APPEND_H_
#define GTEST_XDIST_CORE_LEAN_APPEND_H_

#include <utility>

namespace gtest_xdist::internal {

// At the end.
template <class To, class From>
void append_all(To& to, const From& from) {
  for (const auto& element : from) to.push_back(element);
}

// At the end, by moving them.
template <class To, class From>
void move_all(To& to, From& from) {
  for (auto& element : from) to.push_back(std::move(element));
}

// At the beginning; they keep their order.
template <class To, class From>
void prepend_all(To& to, const From& from) {
  for (auto element = from.rbegin(); element != from.rend(); ++element) to.push_front(*element);
}

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_CORE_LEAN_APPEND_H_
