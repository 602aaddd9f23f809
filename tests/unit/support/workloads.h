// Random workloads, what can be known of them, and what must be true of every session.
#ifndef SUPPORT_WORKLOADS_H_
#define SUPPORT_WORKLOADS_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <ostream>
#include <set>
#include <string>
#include <vector>

#include "gtest_xdist/scheduler/units/forecast.h"
#include "gtest_xdist/testing/simulation.h"

#include "support/random.h"
#include "support/sanitizers.h"

namespace gtest_xdist {

// gtest prints it where an assertion fails.
inline std::ostream& operator<<(std::ostream& out, const Workload& load) {
  out << load.workers << " workers, set-ups";
  for (const Milliseconds set_up : load.set_ups) out << ' ' << set_up;
  out << ", replaced after " << load.replace_time << ", " << load.restarts
      << " restarts, crashes in runs";
  for (const std::size_t run : load.crashes) out << ' ' << run;
  if (load.puts_back) out << ", put back";
  out << "; durations";
  for (const Milliseconds duration : load.durations) out << ' ' << duration;
  return out;
}

namespace internal {

inline constexpr int kRounds = random_cases(3000);

inline std::vector<std::size_t> each_run(std::size_t tests, std::size_t times) {
  return std::vector<std::size_t>(tests, times);
}

inline Workload random_workload(Random& random) {
  Workload load;
  load.workers = random.between<std::size_t>(1, 9);
  load.durations.resize(random.between<std::size_t>(0, random.one_in(4) ? 300 : 30));
  // Around the limit from which a test counts as slow, or far apart.
  const Milliseconds longest = random.one_in(2) ? 250 : 5000;
  for (Milliseconds& duration : load.durations) {
    duration = random.one_in(3) ? 0 : random.between<Milliseconds>(0, longest);
  }
  return load;
}

// One worker in three takes a time, one twice that, one none.
inline std::vector<Milliseconds> random_set_ups(Random& random) {
  if (random.one_in(2)) return {};
  const auto set_up = random.between<Milliseconds>(0, 400);
  return {set_up, 2 * set_up, 0};
}

// Workers may take their time to set up; some runs crash, and dead workers are replaced.
inline Workload troubled_workload(Random& random) {
  Workload load = random_workload(random);
  load.set_ups = random_set_ups(random);
  load.replace_time = random.between<Milliseconds>(0, 1000);
  const std::size_t runs = load.durations.size();
  std::set<std::size_t> crashes;
  for (std::size_t i = random.between<std::size_t>(0, 4); i > 0 && runs > 0; --i) {
    crashes.insert(random.between<std::size_t>(0, runs - 1));
  }
  load.crashes.assign(crashes.begin(), crashes.end());
  load.restarts = crashes.size();
  return load;
}

inline Forecast exact_forecast(const Workload& load) {
  Forecast forecast;
  for (const Milliseconds duration : load.durations) {
    forecast.tests.push_back(static_cast<double>(duration) / 1000);
  }
  forecast.suite_of = load.suite_of;
  for (const Milliseconds set_up : load.suite_set_ups) {
    forecast.suites.push_back(static_cast<double>(set_up) / 1000);
  }
  return forecast;
}

// Some tests are unknown, others have changed.
inline Forecast poor_forecast(const Workload& load) {
  Forecast forecast = exact_forecast(load);
  Random random(static_cast<std::uint32_t>(load.durations.size()));
  for (double& seconds : forecast.tests) {
    if (random.one_in(5)) seconds = random.between(0, 3);
    if (random.one_in(5)) seconds = Forecast::kUnknown;
  }
  return forecast;
}

// No schedule is longer in which a worker is idle only when everything has begun (Graham's bound
// for list scheduling).
inline Milliseconds longest_allowed(const std::vector<Milliseconds>& durations,
                                    std::size_t workers) {
  if (durations.empty()) return 0;
  const Milliseconds sum = std::accumulate(durations.begin(), durations.end(), Milliseconds{0});
  const Milliseconds longest = *std::max_element(durations.begin(), durations.end());
  return (sum + (workers - 1) * longest) / workers;
}

// For a typed test suite of modes.
struct ModeName {
  template <class Mode>
  static std::string GetName(int) {
    return Mode::kName;
  }
};

}  // namespace internal
}  // namespace gtest_xdist

#endif  // SUPPORT_WORKLOADS_H_
