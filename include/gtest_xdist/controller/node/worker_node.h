// Represents one worker in the controller.
//
// Layer: controller/node. Does not start the process, and does not know other workers. Its parts:
//
//   ChildProcess    the process
//   WorkerOutput    its output files
//   WorkerChannels  the controller's ends of its channels
//   WorkerTests     which tests the worker has
//   WorkerLife      how far the worker has got
//   Untold          its unfinished reports
//   RunHistory      the tests that it has run
#ifndef GTEST_XDIST_CONTROLLER_NODE_WORKER_NODE_H_
#define GTEST_XDIST_CONTROLLER_NODE_WORKER_NODE_H_

#include <algorithm>
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
#include "gtest_xdist/controller/node/end_reason.h"
#include "gtest_xdist/controller/node/live_output.h"
#include "gtest_xdist/controller/node/run_history.h"
#include "gtest_xdist/controller/node/untold.h"
#include "gtest_xdist/controller/node/worker_channels.h"
#include "gtest_xdist/controller/node/worker_life.h"
#include "gtest_xdist/controller/node/worker_output.h"
#include "gtest_xdist/controller/node/worker_tests.h"
#include "gtest_xdist/core/identity.h"
#include "gtest_xdist/core/messages/message.h"
#include "gtest_xdist/core/tests/index_list.h"
#include "gtest_xdist/hooks/session.h"
#include "gtest_xdist/process/child_process.h"
#include "gtest_xdist/process/notes.h"
#include "gtest_xdist/process/output/output_watch.h"
#include "gtest_xdist/scheduler/scheduler.h"
#include "gtest_xdist/transport/machine_clock.h"
#include "gtest_xdist/transport/segment.h"
#include "gtest_xdist/transport/worker_slot.h"

namespace gtest_xdist::internal {

class WorkerNode : public Node, public GateNode {
 public:
  // Uses slot `slot` of `segment`, and resets it first.
  WorkerNode(int number, Segment& segment, std::uint32_t slot)
      : number_(number), channels_(segment, slot), tests_(number, segment.deque(slot)) {
    controller.id = worker_name(number);
    controller.number = number;
  }

  // Schedulers, the LockGate and its LiveOutput refer to it.
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
    if (life_.is_gone()) return {};  // the slot may belong to another worker by now
    std::vector<TestIndex> tests = tests_.take_back(count);
    accuse_of_damage();
    if (!tests.empty()) tell_step(" gives back ", tests);
    settle_if_due();
    return tests;
  }

  // A retry is not counted: the scheduler does not know of it.
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

  // Transitions of WorkerLife; its table says what each one changes.
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

  // The worker has done something that no intact worker does, so the controller must end it. `what`
  // says what it did: "it ...". The first accusation stands.
  void accuse(std::string what) {
    if (accusation_.empty()) accusation_ = std::move(what);
  }
  bool is_accused() const { return !accusation_.empty(); }
  const std::string& accusation() const { return accusation_; }

  // The controller has begun to end the worker for `reason`, which replaces an earlier one; or it
  // lets the worker go on after all.
  void end_for(EndReason reason) { end_reason_ = std::move(reason); }
  void let_go() { end_reason_.reset(); }
  // Null if the worker is not being ended. An accusation counts more.
  const EndReason* end_reason() const { return end_reason_ ? &*end_reason_ : nullptr; }
  bool is_ended_without_blame() const { return end_reason_ && !end_reason_->blames_worker; }

  // --- for the controller ------------------------------------------------------------------------

  std::string name() const { return worker_name(number_); }
  const WorkerTests& tests() const { return tests_; }
  std::uint32_t slot_number() const { return channels_.slot_number(); }
  WorkerSlot& slot() const { return channels_.slot(); }

  void command(Command command) {
    if (!channels_.send(command)) accuse(WorkerChannels::kDamaged);
  }

  // Takes the frames that the worker has published. If there was none, returns false, and accuses
  // the worker if its deque or its command ring is damaged. Throws CorruptRing.
  bool drain() {
    if (channels_.drain()) return true;
    if (!tests_.is_intact()) accuse(WorkerTests::kDamaged);
    if (!channels_.are_intact()) accuse(WorkerChannels::kDamaged);
    return false;
  }
  bool next_frame(std::string_view& frame) { return channels_.next_frame(frame); }

  // Hands the worker a test that a worker has completed before. The worker must not be busy. The
  // scheduler does not know of it. The worker stays in the suite then, for the next retry: to enter
  // a suite takes a time that grows with its number of tests.
  void send_retry(TestIndex test) {
    tests_.send_retry(test);
    accuse_of_damage();
    if (tests_.gate() == nullptr) wake_for_tests();
  }

  // Takes back all tests that have not started, and the retry if it has not.
  void take_everything_back() {
    take_back(unstarted());
    tests_.take_back_retry();
  }

  // Whether it was sent a test that it has not reported.
  bool is_busy() const { return tests_.any(); }

  // The worker has reported `test`. False if another test must come next.
  bool complete(TestIndex test) {
    if (!tests_.complete(test)) return false;
    history.add(test);
    return true;
  }

