// Prints that a worker's output is incomplete.
//
// Layer: controller/crew. Does not change results: they are right all the same.
#ifndef GTEST_XDIST_CONTROLLER_CREW_OUTPUT_LOSS_H_
#define GTEST_XDIST_CONTROLLER_CREW_OUTPUT_LOSS_H_

#include <cstring>
#include <string>

#include "gtest_xdist/bridge/catalog.h"
#include "gtest_xdist/controller/node/worker_node.h"
#include "gtest_xdist/core/tests/index_list.h"
#include "gtest_xdist/process/notes.h"
#include "gtest_xdist/transport/worker_slot.h"

namespace gtest_xdist::internal {

// Call this after the worker's end. Its output files were in `directory`.
inline void tell_loss_of_output(const WorkerNode& node, const Catalog& catalog,
                                const std::string& directory) {
  const auto tell = [&](const std::string& why) {
    note("the output of " + node.name() + " is incomplete" + why, Topic::error);
  };
  if (node.slot().output_emptied != 0) {
    tell(": a test has emptied it by opening /dev/stdout or /dev/stderr");
  }
  const int error = node.slot().output_error.load();
  if (!is_loss(error)) return;
  const TestIndex first = node.slot().output_lost_in.load();
  const std::string where =
      first < catalog.size() ? ", first in '" + catalog.full_name(first) + "'" : std::string();
  tell(where + ": " + std::strerror(error) + " in '" + directory + "'");
}

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_CONTROLLER_CREW_OUTPUT_LOSS_H_
