// Marks on tests, made before main: a name for all tests that a filter selects.
//
// Layer: core/tests (standard library only). It does not know what a mark means: the owner of the
// list does.
#ifndef GTEST_XDIST_CORE_TESTS_MARKS_H_
#define GTEST_XDIST_CORE_TESTS_MARKS_H_

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gtest_xdist/core/build/same_build.h"  // a mark in a file of another build would be lost
#include "gtest_xdist/core/lean/sorted_order.h"
#include "gtest_xdist/core/tests/filter.h"

// Adds a mark to the list that the function `marks` of gtest_xdist::internal returns. `macro` is
// the name of the macro that the user wrote. Use it at namespace scope, with or without a semicolon
// after it.
#define GTEST_XDIST_INTERNAL_MARK(macro, marks, name, filter, number) \
  GTEST_XDIST_INTERNAL_NUMBERED_MARK(macro, marks, name, filter, number)

#define GTEST_XDIST_INTERNAL_NUMBERED_MARK(macro, marks, name, filter, number) \
  static_assert(!::std::string_view(filter).empty(),                           \
                macro ": an empty filter selects no test; all are \"*\"");     \
  [[maybe_unused]] static const bool gtest_xdist_mark_##number =               \
      ::gtest_xdist::internal::add_mark(::gtest_xdist::internal::marks(), name, filter);

namespace gtest_xdist::internal {

struct Mark {
  std::string name;
  std::string filter;

  bool operator==(const Mark& other) const { return name == other.name && filter == other.filter; }
};

// Each once, in the order in which they were made.
using Marks = std::vector<Mark>;

// Adds a mark, unless the list has an equal one: a mark in a header comes from every file that
// includes it. Returns true, to initialise the variable that the macro defines.
inline bool add_mark(Marks& marks, std::string_view name, std::string_view filter) {
  Mark mark{std::string(name), std::string(filter)};
  if (std::find(marks.begin(), marks.end(), mark) == marks.end()) marks.push_back(std::move(mark));
  return true;
}

// The names of the marks on the test of that name: sorted, each once.
inline std::vector<std::string> names_of_marks(const Marks& marks, std::string_view full_name) {
  std::vector<std::string> names;
  for (const Mark& mark : marks) {
    if (!matches_filter(mark.filter, full_name)) continue;
    if (std::find(names.begin(), names.end(), mark.name) == names.end()) names.push_back(mark.name);
  }
  sort_all(names);
  return names;
}

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_CORE_TESTS_MARKS_H_
