// Logs what each worker does when, to show it or to repeat it.
//
// Layer: controller/records. Hears all messages and ends of workers. No decision of this session
// depends on the log, but a later session can replay its record. Corrects impossible times from
// workers: no span begins before the worker's last one has ended, or ends after it was reported.
#ifndef GTEST_XDIST_CONTROLLER_RECORDS_SCHEDULE_LOG_H_
#define GTEST_XDIST_CONTROLLER_RECORDS_SCHEDULE_LOG_H_

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "gtest_xdist/bridge/catalog.h"
#include "gtest_xdist/controller/node/worker_node.h"
#include "gtest_xdist/core/messages/message.h"
#include "gtest_xdist/core/schedule/schedule.h"
#include "gtest_xdist/core/tests/index_list.h"
#include "gtest_xdist/hooks/session.h"
#include "gtest_xdist/transport/machine_clock.h"
#include "gtest_xdist/transport/worker_slot.h"

namespace gtest_xdist::internal {

// The names of this process's tests.
class CatalogNames final : public ScheduleNames {
 public:
  explicit CatalogNames(std::shared_ptr<const Catalog> catalog) : catalog_(std::move(catalog)) {}

  std::string of_test(TestIndex test) const override { return catalog_->full_name(test); }
  std::string of_suite(std::uint32_t suite) const override { return catalog_->suite(suite).name(); }
  std::uint32_t suite_of(TestIndex test) const override { return catalog_->suite_of(test); }

 private:
  const std::shared_ptr<const Catalog> catalog_;
};

// The log of one RUN_ALL_TESTS.
class ScheduleLog {
 public:
  using Kind = ScheduleSpan::Kind;
  using Result = ScheduleSpan::Result;

  // Fills in `run`. Times are counted from `zero`.
  ScheduleLog(ScheduleRun& run, const std::shared_ptr<const Catalog>& catalog, unsigned workers,
              MachineClock::time_point zero)
      : run_(run), zero_(clock_nanoseconds(zero)) {
    run_.workers = workers;
    run_.tests = catalog->size();
    run_.names = std::make_shared<CatalogNames>(catalog);
    run_.digest = catalog->digest_of_names();
  }

  // The worker's process was started, for the current iteration, or for the next one.
  void started(const WorkerNode& node, bool for_next = false) {
    const auto number = static_cast<std::size_t>(node.number());
    if (number >= run_.crew.size()) {
      run_.crew.resize(number + 1);
      progress_.resize(number + 1);
    }
    run_.crew[number].slot = node.slot_number();
    run_.crew[number].begin_ns = std::max<std::int64_t>(0, since_zero(node.started()));
    progress_[number].last_end = run_.crew[number].begin_ns;
    progress_[number].iteration = std::max(1U, run_.iterations) + (for_next ? 1 : 0);
  }

  // The tests in `selected` will run, each on one worker or `on_every_worker`. Call this for each
  // iteration.
  void begin_iteration(const std::vector<TestIndex>& selected, bool on_every_worker) {
    ++run_.iterations;
    run_.selected = selected;
    run_.on_every_worker = on_every_worker;
  }

  // The result of the set-up or tear-down that has ended according to the message. Call this before
  // the message is handled, while the unfinished report is still in `node`.
  static Result result_of(const WorkerNode& node, const SuiteUp&) {
    return result_of(node.untold.suite);
  }
  static Result result_of(const WorkerNode& node, const SuiteDown&) {
    return result_of(node.untold.suite);
  }
  template <class Message>
  static Result result_of(const WorkerNode& node, const Message&) {
    return result_of(node.untold.program);
  }

  // A test has ended, with `outcome`.
  void on_test(const WorkerNode& node, const TestDone& m, Outcome outcome) {
    const Result result = outcome == Outcome::failed    ? Result::failed
                          : outcome == Outcome::skipped ? Result::skipped
                                                        : Result::passed;
    add(node, Kind::test, m.test, m.time, result);
  }

