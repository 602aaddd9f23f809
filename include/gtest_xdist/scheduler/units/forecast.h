// What is known of how long tests will take, and sums of that.
//
// Layer: scheduler/units. Does not know nodes.
#ifndef GTEST_XDIST_SCHEDULER_UNITS_FORECAST_H_
#define GTEST_XDIST_SCHEDULER_UNITS_FORECAST_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "gtest_xdist/core/tests/index_list.h"

namespace gtest_xdist {

// What somebody expects; any of it may be missing, and then nothing is expected.
struct Forecast {
  std::vector<std::optional<double>> tests;  // seconds, by test
  std::vector<std::uint32_t> suite_of;       // by test
  std::vector<double> suites;  // by suite: seconds of its set-up and tear-down, which each worker
                               // pays for each stretch of the suite that it runs
};

namespace internal {

// Some tests together. Those of which nothing is known are counted, because what is expected of
// them changes in the course of a session.
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

// A forecast that learns: a test of which nothing is known is expected to take as long as others of
// its kind have taken in this session, else as long as those of which something is known.
class Expectation {
 public:
  // `blind`: seconds to expect where nothing is known at all.
  Expectation(std::vector<std::optional<double>> tests, double blind)
      : tests_(std::move(tests)), mean_(blind) {
    double sum = 0;
    std::size_t known = 0;
    for (const std::optional<double>& seconds : tests_) {
      if (!seconds) continue;
      sum += *seconds;
      ++known;
    }
    if (known > 0) mean_ = std::max(kLeast, sum / static_cast<double>(known));
  }

  bool knows(TestIndex test) const { return test < tests_.size() && tests_[test]; }

  Work of(TestIndex test) const {
    return knows(test) ? Work{std::max(kLeast, *tests_[test]), 0} : Work{0, 1};
  }
  Work of(const std::vector<TestIndex>& tests) const {
    Work work;
    for (const TestIndex test : tests) work += of(test);
    return work;
  }

  double seconds(const Work& work) const {
    return work.seconds + static_cast<double>(work.unknown) * mean_;
  }

  // For the future: the test takes so much more. Only if something is known of it.
  void add(TestIndex test, double seconds) {
    if (knows(test)) *tests_[test] += seconds;
  }

  void learn(TestIndex test, double seconds) {
    if (knows(test)) return;
    learnt_seconds_ += seconds;
    ++learnt_;
    mean_ = std::max(kLeast, learnt_seconds_ / static_cast<double>(learnt_));
  }

 private:
  static constexpr double kLeast = 1e-6;  // a test is never free

  std::vector<std::optional<double>> tests_;
  double mean_;  // of a test of which nothing is known
  double learnt_seconds_ = 0;
  std::size_t learnt_ = 0;
};

}  // namespace internal
}  // namespace gtest_xdist

#endif  // GTEST_XDIST_SCHEDULER_UNITS_FORECAST_H_
