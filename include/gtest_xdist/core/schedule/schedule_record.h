// The record of GTEST_XDIST_RECORD, and its text: which worker ran which tests, in which order.
//
// Layer: core/schedule (standard library only). People read such files, keep them, and send them to
// others. A file looks like this:
//
//   gtest-xdist schedule 1
//   program my_test
//   run 1: 20 tests, digest 0123456789abcdef, 2 workers
//   selected 0-19
//   iteration 1
//   gw0: 0-4:10-12
//   gw1: 5-9:13
//   gw2 for gw0: 14-19:12
//   again gw2: 12
//   end
#ifndef GTEST_XDIST_CORE_SCHEDULE_SCHEDULE_RECORD_H_
#define GTEST_XDIST_CORE_SCHEDULE_SCHEDULE_RECORD_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gtest_xdist/core/identity.h"
#include "gtest_xdist/core/lean/sorted_order.h"
#include "gtest_xdist/core/schedule/schedule.h"
#include "gtest_xdist/core/tests/index_list.h"
#include "gtest_xdist/core/text/text.h"

namespace gtest_xdist::internal {

// The first line of every file of this version.
inline constexpr std::string_view kRecordHeader = "gtest-xdist schedule 1";

// A worker's part in an iteration.
struct RecordedWorker {
  unsigned number = 0;
  unsigned slot = 0;             // the number of the first worker in its slot, perhaps its own
  std::vector<TestIndex> tests;  // the tests that it ran, in order; at least one
  // Those of `tests` that had run before, here or elsewhere: further attempts, and repetitions
  // after a crash. If `tests` has a test several times, its last occurrences are meant.
  std::vector<TestIndex> again;

  bool operator==(const RecordedWorker& other) const {
    return number == other.number && slot == other.slot && tests == other.tests &&
           again == other.again;
  }
};

using RecordedIteration = std::vector<RecordedWorker>;  // by number; without workers that ran none

// One call of RUN_ALL_TESTS.
struct RecordedRun {
  unsigned number = 1;           // of the calls in that process, from 1
  std::uint32_t tests = 0;       // registered
  std::uint64_t digest = 0;      // stands for their names
  unsigned workers = 0;          // at the start
  bool on_every_worker = false;  // whether each worker ran each test
  std::vector<TestIndex> selected;
  std::vector<RecordedIteration> iterations;
};

struct ScheduleRecord {
  std::string program;
  std::vector<RecordedRun> runs;
};

// The tests that this worker was the first to run, in order. Throws std::invalid_argument if
// `again` has a test more often than `tests` has.
inline std::vector<TestIndex> first_runs(const RecordedWorker& worker) {
  std::map<TestIndex, std::size_t> again;
  for (const TestIndex test : worker.again) ++again[test];
  std::vector<TestIndex> tests;
  for (auto it = worker.tests.rbegin(); it != worker.tests.rend(); ++it) {
    const auto repeated = again.find(*it);
    if (repeated == again.end()) {
      tests.push_back(*it);
    } else if (--repeated->second == 0) {
      again.erase(repeated);
    }
  }
  if (!again.empty()) {
    throw std::invalid_argument("test " + std::to_string(again.begin()->first) +
                                " did not run that often");
  }
  std::reverse(tests.begin(), tests.end());
  return tests;
}

// --- making one ----------------------------------------------------------------------------------

inline RecordedIteration record_iteration(const ScheduleRun& run, unsigned iteration) {
  std::vector<std::size_t> tests;
  for (std::size_t i = 0; i < run.spans.size(); ++i) {
    const ScheduleSpan& span = run.spans[i];
    if (span.kind == ScheduleSpan::Kind::test && span.iteration == iteration) tests.push_back(i);
  }
  put_in_order(tests, sorted_order(tests.size(), [&](std::size_t a, std::size_t b) {
                 return run.spans[tests[a]].begin_ns < run.spans[tests[b]].begin_ns;
               }));
  RecordedIteration workers(run.crew.size());
  std::set<std::pair<TestIndex, unsigned>> ran;
  for (const std::size_t test : tests) {
    const ScheduleSpan& span = run.spans[test];
    const auto number = static_cast<unsigned>(span.worker);
    RecordedWorker& worker = workers[number];
    worker.number = number;
    worker.slot = run.crew[number].slot;
    worker.tests.push_back(span.subject);
    const unsigned share = run.on_every_worker ? worker.slot : 0;
    if (!ran.insert({span.subject, share}).second) worker.again.push_back(span.subject);
  }
  RecordedIteration recorded;
  for (RecordedWorker& worker : workers) {
    if (!worker.tests.empty()) recorded.push_back(std::move(worker));
  }
  return recorded;
}

inline RecordedRun record_run(const ScheduleRun& run) {
  RecordedRun recorded;
  recorded.number = run.number;
  recorded.tests = run.tests;
  recorded.digest = run.digest;
  recorded.workers = run.workers;
  recorded.on_every_worker = run.on_every_worker;
  recorded.selected = run.selected;
  sort_all(recorded.selected);
  for (unsigned i = 1; i <= run.iterations; ++i) {
    recorded.iterations.push_back(record_iteration(run, i));
  }
  return recorded;
}

inline ScheduleRecord record_schedule(const Schedule& schedule) {
  ScheduleRecord record;
  record.program = escape(schedule.program, "\\");
  for (const ScheduleRun& run : schedule.runs) record.runs.push_back(record_run(run));
  return record;
}

// --- text ----------------------------------------------------------------------------------------

inline constexpr std::string_view kEveryWorker = ", each test on every worker";

inline std::string format_digest(std::uint64_t digest) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string text(16, '0');
  for (std::size_t i = text.size(); i-- > 0; digest /= 16) text[i] = kDigits[digest % 16];
  return text;
}

inline std::string format_record(const ScheduleRecord& record) {
  const auto number = [](std::uint64_t value) { return std::to_string(value); };
  std::string text = std::string(kRecordHeader) + "\nprogram " + record.program + "\n";
  for (const RecordedRun& run : record.runs) {
    text += "run " + number(run.number) + ": " + number(run.tests) + " tests, digest " +
            format_digest(run.digest) + ", " + number(run.workers) + " workers";
    if (run.on_every_worker) text += kEveryWorker;
    text +=
        "\nselected " + (run.selected.empty() ? "none" : format_index_list(run.selected)) + "\n";
    for (std::size_t i = 0; i < run.iterations.size(); ++i) {
      text += "iteration " + number(i + 1) + "\n";
      for (const RecordedWorker& worker : run.iterations[i]) {
        text += worker_name(worker.number);
        if (worker.slot != worker.number) text += " for " + worker_name(worker.slot);
        text += ": " + format_index_list(worker.tests) + "\n";
        if (worker.again.empty()) continue;
        text += "again gw" + number(worker.number) + ": " + format_index_list(worker.again) + "\n";
      }
    }
  }
  return text + "end\n";
}

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_CORE_SCHEDULE_SCHEDULE_RECORD_H_
