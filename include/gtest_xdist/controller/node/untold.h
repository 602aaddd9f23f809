// Gathers a worker's unfinished reports: of a test, of a suite, of the program.
//
// Layer: controller/node. Each WorkerNode has one. When the test, suite or program part ends, its
// report is moved from here. When the worker dies, the report of the crash gets the rest.
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
  std::optional<std::uint32_t> open_suite;  // the suite that the worker is in, by its reports
  std::int64_t suite_begin_ns = 0;          // when the set-up of this or of the last suite began
};

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_CONTROLLER_NODE_UNTOLD_H_
