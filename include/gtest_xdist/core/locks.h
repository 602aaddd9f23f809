// Tests that must not run at the same time as others: the macros that mark them.
//
// Layer: core (standard library only). This file only holds the marks; schedulers and the
// controller keep such tests apart.
#ifndef GTEST_XDIST_CORE_LOCKS_H_
#define GTEST_XDIST_CORE_LOCKS_H_

#include <string>
#include <string_view>
#include <vector>

#include "gtest_xdist/core/build/build.h"
#include "gtest_xdist/core/tests/filter.h"
#include "gtest_xdist/core/tests/marks.h"

// Tests with the same lock never run at the same time, on any workers and with any scheduler.
// `name` is any name for what they share. `filter` selects the tests. Both are as in
// GTEST_XDIST_GROUP:
//
//     GTEST_XDIST_LOCK("port8080", "NetTest.*:HttpTest.Listens")
//
// A worker keeps the lock until it has left the suite. So if all tests of a suite hold a lock, its
// SetUpTestSuite and TearDownTestSuite hold it as well. A test may hold several locks. A run
// without workers is not affected.
//
// Use the macro at namespace scope, any number of times, in any source file or header; a semicolon
// after it is optional.
#define GTEST_XDIST_LOCK(name, filter)                                     \
  static_assert(!::std::string_view(name).empty(),                         \
                "GTEST_XDIST_LOCK: the name of a lock must not be empty"); \
  GTEST_XDIST_INTERNAL_MARK("GTEST_XDIST_LOCK", lock_marks, name, filter, __COUNTER__)

// While one of the tests that `filter` selects runs, nothing runs beside it: no other test, no
// SetUpTestSuite and no TearDownTestSuite. Such tests run when no other test can. Otherwise the
// rules are those of GTEST_XDIST_LOCK:
//
//     GTEST_XDIST_SERIAL("BenchTest.*:ClockTest.SetsTheClock")
#define GTEST_XDIST_SERIAL(filter) \
  GTEST_XDIST_INTERNAL_MARK("GTEST_XDIST_SERIAL", serial_marks, "", filter, __COUNTER__)

namespace gtest_xdist::internal {

// The locks of this process, made before main. Never destroyed: tests may run in static
// destructors.
GTEST_XDIST_INTERNAL_SHARED inline Marks& lock_marks() {
  static Marks& marks = *new Marks;
  return marks;
}

// As lock_marks(), of the tests that run alone; these marks have no name.
GTEST_XDIST_INTERNAL_SHARED inline Marks& serial_marks() {
  static Marks& marks = *new Marks;
  return marks;
}

// The names of the locks that a test holds: sorted, each once.
inline std::vector<std::string> locks_of(std::string_view full_name) {
  return names_of_marks(lock_marks(), full_name);
}

// Whether nothing may run beside a test.
inline bool is_serial(std::string_view full_name) {
  for (const Mark& mark : serial_marks()) {
    if (matches_filter(mark.filter, full_name)) return true;
  }
  return false;
}

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_CORE_LOCKS_H_
