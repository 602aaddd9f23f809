// The settings: which GTEST_XDIST_* variables there are, what they may say, and what they say.
//
// Layer: core (standard library only). Settings are environment variables because gtest refuses to
// run with a --gtest_* flag that it does not know.
#ifndef GTEST_XDIST_CORE_OPTIONS_H_
#define GTEST_XDIST_CORE_OPTIONS_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gtest_xdist/core/index_list.h"
#include "gtest_xdist/core/near_miss.h"
#include "gtest_xdist/core/text.h"

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

// A variable that cannot be obeyed. what() is one line for the user: variable, value, what it may
// be.
class UsageError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

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
  std::optional<std::string> durations_file;                 // as it was given
  std::optional<std::chrono::milliseconds> timeout;          // of each test
  std::optional<std::chrono::milliseconds> session_timeout;  // of all tests together
  unsigned maxoutput = 64;  // megabytes that are kept of what a test prints to one stream
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
inline constexpr const char* kTimeoutVariable = "GTEST_XDIST_TIMEOUT";
inline constexpr const char* kSessionTimeoutVariable = "GTEST_XDIST_SESSION_TIMEOUT";
inline constexpr const char* kMaxOutputVariable = "GTEST_XDIST_MAXOUTPUT";
// Set in workers for tests and whatever they start to read; a user does not set them.
inline constexpr const char* kWorkerVariable = "GTEST_XDIST_WORKER";
inline constexpr const char* kWorkerCountVariable = "GTEST_XDIST_WORKER_COUNT";
// From controller to worker; removed from the environment before main.
inline constexpr const char* kPrivateVariable = "GTEST_XDIST_PRIVATE_WORKER";

// The variables a user may set.
inline const std::vector<std::string>& user_variables() {
  static const std::vector<std::string> names = {
      kWorkersVariable,        kMaxProcessesVariable,     kDistVariable,
      kMaxSchedChunkVariable,  kLoadscopeReorderVariable, kMaxWorkerRestartVariable,
      kMaxFailVariable,        kRetriesVariable,          kIndicesVariable,
      kTestrunuidVariable,     kDurationsFileVariable,    kTimeoutVariable,
      kSessionTimeoutVariable, kMaxOutputVariable};
  return names;
}

inline std::string did_you_mean(std::string_view word, const std::vector<std::string>& known) {
  const std::optional<std::string> near = near_miss(word, known);
  return near ? "; did you mean " + *near + "?" : "";
}

// Throws the UsageError for a variable whose value cannot be obeyed.
[[noreturn]] inline void reject(const std::string& name, const std::string& value,
                                const std::string& expected) {
  throw UsageError(name + "='" + shown(value) + "' is not valid: expected " + expected);
}

// A decimal number without sign, at most `max`; nothing else.
inline std::optional<unsigned> parse_number(std::string_view text, unsigned max) {
  if (text.empty()) return std::nullopt;
  std::uint64_t value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + static_cast<std::uint64_t>(c - '0');
    if (value > max) return std::nullopt;
  }
  return static_cast<unsigned>(value);
}

inline WorkerCount parse_workers(const std::string& value) {
  if (value == "no") return {};
  if (value == "auto") return {WorkerCount::Kind::automatic, 0};
  if (value == "logical") return {WorkerCount::Kind::logical, 0};
  const std::optional<unsigned> number = parse_number(value, kMaxWorkers);
  if (!number) {
    reject(kWorkersVariable, value,
           "a number from 0 to " + std::to_string(kMaxWorkers) + ", 'auto', 'logical' or 'no'" +
               did_you_mean(value, {"auto", "logical", "no"}));
  }
  if (*number == 0) return {};
  return {WorkerCount::Kind::fixed, *number};
}

inline DistMode parse_dist(const std::string& value) {
  const std::vector<std::string>& names = dist_mode_names();
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (value == names[i]) return static_cast<DistMode>(i);
  }
  reject(kDistVariable, value, "one of " + join(names) + did_you_mean(value, names));
}

// A number from `min` to `max`, or the UsageError for the variable `name`.
inline unsigned parse_bounded(const char* name, const std::string& value, unsigned min,
                              unsigned max) {
  const std::optional<unsigned> number = parse_number(value, max);
  if (!number || *number < min) {
    reject(name, value, "a number from " + std::to_string(min) + " to " + std::to_string(max));
  }
  return *number;
}

