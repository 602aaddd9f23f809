// Groups of tests that run on one worker: the macro that marks them.
//
// Layer: core (standard library only). This file only holds the marks; a scheduler decides what a
// group means to the run.
#ifndef GTEST_XDIST_CORE_GROUPS_H_
#define GTEST_XDIST_CORE_GROUPS_H_

#include <string>
#include <string_view>
#include <vector>

#include "gtest_xdist/core/build/build.h"
#include "gtest_xdist/core/tests/marks.h"

// Marks the tests that `filter` selects as members of the group `name`. Both are string constants;
// the filter is one of --gtest_filter, and a test's name is the one that gtest prints:
//
//     GTEST_XDIST_GROUP("database", "DbTest.*:NetTest.*-DbTest.InMemory*")
//
// Use the macro at namespace scope, any number of times, in any source file or header; a semicolon
// after it is optional. A test may be in several groups, and a group may have several filters.
#define GTEST_XDIST_GROUP(name, filter)                                      \
  static_assert(!::std::string_view(name).empty(),                           \
                "GTEST_XDIST_GROUP: the name of a group must not be empty"); \
  GTEST_XDIST_INTERNAL_MARK("GTEST_XDIST_GROUP", group_marks, name, filter, __COUNTER__)

namespace gtest_xdist::internal {

// The groups of this process, made before main. Never destroyed: tests may run in static
// destructors.
GTEST_XDIST_INTERNAL_SHARED inline Marks& group_marks() {
  static Marks& marks = *new Marks;
  return marks;
}

// The names of the groups that a test is in: sorted, each once.
inline std::vector<std::string> groups_of(std::string_view full_name) {
  return names_of_marks(group_marks(), full_name);
}

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_CORE_GROUPS_H_
