// The settings of a run, and the names of the variables that set them.
//
// Layer: core/settings (standard library only). It does not know how they are read: variables.h
// does.
#ifndef GTEST_XDIST_CORE_SETTINGS_OPTIONS_H_
#define GTEST_XDIST_CORE_SETTINGS_OPTIONS_H_

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "gtest_xdist/core/tests/index_list.h"

namespace gtest_xdist::internal {

// How tests are handed out.
enum class DistMode { load, worksteal, loadscope, loadfile, loadgroup, each, no };

// In the order of the enumerators.
inline const std::vector<std::string>& dist_mode_names() {
  static const std::vector<std::string> names = {"load",      "worksteal", "loadscope", "loadfile",
                                                 "loadgroup", "each",      "no"};
  return names;
}

inline const std::string& name_of(DistMode mode) {
  return dist_mode_names()[static_cast<std::size_t>(mode)];
}

// When the controller shows a status line. `automatic`: if results go to a terminal.
enum class ProgressMode { automatic, never, always };

// A larger number of workers is a typing error: each worker has its own process and output file.
inline constexpr unsigned kMaxWorkers = 1024;

// A larger number of restarts, failures or tests is as good as no limit.
inline constexpr unsigned kMostTests = 1'000'000;

// How many dead workers a run replaces for each worker that it starts with, unless the user says.
// The number is pytest-xdist's.
inline constexpr unsigned kUsualRestarts = 4;

// The largest limit for a test's output, in megabytes: a terabyte.
inline constexpr unsigned kMostOutput = 1'000'000;
// A test that fails more often than this in a row is not flaky.
inline constexpr unsigned kMostRetries = 100;

// How many workers the user asked for.
struct WorkerCount {
  // `automatic`: as many as the CPUs that this process may use by its affinity and its CPU quota.
  // `logical`: by its affinity alone, as in pytest-xdist.
  enum class Kind { none, automatic, logical, fixed };
  Kind kind = Kind::none;
  unsigned number = 0;  // for `fixed`; at least 1
};

// A recorded schedule to run again.
struct ReplayTarget {
  std::string value;               // as it was given
  std::string file;                // its path, as it was given
  std::optional<unsigned> worker;  // run this worker's part alone, in this process
};

struct Options {
  WorkerCount workers;
  DistMode dist = DistMode::load;
  std::optional<unsigned> maxprocesses;           // no more workers than this
  std::optional<unsigned> maxschedchunk;          // `load`: send no more tests at once
  bool loadscope_reorder = true;                  // largest scopes first
  std::optional<unsigned> max_worker_restart;     // not given: kUsualRestarts x workers
  unsigned retries = 0;                           // how often a failed test is run again
  unsigned maxfail = 0;                           // stop when so many tests have failed; 0: never
  std::optional<std::vector<TestIndex>> indices;  // run these in this process, in this order
  std::optional<std::string> testrunuid;
  std::optional<std::string> durations_file;  // as it was given
  std::optional<unsigned> durations;          // show so many of the slowest tests; 0: all
  std::optional<std::string> record;          // as it was given
  std::optional<ReplayTarget> replay;
  std::optional<std::string> timeline;                       // as it was given
  std::optional<std::chrono::milliseconds> timeout;          // of each test
  std::optional<std::chrono::milliseconds> session_timeout;  // of all tests together
  unsigned maxoutput = 64;  // megabytes that are kept of what a test prints to one stream
  int verbosity = 0;        // how much the controller says: from -1 to 2
  ProgressMode progress = ProgressMode::automatic;
  bool capture = true;  // show a test's output with its result, not as it comes
};

// Names and values of environment variables.
using Environment = std::vector<std::pair<std::string, std::string>>;

inline constexpr const char* kVariablePrefix = "GTEST_XDIST_";
inline constexpr const char* kWorkersVariable = "GTEST_XDIST_WORKERS";
inline constexpr const char* kDistVariable = "GTEST_XDIST_DIST";
inline constexpr const char* kMaxProcessesVariable = "GTEST_XDIST_MAXPROCESSES";
inline constexpr const char* kMaxSchedChunkVariable = "GTEST_XDIST_MAXSCHEDCHUNK";
inline constexpr const char* kLoadscopeReorderVariable = "GTEST_XDIST_LOADSCOPE_REORDER";
inline constexpr const char* kMaxWorkerRestartVariable = "GTEST_XDIST_MAX_WORKER_RESTART";
inline constexpr const char* kMaxFailVariable = "GTEST_XDIST_MAXFAIL";
inline constexpr const char* kRetriesVariable = "GTEST_XDIST_RETRIES";
inline constexpr const char* kIndicesVariable = "GTEST_XDIST_INDICES";
inline constexpr const char* kTestrunuidVariable = "GTEST_XDIST_TESTRUNUID";
inline constexpr const char* kDurationsFileVariable = "GTEST_XDIST_DURATIONS_FILE";
inline constexpr const char* kDurationsVariable = "GTEST_XDIST_DURATIONS";
inline constexpr const char* kRecordVariable = "GTEST_XDIST_RECORD";
inline constexpr const char* kReplayVariable = "GTEST_XDIST_REPLAY";
inline constexpr const char* kTimelineVariable = "GTEST_XDIST_TIMELINE";
inline constexpr const char* kTimeoutVariable = "GTEST_XDIST_TIMEOUT";
inline constexpr const char* kSessionTimeoutVariable = "GTEST_XDIST_SESSION_TIMEOUT";
inline constexpr const char* kMaxOutputVariable = "GTEST_XDIST_MAXOUTPUT";
inline constexpr const char* kVerbosityVariable = "GTEST_XDIST_VERBOSITY";
inline constexpr const char* kProgressVariable = "GTEST_XDIST_PROGRESS";
inline constexpr const char* kCaptureVariable = "GTEST_XDIST_CAPTURE";
// A worker has these for its tests and the programs that they start. A user does not set them.
inline constexpr const char* kWorkerVariable = "GTEST_XDIST_WORKER";
inline constexpr const char* kWorkerCountVariable = "GTEST_XDIST_WORKER_COUNT";
// The controller sets this for a worker, which removes it from its environment before main.
inline constexpr const char* kPrivateVariable = "GTEST_XDIST_PRIVATE_WORKER";
// The user's GTEST_TOTAL_SHARDS and GTEST_SHARD_INDEX, while a controller hides its tests from
// gtest. A program with this library that main starts meanwhile restores them, and removes this
// variable before main.
inline constexpr const char* kPrivateShardVariable = "GTEST_XDIST_PRIVATE_SHARD";

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_CORE_SETTINGS_OPTIONS_H_
