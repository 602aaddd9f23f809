// What a worker tells of what happens in it: the phase it is in, what was printed, results.
//
// Layer: worker. Assertions may come from any thread of a test, so any thread may call what is
// here.
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
#include "gtest_xdist/transport/segment.h"
#include "gtest_xdist/transport/worker_slot.h"
#include "gtest_xdist/worker/outbox.h"
#include "gtest_xdist/worker/output_marks.h"

namespace gtest_xdist::internal {

class Reporter {
 public:
  // `segment` must outlive this.
  explicit Reporter(const WorkerSegment& segment)
      : slot_(segment.view().slot()), marks_(slot_), outbox_(segment) {}

  // Blocks while the controller has not read what was sent before.
  template <class Message>
  void send(const Message& message, Urgency urgency) {
    const std::lock_guard<std::mutex> lock(mutex_);
    outbox_.send(message, urgency);
  }

  // To be called when main has called RUN_ALL_TESTS.
  void take_streams_back() {
    const std::lock_guard<std::mutex> lock(mutex_);
    marks_.take_streams_back();
  }

  void enter(Phase phase) { enter(phase, Clock::now()); }

  // Set-up or tear-down of the environments, which is timed.
  void begin_environments(Phase phase) {
    const std::lock_guard<std::mutex> lock(mutex_);
    begin_ = Clock::now();
    enter(phase, begin_);
  }
  ClockSpan time_of_environments() {
    const std::lock_guard<std::mutex> lock(mutex_);
    return time_since_begin();
  }

  bool is_in(Phase phase) const { return slot_.phase.load(std::memory_order_relaxed) == phase; }

  // --- regions of output, which are user code's --------------------------------------------------

  void open() {
    const std::lock_guard<std::mutex> lock(mutex_);
    open_region();
  }

  // What was printed in the region waits until it is sent.
  void close() {
    const std::lock_guard<std::mutex> lock(mutex_);
    slice_ = close_region();
  }

  // What waits, for a message from send().
  OutputSlice take_slice() {
    const std::lock_guard<std::mutex> lock(mutex_);
    return std::exchange(slice_, {});
  }

  // Closes the region in which gtest ran what it wanted.
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
    begin_ = Clock::now();
    enter(Phase::suite_up, begin_);
  }

  // The set-up of the suite is over, if that is not known yet.
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
    begin_ = Clock::now();
    enter(Phase::test, begin_);
  }

  // Before listeners hear of the part: one that turns assertions into exceptions is the last to
  // hear of it. A listener may record a part after the region was closed: what was printed still
  // comes first.
  void begin_part(const testing::TestPartResult& part) {
    const KeptErrno kept;
    const std::lock_guard<std::mutex> lock(mutex_);
    resume_if_paused();
    paused_ = marks_.is_open();
    const OutputSlice slice = paused_ ? marks_.pause() : std::exchange(slice_, {});
    if (scope_ == Scope::test) ++test_parts_;
    outbox_.send(PartSeen{scope_, slice, from_gtest(part)}, Urgency::later);
  }
  // When all have heard of it.
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
    begin_ = Clock::now();
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
  using Clock = std::chrono::steady_clock;

  // The code that made the assertion may ask for it next.
  class KeptErrno {
   public:
    KeptErrno() = default;
    KeptErrno(const KeptErrno&) = delete;
    KeptErrno& operator=(const KeptErrno&) = delete;
    ~KeptErrno() { errno = value_; }

   private:
    const int value_ = errno;
  };

  // Pairs with the acquire load in WorkerNode::phase(): who sees the phase sees its time, or that
  // of a later one.
  void enter(Phase phase, Clock::time_point since) {
    slot_.phase_since.store(clock_nanoseconds(since), std::memory_order_relaxed);
    slot_.phase.store(phase, std::memory_order_release);
  }

  // The time of being idle is of no use, so it is not asked for.
  void leave_phase() { slot_.phase.store(Phase::idle, std::memory_order_relaxed); }

  void open_region() {
    paused_ = false;
    marks_.open();
  }
  OutputSlice close_region() {
    resume_if_paused();
    return marks_.close();
  }

  // A listener has thrown when it heard of an assertion, or has recorded another one.
  void resume_if_paused() {
    if (std::exchange(paused_, false)) marks_.resume();
  }

  void tell_suite_up() {
    if (std::exchange(suite_up_told_, true)) return;
    const ClockSpan time = time_since_begin();
    set_up_ns_ = time.duration_ns;
    begin_ = Clock::now();
    outbox_.send(SuiteUp{suite_, close_region(), time}, Urgency::later);
  }

  // Of what runs in this phase.
  ClockSpan time_since_begin() const {
    return {clock_nanoseconds(begin_), std::chrono::nanoseconds(Clock::now() - begin_).count()};
  }

  WorkerSlot& slot_;
  std::mutex mutex_;  // guards all below
  OutputMarks marks_;
  Outbox outbox_;
  OutputSlice slice_;    // of what has just ended; closed by one listener, sent by the other
  bool paused_ = false;  // whether a region is, while listeners hear of an assertion
  Scope scope_ = Scope::program;
  SuiteIndex suite_ = 0;
  TestIndex test_ = kNoTest;
  std::uint64_t test_parts_ = 0;  // that test_ has told of
  Clock::time_point begin_;       // of a set-up, a test or a tear-down
  std::int64_t set_up_ns_ = 0;    // what the suite's set-up took
  bool suite_up_told_ = false;
};

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_WORKER_REPORTER_H_
