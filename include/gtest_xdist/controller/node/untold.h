// What a worker has told so far of what is not finished: a test, a suite, the program.
//
// Layer: controller/node. One for each WorkerNode. When the thing ends, its report is moved away
// from here; when the worker dies, what is here goes into the report of the crash.
#ifndef GTEST_XDIST_CONTROLLER_NODE_UNTOLD_H_
#define GTEST_XDIST_CONTROLLER_NODE_UNTOLD_H_

#include <cstdint>
#include <optional>
#include <stdexcept>

#include "gtest_xdist/core/messages/message.h"
#include "gtest_xdist/core/tests/report.h"

namespace gtest_xdist::internal {

struct Untold {
  Report& report_of(Scope scope) {
    switch (scope) {
      case Scope::program:
        return program;
      case Scope::suite:
        return suite;
      case Scope::test:
        return test;
    }
    throw std::logic_error("a scope without a report");
  }

  Report test;
  Report suite;
  Report program;
  std::optional<std::uint32_t> open_suite;  // the suite that the worker is in, by what it reported
  std::int64_t suite_begin_ns = 0;          // when its set-up began, or that of the last one
};

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_CONTROLLER_NODE_UNTOLD_H_
