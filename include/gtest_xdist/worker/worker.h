// Worker: runs the tests that the controller puts into its deque, and reports what happens.
//
// Layer: worker. Single-threaded: it adds no thread to the process under test. gtest itself selects
// tests, runs them, and sets environments up and tears them down. Only the controller decides which
// test comes next. Knows no other worker.
#ifndef GTEST_XDIST_WORKER_WORKER_H_
#define GTEST_XDIST_WORKER_WORKER_H_

#include <pthread.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "gtest_xdist/bridge/catalog.h"
#include "gtest_xdist/bridge/environments.h"
#include "gtest_xdist/bridge/insides/compat.h"
#include "gtest_xdist/bridge/insides/private_access.h"
#include "gtest_xdist/bridge/item_loop.h"
#include "gtest_xdist/bridge/parts.h"
#include "gtest_xdist/core/messages/message.h"
#include "gtest_xdist/core/tests/index_list.h"
#include "gtest_xdist/transport/machine_clock.h"
#include "gtest_xdist/transport/segment.h"
#include "gtest_xdist/transport/worker_slot.h"
#include "gtest_xdist/worker/outbox.h"
#include "gtest_xdist/worker/reporter.h"

namespace gtest_xdist::internal {

// One for each process. Two listeners call its members. gtest calls the "outer" one first for every
// *Start event and last for every *End event, and the "inner" one the other way round. Output
// between the two comes from other listeners. The controller has these too, so it is not part of
// the output of the test.
class Worker : public ItemSource {
 public:
  explicit Worker(WorkerSegment segment)
      : segment_(std::move(segment)),
        slot_(segment_.view().slot()),
        deque_(segment_.view().deque()),
        commands_(segment_.view().commands_reader()),
        reporter_(segment_) {
    ::pthread_atfork(nullptr, nullptr, [] { in_child_ = true; });
    // Buffers lines, as a serial run at a terminal does.
    if (segment_.header().output_is_terminal) std::setvbuf(stdout, nullptr, _IOLBF, BUFSIZ);
  }

  // Whether this is a child that a test forked. It has a copy of this object, and must not touch
  // shared memory.
  static bool in_forked_child() { return in_child_; }

  // As in_forked_child(), but also finds out about a child that was made without the C library. It
  // costs one system call.
  bool look_for_forked_child() const {
    in_child_ = in_child_ || ::getpid() != process_;
    return in_child_;
  }

  // --- events, in the order of a run -------------------------------------------------------------

  const Catalog& program_start() {
    reporter_.take_streams_back();
    catalog_.emplace();
    digest_ = catalog_->digest();
    loop_.emplace(*catalog_, *this);
    return *catalog_;
  }

  // `order` is set if plugins have changed the selection: the tests that they keep, in their order.
  void collected(std::optional<std::vector<TestIndex>> order) {
    reporter_.enter(Phase::starting);
    // If the controller expects this collection, tests may already wait in the deque.
    is_expected_ = segment_.header().expected_digest == digest_ && !order;
    Hello hello{digest_, std::move(order)};
    const bool are_alike = segment_.header().values_digest == catalog_->digest_of_values();
    if (!are_alike) hello.values = catalog_->values();
    reporter_.send(hello, Urgency::now);
  }

  void iteration_inner_start(int iteration) {
    if (sets_environments_up(iteration)) return;
    usable_ = environments_are_usable();
    reporter_.send(EnvironmentsUp{false, usable_, {}, {}}, Urgency::now);
    run_items();
  }

  void environments_up_outer_start() { reporter_.begin_environments(Phase::environments_up); }
  void environments_up_inner_start() { reporter_.open(); }
  void environments_up_inner_end() { reporter_.close(); }
  void environments_up_outer_end() {
    usable_ = environments_are_usable();
    reporter_.send(
        EnvironmentsUp{true, usable_, reporter_.take_slice(), reporter_.time_of_environments()},
        Urgency::now);
    reporter_.enter(Phase::idle);
    run_items();
  }

  void suite_outer_start(const testing::TestSuite& suite) {
    reporter_.begin_suite(native_ ? catalog_->index_of(suite) : loop_->suite());
  }
  void suite_inner_start() { reporter_.open(); }

