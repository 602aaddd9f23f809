// Keeps the schedule of this process, and writes it in the forms that the user asks for.
//
// Layer: controller/records. Does not know how workers report: ScheduleLog does.
#ifndef GTEST_XDIST_CONTROLLER_RECORDS_SESSION_SCHEDULE_H_
#define GTEST_XDIST_CONTROLLER_RECORDS_SESSION_SCHEDULE_H_

#include <chrono>
#include <cstddef>
#include <cstdio>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

#include "gtest_xdist/bridge/catalog.h"
#include "gtest_xdist/controller/records/schedule_log.h"
#include "gtest_xdist/core/schedule/schedule.h"
#include "gtest_xdist/core/schedule/schedule_record.h"
#include "gtest_xdist/core/schedule/slowest.h"
#include "gtest_xdist/core/settings/option_values.h"
#include "gtest_xdist/core/settings/options.h"
#include "gtest_xdist/core/tests/durations.h"
#include "gtest_xdist/core/timeline/timeline_svg.h"
#include "gtest_xdist/core/timeline/trace_event.h"
#include "gtest_xdist/process/files/plain_file.h"
#include "gtest_xdist/process/notes.h"
#include "gtest_xdist/process/self.h"
#include "gtest_xdist/transport/machine_clock.h"

namespace gtest_xdist::internal {

// Has the runs of RUN_ALL_TESTS in this process. Lives as long as the process.
class SessionSchedule {
 public:
  // Relative paths start where `self` was started. Throws UsageError if a file could not be
  // written, or if two of the files are the same.
  SessionSchedule(const Options& options, const Self& self) : options_(options) {
    schedule_.program = duration_name_of_program(self.program());
    if (options.record) record_ = checked_path(kRecordVariable, *options.record, self.directory);
    if (options.timeline) {
      timeline_ = checked_path(kTimelineVariable, *options.timeline, self.directory);
    }
    if (record_ && timeline_ && leads_to_same_file(*record_, *timeline_)) {
      reject_same(kTimelineVariable, *options.timeline, kRecordVariable);
    }
    if (!options.durations_file) return;
    check_differ(absolute_path(*options.durations_file, self.directory), kDurationsFileVariable);
  }

  // Throws UsageError if this would also write the report that `output`, the value of
  // --gtest_output, names. A relative path starts in `directory`.
  void check_report(const std::string& output, const std::string& directory) const {
    const std::size_t colon = output.find(':');
    if (colon == std::string::npos || colon + 1 == output.size()) return;
    check_differ(absolute_path(output.substr(colon + 1), directory), "--gtest_output");
  }

  // The RUN_ALL_TESTS with this number, from 0, begins. Returns its log; null if the user has asked
  // for no form. Valid until the next call.
  ScheduleLog* begin_run(const std::shared_ptr<const Catalog>& catalog, unsigned number,
                         unsigned workers) {
    if (!options_.durations && !keeps_all()) return nullptr;
    if (!keeps_all()) schedule_.runs.clear();
    ScheduleRun& run = schedule_.runs.emplace_back();
    run.number = number + 1;
    log_.emplace(run, catalog, workers, zero_);
    return &*log_;
  }

  // Call this when gtest has printed its summary of the iteration with this number, from 0. Prints
  // the slowest tests, if the user has asked for them.
  void iteration_ends(int iteration) {
    if (!log_) return;
    if (options_.durations) {
      const std::string text =
          format_slowest(log_->run(), static_cast<unsigned>(iteration) + 1, *options_.durations);
      std::fwrite(text.data(), 1, text.size(), stdout);
      std::fflush(stdout);
    }
    if (!keeps_all()) log_->forget_spans();
  }

  // Writes the files that the user has asked for, with the schedule so far. Prints a note if it
  // fails. Call this when a RUN_ALL_TESTS has ended, in whatever way.
  void save() const {
    if (record_) {
      write(kRecordVariable, *record_,
            [this] { return format_record(record_schedule(schedule_)); });
    }
    if (timeline_) write(kTimelineVariable, *timeline_, [this] { return timeline(); });
  }

 private:
  // Throws UsageError if this would also write the file at `path`, which belongs to `owner`, a
  // variable or flag.
  void check_differ(const std::string& path, const char* owner) const {
    if (record_ && leads_to_same_file(*record_, path)) {
      reject_same(kRecordVariable, *options_.record, owner);
    }
    if (timeline_ && leads_to_same_file(*timeline_, path)) {
      reject_same(kTimelineVariable, *options_.timeline, owner);
    }
  }

  bool keeps_all() const { return record_ || timeline_; }

  std::string timeline() const {
    if (has_ending(*timeline_, ".json")) return TraceWriter::write(schedule_);
    if (has_ending(*timeline_, ".html")) return draw_timeline_page(schedule_);
    return TimelineSvg::draw(schedule_);
  }

  [[noreturn]] static void reject_same(const char* variable, const std::string& value,
                                       const char* owner) {
    reject(variable, value, std::string("another file than that of ") + owner);
  }

  static std::string checked_path(const char* variable, const std::string& value,
                                  const std::string& directory) {
    std::string path = absolute_path(value, directory);
    const std::string reason = reason_not_to_write(path);
    if (!reason.empty()) reject(variable, value, "a file that can be written; " + reason);
    return path;
  }

  template <class Text>
  void write(const char* variable, const std::string& path, Text text) const {
    try {
      if (!log_) throw std::runtime_error("no test has run on a worker");
      write_file(path, text());
    } catch (const std::runtime_error& error) {
      note(std::string(variable) + ": '" + path + "' is not written: " + error.what());
    }
  }

  const Options& options_;
  std::optional<std::string> record_;    // its path, absolute if possible
  std::optional<std::string> timeline_;  // its path, absolute if possible
  const MachineClock::time_point zero_ = MachineClock::now();
  Schedule schedule_;
  std::optional<ScheduleLog> log_;  // of the last run
};

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_CONTROLLER_RECORDS_SESSION_SCHEDULE_H_
