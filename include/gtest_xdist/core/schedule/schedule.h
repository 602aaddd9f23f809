// The schedule of a session: which worker ran which test, and when. Plain values, no gtest types.
//
// Layer: core/schedule (standard library only). Times are nanoseconds since the session's
// beginning.
#ifndef GTEST_XDIST_CORE_SCHEDULE_SCHEDULE_H_
#define GTEST_XDIST_CORE_SCHEDULE_SCHEDULE_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "gtest_xdist/core/tests/index_list.h"

namespace gtest_xdist::internal {

// A stretch of time in which a worker did one thing.
struct ScheduleSpan {
  enum class Kind : std::uint8_t {
    start,  // from the start of the process until its tests are known
    environments_up,
    suite_up,
    test,
    suite_down,
    environments_down,
  };
  enum class Result : std::uint8_t { passed, skipped, failed, crashed, timed_out, interrupted };
  static constexpr std::size_t kResults = 6;

  Kind kind = Kind::test;
  Result result = Result::passed;
  int worker = 0;             // number
  unsigned iteration = 1;     // of the run of all tests, from 1
  std::uint32_t subject = 0;  // the number of the test, or of the suite
  std::int64_t begin_ns = 0;
  std::int64_t end_ns = 0;

  std::int64_t duration_ns() const { return end_ns - begin_ns; }
};

// A worker's process.
struct ScheduleWorker {
  unsigned slot = 0;  // the number of the first worker in its slot, perhaps its own
  std::int64_t begin_ns = 0;
  std::int64_t end_ns = 0;
  std::string end;  // how it ended; empty if it ended as planned
};

// The names of tests and suites.
class ScheduleNames {
 public:
  ScheduleNames() = default;
  ScheduleNames(const ScheduleNames&) = delete;
  ScheduleNames& operator=(const ScheduleNames&) = delete;
  virtual ~ScheduleNames() = default;

  virtual std::string of_test(TestIndex test) const = 0;
  virtual std::string of_suite(std::uint32_t suite) const = 0;
  // The number of the test's suite.
  virtual std::uint32_t suite_of(TestIndex test) const = 0;
};

// One call of RUN_ALL_TESTS.
struct ScheduleRun {
  unsigned number = 1;               // of the calls in this process, from 1
  unsigned workers = 0;              // at the start
  std::uint32_t tests = 0;           // registered
  std::uint64_t digest = 0;          // stands for their names
  bool on_every_worker = false;      // whether each worker runs each test
  std::vector<TestIndex> selected;   // the tests to run
  unsigned iterations = 0;           // that have begun
  std::vector<ScheduleWorker> crew;  // by number of the worker
  std::vector<ScheduleSpan> spans;   // of each worker in order; they do not overlap

  std::shared_ptr<const ScheduleNames> names;
};

struct Schedule {
  std::string program;           // its name
  std::deque<ScheduleRun> runs;  // a deque, so that a new one moves no other
};

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_CORE_SCHEDULE_SCHEDULE_H_
