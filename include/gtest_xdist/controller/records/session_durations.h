// Knows how long this program's tests took before, and how long they take in this session.
//
// Layer: controller/records. Does not know how durations are used to plan.
#ifndef GTEST_XDIST_CONTROLLER_RECORDS_SESSION_DURATIONS_H_
#define GTEST_XDIST_CONTROLLER_RECORDS_SESSION_DURATIONS_H_

#include <cstddef>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "gtest_xdist/bridge/catalog.h"
#include "gtest_xdist/core/settings/option_values.h"
#include "gtest_xdist/core/settings/options.h"
#include "gtest_xdist/core/tests/durations.h"
#include "gtest_xdist/core/tests/index_list.h"
#include "gtest_xdist/process/files/durations_file.h"
#include "gtest_xdist/process/notes.h"

namespace gtest_xdist::internal {

// The durations of one RUN_ALL_TESTS.
class SessionDurations {
 public:
  // Reads the file at `path`, which must be absolute, and prints a note for each damaged line.
  // `given` is the path as the user gave it. `program` is a path of the binary. Throws UsageError.
  SessionDurations(const Catalog& catalog, const std::string& given, const std::string& path,
                   const std::string& program)
      : catalog_(catalog),
        program_(duration_name_of_program(program)),
        file_(path),
        tests_(catalog.size()),
        suites_(catalog.suite_count()) {
    std::pair<Durations, std::vector<std::size_t>> read;
    try {
      read = file_.read();
    } catch (const std::runtime_error& error) {
      reject(kDurationsFileVariable, given,
             std::string("a file that gtest-xdist wrote, or a new one, in a writable directory; ") +
                 error.what());
    }
    const Durations& known = read.first;
    for (const std::size_t line : read.second) {
      note(file_.path() + ":" + std::to_string(line) + ": this line is damaged and ignored",
           Topic::error);
    }
    for_each([&](Entry& entry, const std::string& name) {
      const auto it = known.find(duration_key(program_, name));
      if (it != known.end()) entry.before = it->second;
    });
  }

  // How many seconds to expect for the test; empty if that is unknown.
  std::optional<double> of_test(TestIndex i) const { return tests_[i].expected(); }

  // As above, for the set-up and tear-down of a suite together.
  std::optional<double> of_suite(SuiteIndex i) const { return suites_[i].expected(); }

  // The test has run to its end.
  void add_test(TestIndex i, double seconds) { tests_[i].now.add(seconds); }

  // A worker has left the suite.
  void add_suite(SuiteIndex i, double seconds) { suites_[i].now.add(seconds); }

  // Call this once, at the end of the session. Prints a note if it fails.
  void save() {
    try {
      file_.update([&](Durations& durations) {
        DurationsMerger merger(durations, program_);
        for_each([&](const Entry& entry, const std::string& name) { merger.add(name, entry.now); });
      });
    } catch (const std::runtime_error& error) {
      note("the durations are not saved in '" + file_.path() + "': " + error.what(), Topic::error);
    }
  }

 private:
  struct Entry {
    std::optional<double> before;
    MeasuredDuration now;

    std::optional<double> expected() const {
      return now.empty() ? before : std::optional<double>(now.merged(before));
    }
  };

  template <class Call>
  void for_each(Call call) {
    for (TestIndex i = 0; i < catalog_.size(); ++i) {
      call(tests_[i], duration_name_of_test(catalog_.full_name(i)));
    }
    for (SuiteIndex i = 0; i < catalog_.suite_count(); ++i) {
      call(suites_[i], duration_name_of_suite(catalog_.suite(i).name()));
    }
  }

  const Catalog& catalog_;
  const std::string program_;
  const DurationsFile file_;
  std::vector<Entry> tests_;
  std::vector<Entry> suites_;
};

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_CONTROLLER_RECORDS_SESSION_DURATIONS_H_
