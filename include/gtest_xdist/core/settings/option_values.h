// Reads the value of each setting from its text, and says why a value is not valid.
//
// Layer: core/settings (standard library only). It does not know the list of all variables:
// variables.h has it.
#ifndef GTEST_XDIST_CORE_SETTINGS_OPTION_VALUES_H_
#define GTEST_XDIST_CORE_SETTINGS_OPTION_VALUES_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "gtest_xdist/core/settings/options.h"
#include "gtest_xdist/core/tests/index_list.h"
#include "gtest_xdist/core/text/near_miss.h"
#include "gtest_xdist/core/text/text.h"

namespace gtest_xdist::internal {

// The run cannot do what the user's settings ask for. what() is one line for the user. For a
// variable it says name, value, and what is expected.
class UsageError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

inline std::string did_you_mean(std::string_view word, const std::vector<std::string>& known) {
  const std::optional<std::string> near = near_miss(word, known);
  return near ? "; did you mean " + *near + "?" : "";
}

// Throws the UsageError for a value that the variable cannot have.
[[noreturn]] inline void reject(const std::string& name, const std::string& value,
                                const std::string& expected) {
  throw UsageError(name + "='" + shown(value) + "' is not valid: expected " + expected);
}

// Reads a decimal number without a sign. Nothing if the text is not one, or if it exceeds `max`.
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

// This value in place of a number of workers prints the list of variables.
inline constexpr const char* kHelp = "help";

inline WorkerCount parse_workers(const std::string& value) {
  if (value == "no") return {};
  if (value == "auto") return {WorkerCount::Kind::automatic, 0};
  if (value == "logical") return {WorkerCount::Kind::logical, 0};
  const std::optional<unsigned> number = parse_number(value, kMaxWorkers);
  if (!number) {
    reject(kWorkersVariable, value,
           "a number from 0 to " + std::to_string(kMaxWorkers) +
               ", 'auto', 'logical', 'no' or 'help'" +
               did_you_mean(value, {"auto", "logical", "no", kHelp}));
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

// Reads a number from `min` to `max`. Throws the UsageError for the variable `name`.
inline unsigned parse_bounded(const char* name, const std::string& value, unsigned min,
                              unsigned max) {
  const std::optional<unsigned> number = parse_number(value, max);
  if (!number || *number < min) {
    reject(name, value, "a number from " + std::to_string(min) + " to " + std::to_string(max));
  }
  return *number;
}

// Reads a decimal number of seconds with at most three decimals. Nothing for 0, which is no limit.
// Throws the UsageError for the variable `name`.
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

inline int parse_verbosity(const std::string& value) {
  const std::vector<std::string> values = {"-1", "0", "1", "2"};
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (value == values[i]) return static_cast<int>(i) - 1;
  }
  reject(kVerbosityVariable, value, "one of " + join(values));
}

inline ProgressMode parse_progress(const std::string& value) {
  if (value == "auto") return ProgressMode::automatic;
  if (value == "never") return ProgressMode::never;
  if (value == "always") return ProgressMode::always;
  const std::vector<std::string> values = {"auto", "never", "always"};
  reject(kProgressVariable, value, "one of " + join(values) + did_you_mean(value, values));
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

// The kinds of timelines, by the ending of the file's name.
inline const std::vector<std::string>& timeline_endings() {
  static const std::vector<std::string> endings = {".json", ".svg", ".html"};
  return endings;
}

inline bool has_ending(std::string_view text, std::string_view ending) {
  return text.size() > ending.size() && text.substr(text.size() - ending.size()) == ending;
}

inline std::string parse_timeline(const std::string& value) {
  for (const std::string& ending : timeline_endings()) {
    if (has_ending(value, ending)) return value;
  }
  reject(kTimelineVariable, value, "a file whose name ends in one of " + join(timeline_endings()));
}

// The number in a worker's name: 3 for "gw3". Nothing if the text is not such a name.
inline std::optional<unsigned> parse_worker(std::string_view value) {
  constexpr unsigned kMost = 1'000'000'000;
  if (value.substr(0, 2) != "gw") return std::nullopt;
  return parse_number(value.substr(2), kMost);
}

// Reads "file" or "file:gw3".
inline ReplayTarget parse_replay(const std::string& value) {
  const std::size_t colon = value.rfind(':');
  const bool may_be = colon != std::string::npos && colon > 0;
  const std::optional<unsigned> worker =
      may_be ? parse_worker(std::string_view(value).substr(colon + 1)) : std::nullopt;
  return {value, worker ? value.substr(0, colon) : value, worker};
}

inline std::string parse_record(const std::string& value) {
  if (parse_replay(value).worker) {
    reject(kRecordVariable, value,
           std::string("a path that ") + kReplayVariable + " does not read as a path and a worker");
  }
  return value;
}

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_CORE_SETTINGS_OPTION_VALUES_H_