  // The message was found right, and `result` is its result_of().
  void on_message(const WorkerNode& node, const EnvironmentsUp& m, Result result) {
    if (!m.ran) return;
    Progress& progress = progress_of(node);
    if (!std::exchange(progress.is_up, true)) {
      const std::int64_t begin = zero_ + progress.last_end;
      const std::int64_t end =
          std::max(begin, std::min(m.time.begin_ns, clock_nanoseconds(MachineClock::now())));
      add(node, Kind::start, 0, {begin, end - begin}, Result::passed);
    }
    add(node, Kind::environments_up, 0, m.time, m.usable ? result : Result::failed);
  }
  void on_message(const WorkerNode& node, const SuiteUp& m, Result result) {
    add(node, Kind::suite_up, m.suite, m.time, result);
  }
  void on_message(const WorkerNode& node, const SuiteDown& m, Result result) {
    add(node, Kind::suite_down, m.suite, m.time, result);
  }
  void on_message(const WorkerNode& node, const EnvironmentsDown& m, Result result) {
    add(node, Kind::environments_down, 0, m.time, result);
  }
  void on_message(const WorkerNode& node, const IterationDone&, Result) {
    ++progress_of(node).iteration;
  }
  template <class Message>
  void on_message(const WorkerNode&, const Message&, Result) {}

  // The process has ended. `error` is empty if the worker had done all its work. Call this while
  // `node` still knows what the worker was doing.
  void ended(const WorkerNode& node, std::string error, MachineClock::time_point now) {
    if (!error.empty()) {
      const std::int64_t since = clock_nanoseconds(std::min(now, node.phase_since()));
      const ClockSpan time = {since, clock_nanoseconds(now) - since};
      if (const std::optional<TestIndex> test = node.running_item()) {
        add(node, Kind::test, *test, time, result_of_end(node));
      } else if (const std::optional<Kind> kind = kind_of(node.phase())) {
        add(node, *kind, node.untold.open_suite.value_or(0), time, result_of_end(node));
      }
    }
    ScheduleWorker& worker = run_.crew[static_cast<std::size_t>(node.number())];
    worker.end_ns = since_zero(now);
    worker.end = std::move(error);
  }

  // The log so far.
  const ScheduleRun& run() const { return run_; }

  // Drops the spans so far, which are not needed any more.
  void forget_spans() { run_.spans.clear(); }

 private:
  // How far one worker has got.
  struct Progress {
    std::int64_t last_end = 0;  // when its last span ended, in nanoseconds since zero_
    unsigned iteration = 1;     // the iteration that it is in
    bool is_up = false;
  };

  static Result result_of(const Report& report) {
    if (report.failed()) return Result::failed;
    return report.skipped() ? Result::skipped : Result::passed;
  }

  static Result result_of_end(const WorkerNode& node) {
    if (node.is_accused() || node.end_reason() == nullptr) return Result::crashed;
    return node.is_ended_without_blame() ? Result::interrupted : Result::timed_out;
  }

  // The kind of span that a worker in this phase is in, unless it is in a test.
  static std::optional<Kind> kind_of(Phase phase) {
    switch (phase) {
      case Phase::starting:
      case Phase::session_start:
        return Kind::start;
      case Phase::environments_up:
        return Kind::environments_up;
      case Phase::suite_down:
        return Kind::suite_down;
      case Phase::environments_down:
        return Kind::environments_down;
      case Phase::idle:
      case Phase::suite_up:
      case Phase::test:
      case Phase::session_finish:
      case Phase::finishing:
        break;
    }
    return std::nullopt;
  }

  void add(const WorkerNode& node, Kind kind, std::uint32_t subject, const ClockSpan& time,
           Result result) {
    Progress& progress = progress_of(node);
    const std::int64_t now = std::max(progress.last_end, since_zero(MachineClock::now()));
    ScheduleSpan span;
    span.kind = kind;
    span.result = result;
    span.worker = node.number();
    span.iteration = progress.iteration;
    span.subject = subject;
    span.begin_ns = std::clamp(time.begin_ns, zero_ + progress.last_end, zero_ + now) - zero_;
    span.end_ns =
        span.begin_ns + std::clamp<std::int64_t>(time.duration_ns, 0, now - span.begin_ns);
    progress.last_end = span.end_ns;
    run_.spans.push_back(span);
  }

  Progress& progress_of(const WorkerNode& node) {
    return progress_[static_cast<std::size_t>(node.number())];
  }

  std::int64_t since_zero(MachineClock::time_point time) const {
    return clock_nanoseconds(time) - zero_;
  }

  ScheduleRun& run_;
  const std::int64_t zero_;         // nanoseconds of the machine's clock
  std::vector<Progress> progress_;  // by number of the worker
};

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_CONTROLLER_RECORDS_SCHEDULE_LOG_H_
