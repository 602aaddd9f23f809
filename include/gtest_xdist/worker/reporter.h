// Reporter: tells the controller what happens in a worker: its phase, its output, its results.
//
// Layer: worker. Does not decide what runs. Any thread may call its members, because assertions may
// come from any thread of a test.
#ifndef GTEST_XDIST_WORKER_REPORTER_H_
#define GTEST_XDIST_WORKER_REPORTER_H_

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <utility>

#include <gtest/gtest.h>

#include "gtest_xdist/bridge/catalog.h"
#include "gtest_xdist/bridge/parts.h"
#include "gtest_xdist/core/messages/message.h"
#include "gtest_xdist/core/tests/index_list.h"
#include "gtest_xdist/core/tests/report.h"
#include "gtest_xdist/transport/machine_clock.h"
#include "gtest_xdist/transport/segment.h"
#include "gtest_xdist/transport/worker_slot.h"
#include "gtest_xdist/worker/outbox.h"
#include "gtest_xdist/worker/output_marks.h"

namespace gtest_xdist::internal {

class Reporter {
 public:
  explicit Reporter(const WorkerSegment& segment)
      : slot_(segment.view().slot()), marks_(slot_), outbox_(segment) {}

  // Blocks while the result ring is full.
  template <class Message>
  void send(const Message& message, Urgency urgency) {
    const std::lock_guard<std::mutex> lock(mutex_);
    outbox_.send(message, urgency);
  }

  // Call this when main has called RUN_ALL_TESTS.
  void take_streams_back() {
    const std::lock_guard<std::mutex> lock(mutex_);
    marks_.take_streams_back();
  }

  void enter(Phase phase) { enter(phase, MachineClock::now()); }

  // Enters the set-up or the tear-down of the environments, and begins to measure its time.
  void begin_environments(Phase phase) {
    const std::lock_guard<std::mutex> lock(mutex_);
    begin_ = MachineClock::now();
    enter(phase, begin_);
  }
  ClockSpan time_of_environments() {
    const std::lock_guard<std::mutex> lock(mutex_);
    return time_since_begin();
  }

  bool is_in(Phase phase) const { return slot_.phase.load(std::memory_order_relaxed) == phase; }

  // --- regions of output -------------------------------------------------------------------------

  void open() {
    const std::lock_guard<std::mutex> lock(mutex_);
    open_region();
  }

  // Closes the region and keeps its output for the next message.
  void close() {
    const std::lock_guard<std::mutex> lock(mutex_);
    slice_ = close_region();
  }

  // Returns the kept output, for a message that is passed to send().
  OutputSlice take_slice() {
    const std::lock_guard<std::mutex> lock(mutex_);
    return std::exchange(slice_, {});
  }

  // Closes the region of native output, if one is open, and sends it.
  void end_native_region() {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (paused_ || marks_.is_open()) outbox_.send(NativeOutput{close_region()}, Urgency::later);
  }

  // --- suites, tests, assertions, in the order of a run ------------------------------------------

  void begin_suite(SuiteIndex suite) {
    const std::lock_guard<std::mutex> lock(mutex_);
    scope_ = Scope::suite;
    suite_ = suite;
    suite_up_told_ = false;
    begin_ = MachineClock::now();
    enter(Phase::suite_up, begin_);
  }

  // The set-up of the suite is over. Does nothing if that has been sent already.
  void end_suite_up() {
    const std::lock_guard<std::mutex> lock(mutex_);
    tell_suite_up();
  }

  void begin_test(TestIndex test) {
    const std::lock_guard<std::mutex> lock(mutex_);
    tell_suite_up();
    scope_ = Scope::test;
    test_ = test;
    test_parts_ = 0;
    begin_ = MachineClock::now();
    enter(Phase::test, begin_);
  }

  // Call this before other listeners hear of the part: a listener that turns assertions into
  // exceptions is the last to hear of it. A listener may record a part after the region was closed.
  // Then the output of the region is sent with the part, before it.
  void begin_part(const testing::TestPartResult& part) {
    const KeptErrno kept;
    const std::lock_guard<std::mutex> lock(mutex_);
    resume_if_paused();
    paused_ = marks_.is_open();
    const OutputSlice slice = paused_ ? marks_.pause() : std::exchange(slice_, {});
    if (scope_ == Scope::test) ++test_parts_;
    outbox_.send(PartSeen{scope_, slice, from_gtest(part)}, Urgency::later);
  }
  // Call this when all other listeners have heard of the part.
  void end_part() {
    const KeptErrno kept;
    const std::lock_guard<std::mutex> lock(mutex_);
    if (std::exchange(paused_, false)) marks_.reopen();
  }

