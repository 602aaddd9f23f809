// GTEST_XDIST_TIMELINE=<file>.json: a schedule in the Trace Event Format, which Perfetto and
// chrome://tracing open.
//
// Layer: core/timeline (standard library only). A process for each run of all tests, a thread for
// each worker. Times are microseconds since the session's beginning.
#ifndef GTEST_XDIST_CORE_TIMELINE_TRACE_EVENT_H_
#define GTEST_XDIST_CORE_TIMELINE_TRACE_EVENT_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "gtest_xdist/core/identity.h"
#include "gtest_xdist/core/schedule/schedule.h"
#include "gtest_xdist/core/text/time_text.h"
#include "gtest_xdist/core/text/utf8.h"
#include "gtest_xdist/core/timeline/timeline.h"

namespace gtest_xdist::internal {

class TraceWriter {
 public:
  // The whole file.
  static std::string write(const Schedule& schedule) {
    TraceWriter writer;
    for (const ScheduleRun& run : schedule.runs) writer.add(run, schedule.program);
    return "{\"displayTimeUnit\":\"ms\",\"traceEvents\":[\n" + writer.text_ + "\n]}\n";
  }

 private:
  // A worker that waits for less than this does something between two tests.
  static constexpr std::int64_t kLeastIdle = 100'000;  // ns

  void add(const ScheduleRun& run, const std::string& program) {
    process_ = std::to_string(run.number);
    std::string name = program;
    if (run.number > 1) name += ", run " + process_ + " of all tests";
    add_metadata("process_name", 0, "\"name\":" + quote_json(name));
    for (std::size_t i = 0; i < run.crew.size(); ++i) add_worker(run, i);
    const std::vector<Attempt> attempts = attempts_of(run);
    std::vector<std::int64_t> last_ends;  // by worker
    for (const ScheduleWorker& worker : run.crew) last_ends.push_back(worker.begin_ns);
    for (std::size_t i = 0; i < run.spans.size(); ++i) {
      const ScheduleSpan& span = run.spans[i];
      std::int64_t& last_end = last_ends[static_cast<std::size_t>(span.worker)];
      add_idle(span.worker, last_end, span.begin_ns);
      last_end = span.end_ns;
      add_span(run, span, attempts[i]);
    }
    for (std::size_t i = 0; i < run.crew.size(); ++i) {
      add_end(static_cast<int>(i), run.crew[i], last_ends[i]);
    }
  }

  void add_worker(const ScheduleRun& run, std::size_t number) {
    constexpr std::size_t kPlaces = 1'000'000;
    const unsigned slot = run.crew[number].slot;
    std::string name = worker_name(number);
    if (slot != number) name += " for " + worker_name(slot);
    add_metadata("thread_name", static_cast<int>(number) + 1, "\"name\":" + quote_json(name));
    add_metadata("thread_sort_index", static_cast<int>(number) + 1,
                 "\"sort_index\":" + std::to_string(slot * kPlaces + number));
  }

  void add_span(const ScheduleRun& run, const ScheduleSpan& span, Attempt attempt) {
    std::string arguments = "\"result\":" + quote_json(name_of(span.result)) +
                            ",\"iteration\":" + std::to_string(span.iteration);
    const bool is_test = span.kind == ScheduleSpan::Kind::test;
    if (is_test) arguments += ",\"index\":" + std::to_string(span.subject);
    if (attempt.count > 1) {
      arguments += ",\"attempt\":\"" + std::to_string(attempt.number) + " of " +
                   std::to_string(attempt.count) + "\"";
    }
    add_complete(span.worker, name_of(run, span), category_of(span.kind), colour_of(span),
                 span.begin_ns, span.end_ns, arguments);
  }

  void add_idle(int worker, std::int64_t begin, std::int64_t end) {
    if (end - begin < kLeastIdle) return;
    add_complete(worker, "idle", "idle", "grey", begin, end, "");
  }

  void add_end(int worker, const ScheduleWorker& process, std::int64_t last_end) {
    if (process.end.empty()) return add_idle(worker, last_end, process.end_ns);
    begin_event("i", worker + 1, "node down: " + process.end);
    text_ += ",\"cat\":\"crash\",\"s\":\"t\",\"ts\":" + microseconds(process.end_ns) + "}";
  }

  static std::string_view category_of(ScheduleSpan::Kind kind) {
    switch (kind) {
      case ScheduleSpan::Kind::start:
        return "start";
      case ScheduleSpan::Kind::environments_up:
      case ScheduleSpan::Kind::environments_down:
        return "environments";
      case ScheduleSpan::Kind::suite_up:
      case ScheduleSpan::Kind::suite_down:
        return "suite";
      case ScheduleSpan::Kind::test:
        break;
    }
    return "test";
  }

  // The names are Chrome's.
  static std::string_view colour_of(const ScheduleSpan& span) {
    using Result = ScheduleSpan::Result;
    switch (span.result) {
      case Result::failed:
        return "bad";
      case Result::crashed:
      case Result::timed_out:
        return "terrible";
      case Result::skipped:
      case Result::interrupted:
        return "yellow";
      case Result::passed:
        break;
    }
    return span.kind == ScheduleSpan::Kind::test ? "good" : "generic_work";
  }

  void add_metadata(std::string_view what, int thread, const std::string& argument) {
    begin_event("M", thread, what);
    text_ += ",\"args\":{" + argument + "}}";
  }

  void add_complete(int worker, std::string_view name, std::string_view category,
                    std::string_view colour, std::int64_t begin, std::int64_t end,
                    const std::string& arguments) {
    begin_event("X", worker + 1, name);
    text_ += ",\"cat\":\"";
    text_ += category;
    text_ += "\",\"ts\":" + microseconds(begin) + ",\"dur\":" + microseconds(end - begin) +
             ",\"cname\":\"";
    text_ += colour;
    text_ += "\"";
    if (!arguments.empty()) text_ += ",\"args\":{" + arguments + "}";
    text_ += "}";
  }

  void begin_event(const char* phase, int thread, std::string_view name) {
    if (!text_.empty()) text_ += ",\n";
    text_ += std::string("{\"ph\":\"") + phase + "\",\"pid\":" + process_ +
             ",\"tid\":" + std::to_string(thread) + ",\"name\":" + quote_json(name);
  }

  static std::string microseconds(std::int64_t nanoseconds) {
    return format_decimal(static_cast<std::uint64_t>(std::max<std::int64_t>(0, nanoseconds)), 3);
  }

  std::string text_;
  std::string process_;
};

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_CORE_TIMELINE_TRACE_EVENT_H_
