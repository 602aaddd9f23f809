// The controller's side of one worker.
//
// Layer: controller/node. Owns the process, its output files and, in WorkerChannels, the
// controller's ends of its channels; which tests the worker has is the business of its WorkerTests.
#ifndef GTEST_XDIST_CONTROLLER_NODE_WORKER_NODE_H_
#define GTEST_XDIST_CONTROLLER_NODE_WORKER_NODE_H_

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "gtest_xdist/controller/locks/lock_gate.h"
#include "gtest_xdist/controller/node/assignments.h"
#include "gtest_xdist/controller/node/live_output.h"
#include "gtest_xdist/controller/node/run_history.h"
#include "gtest_xdist/controller/node/worker_channels.h"
#include "gtest_xdist/controller/node/worker_output.h"
#include "gtest_xdist/controller/node/worker_tests.h"
#include "gtest_xdist/core/identity.h"
#include "gtest_xdist/core/lean/function_ref.h"
#include "gtest_xdist/core/messages/message.h"
#include "gtest_xdist/core/tests/index_list.h"
#include "gtest_xdist/hooks/session.h"
#include "gtest_xdist/process/child_process.h"
#include "gtest_xdist/process/notes.h"
#include "gtest_xdist/process/output/output_watch.h"
#include "gtest_xdist/scheduler/scheduler.h"
#include "gtest_xdist/transport/segment.h"
#include "gtest_xdist/transport/worker_slot.h"

namespace gtest_xdist::internal {

// Why the controller ends a worker that has done nothing that it could not do.
struct EndReason {
  std::string what;  // as a verb, in place of "crashed"
  std::string why;
  bool blames_worker = true;  // whether the run fails although no test was running
};

class WorkerNode : public Node, public GateNode {
 public:
  // What the controller knows of the worker's progress.
  enum class State {
    starting,   // its collection has not been compared yet
    collected,  // it has the tests that it should have; its environments are being set up
    ready,      // it runs items
    unusable,   // its collection differs or its environments failed: it runs none
    done,       // RUN_ALL_TESTS is over
    gone,       // the process has ended
  };

  // Uses slot `slot` of `segment`, which must outlive this, and makes it anew.
  WorkerNode(int number, Segment& segment, std::uint32_t slot)
      : number_(number), channels_(segment, slot), tests_(number, segment.deque(slot), broken) {
    controller.id = worker_name(number);
    controller.number = number;
  }

  // Its tests refer to it.
  WorkerNode(const WorkerNode&) = delete;
  WorkerNode& operator=(const WorkerNode&) = delete;

  // --- Node --------------------------------------------------------------------------------------

  int number() const override { return number_; }

  bool ready() const override { return state == State::ready; }

  void send(const std::vector<TestIndex>& tests) override {
    if (tests.empty()) return;
    if (state == State::unusable || state == State::done || state == State::gone) {
      refuse(tests.front(), state == State::gone ? " is gone" : " runs no tests");
    }
    if (tests_.assignments() == nullptr) refuse(tests.front(), " is in no iteration");
    tests_.send(tests);
    tell_step(" gets ", tests);
    settles_later_ = false;
    if (tests_.gate() == nullptr) wake_for_tests();
  }

  std::vector<TestIndex> take_back(std::size_t count) override {
    if (state == State::gone) return {};  // the slot may be another worker's by now
    std::vector<TestIndex> tests = tests_.take_back(count);
    if (!tests.empty()) tell_step(" gives back ", tests);
    settle_if_due();
    return tests;
  }

  // What passes the scheduler by is not counted.
  std::size_t pending() const override { return tests_.pending(); }

  std::size_t unstarted() const override { return tests_.unstarted(); }

  void shutdown() override {
    settles_later_ = true;
    settle_if_due();
  }

  // --- GateNode ----------------------------------------------------------------------------------

  void let_out(TestIndex test) override {
    tests_.push(test);
    wake_for_tests();
    settle_if_due();
  }

  bool is_inside() const override {
    return open_suite.has_value() || state == State::starting || state == State::collected;
  }

  void settle() override {
    if (state == State::gone || settled_) return;
    if (channels_.is_told_enough()) return;
    settled_ = true;
    command(Command::settle);
  }

  // --- the controller's own business -------------------------------------------------------------

