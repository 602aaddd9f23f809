// The controller's side of one worker.
//
// Layer: controller. Owns the process, its output files and the controller's ends of its channels;
// knows which tests the worker has, and keeps the iteration's Assignments right about them.
#ifndef GTEST_XDIST_CONTROLLER_WORKER_NODE_H_
#define GTEST_XDIST_CONTROLLER_WORKER_NODE_H_

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gtest_xdist/controller/assignments.h"
#include "gtest_xdist/controller/lock_gate.h"
#include "gtest_xdist/controller/notes.h"
#include "gtest_xdist/controller/run_history.h"
#include "gtest_xdist/controller/worker_output.h"
#include "gtest_xdist/core/message.h"
#include "gtest_xdist/hooks/session.h"
#include "gtest_xdist/process/child_process.h"
#include "gtest_xdist/process/output_watch.h"
#include "gtest_xdist/scheduler/scheduler.h"
#include "gtest_xdist/transport/segment.h"

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
      : number_(number),
        slot_number_(slot),
        slot_(reset(segment, slot)),
        deque_(segment.deque(slot)),
        results_(segment.results_reader(slot)),
        commands_(segment.commands_writer(slot)) {
    controller.id = worker_name(number);
    controller.number = number;
  }

  // --- Node --------------------------------------------------------------------------------------

  int number() const override { return number_; }

  bool ready() const override { return state == State::ready; }

  void send(const std::vector<TestIndex>& tests) override {
    if (tests.empty()) return;
    if (state == State::unusable || state == State::done || state == State::gone) {
      refuse(tests.front(), state == State::gone ? " is gone" : " runs no tests");
    }
    if (assignments_ == nullptr) refuse(tests.front(), " is in no iteration");
    assignments_->hand_out(tests, number_);
    settles_later_ = false;
    if (gate_ != nullptr) return gate_->send(number_, tests);
    for (const TestIndex test : tests) push(test);
    slot_.bell.ring();
  }

  std::vector<TestIndex> take_back(std::size_t count) override {
    std::vector<TestIndex> tests;
    if (state == State::gone) return tests;  // the slot may be another worker's by now
    std::vector<TestIndex> held;
    if (gate_ != nullptr) held = gate_->take_back(number_, std::min(count, held_unstarted()));
    for (const TestIndex test : held) assignments_->take_back(test, number_);
    while (tests.size() + held.size() < count && !pending_.empty() && pending_.back() != retry_) {
      // What says which tests have started may have been damaged since the last look.
      if (!deque_.taken(answered_)) {
        broken = kDamagedDeque;
        break;
      }
      const std::optional<TestIndex> test = deque_.take_back();
      if (!test) break;
      // The account here decides, not what the shared memory says.
      if (*test != pending_.back()) {
        broken = kDamagedDeque;
        break;
      }
      tests.push_back(pending_.back());
      pending_.pop_back();
      assignments_->take_back(tests.back(), number_);
      if (gate_ != nullptr) gate_->take_back_out(number_, tests.back());
    }
    std::reverse(tests.begin(), tests.end());
    tests.insert(tests.end(), held.begin(), held.end());
    settle_if_due();
    return tests;
  }

  // What passes the scheduler by is not counted.
  std::size_t pending() const override { return pending_.size() + held() - (has_retry() ? 1 : 0); }

  std::size_t unstarted() const override {
    const std::size_t all = std::min(deque_.size(), pending_.size()) + held();
    return all - std::min<std::size_t>(all, has_retry() && !retry_has_started() ? 1 : 0);
  }

  // Whether tests wait in the shared memory itself for the worker to take them.
  bool has_unstarted_in_deque() const { return !pending_.empty() && deque_.size() > 0; }

  void shutdown() override {
    settles_later_ = true;
    settle_if_due();
  }

  // --- GateNode ----------------------------------------------------------------------------------

  void let_out(TestIndex test) override {
    push(test);
    slot_.bell.ring();
    settle_if_due();
  }

  bool is_inside() const override {
    return open_suite.has_value() || state == State::starting || state == State::collected;
  }

  void settle() override {
    if (state == State::gone || settled_) return;
    // Half of a ring of commands that the worker has not read says it often enough.
    if (commands_.fill() > commands_.capacity() / 2) return;
    settled_ = true;
    command(Command::settle);
  }

  // --- the controller's own business -------------------------------------------------------------

  std::string name() const { return worker_name(number_); }
  std::uint32_t slot_number() const { return slot_number_; }
  WorkerSlot& slot() const { return slot_; }

  void command(Command command) {
    std::string frame;
    Encoder encoder(frame);
    encoder(command);
    // A worker reads its commands whenever it runs dry, and no more than a few are on their way.
    if (!write_command(frame)) {
      broken = kDamagedCommands;
      return;
    }
    slot_.bell.ring();
  }

  // Takes what the worker has published. True if there was something; throws CorruptRing. If there
  // was nothing, looks whether the other channels are still what they can be.
  bool drain() {
    if (results_.drain()) {
      slot_.space_bell.ring();
      return true;
    }
    if (!deque_.taken(answered_)) broken = kDamagedDeque;
    if (!commands_.is_intact()) broken = kDamagedCommands;
    return false;
  }
  bool next_frame(std::string_view& frame) { return results_.next(frame); }

  // Hands the worker, which must not be busy, a test that a worker has completed before; no
  // scheduler knows of it. It stays the first of the worker's tests.
  void send_retry(TestIndex test) {
    assignments_->hand_out_retry(test, number_);
    retry_ = test;
    if (gate_ != nullptr) return gate_->send(number_, {test});
    push(test);
    slot_.bell.ring();
    settle_if_due();
  }

  // The test from send_retry() that it has; kNoTest if it has none.
  TestIndex retry() const { return retry_; }
  bool has_retry() const { return retry_ != kNoTest; }

  // Takes back whatever has not started, also what no scheduler knows of.
  void take_everything_back() {
    take_back(unstarted());
    if (!has_retry() || retry_has_started()) return;
    if (is_retry_held(retry_)) {
      gate_->take_back(number_, 1);
    } else {
      if (pending_.back() != retry_ || !deque_.take_back()) return;  // it has started just now
      pending_.pop_back();
      if (gate_ != nullptr) gate_->take_back_out(number_, retry_);
    }
    assignments_->take_back_retry(std::exchange(retry_, kNoTest), number_);
  }

  // Whether it has been sent a test of which it has not reported.
  bool is_busy() const { return pending_.size() + held() > 0; }

  // Takes `test` off the account; false if it is not the one that must come next.
  bool complete(TestIndex test) {
    if (pending_.empty() || pending_.front() != test) return false;
    pending_.pop_front();
    if (test == retry_) retry_ = kNoTest;
    assignments_->complete(test, number_);
    if (gate_ != nullptr) gate_->complete(number_, test);
    ++answered_;
    history.add(test);
    return true;
  }

  // The worker has not begun `test`, which it had taken: the test waits behind all others again.
  // False if it is not the one that the worker can have.
  bool give_back(TestIndex test) {
    if (pending_.empty() || pending_.front() != test || !has_taken()) return false;
    pending_.pop_front();
    ++answered_;
    push(test);
    slot_.bell.ring();
    return true;
  }

  // Whether the worker has taken a test of which it has not reported.
  bool has_taken() const { return deque_.taken(answered_).value_or(0) > answered_; }

  // The worker could start no test for a while. It may have settled then, although it had some.
  void resume() {
    if (state == State::gone) return;
    settled_ = false;
    settle_if_due();
    slot_.bell.ring();
  }

  // Where the worker is, by its own word. Pairs with the release store in Worker::enter().
  Phase phase() const { return slot_.phase.load(std::memory_order_acquire); }

  // Since when it is in a phase in which user code runs, by its own word, but not after `now`. To
  // be asked after phase().
  std::chrono::steady_clock::time_point phase_since(
      std::chrono::steady_clock::time_point now) const {
    const std::int64_t since = slot_.phase_since.load(std::memory_order_relaxed);
    return std::chrono::steady_clock::time_point(
        std::chrono::nanoseconds(std::clamp<std::int64_t>(since, 0, clock_nanoseconds(now))));
  }

  // The test that it is in, or in the set-up of its suite, if any; after its end the one that it
  // died in. A test that it had taken but not begun is none. Where the slot does not say any more
  // what is under way, it is the first of which nothing was heard: whatever damaged the slot ran in
  // this worker.
  std::optional<TestIndex> running_item() const {
    if (pending_.empty()) return std::nullopt;
    const Phase phase = this->phase();
    const std::optional<std::int64_t> taken = deque_.taken(answered_);
    const bool begun = phase == Phase::suite_up || phase == Phase::test;
    const bool is_known = taken && is_valid(phase);
    if (is_known ? !begun || *taken <= answered_ : !runs_items) return std::nullopt;
    return pending_.front();
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
  void add_crash_item_to_history() { history.add(pending_.front()); }

  // After the worker's end: gives up its tests. What it has not run, in order, is free again; the
  // test that it died in is left out, and is the one that can be put back.
  std::vector<TestIndex> abandon(bool without_crash_item) {
    if (without_crash_item) {
      assignments_->crash(pending_.front(), number_);
      if (pending_.front() == retry_) retry_ = kNoTest;
      pending_.pop_front();
    }
    if (gate_ != nullptr) {
      const std::vector<TestIndex> held = gate_->remove(number_);
      pending_.insert(pending_.end(), held.begin(), held.end());
      gate_ = nullptr;
    }
    if (has_retry()) {
      pending_.erase(std::find(pending_.begin(), pending_.end(), retry_));
      assignments_->take_back_retry(std::exchange(retry_, kNoTest), number_);
    }
    for (const TestIndex test : pending_) assignments_->take_back(test, number_);
    const std::deque<TestIndex> tests = std::exchange(pending_, {});
    return {tests.begin(), tests.end()};
  }

  // The worker has left its suite, or the suite went with the worker.
  void leave_suite() {
    open_suite.reset();
    suite_report = {};
    if (gate_ != nullptr) gate_->left_suite(number_);
  }

  // What was printed since the current region began, or since the last one.
  OutputSlice tail() const {
    OutputSlice slice;
    slice.out = {slot_.out_begin.load(std::memory_order_relaxed), output.out.size()};
    if (output.err.valid()) {
      slice.err = {slot_.err_begin.load(std::memory_order_relaxed), output.err.size()};
    }
    return slice;
  }

  // From here on it can be sent tests, of which `assignments` keeps account, and which start when
  // `gate` says so, if there is one.
  void begin_iteration(Assignments& assignments, LockGate* gate = nullptr) {
    in_iteration = true;
    assignments_ = &assignments;
    gate_ = gate;
    if (gate_ != nullptr) gate_->add(*this);
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
  void forget_iteration() {
    assignments_ = nullptr;
    gate_ = nullptr;
  }

  State state = State::starting;
  WorkerController controller;  // what plugins see of the worker
  WorkerOutput output;
  OutputWatch::Handle watched;  // has the output looked at while the process lives
  std::unique_ptr<ChildProcess> process;

  std::string broken;                   // what it did that it cannot do: it must be ended
  std::optional<EndReason> end_reason;  // else why it is being ended, if it is

  RunHistory history;  // of this iteration

  // What has been told of things that are not finished yet.
  Report test_report;
  Report suite_report;
  Report program_report;
  std::optional<std::uint32_t> open_suite;  // the suite it is in, by what it reported
  bool in_iteration = false;  // takes part in the current iteration and has not ended it
  bool runs_items = false;    // its environments are up, and it has not ended the iteration

 private:
  static constexpr const char* kDamagedDeque = "its deque is damaged";
  static constexpr const char* kDamagedCommands = "its command ring is damaged";

  bool write_command(const std::string& frame) {
    try {
      return commands_.try_write(frame);
    } catch (const CorruptRing&) {
      return false;
    }
  }

  static WorkerSlot& reset(Segment& segment, std::uint32_t slot) {
    segment.reset_slot(slot);
    return segment.slot(slot);
  }

  [[noreturn]] void refuse(TestIndex test, const char* what_it_is) const {
    const std::string text = Assignments::sent(test, number_) + ", but " + name() + what_it_is;
    if (assignments_ != nullptr) assignments_->note_violation(text);
    throw std::logic_error(text);
  }

  // A test that may start.
  void push(TestIndex test) {
    // The deque holds every test there is, so a full one is not of our making.
    if (!deque_.push(test)) broken = kDamagedDeque;
    pending_.push_back(test);
    settled_ = false;
  }

  // How many tests that it was sent may not start yet.
  std::size_t held() const { return gate_ == nullptr ? 0 : gate_->held(number_); }

  // Of these, how many a scheduler has sent.
  std::size_t held_unstarted() const { return held() - (is_retry_held(retry_) ? 1 : 0); }

  bool is_retry_held(TestIndex retry) const {
    return retry != kNoTest && std::find(pending_.begin(), pending_.end(), retry) == pending_.end();
  }

  bool retry_has_started() const {
    return !pending_.empty() && pending_.front() == retry_ && has_taken();
  }

  // Does what shutdown() asked for, unless tests are held that the worker may have to stay for.
  void settle_if_due() {
    if (settles_later_ && held() == 0) settle();
  }

  int number_;
  std::uint32_t slot_number_;
  WorkerSlot& slot_;
  WorkDeque deque_;
  RingReader results_;
  RingWriter commands_;
  Assignments* assignments_ = nullptr;  // of the current iteration
  LockGate* gate_ = nullptr;            // likewise; null if no test excludes another
  bool settles_later_ = false;          // told to shut down, and not sent anything since
  bool settled_ = false;                // the worker was told so, and not given anything since
  std::deque<TestIndex> pending_;       // in the deque or taken, in order
  TestIndex retry_ = kNoTest;           // that passed the scheduler by, if it has one
  std::int64_t answered_ = 0;           // of those it took, reported or given back
};

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_CONTROLLER_WORKER_NODE_H_