  void end_test(const testing::TestResult& result) {
    const std::lock_guard<std::mutex> lock(mutex_);
    scope_ = Scope::suite;
    const auto kept_parts = static_cast<std::uint64_t>(result.total_part_count());
    outbox_.send(TestDone{test_, test_parts_ - std::min(test_parts_, kept_parts),
                          result.start_timestamp(), result.elapsed_time(), time_since_begin(),
                          std::exchange(slice_, {}), properties_of(result)},
                 result.Failed() ? Urgency::now : Urgency::if_running_dry);
    leave_phase();
  }

  void begin_suite_down() {
    const std::lock_guard<std::mutex> lock(mutex_);
    begin_ = MachineClock::now();
    enter(Phase::suite_down, begin_);
    open_region();
  }

  void end_suite(const testing::TestSuite& suite) {
    const std::lock_guard<std::mutex> lock(mutex_);
    tell_suite_up();
    const ClockSpan time = time_since_begin();
    outbox_.send(SuiteDown{suite_, suite.start_timestamp(), suite.elapsed_time(),
                           set_up_ns_ + time.duration_ns, time, std::exchange(slice_, {}),
                           properties_of(suite.ad_hoc_test_result())},
                 Urgency::later);
    scope_ = Scope::program;
    leave_phase();
  }

 private:
  // The code that made the assertion may read errno next.
  class KeptErrno {
   public:
    KeptErrno() = default;
    KeptErrno(const KeptErrno&) = delete;
    KeptErrno& operator=(const KeptErrno&) = delete;
    ~KeptErrno() { errno = value_; }

   private:
    const int value_ = errno;
  };

  // Pairs with the acquire load in WorkerChannels::phase(): a controller that sees the phase also
  // sees its time, or the time of a later phase.
  void enter(Phase phase, MachineClock::time_point since) {
    slot_.phase_since.store(clock_nanoseconds(since), std::memory_order_relaxed);
    slot_.phase.store(phase, std::memory_order_release);
  }

  // Sets no time: nothing needs the time of being idle, so the clock is not read.
  void leave_phase() { slot_.phase.store(Phase::idle, std::memory_order_relaxed); }

  void open_region() {
    paused_ = false;
    marks_.open();
  }
  OutputSlice close_region() {
    resume_if_paused();
    const OutputSlice slice = marks_.close();
    const bool is_first = slot_.output_lost_in.load(std::memory_order_relaxed) == kNoTest;
    if (marks_.take_loss() && is_first && scope_ == Scope::test) slot_.output_lost_in = test_;
    return slice;
  }

  // end_part() is missing if a listener has thrown when it heard of an assertion, or has recorded
  // another one.
  void resume_if_paused() {
    if (std::exchange(paused_, false)) marks_.resume();
  }

  void tell_suite_up() {
    if (std::exchange(suite_up_told_, true)) return;
    const ClockSpan time = time_since_begin();
    set_up_ns_ = time.duration_ns;
    begin_ = MachineClock::now();
    outbox_.send(SuiteUp{suite_, close_region(), time}, Urgency::later);
  }

  // The span from begin_ to now.
  ClockSpan time_since_begin() const {
    const std::chrono::nanoseconds duration = MachineClock::now() - begin_;
    return {clock_nanoseconds(begin_), duration.count()};
  }

  WorkerSlot& slot_;
  std::mutex mutex_;  // guards all below
  OutputMarks marks_;
  Outbox outbox_;
  OutputSlice slice_;    // of what has just ended; the inner listener closes it, the outer sends it
  bool paused_ = false;  // whether a region is paused, while listeners hear of an assertion
  Scope scope_ = Scope::program;
  SuiteIndex suite_ = 0;
  TestIndex test_ = kNoTest;
  std::uint64_t test_parts_ = 0;    // parts sent in test_
  MachineClock::time_point begin_;  // of the last set-up, test or tear-down
  std::int64_t set_up_ns_ = 0;      // what the suite's set-up took
  bool suite_up_told_ = false;
};

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_WORKER_REPORTER_H_
