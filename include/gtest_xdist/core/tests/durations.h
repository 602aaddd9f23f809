// Reads and writes the text of a durations file: how long tests took in earlier runs.
//
// Layer: core/tests (standard library only). The first line of the text names its format. Each
// other line is an entry, "0.012345 Suite.Test program": the seconds, the test, and the program
// that has it, because several programs may share a file. An entry for the set-up and tear-down of
// a suite has the suite's name. That name has no dot, but a test's has one. This header knows no
// files.
#ifndef GTEST_XDIST_CORE_TESTS_DURATIONS_H_
#define GTEST_XDIST_CORE_TESTS_DURATIONS_H_

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gtest_xdist/core/text/text.h"

namespace gtest_xdist::internal {

// The first line of every durations file of this version.
inline constexpr std::string_view kDurationsHeader = "gtest-xdist durations 1";

// Seconds, by duration_key().
using Durations = std::map<std::string, double>;

// The measurements that one process has made of one test or suite in a session, and their merger
// with what is known: an exponentially weighted mean, in which each measurement has the same share
// when it is added. The share is a half: two or three runs show a change, and the remembered mean
// has a third of the variance of one run.
class MeasuredDuration {
 public:
  static constexpr double kNewestShare = 0.5;

  void add(double seconds) {
    sum_ = sum_ * (1 - kNewestShare) + seconds * kNewestShare;
    rest_ *= 1 - kNewestShare;
  }

  bool empty() const { return rest_ == 1; }

  // The mean of the measurements and of the value known `before`, if there is one. Do not call this
  // if there is neither.
  double merged(std::optional<double> before) const {
    return before ? *before * rest_ + sum_ : sum_ / (1 - rest_);
  }

 private:
  double sum_ = 0;   // of the measurements, each times its share
  double rest_ = 1;  // the share of the value known before them
};

// --- names ---------------------------------------------------------------------------------------

inline std::string duration_name_of_test(std::string_view full_name) {
  return escape(full_name, "\\ ");
}
inline std::string duration_name_of_suite(std::string_view name) { return escape(name, "\\ ."); }
// `executable` is the program's path. Only its last part counts.
inline std::string duration_name_of_program(std::string_view executable) {
  return escape(executable.substr(executable.rfind('/') + 1), "\\");
}

// `program` is a duration_name_of_program(), and `name` one of a test or a suite. No name has a
// line end, so a sorted map has all entries of a program together.
inline std::string duration_key(std::string_view program, std::string_view name) {
  return std::string(program) + '\n' + std::string(name);
}

// --- text ----------------------------------------------------------------------------------------

// The first line of the text, without its end: "\n", or "\r\n" after a version control system has
// changed the file.
inline std::string_view first_line(std::string_view text) {
  std::string_view line = text.substr(0, text.find('\n'));
  if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  return line;
}

// Whether the text is that of a durations file. An empty text is one without entries.
inline bool is_durations_text(std::string_view text) {
  return text.empty() || first_line(text) == kDurationsHeader;
}

// Reads seconds: a decimal number with at most nine digits before the point and six after it. It
// does not depend on the locale, which main may change.
inline std::optional<double> parse_seconds(std::string_view text) {
  constexpr std::size_t kMostDigits = 9;
  constexpr std::size_t kMostDecimals = 6;
  const std::size_t point = text.find('.');
  const std::string_view whole = text.substr(0, point);
  const std::string_view fraction =
      point == std::string_view::npos ? std::string_view() : text.substr(point + 1);
  if (whole.empty() || whole.size() > kMostDigits || fraction.size() > kMostDecimals ||
      (point != std::string_view::npos && fraction.empty())) {
    return std::nullopt;
  }
  std::uint64_t number = 0;
  double unit = 1;
  for (const std::string_view part : {whole, fraction}) {
    for (const char c : part) {
      if (c < '0' || c > '9') return std::nullopt;
      number = number * 10 + static_cast<std::uint64_t>(c - '0');
    }
  }
  for (std::size_t i = 0; i < fraction.size(); ++i) unit *= 10;
  return static_cast<double>(number) / unit;
}

// Writes seconds as parse_seconds() reads them. Microseconds are precise enough for the shortest
// test that matters.
inline std::string format_seconds(double seconds) {
  constexpr std::uint64_t kMicroseconds = 1'000'000;
  constexpr double kMost = 999'999'999;
  const double bounded = std::fmin(std::fmax(seconds, 0), kMost);
  const auto number = static_cast<std::uint64_t>(std::llround(bounded * kMicroseconds));
  const std::string fraction = std::to_string(kMicroseconds + number % kMicroseconds);
  return std::to_string(number / kMicroseconds) + '.' + fraction.substr(1);
}

// The entries of a text for which is_durations_text() holds. Ignores a line that is not an entry,
// and appends its number, counted from 1, to `damaged`.
inline Durations parse_durations(std::string_view text, std::vector<std::size_t>& damaged) {
  Durations durations;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const std::size_t end = text.find('\n');
    const std::string_view line = first_line(text);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (number == 1) continue;
    const std::size_t name = line.find(' ') + 1;
    const std::size_t program = line.find(' ', name) + 1;
    const std::optional<double> seconds =
        name == 0 ? std::nullopt : parse_seconds(line.substr(0, name - 1));
    const bool is_escaped = line == escape(line, "");
    if (!seconds || program < name + 2 || program == line.size() || !is_escaped) {
      damaged.push_back(number);
      continue;
    }
    durations[duration_key(line.substr(program), line.substr(name, program - 1 - name))] = *seconds;
  }
  return durations;
}

// Sorted, so that two versions of a file differ in few lines.
inline std::string format_durations(const Durations& durations) {
  std::string text(kDurationsHeader);
  text += '\n';
  for (const auto& [key, seconds] : durations) {
    const std::size_t end = key.find('\n');  // of the program
    text += format_seconds(seconds) + ' ' + key.substr(end + 1) + ' ' + key.substr(0, end) + '\n';
  }
  return text;
}

// --- merging -------------------------------------------------------------------------------------

// Adds the measurements of a session of one program. Entries of other programs stay.
class DurationsMerger {
 public:
  // Takes the program's entries out of `durations`: those that nobody adds are removed.
  DurationsMerger(Durations& durations, const std::string& program)
      : durations_(durations), program_(program) {
    const std::string all = duration_key(program, "");
    auto entry = durations.lower_bound(all);
    while (entry != durations.end() && entry->first.substr(0, all.size()) == all) {
      before_[entry->first] = entry->second;
      entry = durations.erase(entry);
    }
  }

  // Call this for every test and suite that the program registers, also for those that did not run.
  void add(const std::string& name, const MeasuredDuration& measured) {
    const std::string key = duration_key(program_, name);
    // Several tests may have one name.
    const auto same = durations_.find(key);
    const auto old = before_.find(key);
    std::optional<double> known;
    if (same != durations_.end()) {
      known = same->second;
    } else if (old != before_.end()) {
      known = old->second;
    }
    if (known || !measured.empty()) durations_[key] = measured.merged(known);
  }

 private:
  Durations& durations_;
  Durations before_;
  const std::string& program_;
};

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_CORE_TESTS_DURATIONS_H_
