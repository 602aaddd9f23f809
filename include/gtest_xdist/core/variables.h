// Which GTEST_XDIST_* variables there are, what they may say, what they mean, and how they are
// read.
//
// Layer: core (standard library only). Settings are environment variables because gtest refuses to
// run with a --gtest_* flag that it does not know.
#ifndef GTEST_XDIST_CORE_VARIABLES_H_
#define GTEST_XDIST_CORE_VARIABLES_H_

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gtest_xdist/core/near_miss.h"
#include "gtest_xdist/core/option_values.h"
#include "gtest_xdist/core/options.h"
#include "gtest_xdist/core/text.h"

namespace gtest_xdist::internal {

// A variable that a user may set. `values` and `meaning` are those of the README's table.
struct Variable {
  const char* name;
  const char* values;
  const char* meaning;
  // Throws the UsageError for a value that is out of its choices.
  void (*read)(Options& options, const char* name, const std::string& value);
};

using Value = const std::string&;

// In the order in which a person wants to read of them.
inline constexpr Variable kVariables[] = {
    {kWorkersVariable, "0 to 1024, auto, logical, no, help",
     "How many workers. 0 and no: run in this process. auto: what this process may use, by CPU "
     "affinity and CPU quota. logical: by affinity alone. help: print this list, and run "
     "nothing.",
     [](Options& options, const char*, Value value) { options.workers = parse_workers(value); }},
    {kMaxProcessesVariable, "1 to 1024",
     "Never more workers than this, whatever GTEST_XDIST_WORKERS says.",
     [](Options& options, const char* name, Value value) {
       options.maxprocesses = parse_bounded(name, value, 1, kMaxWorkers);
     }},
    {kDistVariable, "load, worksteal, loadscope, loadfile, loadgroup, each, no",
     "How tests are handed out; load by default.",
     [](Options& options, const char*, Value value) { options.dist = parse_dist(value); }},
    {kMaxSchedChunkVariable, "1 to 1000000",
     "load: at most this many tests are handed out at once.",
     [](Options& options, const char* name, Value value) {
       options.maxschedchunk = parse_bounded(name, value, 1, kMostTests);
     }},
    {kLoadscopeReorderVariable, "yes, no",
     "loadscope, loadfile, loadgroup: whether what has most tests, or with a durations file "
     "takes "
     "longest, is handed out first; yes by default.",
     [](Options& options, const char* name, Value value) {
       options.loadscope_reorder = parse_yes_or_no(name, value);
     }},
    {kMaxWorkerRestartVariable, "0 to 1000000",
     "How many dead workers are replaced; 4 for each worker by default.",
     [](Options& options, const char* name, Value value) {
       options.max_worker_restart = parse_bounded(name, value, 0, kMostTests);
     }},
    {kMaxFailVariable, "0 to 1000000",
     "When so many tests have failed, no other starts, on any worker, and the rest is skipped; "
     "0: never.",
     [](Options& options, const char* name, Value value) {
       options.maxfail = parse_bounded(name, value, 0, kMostTests);
     }},
    {kRetriesVariable, "0 to 100",
     "How often a test that fails or crashes is run again; 0 by default.",
     [](Options& options, const char* name, Value value) {
       options.retries = parse_bounded(name, value, 0, kMostRetries);
     }},
    {kIndicesVariable, "such as 0-24:31:40",
     "Run exactly these tests, in this order, in this process.",
     [](Options& options, const char*, Value value) { options.indices = parse_indices(value); }},
    {kDurationsFileVariable, "a path",
     "Plan by how long tests took in earlier runs; the file is made by the first one.",
     [](Options& options, const char*, Value value) {
       if (!value.empty()) options.durations_file = value;
     }},
    {kDurationsVariable, "0 to 1000000",
     "Show so many of the slowest tests and suites after GoogleTest's summary; 0: all.",
     [](Options& options, const char* name, Value value) {
       options.durations = parse_bounded(name, value, 0, kMostTests);
     }},
    {kRecordVariable, "a path", "Write down which worker ran which tests, in which order.",
     [](Options& options, const char*, Value value) {
       if (!value.empty()) options.record = parse_record(value);
     }},
    {kReplayVariable, "a path, or a path and a worker, such as record:gw3",
     "Run a recorded schedule, or one worker's part of it, again.",
     [](Options& options, const char*, Value value) {
       if (!value.empty()) options.replay = parse_replay(value);
     }},
    {kTimelineVariable, "a path that ends in .json, .svg or .html",
     "Draw which worker did what when.",
     [](Options& options, const char*, Value value) {
       if (!value.empty()) options.timeline = parse_timeline(value);
     }},
    {kTimeoutVariable, "seconds, such as 90 or 1.5; 0 for none",
     "A test that takes longer fails, and its worker is replaced.",
     [](Options& options, const char* name, Value value) {
       options.timeout = parse_seconds(name, value);
     }},
    {kSessionTimeoutVariable, "seconds; 0 for none",
     "After that time what runs fails, and the rest is reported as not run.",
     [](Options& options, const char* name, Value value) {
       options.session_timeout = parse_seconds(name, value);
     }},
    {kMaxOutputVariable, "1 to 1000000",
     "How many megabytes are kept of what one test prints to one stream; 64 by default.",
     [](Options& options, const char* name, Value value) {
       options.maxoutput = parse_bounded(name, value, 1, kMostOutput);
     }},
    {kCaptureVariable, "yes, no",
     "Whether what tests print is told with their results, as ever; yes by default. no: it is "
     "shown "
     "as it comes.",
     [](Options& options, const char* name, Value value) {
       options.capture = parse_yes_or_no(name, value);
     }},
    {kProgressVariable, "auto, never, always", "Whether there is a status line below the results.",
     [](Options& options, const char*, Value value) { options.progress = parse_progress(value); }},
    {kVerbosityVariable, "-1, 0, 1, 2",
     "How much gtest-xdist says itself, on standard error; 0 by default. -1: errors alone. 1: "
     "how "
     "each test ends. 2: what workers get and begin as well.",
     [](Options& options, const char*, Value value) {
       options.verbosity = parse_verbosity(value);
     }},
    {kTestrunuidVariable, "a text",
     "The name of this run, equal in all workers; 32 random hexadecimal digits by default.",
     [](Options& options, const char*, Value value) {
       options.testrunuid = parse_testrunuid(value);
     }},
};

// Null if there is none of that name.
inline const Variable* find_variable(const std::string& name) {
  for (const Variable& variable : kVariables) {
    if (variable.name == name) return &variable;
  }
  return nullptr;
}

// Their names.
inline std::vector<std::string> user_variables() {
  std::vector<std::string> names;
  for (const Variable& variable : kVariables) names.emplace_back(variable.name);
  return names;
}

// Whether this process inherited what a worker was told, which its tests and whatever they start
// may read, and which means nothing else.
inline bool is_told_by_worker(const std::string& name, std::string_view value) {
  if (name == kWorkerCountVariable) return parse_number(value, kMaxWorkers).has_value();
  return name == kWorkerVariable && parse_worker(value).has_value();
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

// Each file is written by one of them.
inline void check_files_differ(const Options& options) {
  const std::pair<const char*, const std::optional<std::string>&> files[] = {
      {kDurationsFileVariable, options.durations_file},
      {kRecordVariable, options.record},
      {kTimelineVariable, options.timeline}};
  for (const auto& file : files) {
    for (const auto& other : files) {
      if (&other == &file) break;
      if (file.second && file.second == other.second) {
        reject(file.first, *file.second, std::string("another file than that of ") + other.first);
      }
    }
  }
}

// Reads the settings out of the whole environment; variables of other names are passed over. An
// unknown name and a value out of its choices are a UsageError.
inline Options parse_options(const Environment& environment) {
  Options options;
  for (const auto& entry : environment) {
    const std::string& name = entry.first;
    const std::string& value = entry.second;
    if (name.compare(0, std::string_view(kVariablePrefix).size(), kVariablePrefix) != 0) continue;
    if (const Variable* const known = find_variable(name)) {
      known->read(options, known->name, value);
    } else if (!is_told_by_worker(name, value)) {
      reject_unknown(name, value);
    }
  }
  if (options.replay && options.indices) {
    reject(kReplayVariable, options.replay->value,
           std::string("no ") + kIndicesVariable + " beside it");
  }
  check_files_differ(options);
  return options;
}

// Whether the list of variables is wanted, whatever the others say.
inline bool asks_for_variables(const Environment& environment) {
  const Environment::value_type asks(kWorkersVariable, kHelp);
  return std::find(environment.begin(), environment.end(), asks) != environment.end();
}

// The list, for a person at a terminal.
inline std::string describe_variables() {
  constexpr std::size_t kWidth = 80;
  const std::string indent = "    ";
  std::string text =
      "gtest-xdist runs this program's tests in parallel, as environment variables say:\n";
  for (const Variable& variable : kVariables) {
    text += "\n" + std::string(variable.name) + "=<" + variable.values + ">\n" +
            wrap(variable.meaning, indent, kWidth);
  }
  return text;
}

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_CORE_VARIABLES_H_