  void test_outer_start(const testing::TestInfo& test) {
    GTEST_XDIST_FLAG_SET(fail_fast, fail_fast_);
    const TestIndex index = native_ ? catalog_->index_of(test) : loop_->test();
    // gtest sets no start time for a test that it skips because a set-up has failed. Forget the one
    // of an earlier iteration.
    private_call<ResultSetStart>(private_member<TestResultOf>(catalog_->test(index)), 0);
    reporter_.begin_test(index);
  }
  void test_inner_start() { reporter_.open(); }

  void part_outer(const testing::TestPartResult& part) { reporter_.begin_part(part); }
  void part_inner() { reporter_.end_part(); }

  void test_inner_end() { reporter_.close(); }

  // Blocks until the next item or command is there.
  void test_outer_end(const testing::TestInfo& test) {
    const testing::TestResult& result = *test.result();
    if (result.Failed() && !native_) stop_word().count_failure();
    reporter_.end_test(result);
    const bool goes_on = !native_ && loop_->on_test_end();
    // The controller decides what stops after a failure. gtest's own rule would end this stretch.
    fail_fast_ = GTEST_XDIST_FLAG_GET(fail_fast);
    if (!native_) GTEST_XDIST_FLAG_SET(fail_fast, false);
    if (!goes_on) reporter_.begin_suite_down();
  }

  void suite_inner_end() { reporter_.close(); }
  void suite_outer_end(const testing::TestSuite& suite) { reporter_.end_suite(suite); }

  void environments_down_outer_start() {
    hidden_suites_.restore();
    send_native_output();
    reporter_.begin_environments(Phase::environments_down);
  }
  void environments_down_inner_start() { reporter_.open(); }
  void environments_down_inner_end() { reporter_.close(); }
  void environments_down_outer_end() {
    reporter_.send(EnvironmentsDown{reporter_.take_slice(), reporter_.time_of_environments()},
                   Urgency::later);
  }

  // gtest may not have torn the environments down.
  void iteration_inner_end() {
    hidden_suites_.restore();
    send_native_output();
  }
  void iteration_outer_end() {
    reporter_.send(
        IterationDone{properties_of(testing::UnitTest::GetInstance()->ad_hoc_test_result())},
        Urgency::now);
    // RUN_ALL_TESTS returns the same result in every process of the session. A fatal failure would
    // keep the next iteration from running.
    if (std::exchange(run_failed_, false) && testing::UnitTest::GetInstance()->Passed()) {
      private_call<ResultAddTestPart>(
          program_result(), testing::TestPartResult(testing::TestPartResult::kNonFatalFailure, "",
                                                    -1, "the run failed, but not in this worker"));
    }
  }

  // --- for plugins -------------------------------------------------------------------------------

  void session_start_begins() { reporter_.enter(Phase::session_start); }

  // Takes the test that runs next, so that no other worker can run it. kNoTest if there is none.
  TestIndex claim_next() {
    if (look_for_forked_child()) return kNoTest;
    if (!native_ && may_run() && !claimed_ && !stop_word().is_set()) claimed_ = take();
    return claimed_.value_or(kNoTest);
  }

  // Fails the run. `thrown`: a hook has thrown; otherwise a hook has said so.
  void internal_error(const std::string& message, bool thrown) {
    run_failed_ = true;
    reporter_.send(InternalError{message, thrown}, Urgency::now);
  }

  // Whether something has failed that gtest in this process may not know of.
  bool run_failed() const { return run_failed_; }

  void session_finish_begins() { reporter_.enter(Phase::session_finish); }
  void session_finished(ValueMap workeroutput) {
    reporter_.send(SessionFinished{std::move(workeroutput)}, Urgency::now);
  }

  // -----------------------------------------------------------------------------------------------

  void program_end() {
    reporter_.enter(Phase::finishing);
    reporter_.open();
    reporter_.send(ProgramDone{}, Urgency::now);
  }

  // This process makes a value of once() from now on, or does no longer. What it starts meanwhile
  // may be for all workers. The controller reads the end of the span last.
  void makes_value(bool begins) {
    const std::int64_t now = clock_nanoseconds(MachineClock::now());
    if (begins && slot_.making_until < slot_.phase_since) slot_.making_since = now;
    slot_.making_until = begins ? std::numeric_limits<std::int64_t>::max() : now;
  }