  std::string name() const { return worker_name(number_); }
  const WorkerTests& tests() const { return tests_; }
  std::uint32_t slot_number() const { return channels_.slot_number(); }
  WorkerSlot& slot() const { return channels_.slot(); }

  void command(Command command) {
    if (!channels_.send(command)) broken = WorkerChannels::kDamaged;
  }

  // Takes what the worker has published. True if there was something; throws CorruptRing. If there
  // was nothing, looks whether the other channels are still what they can be.
  bool drain() {
    if (channels_.drain()) return true;
    if (!tests_.is_intact()) broken = WorkerTests::kDamaged;
    if (!channels_.are_intact()) broken = WorkerChannels::kDamaged;
    return false;
  }
  bool next_frame(std::string_view& frame) { return channels_.next_frame(frame); }

  // Hands the worker, which must not be busy, a test that a worker has completed before; no
  // scheduler knows of it.
  void send_retry(TestIndex test) {
    tests_.send_retry(test);
    if (tests_.gate() == nullptr) wake_for_tests();
    settle_if_due();
  }

  // Takes back whatever has not started, also what no scheduler knows of.
  void take_everything_back() {
    take_back(unstarted());
    tests_.take_back_retry();
  }

  // Whether it has been sent a test of which it has not reported.
  bool is_busy() const { return tests_.any(); }

  // The worker has reported `test`; false if it is not the one that must come next.
  bool complete(TestIndex test) {
    if (!tests_.complete(test)) return false;
    history.add(test);
    return true;
  }

  // The worker has not begun `test`, which it had taken: the test waits behind all others again.
  // False if it is not the one that the worker can have.
  bool give_back(TestIndex test) {
    if (!tests_.give_back(test)) return false;
    wake_for_tests();
    return true;
  }

  // The worker could start no test for a while. It may have settled then, although it had some.
  void resume() {
    if (state == State::gone) return;
    settled_ = false;
    settle_if_due();
    channels_.wake();
  }

  // As in WorkerChannels.
  Phase phase() const { return channels_.phase(); }
  std::chrono::steady_clock::time_point phase_since(
      std::chrono::steady_clock::time_point now) const {
    return channels_.phase_since(started, now);
  }

  // The same, but begun anew when the session went on after it had been suspended.
  std::chrono::steady_clock::time_point busy_since(
      std::chrono::steady_clock::time_point now) const {
    return std::max(phase_since(now), continued);
  }

  // Whether the session was suspended since then.
  bool was_suspended_since(std::int64_t clock_ns) const {
    return clock_nanoseconds(continued) > clock_ns;
  }

  // What counts of the time that it was in a test, where there is a limit: after the session has
  // been suspended that begins anew.
  std::chrono::nanoseconds counted_time(const ClockSpan& span) const {
    const std::int64_t begin = std::max(span.begin_ns, clock_nanoseconds(started));
    const std::int64_t duration = std::max<std::int64_t>(span.duration_ns, 0);
    const std::int64_t anew = std::max(begin, clock_nanoseconds(continued));
    return std::chrono::nanoseconds(duration - (anew - begin));
  }

  // The test that it is in, or in the set-up of its suite, if any; after its end the one that it
  // died in. A test that it had taken but not begun is none. Where the slot does not say any more
  // what is under way, it is the first of which nothing was heard: whatever damaged the slot ran in
  // this worker.
  std::optional<TestIndex> running_item() const {
    const std::optional<TestIndex> front = tests_.front();
    const Phase phase = this->phase();
    const bool begun = phase == Phase::suite_up || phase == Phase::test;
    const bool is_running = says_what_runs() ? begun && tests_.has_taken() : runs_items;
    return is_running ? front : std::nullopt;
  }

  // After the worker's end: how many tests behind running_item() it may have died in as well,
  // because the slot does not say any more what is under way.
  std::size_t other_suspects() const {
    const std::size_t suspects = tests_.in_deque_or_taken();
    return says_what_runs() || suspects == 0 ? 0 : suspects - 1;
  }

  // After the worker's end, which is now: how long it was in the test that it died in, of which it
  // could not tell itself.
  void time_running_item(std::chrono::steady_clock::time_point now,
                         std::chrono::system_clock::time_point now_of_day) {
    using std::chrono::milliseconds;
    const auto time = now - phase_since(now);
    const auto start = now_of_day.time_since_epoch() - time;
    test_report.start_ms = std::chrono::duration_cast<milliseconds>(start).count();
    test_report.elapsed_ms = std::chrono::duration_cast<milliseconds>(time).count();
  }

