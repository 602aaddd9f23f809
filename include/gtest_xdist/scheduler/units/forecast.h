// Forecasts how long tests will take, and adds such times up.
//
// Layer: scheduler/units. Does not know nodes, nor where the times come from.
#ifndef GTEST_XDIST_SCHEDULER_UNITS_FORECAST_H_
#define GTEST_XDIST_SCHEDULER_UNITS_FORECAST_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "gtest_xdist/core/tests/index_list.h"

namespace gtest_xdist {

// What is expected before the session. Any part may be missing: then nothing is known of it.
struct Forecast {
  static constexpr double kUnknown = -1;
  std::vector<double> tests;            // seconds, by test; or kUnknown
  std::vector<std::uint32_t> suite_of;  // by test
  std::vector<double> suites;  // by suite: seconds of its set-up and tear-down, which each worker
                               // pays for each stretch of the suite that it runs
};

namespace internal {

// The time of some tests together. Unknown tests are counted, because the time that is expected of
// them changes during a session.
struct Work {
  double seconds = 0;
  std::size_t unknown = 0;

  Work& operator+=(const Work& other) {
    seconds += other.seconds;
    unknown += other.unknown;
    return *this;
  }
  Work& operator-=(const Work& other) {
    seconds -= other.seconds;
    unknown -= std::min(unknown, other.unknown);
    return *this;
  }
};

// A forecast that learns. An unknown test is expected to take as long as other unknown tests have
// taken in this session, on average; before there are any, as long as the known tests.
class Expectation {
 public:
  // `blind`: how many seconds to expect if no test is known at all.
  Expectation(std::vector<double> tests, double blind) : tests_(std::move(tests)), mean_(blind) {
    double sum = 0;
    std::size_t known = 0;
    for (const double seconds : tests_) {
      if (seconds < 0) continue;
      sum += seconds;
      ++known;
    }
    if (known > 0) mean_ = std::max(kLeast, sum / static_cast<double>(known));
  }

  bool knows(TestIndex test) const { return test < tests_.size() && tests_[test] >= 0; }

  Work of(TestIndex test) const {
    return knows(test) ? Work{std::max(kLeast, tests_[test]), 0} : Work{0, 1};
  }
  Work of(const std::vector<TestIndex>& tests) const {
    Work work;
    for (const TestIndex test : tests) work += of(test);
    return work;
  }

  double seconds(const Work& work) const {
    return work.seconds + static_cast<double>(work.unknown) * mean_;
  }

  // Expects the test to take `seconds` more. Does nothing if the test is unknown.
  void add(TestIndex test, double seconds) {
    if (knows(test)) tests_[test] += seconds;
  }

  void learn(TestIndex test, double seconds) {
    if (knows(test)) return;
    learnt_seconds_ += seconds;
    ++learnt_;
    mean_ = std::max(kLeast, learnt_seconds_ / static_cast<double>(learnt_));
  }

 private:
  static constexpr double kLeast = 1e-6;  // a test is never free

  std::vector<double> tests_;  // as in Forecast
  double mean_;                // seconds that an unknown test is expected to take
  double learnt_seconds_ = 0;
  std::size_t learnt_ = 0;
};

}  // namespace internal
}  // namespace gtest_xdist

#endif  // GTEST_XDIST_SCHEDULER_UNITS_FORECAST_H_
