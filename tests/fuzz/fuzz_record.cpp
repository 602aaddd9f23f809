// Any text as a record of a schedule: what is understood makes sense, and can be written and read
// again.
#include <cstddef>
#include <cstdint>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include "gtest_xdist/core/schedule/record_parser.h"
#include "gtest_xdist/core/schedule/schedule_record.h"

#include "require.h"

namespace gtest_xdist::fuzz {
namespace {

using namespace internal;  // NOLINT

void check_run(const RecordedRun& run) {
  const std::set<TestIndex> selected(run.selected.begin(), run.selected.end());
  require(selected.size() == run.selected.size(), "no test is selected twice");
  for (const RecordedIteration& iteration : run.iterations) {
    std::set<std::pair<unsigned, TestIndex>> ran;
    for (const RecordedWorker& worker : iteration) {
      require(worker.slot < run.workers, "a worker stands where one was at the start");
      for (const TestIndex test : first_runs(worker)) {
        require(selected.count(test) == 1, "what ran was selected");
        require(ran.insert({run.on_every_worker ? worker.slot : 0, test}).second,
                "a test has one first run");
      }
    }
  }
}

}  // namespace
}  // namespace gtest_xdist::fuzz

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace gtest_xdist::fuzz;
  try {
    const ScheduleRecord record =
        RecordParser::parse(std::string_view(reinterpret_cast<const char*>(data), size));
    for (const RecordedRun& run : record.runs) check_run(run);
    const std::string written = format_record(record);
    require(format_record(RecordParser::parse(written)) == written,
            "a record survives the round trip");
  } catch (const std::invalid_argument&) {
  }
  return 0;
}
