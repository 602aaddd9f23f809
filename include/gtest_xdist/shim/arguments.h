// Says what the program's arguments ask of GoogleTest, before main and before GoogleTest reads
// them.
//
// Layer: shim.
#ifndef GTEST_XDIST_SHIM_ARGUMENTS_H_
#define GTEST_XDIST_SHIM_ARGUMENTS_H_

#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gtest_xdist::internal {

// The value of a flag that is given last; it is empty if the flag stands alone. Nothing if the flag
// is not given.
inline std::optional<std::string_view> flag_in(const std::vector<std::string>& arguments,
                                               std::string_view flag) {
  std::optional<std::string_view> value;
  for (std::string_view argument : arguments) {
    while (!argument.empty() && argument.front() == '-') argument.remove_prefix(1);
    if (argument.substr(0, flag.size()) != flag) continue;
    argument.remove_prefix(flag.size());
    if (argument.empty()) value = argument;
    if (!argument.empty() && argument.front() == '=') value = argument.substr(1);
  }
  return value;
}

// Whether GoogleTest will list the tests and run none.
inline bool asks_for_list(const std::vector<std::string>& arguments) {
  const std::optional<std::string_view> value = flag_in(arguments, "gtest_list_tests");
  if (!value) return false;
  return value->empty() ||
         (value->front() != '0' && value->front() != 'f' && value->front() != 'F');
}

// Whether this process only runs one statement of a death test, for the process that runs the test.
inline bool is_death_test_child(const std::vector<std::string>& arguments) {
  for (const std::string& argument : arguments) {
    if (argument.find("gtest_internal_run_death_test") != std::string::npos) return true;
  }
  return false;
}

// Whether the filter is the name of a test, as ctest gives it to each process that runs one test of
// gtest_discover_tests().
inline bool asks_for_one_test(const std::vector<std::string>& arguments) {
  const char* const variable = std::getenv("GTEST_FILTER");
  const std::string_view filter =
      flag_in(arguments, "gtest_filter").value_or(variable == nullptr ? "" : variable);
  return filter.find('.') != std::string_view::npos &&
         filter.find_first_of("*?:-") == std::string_view::npos;
}

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_SHIM_ARGUMENTS_H_