  // main has returned `status`, or exit() was called with it.
  void exiting(int status) { slot_.exit_status.store(status, std::memory_order_relaxed); }

 private:
  // Blocks until there is an item, or a command that ends the wait. Called in the item loop.
  NextItem next_item() override {
    while (true) {
      if (native_) return {NextItem::Kind::end, kNoTest};
      if (may_run()) {
        std::optional<TestIndex> test = std::exchange(claimed_, std::nullopt);
        if (!test && !stop_word().is_set()) test = take();
        if (test) return {NextItem::Kind::item, *test};
      }
      if (std::exchange(settle_, false)) return {NextItem::Kind::settle, kNoTest};
      if (const std::optional<Command> command = next_command()) {
        switch (*command) {
          case Command::settle:
            // Look into the deque once more: a test that was sent before this command may have
            // arrived after the look above.
            settle_ = true;
            continue;
          case Command::end_failed_iteration:
            run_failed_ = true;
            return {NextItem::Kind::end, kNoTest};
          case Command::end_iteration:
            // A test that failed in an attempt here has passed in a later one.
            forget_failed_tests();
            return {NextItem::Kind::end, kNoTest};
          case Command::send_collection:
            reporter_.send(CollectionIds{catalog_->ids()}, Urgency::now);
            continue;
          case Command::run_natively:
            native_ = true;
            continue;
        }
      }
      segment_.bell().ring_loudly();
      slot_.bell.wait();
    }
  }

  // Takes what the controller has handed out next. If it is no test, code in this process has
  // overwritten shared memory: a crash now says more than what would follow.
  std::optional<TestIndex> take() {
    const std::optional<TestIndex> test = deque_.take();
    if (test && *test >= catalog_->size()) std::abort();
    return test;
  }

  void forget_failed_tests() {
    for (TestIndex test = 0; test < catalog_->size(); ++test) {
      testing::TestResult& result = private_member<TestResultOf>(catalog_->test(test));
      if (result.Failed()) private_call<ResultClearAll>(result);
    }
  }

  // Gives a test back that was taken before the stop word was set.
  bool may_begin(TestIndex test) override {
    if (!stop_word().is_set()) return true;
    const bool is_set_up = reporter_.is_in(Phase::suite_up);
    if (is_set_up) reporter_.end_suite_up();
    reporter_.send(TestReturned{test}, Urgency::now);
    if (is_set_up) reporter_.begin_suite_down();
    return false;
  }

  std::optional<Command> next_command() {
    std::string_view frame;
    if (commands_.next(frame) || (commands_.drain() && commands_.next(frame))) {
      return decode_command(frame);
    }
    return std::nullopt;
  }

  StopWord& stop_word() const { return segment_.stop_word(); }

  bool may_run() const {
    return usable_ && (is_expected_ || segment_.header().expected_digest == 0);
  }

  void run_items() {
    native_ = false;
    fail_fast_ = GTEST_XDIST_FLAG_GET(fail_fast);
    loop_->run();
    GTEST_XDIST_FLAG_SET(fail_fast, fail_fast_);
    if (native_) {
      reporter_.open();
    } else {
      hidden_suites_.hide(*catalog_);
    }
  }

  // Sends what gtest printed since run_items() left the tests to it.
  void send_native_output() {
    if (native_) reporter_.end_native_region();
  }

  WorkerSegment segment_;
  WorkerSlot& slot_;
  WorkDeque deque_;
  RingReader commands_;

  Reporter reporter_;

  std::optional<Catalog> catalog_;
  std::optional<ItemLoop> loop_;
  std::uint64_t digest_ = 0;          // of the collection, before plugins changed it
  std::optional<TestIndex> claimed_;  // taken from the deque and not yet begun
  bool settle_ = false;               // whether Command::settle has come and is not yet obeyed
  bool is_expected_ = false;          // whether the collection is what the controller expects
  bool usable_ = true;                // whether the environments are usable
  bool run_failed_ = false;           // whatever gtest in this process knows
  bool native_ = false;               // gtest runs what it wants; see Command::run_natively
  bool fail_fast_ = false;
  HiddenSuites hidden_suites_;

  const ::pid_t process_ = ::getpid();
  inline static bool in_child_ = false;
};

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_WORKER_WORKER_H_
