// EchoFilter: drops assertions that a listener makes again while a worker's results are played
// back.
//
// Layer: bridge. A listener exists in the worker and in the controller. If it fails something at
// the end of a test, a suite or the run, the worker has reported that already. Does not know where
// the reports come from.
#ifndef GTEST_XDIST_BRIDGE_ECHO_FILTER_H_
#define GTEST_XDIST_BRIDGE_ECHO_FILTER_H_

#include <vector>

#include <gtest/gtest-spi.h>
#include <gtest/gtest.h>

#include "gtest_xdist/bridge/insides/private_access.h"
#include "gtest_xdist/bridge/parts.h"
#include "gtest_xdist/core/tests/echoes.h"
#include "gtest_xdist/core/tests/report.h"

namespace gtest_xdist::internal {

// Appends the assertion results of a report to `parts`.
inline void append_parts(const Report& report, std::vector<Part>& parts) {
  for (const Step& step : report.steps) {
    if (step.has_part) parts.push_back(step.part);
  }
}

// While it lives, it receives the assertion results of this thread. It drops those that listeners
// have heard of, and passes on all others as gtest would.
class EchoFilter : public testing::ScopedFakeTestPartResultReporter {
 public:
  // `told` are the results that listeners have heard of. Other results go into `result`.
  EchoFilter(const std::vector<Part>& told, testing::TestResult& result)
      : ScopedFakeTestPartResultReporter(INTERCEPT_ONLY_CURRENT_THREAD, nullptr),
        echoes_(told),
        result_(result) {}

  void ReportTestPartResult(const testing::TestPartResult& part) override {
    if (echoes_.take(from_gtest(part))) return;
    private_call<ResultAddTestPart>(result_, part);
    announce(part);
  }

 private:
  Echoes echoes_;
  testing::TestResult& result_;
};

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_BRIDGE_ECHO_FILTER_H_
