// Groups of tests that are to run on one worker: which tests bear which mark.
//
// Layer: core (standard library only). What a group means to the run is its scheduler's business.
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
// Stands at namespace scope, with or without a semicolon behind it, any number of times in any
// source file or header: a test may be in several groups, and a group may have several filters.
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
