// Groups of tests that are to run on one worker: which tests bear which mark.
//
// Layer: core (standard library only). What a group means to the run is its scheduler's business.
#ifndef GTEST_XDIST_CORE_GROUPS_H_
#define GTEST_XDIST_CORE_GROUPS_H_

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// Marks the tests that `filter` selects as members of the group `name`. Both are string constants;
// the filter is one of --gtest_filter, and a test's name is the one that gtest prints:
//
//     GTEST_XDIST_GROUP("database", "DbTest.*:NetTest.*-DbTest.InMemory*")
//
// Stands at namespace scope, with or without a semicolon behind it, any number of times in any
// source file or header: a test may be in several groups, and a group may have several filters.
#define GTEST_XDIST_GROUP(name, filter) GTEST_XDIST_INTERNAL_GROUP(name, filter, __COUNTER__)

#define GTEST_XDIST_INTERNAL_GROUP(name, filter, number) \
  GTEST_XDIST_INTERNAL_NUMBERED_GROUP(name, filter, number)

#define GTEST_XDIST_INTERNAL_NUMBERED_GROUP(name, filter, number)                     \
  static_assert(!::std::string_view(name).empty(),                                    \
                "GTEST_XDIST_GROUP: the name of a group must not be empty");          \
  static_assert(!::std::string_view(filter).empty(),                                  \
                "GTEST_XDIST_GROUP: an empty filter selects no test; all are \"*\""); \
  [[maybe_unused]] static const bool gtest_xdist_group_##number =                     \
      ::gtest_xdist::internal::mark_group(name, filter);

namespace gtest_xdist::internal {

// One GTEST_XDIST_GROUP.
struct GroupMark {
  std::string name;
  std::string filter;

  bool operator==(const GroupMark& other) const {
    return name == other.name && filter == other.filter;
  }
};

// The marks of this process, each once, in the order in which they were made, which is before main.
// Never destroyed: tests may run in static destructors.
inline std::vector<GroupMark>& group_marks() {
  static std::vector<GroupMark>& marks = *new std::vector<GroupMark>;
  return marks;
}

// Does nothing if there is such a mark: one in a header comes from every file that includes it.
// Returns true, as the value of the variable whose initialisation makes the mark.
inline bool mark_group(std::string_view name, std::string_view filter) {
  std::vector<GroupMark>& marks = group_marks();
  GroupMark mark{std::string(name), std::string(filter)};
  if (std::find(marks.begin(), marks.end(), mark) == marks.end()) marks.push_back(std::move(mark));
  return true;
}

// Whether `text` is as `pattern` says, where * stands for any characters and ? for one. After a
// mismatch only the last * need take one character more: what stands before it fits already, as
// early as it can. So the time is at most the product of the lengths.
inline bool matches_pattern(std::string_view pattern, std::string_view text) {
  std::size_t p = 0;
  std::size_t t = 0;
  std::size_t star = std::string_view::npos;  // the last * that was passed
  std::size_t star_end = 0;                   // where in the text what it stands for ends
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      star_end = t;
    } else if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == text[t])) {
      ++p;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++star_end;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*', p) == std::string_view::npos;
}

// Whether one of the patterns that colons separate matches.
inline bool matches_any_pattern(std::string_view patterns, std::string_view text) {
  while (true) {
    const std::size_t colon = patterns.find(':');
    if (matches_pattern(patterns.substr(0, colon), text)) return true;
    if (colon == std::string_view::npos) return false;
    patterns.remove_prefix(colon + 1);
  }
}

// Whether --gtest_filter=`filter` selects the test of that name. As in gtest: what follows the
// first '-' are patterns of which none may match, in which a further '-' is a character like
// others; before it stand those of which one must match, or nothing, where all do. An entirely
// empty filter selects nothing.
inline bool matches_filter(std::string_view filter, std::string_view full_name) {
  const std::size_t dash = filter.find('-');
  if (dash == std::string_view::npos) return matches_any_pattern(filter, full_name);
  return (dash == 0 || matches_any_pattern(filter.substr(0, dash), full_name)) &&
         !matches_any_pattern(filter.substr(dash + 1), full_name);
}

// The names of the groups that a test is in: sorted, each once.
inline std::vector<std::string> groups_of(std::string_view full_name) {
  std::vector<std::string> groups;
  for (const GroupMark& mark : group_marks()) {
    if (matches_filter(mark.filter, full_name)) groups.push_back(mark.name);
  }
  std::sort(groups.begin(), groups.end());
  groups.erase(std::unique(groups.begin(), groups.end()), groups.end());
  return groups;
}

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_CORE_GROUPS_H_
