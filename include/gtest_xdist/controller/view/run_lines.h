// Prints a line for each event of a test, for GTEST_XDIST_VERBOSITY=1 and 2.
//
// Layer: controller/view. The lines are those of pytest-xdist's -v. They come when the controller
// hears of the event, so they do not wait for the playback, of which this knows nothing.
#ifndef GTEST_XDIST_CONTROLLER_VIEW_RUN_LINES_H_
#define GTEST_XDIST_CONTROLLER_VIEW_RUN_LINES_H_

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "gtest_xdist/bridge/catalog.h"
#include "gtest_xdist/controller/node/worker_node.h"
#include "gtest_xdist/controller/node/worker_nodes.h"
#include "gtest_xdist/controller/results/run_tally.h"
#include "gtest_xdist/core/identity.h"
#include "gtest_xdist/core/tests/index_list.h"
#include "gtest_xdist/hooks/session.h"
#include "gtest_xdist/process/notes.h"

namespace gtest_xdist::internal {

// "4 workers [812 tests]".
inline std::string describe_crew(std::size_t workers, std::size_t tests) {
  const auto count = [](std::size_t number, const char* what) {
    return std::to_string(number) + " " + what + (number == 1 ? "" : "s");
  };
  return count(workers, "worker") + " [" + count(tests, "test") + "]";
}

// "[gw1] [ 50%] PASSED Suite.Test".
inline std::string describe_run_end(const RunEnd& end, const std::string& test,
                                    const RunTally& tally) {
  const auto word = [](Outcome outcome) {
    switch (outcome) {
      case Outcome::passed:
        return "PASSED";
      case Outcome::failed:
        return "FAILED";
      case Outcome::skipped:
        return "SKIPPED";
      case Outcome::rerun:
        break;
    }
    return "RERUN";
  };
  constexpr std::size_t kDigits = 3;
  const std::string percent = std::to_string(tally.percent());
  return "[" + worker_name(end.worker) + "] [" +
         std::string(kDigits - std::min(kDigits, percent.size()), ' ') + percent + "%] " +
         word(end.outcome) + " " + test;
}

// A session has one. Without the verbosity it does nothing.
class RunLines {
 public:
  RunLines(const Catalog& catalog, const WorkerNodes& nodes) : catalog_(catalog), nodes_(nodes) {}

  // An iteration begins, or begins again. tell_beginning() will print it.
  void begin(std::size_t workers, std::size_t tests, const std::string& scheduler) {
    if (!is_shown(Topic::result)) return;
    beginning_.clear();
    beginning_.push_back(describe_crew(workers, tests));
    beginning_.push_back("scheduling tests via " + scheduler);
  }

  // Prints the lines from begin(), unless they were printed.
  void tell_beginning() {
    for (const std::string& line : std::exchange(beginning_, {})) print_line(line);
  }

  void tell_end(const RunEnd& end, const RunTally& tally) {
    if (!is_shown(Topic::result)) return;
    tell_beginning();
    print_line(describe_run_end(end, catalog_.full_name(end.test), tally));
  }

  // Call this before the controller waits. Prints which tests have begun since the last call. No
  // message tells that a test begins, so short tests are missed.
  void tell_starts() {
    if (!is_shown(Topic::step)) return;
    started_.resize(nodes_.size(), kNoTest);
    for (std::size_t i = 0; i < nodes_.size(); ++i) {
      const WorkerNode& node = *nodes_[i];
      const bool is_there = !node.life().is_gone();
      const TestIndex item = (is_there ? node.running_item() : std::nullopt).value_or(kNoTest);
      if (std::exchange(started_[i], item) == item || item == kNoTest) continue;
      print_line("[" + node.name() + "] runs " + catalog_.full_name(item));
    }
  }

 private:
  const Catalog& catalog_;
  const WorkerNodes& nodes_;
  std::vector<std::string> beginning_;  // the lines from begin() that were not printed
  std::vector<TestIndex> started_;      // the test that was running at the last call, by worker
};

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_CONTROLLER_VIEW_RUN_LINES_H_
