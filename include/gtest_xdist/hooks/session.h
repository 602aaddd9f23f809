// The arguments of hooks: tests, reports, workers, the session.
//
// Layer: hooks (standard library only). The words are those of pytest and pytest-xdist.
#ifndef GTEST_XDIST_HOOKS_SESSION_H_
#define GTEST_XDIST_HOOKS_SESSION_H_

#include <algorithm>
#include <cstddef>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "gtest_xdist/core/tests/index_list.h"
#include "gtest_xdist/core/tests/report.h"
#include "gtest_xdist/core/value_map.h"

namespace gtest_xdist {

// A registered test.
struct Item {
  TestIndex index = kNoTest;  // the identity: two tests may have one id
  std::string id;             // "Suite.Test", as gtest prints it
  std::string suite;
  std::string name;
  std::string file;  // the test's source file; empty if gtest does not know it
  int line = -1;
  std::vector<std::string> groups;  // of GTEST_XDIST_GROUP, sorted
  std::vector<std::string> locks;   // of GTEST_XDIST_LOCK, sorted
  bool serial = false;              // whether a GTEST_XDIST_SERIAL selects it
};

// The settings of a session, one object for each process and RUN_ALL_TESTS().
struct Config {
  // How many workers the session starts with; 0 in a serial run, and before auto_num_workers has
  // been called. Under make's jobserver it can be lower at first, and grows when another worker is
  // started. In a worker it is the highest number to which it can grow.
  unsigned numprocesses = 0;

  std::string dist = "no";  // the value of GTEST_XDIST_DIST; "no" in a serial run

  std::vector<Item> items;  // all registered tests: items[i].index == i

  // Only in a worker, from configure on. It has the values that configure_node put into the node's
  // workerinput, and the session's own `workerid`, `workercount`, `testrunuid` and `dist`.
  std::optional<ValueMap> workerinput;

  // Only in a worker, empty at first. When all sessionfinish have run, it is sent to the controller
  // and becomes the workeroutput of the worker's node.
  std::optional<ValueMap> workeroutput;
};

// One RUN_ALL_TESTS() in one process.
struct Session {
  Config& config;

  std::size_t testscollected = 0;  // tests that will run: in a worker too, in the whole session
  std::size_t testsfailed = 0;     // failed tests that this process has reported so far

  // Fails the run with this reason, even if all tests pass. In a worker it fails the whole run.
  // Call it in the thread that runs the tests, which is also that of the hooks.
  std::function<void(const std::string& reason)> fail;
};

// The controller's view of a worker. Lives from configure_node to the end of the session.
struct WorkerController {
  std::string id;   // "gw0"
  int number = -1;  // the N of gwN; a replacement has a number of its own

  // Fill this in configure_node. The worker gets a copy as Config::workerinput.
  ValueMap workerinput;

  // The values that the worker's plugins put into Config::workeroutput. Set in testnodedown and
  // later; empty if the worker died before it could send them.
  std::optional<ValueMap> workeroutput;
};

enum class Outcome {
  passed,
  failed,
  skipped,
  rerun,  // for handlecrashitem only: the report does not count, the test runs again
};

// The result of a test. There is one for each test: gtest does not report its phases separately.
struct TestReport {
  const Item& item;
  Outcome outcome = Outcome::passed;
  double duration = 0;      // in seconds, as gtest measured it in the process that ran the test
  std::vector<Part> parts;  // assertions that failed or were recorded, in order
  std::vector<Property> properties;  // from RecordProperty()
  std::string worker_id;             // of the worker that ran it; "master" if no worker did
  bool crashed = false;              // it ended its worker; in handlecrashitem only

  // The messages of all failures, or else of all skips; empty if there are none.
  std::string longrepr() const {
    for (const bool failures : {true, false}) {
      std::string text;
      for (const Part& part : parts) {
        if (failures ? !part.failed() : part.type != PartType::skip) continue;
        if (!text.empty()) text += '\n';
        text += part.message;
      }
      if (!text.empty()) return text;
    }
    return "";
  }
};

// Prints after gtest's own summary.
class TerminalReporter {
 public:
  virtual ~TerminalReporter() = default;

  // Prints text as it is, to standard output.
  virtual void write(const std::string& text) = 0;

  void write_line(const std::string& text) { write(text + "\n"); }

  // A headline: the title between `separator`s, 80 bytes wide.
  void section(const std::string& title, char separator = '=') {
    constexpr std::size_t kWidth = 80;
    const std::size_t taken = std::min(kWidth, title.size() + 2);
    const std::size_t left = std::max<std::size_t>(1, (kWidth - taken) / 2);
    const std::size_t right =
        std::max<std::size_t>(1, kWidth - taken - std::min(left, kWidth - taken));
    write_line(std::string(left, separator) + ' ' + title + ' ' + std::string(right, separator));
  }
};

// Throw this in runtest_setup or runtest_call to skip the test.
class Skip : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace gtest_xdist

#endif  // GTEST_XDIST_HOOKS_SESSION_H_