  // After the worker's end: counts the crash item as one that the worker ran.
  void add_crash_item_to_history() { history.add(*tests_.front()); }

  // After the worker's end: as WorkerTests::abandon().
  std::vector<TestIndex> abandon(bool without_crash_item) {
    return tests_.abandon(without_crash_item);
  }

  // The worker has left its suite, or the suite went with the worker.
  void leave_suite() {
    open_suite.reset();
    suite_report = {};
    if (tests_.gate() != nullptr) tests_.gate()->left_suite(number_);
  }

  // What was printed since the current region began, or since the last one.
  OutputSlice tail() const {
    OutputSlice slice;
    slice.out = {slot().out_begin.load(std::memory_order_relaxed), output.out.size()};
    if (output.err.valid()) {
      slice.err = {slot().err_begin.load(std::memory_order_relaxed), output.err.size()};
    }
    return slice;
  }

  // From here on it can be sent tests, of which `assignments` keeps account, and which start when
  // `gate` says so, if there is one.
  void begin_iteration(Assignments& assignments, LockGate* gate = nullptr) {
    in_iteration = true;
    tests_.begin_iteration(assignments, gate);
    if (gate != nullptr) gate->add(*this);
    history = {};
  }

  // What has been told so far of the program, the suite or the test that is not finished.
  Report& report_of(Scope scope) {
    switch (scope) {
      case Scope::program:
        return program_report;
      case Scope::suite:
        return suite_report;
      case Scope::test:
        return test_report;
    }
    throw std::logic_error("a scope without a report");
  }

  // The iteration is over: its assignments and its gate are not used any more.
  void forget_iteration() { tests_.forget_iteration(); }

  State state = State::starting;
  WorkerController controller;  // what plugins see of the worker
  WorkerOutput output;
  std::optional<LiveOutput> live;  // if output is shown as it comes
  OutputWatch::Handle watched;     // has the output looked at while the process lives
  std::unique_ptr<ChildProcess> process;
  std::chrono::steady_clock::time_point started;  // when that was
  // When it went on after the whole session had been suspended, if it was.
  std::chrono::steady_clock::time_point continued = std::chrono::steady_clock::time_point::min();

  std::string broken;                   // what it did that it cannot do: it must be ended
  std::optional<EndReason> end_reason;  // else why it is being ended, if it is

  RunHistory history;  // of this iteration

  // What has been told of things that are not finished yet.
  Report test_report;
  Report suite_report;
  Report program_report;
  std::optional<std::uint32_t> open_suite;  // the suite it is in, by what it reported
  std::int64_t suite_begin_ns = 0;          // when its set-up began, or that of the last one
  bool in_iteration = false;  // takes part in the current iteration and has not ended it
  bool runs_items = false;    // its environments are up, and it has not ended the iteration

 private:
  [[noreturn]] void refuse(TestIndex test, const char* what_it_is) const {
    const std::string text = Assignments::sent(test, number_) + ", but " + name() + what_it_is;
    if (tests_.assignments() != nullptr) tests_.assignments()->note_violation(text);
    throw std::logic_error(text);
  }

  void tell_step(const char* what, const std::vector<TestIndex>& tests) const {
    if (is_told(Topic::step)) print_line("[" + name() + "]" + what + format_index_list(tests));
  }

  // Whether the slot is still what it can be.
  bool says_what_runs() const { return tests_.is_intact() && is_valid(phase()); }

  // There are tests that it may start.
  void wake_for_tests() {
    settled_ = false;
    channels_.wake();
  }

  // Does what shutdown() asked for, unless tests are held that the worker may have to stay for.
  void settle_if_due() {
    if (settles_later_ && tests_.held() == 0) settle();
  }

  int number_;
  WorkerChannels channels_;
  WorkerTests tests_;
  bool settles_later_ = false;  // told to shut down, and not sent anything since
  bool settled_ = false;        // the worker was told so, and not given anything since
};

using WorkerNodes = std::vector<std::unique_ptr<WorkerNode>>;  // by number

// Whether that holds for one of them at least.
inline bool any_of(const WorkerNodes& nodes, FunctionRef<bool(const WorkerNode&)> holds) {
  for (const auto& node : nodes) {
    if (holds(*node)) return true;
  }
  return false;
}

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_CONTROLLER_NODE_WORKER_NODE_H_
