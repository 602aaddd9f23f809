// The schedulers that come with the library, by the name of their mode.
//
// Layer: controller.
#ifndef GTEST_XDIST_CONTROLLER_DIST_MODES_H_
#define GTEST_XDIST_CONTROLLER_DIST_MODES_H_

#include <cstddef>
#include <memory>
#include <stdexcept>
#include <string>

#include "gtest_xdist/core/options.h"
#include "gtest_xdist/scheduler/each.h"
#include "gtest_xdist/scheduler/load.h"
#include "gtest_xdist/scheduler/scheduler.h"

namespace gtest_xdist::internal {

// For a session that starts with `workers`.
inline std::unique_ptr<Scheduler> make_scheduler(DistMode dist, std::size_t workers) {
  switch (dist) {
    case DistMode::load:
      return std::make_unique<LoadScheduling>(workers);
    case DistMode::each:
      return std::make_unique<EachScheduling>(workers);
  }
  throw std::logic_error("a dist mode without a scheduler");
}

// How messages name it.
inline std::string scheduler_name(DistMode dist) {
  switch (dist) {
    case DistMode::load:
      return "the scheduler 'load'";
    case DistMode::each:
      return "the scheduler 'each'";
  }
  throw std::logic_error("a dist mode without a name");
}

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_CONTROLLER_DIST_MODES_H_
