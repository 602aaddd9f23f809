// The settings of a run, and the names of the variables that make them.
//
// Layer: core/settings (standard library only). What a user may set, and how it is read:
// variables.h.
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

// When there is a status line: `automatic` where results go to a terminal.
enum class ProgressMode { automatic, never, always };

// More workers than this are a typing error: each has its own process and output file.
inline constexpr unsigned kMaxWorkers = 1024;

// More restarts, or tests in a chunk, than this are as good as no limit.
inline constexpr unsigned kMostTests = 1'000'000;

// How many dead workers are replaced for each that is started, unless the user says; xdist's.
inline constexpr unsigned kUsualRestarts = 4;

// The most that may be kept of a test's output, in megabytes: more than any disk has room for.
inline constexpr unsigned kMostOutput = 1'000'000;
// A test that fails more often than this in a row is not flaky.
inline constexpr unsigned kMostRetries = 100;

// How many workers were asked for.
struct WorkerCount {
  // `automatic`: what this process may use, its CPU affinity and its CPU quota. `logical`: the
  // affinity alone, as in pytest-xdist.
  enum class Kind { none, automatic, logical, fixed };
  Kind kind = Kind::none;
  unsigned number = 0;  // for `fixed`; at least 1
};

// A recorded schedule to run again.
struct ReplayTarget {
  std::string value;               // as it was given
  std::string file;                // likewise
  std::optional<unsigned> worker;  // whose part alone is to be run, in this process
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
  std::optional<std::vector<TestIndex>> indices;  // run these here, in this order
  std::optional<std::string> testrunuid;
  std::optional<std::string> durations_file;  // as it was given
  std::optional<unsigned> durations;          // show so many; 0: all
  std::optional<std::string> record;          // as it was given
  std::optional<ReplayTarget> replay;
  std::optional<std::string> timeline;                       // as it was given
  std::optional<std::chrono::milliseconds> timeout;          // of each test
  std::optional<std::chrono::milliseconds> session_timeout;  // of all tests together
  unsigned maxoutput = 64;  // megabytes that are kept of what a test prints to one stream
  int verbosity = 0;        // how much the controller says: from -1 to 2
  ProgressMode progress = ProgressMode::automatic;
  bool capture = true;  // what tests print is told with their results, and not as it comes
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
// Set in workers for tests and whatever they start to read; a user does not set them.
inline constexpr const char* kWorkerVariable = "GTEST_XDIST_WORKER";
inline constexpr const char* kWorkerCountVariable = "GTEST_XDIST_WORKER_COUNT";
// From controller to worker; removed from the environment before main.
inline constexpr const char* kPrivateVariable = "GTEST_XDIST_PRIVATE_WORKER";
// From a controller whose tests hide to what its main starts: the user's GTEST_TOTAL_SHARDS and
// GTEST_SHARD_INDEX; removed likewise.
inline constexpr const char* kPrivateShardVariable = "GTEST_XDIST_PRIVATE_SHARD";

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_CORE_SETTINGS_OPTIONS_H_
