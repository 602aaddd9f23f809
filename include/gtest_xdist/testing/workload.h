// Workload: what happens in a simulated session, as far as the scheduler does not decide it.
//
// Layer: testing (standard library only).
#ifndef GTEST_XDIST_TESTING_WORKLOAD_H_
#define GTEST_XDIST_TESTING_WORKLOAD_H_

#include <cstddef>
#include <cstdint>
#include <vector>

namespace gtest_xdist {

using Milliseconds = std::uint64_t;

// For a Simulation.
struct Workload {
  std::vector<Milliseconds> durations;  // by test: one entry for each test that there is
  std::size_t workers = 1;              // at the start; at least one

  // From a worker's arrival to its being ready, by its number; after the last entry the first one
  // comes again. Empty: every worker is ready when it arrives.
  std::vector<Milliseconds> set_ups;

  // The runs of tests that end in a crash of their worker, counted from 0 over all workers as they
  // end. Simulation::crash() is the other way to end a worker.
  std::vector<std::size_t> crashes;
  bool puts_back = false;         // whether a plugin has each test that crashed run again
  std::size_t restarts = 0;       // how many dead workers are replaced, the first ones
  Milliseconds replace_time = 0;  // from a crash to the arrival of the replacement

  // What suites cost: a worker that starts a test of another suite than before takes the suite's
  // set-up in addition. `suite_of` is by test and may be empty; `suite_set_ups` is by suite.
  std::vector<std::uint32_t> suite_of;
  std::vector<Milliseconds> suite_set_ups;
};

}  // namespace gtest_xdist

#endif  // GTEST_XDIST_TESTING_WORKLOAD_H_