// A decimal number of seconds, exact to the millisecond; 0 is no limit.
inline std::optional<std::chrono::milliseconds> parse_seconds(const char* name,
                                                              const std::string& value) {
  constexpr unsigned kMostSeconds = 1'000'000;
  constexpr std::size_t kDecimals = 3;
  const std::size_t point = value.find('.');
  std::string decimals = point == std::string::npos ? "0" : value.substr(point + 1);
  const bool has_decimals = !decimals.empty() && decimals.size() <= kDecimals;
  decimals.resize(kDecimals, '0');
  const std::optional<unsigned> seconds = parse_number(value.substr(0, point), kMostSeconds);
  const std::optional<unsigned> milliseconds = parse_number(decimals, 999);
  if (!has_decimals || !seconds || !milliseconds) {
    reject(name, value,
           "seconds from 0.001 to " + std::to_string(kMostSeconds) +
               ", such as 90 or 1.5, or 0 for no limit");
  }
  const std::chrono::milliseconds limit =
      std::chrono::seconds(*seconds) + std::chrono::milliseconds(*milliseconds);
  return limit.count() == 0 ? std::nullopt : std::optional(limit);
}

inline bool parse_yes_or_no(const char* name, const std::string& value) {
  if (value == "yes" || value == "1") return true;
  if (value == "no" || value == "0") return false;
  reject(name, value, "'yes' or 'no'");
}

inline std::vector<TestIndex> parse_indices(const std::string& value) {
  try {
    return parse_index_list(value);
  } catch (const std::invalid_argument& error) {
    reject(kIndicesVariable, value,
           std::string("colon-separated indices and ranges such as 0-24:31:40 (") + error.what() +
               ")");
  }
}

inline std::string parse_testrunuid(const std::string& value) {
  if (value.empty()) reject(kTestrunuidVariable, value, "a text that is not empty");
  return value;
}

// Whether a process that a worker started inherited this: a worker's own variables reach whatever
// its tests start, and mean nothing there.
inline bool is_worker_name(std::string_view value) {
  return value.size() > 2 && value.substr(0, 2) == "gw" &&
         parse_number(value.substr(2), 1'000'000'000U).has_value();
}

[[noreturn]] inline void reject_unknown(const std::string& name, const std::string& value) {
  // The prefix is right, so only what follows it tells how near a miss is.
  const std::size_t prefix = std::string_view(kVariablePrefix).size();
  std::vector<std::string> endings;
  for (const std::string& known : user_variables()) endings.push_back(known.substr(prefix));
  std::string text = "unknown variable " + shown(name) + "='" + shown(value) + "'";
  if (const std::optional<std::string> near = near_miss(name.substr(prefix), endings)) {
    text += "; did you mean " + (kVariablePrefix + *near) + "?";
  } else {
    text += ".";
  }
  throw UsageError(text + " The variables are: " + join(user_variables()));
}

// Reads the settings out of the whole environment; variables of other names are passed over. An
// unknown name and a value out of its choices are a UsageError.
inline Options parse_options(const Environment& environment) {
  Options options;
  for (const auto& [name, value] : environment) {
    if (name.compare(0, std::string_view(kVariablePrefix).size(), kVariablePrefix) != 0) continue;
    if (name == kWorkersVariable) {
      options.workers = parse_workers(value);
    } else if (name == kDistVariable) {
      options.dist = parse_dist(value);
    } else if (name == kMaxWorkerRestartVariable) {
      options.max_worker_restart = parse_bounded(name.c_str(), value, 0, kMostTests);
    } else if (name == kMaxFailVariable) {
      options.maxfail = parse_bounded(name.c_str(), value, 0, kMostTests);
    } else if (name == kRetriesVariable) {
      options.retries = parse_bounded(name.c_str(), value, 0, kMostRetries);
    } else if (name == kMaxProcessesVariable) {
      options.maxprocesses = parse_bounded(name.c_str(), value, 1, kMaxWorkers);
    } else if (name == kMaxSchedChunkVariable) {
      options.maxschedchunk = parse_bounded(name.c_str(), value, 1, kMostTests);
    } else if (name == kLoadscopeReorderVariable) {
      options.loadscope_reorder = parse_yes_or_no(name.c_str(), value);
    } else if (name == kIndicesVariable) {
      options.indices = parse_indices(value);
    } else if (name == kTestrunuidVariable) {
      options.testrunuid = parse_testrunuid(value);
    } else if (name == kDurationsFileVariable) {
      if (!value.empty()) options.durations_file = value;
    } else if (name == kTimeoutVariable) {
      options.timeout = parse_seconds(name.c_str(), value);
    } else if (name == kSessionTimeoutVariable) {
      options.session_timeout = parse_seconds(name.c_str(), value);
    } else if (name == kMaxOutputVariable) {
      options.maxoutput = parse_bounded(name.c_str(), value, 1, kMostOutput);
    } else if (name == kWorkerVariable && is_worker_name(value)) {
      continue;
    } else if (name == kWorkerCountVariable && parse_number(value, kMaxWorkers)) {
      continue;
    } else {
      reject_unknown(name, value);
    }
  }
  return options;
}

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_CORE_OPTIONS_H_
