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
#include <utility>
#include <vector>

#include "gtest_xdist/controller/locks/lock_gate.h"
#include "gtest_xdist/controller/node/assignments.h"
#include "gtest_xdist/controller/node/live_output.h"
#include "gtest_xdist/controller/node/run_history.h"
#include "gtest_xdist/controller/node/untold.h"
#include "gtest_xdist/controller/node/worker_channels.h"
#include "gtest_xdist/controller/node/worker_life.h"
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
  // Uses slot `slot` of `segment`, which must outlive this, and makes it anew.
  WorkerNode(int number, Segment& segment, std::uint32_t slot)
      : number_(number), channels_(segment, slot), tests_(number, segment.deque(slot)) {
    controller.id = worker_name(number);
    controller.number = number;
  }

  // Its tests refer to it.
  WorkerNode(const WorkerNode&) = delete;
  WorkerNode& operator=(const WorkerNode&) = delete;

  // --- Node --------------------------------------------------------------------------------------

  int number() const override { return number_; }

  bool ready() const override { return life_.is_ready(); }

  void send(const std::vector<TestIndex>& tests) override {
    if (tests.empty()) return;
    if (life_.is_gone()) refuse(tests.front(), " is gone");
    if (!life_.may_run_tests()) refuse(tests.front(), " runs no tests");
    if (tests_.assignments() == nullptr) refuse(tests.front(), " is in no iteration");
    tests_.send(tests);
    accuse_of_damage();
    tell_step(" gets ", tests);
    settles_later_ = false;
    if (tests_.gate() == nullptr) wake_for_tests();
  }

  std::vector<TestIndex> take_back(std::size_t count) override {
    if (life_.is_gone()) return {};  // the slot may be another worker's by now
    std::vector<TestIndex> tests = tests_.take_back(count);
    accuse_of_damage();
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
    accuse_of_damage();
    wake_for_tests();
    settle_if_due();
  }

  bool is_inside() const override { return untold.open_suite.has_value() || life_.is_coming(); }

  void settle() override {
    if (life_.is_gone() || settled_) return;
    if (channels_.is_told_enough()) return;
    settled_ = true;
    command(Command::settle);
  }

  // --- its life ----------------------------------------------------------------------------------

  const WorkerLife& life() const { return life_; }
  // Whether it takes part in the current iteration and has not ended it.
  bool is_in_iteration() const { return is_in_iteration_; }

  // As in WorkerLife, whose table says which of them change what.
  bool arrived(bool collection_is_right) { return life_.arrived(collection_is_right); }
  bool environments_up(bool succeeded) { return life_.environments_up(succeeded); }
  void left_iteration() {
    life_.left_iteration();
    is_in_iteration_ = false;
  }
  void program_done() { life_.program_done(); }
  void process_ended() {
    life_.process_ended();
    is_in_iteration_ = false;
  }

  // The worker has done what it cannot do, and is to be ended for it: `what` says so, with "it" for
  // the worker. The first accusation stands.
  void accuse(std::string what) {
    if (accusation_.empty()) accusation_ = std::move(what);
  }
  bool is_accused() const { return !accusation_.empty(); }
  const std::string& accusation() const { return accusation_; }

  // --- for the controller ------------------------------------------------------------------------

  std::string name() const { return worker_name(number_); }
  const WorkerTests& tests() const { return tests_; }
  std::uint32_t slot_number() const { return channels_.slot_number(); }
  WorkerSlot& slot() const { return channels_.slot(); }

  void command(Command command) {
    if (!channels_.send(command)) accuse(WorkerChannels::kDamaged);
  }

  // Takes what the worker has published. True if there was something; throws CorruptRing. If there
  // was nothing, looks whether the other channels are still what they can be.
  bool drain() {
    if (channels_.drain()) return true;
    if (!tests_.is_intact()) accuse(WorkerTests::kDamaged);
    if (!channels_.are_intact()) accuse(WorkerChannels::kDamaged);
    return false;
  }
  bool next_frame(std::string_view& frame) { return channels_.next_frame(frame); }

  // Hands the worker, which must not be busy, a test that a worker has completed before; no
  // scheduler knows of it.
  void send_retry(TestIndex test) {
    tests_.send_retry(test);
    accuse_of_damage();
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
    if (life_.is_gone()) return;
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
    const bool ran_items = life_.stage() == WorkerLife::Stage::ready;
    const bool is_running = says_what_runs() ? begun && tests_.has_taken() : ran_items;
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
    untold.test.start_ms = std::chrono::duration_cast<milliseconds>(start).count();
    untold.test.elapsed_ms = std::chrono::duration_cast<milliseconds>(time).count();
  }

  // After the worker's end: counts the crash item as one that the worker ran.
  void add_crash_item_to_history() { history.add(*tests_.front()); }

  // After the worker's end: as WorkerTests::abandon().
  std::vector<TestIndex> abandon(bool without_crash_item) {
    return tests_.abandon(without_crash_item);
  }

  // The worker has left its suite, or the suite went with the worker.
  void leave_suite() {
    untold.open_suite.reset();
    untold.suite = {};
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
    is_in_iteration_ = true;
    tests_.begin_iteration(assignments, gate);
    if (gate != nullptr) gate->add(*this);
    history = {};
  }

  // The iteration is over: its assignments and its gate are not used any more.
  void forget_iteration() { tests_.forget_iteration(); }

  WorkerController controller;  // what plugins see of the worker
  WorkerOutput output;
  std::optional<LiveOutput> live;  // if output is shown as it comes
  OutputWatch::Handle watched;     // has the output looked at while the process lives
  std::unique_ptr<ChildProcess> process;
  std::chrono::steady_clock::time_point started;  // when that was
  // When it went on after the whole session had been suspended, if it was.
  std::chrono::steady_clock::time_point continued = std::chrono::steady_clock::time_point::min();

  std::optional<EndReason> end_reason;  // why it is being ended, if it is and is not accused

  RunHistory history;  // of this iteration
  Untold untold;

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

  void accuse_of_damage() {
    if (tests_.found_damage()) accuse(WorkerTests::kDamaged);
  }

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
  WorkerLife life_;
  bool is_in_iteration_ = false;
  std::string accusation_;      // empty: there is none
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