  // The worker took `test`, but has not begun it. The test waits behind all others again. False if
  // the worker cannot have taken it.
  bool give_back(TestIndex test) {
    if (!tests_.give_back(test)) return false;
    wake_for_tests();
    return true;
  }

  // The worker may start tests again, after a while in which it could not. In that time it may have
  // settled, although it had tests.
  void resume() {
    if (life_.is_gone()) return;
    settled_ = false;
    settle_if_due();
    channels_.wake();
  }

  // The process starts now.
  void process_starts(MachineClock::time_point now) {
    started_ = now;
    slot().phase_since = clock_nanoseconds(now);
  }
  MachineClock::time_point started() const { return started_; }

  // As in WorkerChannels; no phase began before the process.
  Phase phase() const { return channels_.phase(); }
  MachineClock::time_point phase_since() const {
    return std::max(started_, channels_.phase_since());
  }

  // The test that the worker is in, or is in the set-up of the suite for, if any. After its end
  // this is the test that it died in. A test that it has taken but not begun does not count. If the
  // slot or the deque is damaged, this is the first test that a ready worker has not reported: the
  // code that did the damage ran in this worker.
  std::optional<TestIndex> running_item() const {
    const std::optional<TestIndex> front = tests_.front();
    const Phase phase = this->phase();
    const bool begun = phase == Phase::suite_up || phase == Phase::test;
    const bool ran_items = life_.stage() == WorkerLife::Stage::ready;
    const bool is_running = says_what_runs() ? begun && tests_.has_taken() : ran_items;
    return is_running ? front : std::nullopt;
  }

  // After the worker's end: how many tests behind running_item() it may have died in as well. 0
  // unless the slot or the deque is damaged.
  std::size_t other_suspects() const {
    const std::size_t suspects = tests_.in_deque_or_taken();
    return says_what_runs() || suspects == 0 ? 0 : suspects - 1;
  }

  // After the worker's end: adds the crash item to the tests that it ran.
  void add_crash_item_to_history() { history.add(*tests_.front()); }

  // After the worker's end: as WorkerTests::abandon().
  std::vector<TestIndex> abandon(bool without_crash_item) {
    return tests_.abandon(without_crash_item);
  }

  // The worker has left its suite, or has died in it.
  void leave_suite() {
    untold.open_suite.reset();
    untold.suite = {};
    if (tests_.gate() != nullptr) tests_.gate()->left_suite(number_);
  }

  // As in WorkerOutput.
  OutputSlice tail() const { return output.tail(slot()); }

  // From now on the worker can be sent tests. `assignments` keeps account of them. If there is a
  // `gate`, it decides when they may start.
  void begin_iteration(Assignments& assignments, LockGate* gate = nullptr) {
    is_in_iteration_ = true;
    tests_.begin_iteration(assignments, gate);
    if (gate != nullptr) gate->add(*this);
    history = {};
  }

  // The iteration is over. Its assignments and its gate are not used any more.
  void forget_iteration() { tests_.forget_iteration(); }

  // As in Hello: the worker's own text of each parameter, if it differs from the controller's.
  void tell_values(std::vector<std::string> values) { values_ = std::move(values); }
  // Null if it does not differ.
  const std::string* value_of(TestIndex test) const {
    return test < values_.size() ? &values_[test] : nullptr;
  }

  WorkerController controller;  // the worker, as plugins see it
  WorkerOutput output;
  std::optional<LiveOutput> live;  // if output is shown at once
  OutputWatch::Handle watched;     // watches the output while the process lives
  std::unique_ptr<ChildProcess> process;
  RunHistory history;  // of this iteration
  Untold untold;

 private:
  [[noreturn]] void refuse(TestIndex test, const char* what_it_is) const {
    const std::string text = Assignments::sent(test, number_) + ", but " + name() + what_it_is;
    if (tests_.assignments() != nullptr) tests_.assignments()->note_violation(text);
    throw std::logic_error(text);
  }

  void tell_step(const char* what, const std::vector<TestIndex>& tests) const {
    if (is_shown(Topic::step)) print_line("[" + name() + "]" + what + format_index_list(tests));
  }

  // Whether slot and deque are undamaged, so that they say which test runs.
  bool says_what_runs() const { return tests_.is_intact() && is_valid(phase()); }

  void accuse_of_damage() {
    if (tests_.found_damage()) accuse(WorkerTests::kDamaged);
  }

  // The worker has tests that it may start.
  void wake_for_tests() {
    settled_ = false;
    channels_.wake();
  }

  // Settles the worker if shutdown() asked for it. While the gate holds tests, the worker may have
  // to stay in its suite for them.
  void settle_if_due() {
    if (settles_later_ && tests_.held() == 0) settle();
  }

  int number_;
  WorkerChannels channels_;
  WorkerTests tests_;
  WorkerLife life_;
  bool is_in_iteration_ = false;
  MachineClock::time_point started_;
  std::vector<std::string> values_;  // empty, or one for each test
  std::string accusation_;           // empty: there is none
  std::optional<EndReason> end_reason_;
  bool settles_later_ = false;  // shutdown() was called, and send() has not been since
  bool settled_ = false;        // the command was sent, and the worker got no test since
};

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_CONTROLLER_NODE_WORKER_NODE_H_
