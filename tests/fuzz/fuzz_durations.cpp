// Any text as a durations file: what is understood can be written and read again, and any names can
// be entries.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "gtest_xdist/core/tests/durations.h"

#include "input.h"
#include "require.h"

namespace gtest_xdist::fuzz {
namespace {

using internal::Durations;

Durations parse(std::string_view text, std::size_t& damaged) {
  std::vector<std::size_t> lines;
  Durations durations = internal::parse_durations(text, lines);
  const auto most = static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n')) + 1;
  require(std::is_sorted(lines.begin(), lines.end()) && (lines.empty() || lines.back() <= most) &&
              std::count(lines.begin(), lines.end(), 1U) == 0,
          "damaged lines are lines of the text, in order, and not the first");
  damaged = lines.size();
  return durations;
}

// Times are rounded once, when they are written.
void check_written(const Durations& durations) {
  const std::string written = internal::format_durations(durations);
  require(internal::is_durations_text(written), "what is written is a durations file");
  std::size_t damaged = 0;
  const Durations again = parse(written, damaged);
  require(damaged == 0, "no line that is written is damaged");
  require(internal::format_durations(again) == written, "entries survive the round trip");
}

void check_text(std::string_view text) {
  if (!internal::is_durations_text(text)) return;
  std::size_t damaged = 0;
  check_written(parse(text, damaged));
}

void check_names(std::string_view test, std::string_view program, double seconds) {
  const std::string name = internal::duration_name_of_test(test);
  const std::string suite = internal::duration_name_of_suite(test);
  const std::string of = internal::duration_name_of_program(program);
  require(suite.find('.') == std::string::npos, "a suite's entry is no test's");
  if (name.empty() || of.empty()) return;
  check_written({{internal::duration_key(of, name), seconds},
                 {internal::duration_key(of, suite), seconds / 2}});
}

}  // namespace
}  // namespace gtest_xdist::fuzz

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace gtest_xdist::fuzz;
  const std::string_view text = text_of(data, size);
  check_text(text);
  Input input(text);
  const double seconds = static_cast<double>(input.take_number()) / 1e9;
  const std::string_view test = input.take(input.take_byte());
  check_names(test, input.rest(), seconds);
  return 0;
}
