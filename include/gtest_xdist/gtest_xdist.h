// gtest-xdist: include this in one translation unit of a GoogleTest binary, and the binary runs its
// own tests in parallel when the environment says GTEST_XDIST_WORKERS=4. Without the variable
// nothing changes.
//
// What happens then:
//
//   The process that the user started is the controller. Before main, shim/ hides all tests from
//   gtest, so that RUN_ALL_TESTS runs none itself. Inside each iteration of gtest's loop,
//   controller/ starts the same binary again as workers gw0, gw1, …, which inherit a segment of
//   shared memory (transport/) and write what they print to files of their own (process/).
//   In each worker, worker/ lets gtest select its tests and set up its environments, then takes one
//   test after another from its deque and has gtest run it (bridge/). All processes know a test by
//   its index, so a worker runs none unless it collected what the controller did.
//   Plugins (hooks/, and plugin.h for their authors) are called on the way, in every process, and
//   once.h makes values that all processes share. What is said differently to another operating
//   system is in os/.
//   The controller keeps the deques filled as a scheduler (scheduler/) says, replaces workers that
//   die, and replays every result into gtest's own model (bridge/), so that printers, XML and JSON
//   reports, listeners, counters and the exit status are those of a serial run.
//
// Settings and their values: core/settings/variables.h, and the guide, examples/settings.md.
#ifndef GTEST_XDIST_GTEST_XDIST_H_
#define GTEST_XDIST_GTEST_XDIST_H_

// First, so that it is the first to say what is wrong.
#include "gtest_xdist/core/build/build.h"
#include "gtest_xdist/os/os.h"
#include "gtest_xdist/plugin.h"
// Elsewhere os.h has said so, and the rest would only repeat it.
#if GTEST_XDIST_INTERNAL_HAS_OS
#include "gtest_xdist/once.h"
#include "gtest_xdist/shim/install.h"
#endif

#endif  // GTEST_XDIST_GTEST_XDIST_H_
