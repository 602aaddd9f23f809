// Workload: everything in a simulated session that the scheduler does not decide.
//
// Layer: testing (standard library only). Values only; a Simulation plays them.
#ifndef GTEST_XDIST_TESTING_WORKLOAD_H_
#define GTEST_XDIST_TESTING_WORKLOAD_H_

#include <cstddef>
#include <cstdint>
#include <vector>

namespace gtest_xdist {

using Milliseconds = std::uint64_t;

struct Workload {
  std::vector<Milliseconds> durations;  // by test: one entry for each test that there is
  std::size_t workers = 1;              // at the start; at least one

  // The time from a worker's arrival until it is ready, by worker number. After the last entry the
  // first one comes again. If this is empty, every worker is ready when it arrives.
  std::vector<Milliseconds> set_ups;

  // The runs of tests that end in a crash of their worker. Runs are counted from 0 over all
  // workers, in the order in which they end. Simulation::crash() also ends a worker.
  std::vector<std::size_t> crashes;
  bool puts_back = false;         // whether a plugin has each test that crashed run again
  std::size_t restarts = 0;       // how many dead workers are replaced: the first ones that die
  Milliseconds replace_time = 0;  // from a crash to the arrival of the replacement

  // The cost of suites. A worker that starts a test of another suite than before also takes the
  // time of that suite's set-up. `suite_of` is by test and may be empty; `suite_set_ups` is by
  // suite.
  std::vector<std::uint32_t> suite_of;
  std::vector<Milliseconds> suite_set_ups;
};

}  // namespace gtest_xdist

#endif  // GTEST_XDIST_TESTING_WORKLOAD_H_
