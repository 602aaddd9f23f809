// Any environment: it is obeyed within the limits of each setting, or refused with one line.
//
// An input is one variable a line, "WORKERS=4": without the prefix, which a line that begins with
// '!' does without. A '\1' stands for the end of a line in a value.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gtest_xdist/core/settings/variables.h"

#include "input.h"
#include "require.h"

namespace gtest_xdist::fuzz {
namespace {

using internal::Environment;
using internal::Options;
using internal::UsageError;
using internal::WorkerCount;

Environment environment_of(std::string_view text) {
  Environment environment;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string line(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    std::replace(line.begin(), line.end(), '\1', '\n');
    line.erase(std::remove(line.begin(), line.end(), '\0'), line.end());
    line = line.rfind('!', 0) == 0 ? line.substr(1) : internal::kVariablePrefix + line;
    const std::size_t equals = std::min(line.find('='), line.size());
    std::string value = line.substr(std::min(equals + 1, line.size()));
    environment.emplace_back(line.substr(0, equals), std::move(value));
  }
  return environment;
}

// Lists of millions of tests are legal and slow.
bool is_slow(const Environment& environment) {
  return std::any_of(environment.begin(), environment.end(), [](const auto& variable) {
    constexpr std::size_t kFewDigits = 6;
    const auto& [name, value] = variable;
    return name == internal::kIndicesVariable && value.find('-') != std::string::npos &&
           value.size() > kFewDigits;
  });
}

void check_within_limits(const Options& options) {
  const WorkerCount& workers = options.workers;
  require(workers.kind != WorkerCount::Kind::fixed ||
              (workers.number >= 1 && workers.number <= internal::kMaxWorkers),
          "the number of workers is within its limits");
  require(workers.kind == WorkerCount::Kind::fixed || workers.number == 0,
          "a number of workers is there only if one was given");
  require(static_cast<std::size_t>(options.dist) < internal::dist_mode_names().size(),
          "the mode is one of the enumerators");
  const auto within = [](const std::optional<unsigned>& number, unsigned min, unsigned max) {
    return !number || (*number >= min && *number <= max);
  };
  require(within(options.maxprocesses, 1, internal::kMaxWorkers) &&
              within(options.maxschedchunk, 1, internal::kMostTests) &&
              within(options.max_worker_restart, 0, internal::kMostTests),
          "each number is within its limits");
  require(!options.indices || !options.indices->empty(), "no list is empty");
  require(!options.testrunuid || !options.testrunuid->empty(), "no name of the run is empty");
}

// A line to read, of a variable that is there.
void check_line(std::string_view line, const Environment& environment) {
  constexpr std::size_t kLongest = 2000;
  require(line.size() <= kLongest, "an error is short");
  require(std::none_of(line.begin(), line.end(),
                       [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7f'; }),
          "an error is one line of printable characters");
  constexpr std::size_t kSurelyWhole = 50;
  require(std::any_of(environment.begin(), environment.end(),
                      [&](const auto& variable) {
                        return variable.first.size() > kSurelyWhole ||
                               line.find(internal::shown(variable.first)) != std::string_view::npos;
                      }),
          "an error names the variable");
}

void check(const Environment& environment) {
  if (is_slow(environment)) return;
  try {
    check_within_limits(internal::parse_options(environment));
  } catch (const UsageError& error) {
    check_line(error.what(), environment);
  }
}

}  // namespace
}  // namespace gtest_xdist::fuzz

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace gtest_xdist::fuzz;
  check(environment_of(text_of(data, size)));
  return 0;
}
