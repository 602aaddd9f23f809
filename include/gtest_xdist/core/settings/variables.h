// The GTEST_XDIST_* variables: their values, their meaning, and how they are read.
//
// Layer: core/settings (standard library only). Settings are environment variables because gtest
// refuses to run with a --gtest_* flag that it does not know.
#ifndef GTEST_XDIST_CORE_SETTINGS_VARIABLES_H_
#define GTEST_XDIST_CORE_SETTINGS_VARIABLES_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gtest_xdist/core/settings/option_values.h"
#include "gtest_xdist/core/settings/options.h"
#include "gtest_xdist/core/text/near_miss.h"
#include "gtest_xdist/core/text/text.h"

namespace gtest_xdist::internal {

// What a variable is about. Each group has a heading in the list and a section in the guide.
enum class VariableGroup : std::uint8_t { workers, order, display, trouble };

inline constexpr const char* kVariableHeadings[] = {"How many workers",
                                                    "Which worker runs what, and when",
                                                    "What is shown", "When things go wrong"};

// A variable that a user may set.
struct Variable {
  using Text = const std::string&;

  const char* name;
  VariableGroup group;
  const char* help;  // what it may be, and what that means: for one line of the list
  // Throws the UsageError for a value that the variable cannot have.
  void (*read)(Options& options, const char* name, Text value);
};

// By group, in the order in which a person wants to read them.
inline constexpr Variable kVariables[] = {
    {kWorkersVariable, VariableGroup::workers,
     "0 to 1024, auto, logical, no, help: how many workers",
     [](Options& options, const char*, Variable::Text value) {
       options.workers = parse_workers(value);
     }},
    {kMaxProcessesVariable, VariableGroup::workers, "1 to 1024: never more workers than this",
     [](Options& options, const char* name, Variable::Text value) {
       options.maxprocesses = parse_bounded(name, value, 1, kMaxWorkers);
     }},
    {kMaxWorkerRestartVariable, VariableGroup::workers,
     "0 to 1000000: how many dead workers are replaced",
     [](Options& options, const char* name, Variable::Text value) {
       options.max_worker_restart = parse_bounded(name, value, 0, kMostTests);
     }},
    {kDistVariable, VariableGroup::order,
     "load, worksteal, loadscope, loadfile, loadgroup, each, no",
     [](Options& options, const char*, Variable::Text value) { options.dist = parse_dist(value); }},
    {kMaxSchedChunkVariable, VariableGroup::order,
     "1 to 1000000: load hands out at most so many at once",
     [](Options& options, const char* name, Variable::Text value) {
       options.maxschedchunk = parse_bounded(name, value, 1, kMostTests);
     }},
    {kLoadscopeReorderVariable, VariableGroup::order, "yes, no: largest scopes first",
     [](Options& options, const char* name, Variable::Text value) {
       options.loadscope_reorder = parse_yes_or_no(name, value);
     }},
    {kDurationsFileVariable, VariableGroup::order,
     "a path: plan by how long tests took in earlier runs",
     [](Options& options, const char*, Variable::Text value) { options.durations_file = value; }},
    {kIndicesVariable, VariableGroup::order, "such as 0-24:31:40: run these tests in this process",
     [](Options& options, const char*, Variable::Text value) {
       options.indices = parse_indices(value);
     }},
    {kRecordVariable, VariableGroup::order, "a path: write which worker ran which tests",
     [](Options& options, const char*, Variable::Text value) {
       options.record = parse_record(value);
     }},
    {kReplayVariable, VariableGroup::order, "a path, or path:gw3: run a record again",
     [](Options& options, const char*, Variable::Text value) {
       options.replay = parse_replay(value);
     }},
    {kTestrunuidVariable, VariableGroup::order, "a text: the name of this run",
     [](Options& options, const char*, Variable::Text value) { options.testrunuid = value; }},
    {kDurationsVariable, VariableGroup::display,
     "0 to 1000000: show so many of the slowest tests; 0: all",
     [](Options& options, const char* name, Variable::Text value) {
       options.durations = parse_bounded(name, value, 0, kMostTests);
     }},
    {kTimelineVariable, VariableGroup::display, "a path.json, .svg or .html: a picture of the run",
     [](Options& options, const char*, Variable::Text value) {
       options.timeline = parse_timeline(value);
     }},
    {kProgressVariable, VariableGroup::display, "auto, never, always: a status line",
     [](Options& options, const char*, Variable::Text value) {
       options.progress = parse_progress(value);
     }},
    {kVerbosityVariable, VariableGroup::display, "-1, 0, 1, 2: how much gtest-xdist says",
     [](Options& options, const char*, Variable::Text value) {
       options.verbosity = parse_verbosity(value);
     }},
    {kCaptureVariable, VariableGroup::display, "yes: output with the results; no: at once",
     [](Options& options, const char* name, Variable::Text value) {
       options.capture = parse_yes_or_no(name, value);
     }},
    {kMaxOutputVariable, VariableGroup::display, "1 to 1000000: megabytes kept of a test's output",
     [](Options& options, const char* name, Variable::Text value) {
       options.maxoutput = parse_bounded(name, value, 1, kMostOutput);
     }},
    {kMaxFailVariable, VariableGroup::trouble,
     "0 to 1000000: stop after so many failures; 0: never",
     [](Options& options, const char* name, Variable::Text value) {
       options.maxfail = parse_bounded(name, value, 0, kMostTests);
     }},
    {kRetriesVariable, VariableGroup::trouble, "0 to 100: how often a failed test is run again",
     [](Options& options, const char* name, Variable::Text value) {
       options.retries = parse_bounded(name, value, 0, kMostRetries);
     }},
    {kTimeoutVariable, VariableGroup::trouble, "seconds: the limit of each test; 0: none",
     [](Options& options, const char* name, Variable::Text value) {
       options.timeout = parse_seconds(name, value);
     }},
    {kSessionTimeoutVariable, VariableGroup::trouble,
     "seconds: the limit of the whole run; 0: none",
     [](Options& options, const char* name, Variable::Text value) {
       options.session_timeout = parse_seconds(name, value);
     }},
};

// Null if no variable has that name.
inline const Variable* find_variable(const std::string& name) {
  for (const Variable& variable : kVariables) {
    if (variable.name == name) return &variable;
  }
  return nullptr;
}

// The names of all variables.
inline std::vector<std::string> user_variables() {
  std::vector<std::string> names;
  for (const Variable& variable : kVariables) names.emplace_back(variable.name);
  return names;
}

// Whether this is a variable that a worker sets for its tests and the programs that they start. It
// is not a setting.
inline bool is_told_by_worker(const std::string& name, std::string_view value) {
  if (name == kWorkerCountVariable) return parse_number(value, kMaxWorkers).has_value();
  return name == kWorkerVariable && parse_worker(value).has_value();
}

// Where a user can read about the variables.
inline constexpr const char* kWhereVariablesAre =
    "GTEST_XDIST_WORKERS=help lists the variables; the guide is examples/settings.md of "
    "gtest-xdist, in a package below share/doc/gtest_xdist";

// The variable that the user probably meant, without its prefix: the nearest of `known`, or our
// variable for an option of pytest-xdist or pytest-rerunfailures.
inline std::optional<std::string> meant_variable(const std::string& ending,
                                                 const std::vector<std::string>& known) {
  if (ending == "NUMPROCESSES") return "WORKERS";
  if (ending == "RERUNS") return "RETRIES";
  return near_miss(ending, known);
}

[[noreturn]] inline void reject_unknown(const std::string& name, const std::string& value) {
  // The prefix is right, so compare only what follows it.
  const std::size_t prefix = std::string_view(kVariablePrefix).size();
  std::vector<std::string> endings;
  for (const std::string& known : user_variables()) endings.push_back(known.substr(prefix));
  std::string text = "unknown variable " + shown(name) + "='" + shown(value) + "'";
  if (const std::optional<std::string> near = meant_variable(name.substr(prefix), endings)) {
    text += "; did you mean " + (kVariablePrefix + *near) + "?";
  } else {
    text += ".";
  }
  throw UsageError(text + " " + kWhereVariablesAre);
}

// Throws the UsageError if two variables name the same file.
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

// Reads the settings from the whole environment. It ignores variables without our prefix. A
// variable that is empty is as if it were not set. Throws UsageError for an unknown name, for a
// value that its variable cannot have, and for settings that exclude each other.
inline Options parse_options(const Environment& environment) {
  Options options;
  for (const auto& entry : environment) {
    const std::string& name = entry.first;
    const std::string& value = entry.second;
    if (name.compare(0, std::string_view(kVariablePrefix).size(), kVariablePrefix) != 0) continue;
    if (value.empty()) continue;
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

// Whether the user asks for the list of variables. The other variables need not be valid then.
inline bool asks_for_variables(const Environment& environment) {
  for (const auto& [name, value] : environment) {
    if (name == kWorkersVariable && value == kHelp) return true;
  }
  return false;
}

// The list of variables for a person at a terminal, one a line.
inline std::string describe_variables() {
  constexpr std::size_t kNames = 20;  // columns
  std::string text =
      "gtest-xdist runs this program's tests in parallel. Its settings are environment\n"
      "variables whose names begin with GTEST_XDIST_.\n";
  const char* heading = nullptr;
  for (const Variable& variable : kVariables) {
    const char* const here = kVariableHeadings[static_cast<std::size_t>(variable.group)];
    if (heading != here) text += std::string("\n") + here + ":\n";
    heading = here;
    std::string name = std::string(variable.name).substr(std::string_view(kVariablePrefix).size());
    name.resize(kNames, ' ');
    text += "  " + name + variable.help + "\n";
  }
  return text +
         "\nThe guide: examples/settings.md of gtest-xdist, in a package below\n"
         "share/doc/gtest_xdist.\n";
}

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_CORE_SETTINGS_VARIABLES_H_
