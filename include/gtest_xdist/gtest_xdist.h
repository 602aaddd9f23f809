// gtest-xdist: include this in one translation unit of a GoogleTest binary. Then the binary runs
// its own tests in parallel if the environment has GTEST_XDIST_WORKERS=4. Without the variable
// nothing changes.
//
// A run goes like this:
//
//   The process that the user started is the controller. Before main, shim/ hides all tests from
//   gtest, so that RUN_ALL_TESTS itself runs none. Inside each iteration of gtest's loop,
//   controller/ starts the same binary again as workers gw0, gw1, … They inherit a segment of
//   shared memory (transport/), and print to files of their own (process/).
//   In each worker, worker/ lets gtest select its tests and set up its environments. Then it takes
//   one test after another from its deque, and gtest runs it (bridge/). All processes know a test
//   by its index, so a worker runs no test if it collected other tests than the controller.
//   Plugins (hooks/, and plugin.h for their authors) are called on the way, in every process.
//   once.h makes values that all processes share. os/ has everything that depends on the operating
//   system.
//   A scheduler (scheduler/) decides how the controller fills the deques. The controller replaces
//   workers that die, and plays every result back into gtest's own model (bridge/). So printers,
//   XML and JSON reports, listeners, counters and the exit status are those of a serial run.
//
// core/settings/variables.h has all settings and their values; the guide is examples/settings.md.
#ifndef GTEST_XDIST_GTEST_XDIST_H_
#define GTEST_XDIST_GTEST_XDIST_H_

// First, so that its message comes first if the compiler does not fit.
#include "gtest_xdist/core/build/build.h"
#include "gtest_xdist/os/os.h"
#include "gtest_xdist/plugin.h"
// On other systems os.h has stopped the compilation; more errors would add nothing.
#if GTEST_XDIST_INTERNAL_HAS_OS
#include "gtest_xdist/once.h"
#include "gtest_xdist/shim/install.h"
#endif

#endif  // GTEST_XDIST_GTEST_XDIST_H_
