// Replaying results that came from workers into gtest's own model and to its listeners.
//
// Layer: bridge. A suite is replayed by TestSuite::Run() itself, with factories whose tests do
// nothing but repeat what the worker reported: so counters, current_test_info(), the order of
// events and what a listener may do in them are those of a serial run, in every version of gtest.
#ifndef GTEST_XDIST_BRIDGE_REPLAYER_H_
#define GTEST_XDIST_BRIDGE_REPLAYER_H_

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "gtest_xdist/bridge/catalog.h"
#include "gtest_xdist/bridge/echo_filter.h"
#include "gtest_xdist/bridge/insides/compat.h"
#include "gtest_xdist/bridge/insides/private_access.h"
#include "gtest_xdist/bridge/parts.h"
#include "gtest_xdist/bridge/suite_walk.h"
#include "gtest_xdist/core/tests/report.h"

namespace gtest_xdist::internal {

// Where the replay gets what it replays. Calls that say so may block.
class ReplaySource {
 public:
  virtual ~ReplaySource() = default;

  // Blocks until another test of the suite has a report; kNoTest when all have been replayed.
  virtual TestIndex next_test(SuiteIndex suite) = 0;

  // The report of a test that next_test() named; given once.
  virtual Report take_report(TestIndex test) = 0;

  // What is known of the suite's set-up when its first report is there.
  virtual Report take_suite_up(SuiteIndex suite) = 0;

  // What remains to be told of the suite: its tear-down, and set-ups on other workers. Blocks until
  // no worker is inside the suite.
  virtual Report take_suite_down(SuiteIndex suite) = 0;

  // Prints output of a worker where the process prints.
  virtual void print(const OutputSlice& slice, int worker) = 0;
};

// One for each process at a time.
class Replayer {
 public:
  // Neither is owned.
  Replayer(const Catalog& catalog, ReplaySource& source) : catalog_(catalog), source_(source) {}

  // To be called by the first listener that hears of the start of another iteration.
  void iteration_starts() {
    parts_of_program_ = program_result().total_part_count();
    program_told_.clear();
    stopped_ = false;
  }

  // Replays a suite; its first report must be there. Blocks until all its tests are replayed.
  void replay_suite(SuiteIndex suite) {
    suite_ = suite;
    testing::TestSuite& object = catalog_.suite(suite);
    const Disguise disguise(*this, object);
    walk_.emplace(object);
    passed_ = catalog_.first_test(suite);
    place_next_test();
    walk_->run();
    walk_.reset();
  }

  // Between OnTestStart and OnTestEnd: the test, and who ran it.
  TestIndex test() const { return test_; }
  int worker() const { return report_.worker; }

  // To be called by the first listener that hears OnTestEnd: from here on the test shows the
  // worker's times.
  void on_test_end_begins() {
    testing::TestResult& result = private_member<TestResultOf>(catalog_.test(test_));
    private_call<ResultSetStart>(result, report_.start_ms);
    private_call<ResultSetElapsed>(result, report_.elapsed_ms);
  }

  // To be called by the last listener that hears OnTestEnd. Blocks until the next test is there.
  void on_test_end_ends() {
    testing::TestResult& result = private_member<TestResultOf>(catalog_.test(test_));
    record(result, "testcase");
    stopped_ |= fail_fast_ && result.Failed();
    restore_test();
    place_next_test();
  }

  // Replays what happened outside all suites.
  void replay_program(const Report& report) {
    play(report, program_result(), parts_of_program_);
    append_parts(report, program_told_);
    for (const Property& property : report.properties) {
      private_call<ResultRecordProperty>(program_result(), "testsuites",
                                         testing::TestProperty(property.key, property.value));
    }
  }

  // Has `tell` tell listeners of the end of what replay_program() has replayed.
  template <class Tell>
  void end_of_program_part(Tell tell) {
    const EchoFilter filter(program_told_, program_result());
    tell();
  }

  // Between these the listeners hear of the end of the iteration.
  void iteration_end_begins() { echo_filter_.emplace(program_told_, program_result()); }
  void iteration_end_ends() { echo_filter_.reset(); }

 private:
  // While it lives, the suite's set-up and tear-down and the test that is replayed are not its own.
  // Everything is as before when it goes, also if a listener throws.
  class Disguise {
   public:
    Disguise(Replayer& replayer, testing::TestSuite& suite)
        : replayer_(replayer),
          suite_(suite),
          set_up_(std::exchange(private_member<SuiteSetUp>(suite), &Replayer::set_up_suite)),
          tear_down_(
              std::exchange(private_member<SuiteTearDown>(suite), &Replayer::tear_down_suite)),
          fail_fast_(GTEST_XDIST_FLAG_GET(fail_fast)) {
      active_ = &replayer_;
      replayer_.fail_fast_ = fail_fast_;
      // The steps are decided here, so gtest's own rule must not cut them short.
      GTEST_XDIST_FLAG_SET(fail_fast, false);
    }
    Disguise(const Disguise&) = delete;
    Disguise& operator=(const Disguise&) = delete;
    ~Disguise() {
      replayer_.restore_test();
      GTEST_XDIST_FLAG_SET(fail_fast, fail_fast_);
      private_member<SuiteSetUp>(suite_) = set_up_;
      private_member<SuiteTearDown>(suite_) = tear_down_;
      active_ = nullptr;
    }

   private:
    Replayer& replayer_;
    testing::TestSuite& suite_;
    void (*const set_up_)();
    void (*const tear_down_)();
    const bool fail_fast_;
  };

  class EmptyTest : public testing::Test {
    void TestBody() override {}
  };

  // Repeats a report where gtest expects a test to be made: what follows depends on the result.
  class ReplayFactory : public testing::internal::TestFactoryBase {
   public:
    explicit ReplayFactory(Replayer& replayer) : replayer_(replayer) {}
    testing::Test* CreateTest() override {
      replayer_.play_test();
      return new EmptyTest;
    }

   private:
    Replayer& replayer_;
  };

  static void set_up_suite() { active_->play_suite_up(); }
  static void tear_down_suite() { active_->play_suite_down(); }

  // Failures are told now, but enter the suite's result only at its end: gtest would otherwise skip
  // tests that ran well on other workers.
  void play_suite_up() {
    const testing::TestResult& result = private_member<SuiteAdHocResult>(catalog_.suite(suite_));
    suite_told_.clear();
    for (const Step& step : source_.take_suite_up(suite_).steps) {
      source_.print(step.output, step.worker);
      if (!step.has_part || holds(result, step.part, 0)) continue;
      announce(to_gtest(step.part));
      suite_parts_.push_back(step.part);
      suite_told_.push_back(step.part);
    }
  }

  void play_suite_down() {
    testing::TestSuite& suite = catalog_.suite(suite_);
    testing::TestResult& result = private_member<SuiteAdHocResult>(suite);
    for (const Part& part : std::exchange(suite_parts_, {})) {
      private_call<ResultAddTestPart>(result, to_gtest(part));
    }
    const Report report = source_.take_suite_down(suite_);
    play(report, result);
    for (const Property& property : report.properties) {
      private_call<ResultRecordProperty>(result, "testsuite",
                                         testing::TestProperty(property.key, property.value));
    }
    private_member<SuiteStart>(suite) = report.start_ms;
    private_member<SuiteElapsed>(suite) = report.elapsed_ms;
    append_parts(report, suite_told_);
    echo_filter_.emplace(suite_told_, result);
  }

  void play_test() {
    testing::TestResult& result = private_member<TestResultOf>(catalog_.test(test_));
    play(report_, result);
    record(result, "testcase");
    test_told_.clear();
    append_parts(report_, test_told_);
    // Also if gtest says that the test is not made as it should be.
    echo_filter_.emplace(test_told_, result);
  }

  // The first `old_parts` of the result are of earlier iterations.
  void play(const Report& report, testing::TestResult& result, int old_parts = 0) {
    const bool anything_before = result.total_part_count() > old_parts;
    std::uint64_t parts = 0;
    for (const Step& step : report.steps) {
      source_.print(step.output, step.worker);
      std::fwrite(step.text.data(), 1, step.text.size(), stdout);
      if (!step.has_part) continue;
      const bool dropped = parts++ < report.dropped_parts;
      if (anything_before && holds(result, step.part, old_parts)) continue;
      const testing::TestPartResult part = to_gtest(step.part);
      if (!dropped) private_call<ResultAddTestPart>(result, part);
      announce(part);
    }
  }

  // Twice for each test: listeners of OnTestEnd see the worker's values, and if they record values
  // of this process under the same keys, the worker's stand. So does what a test itself records.
  void record(testing::TestResult& result, const char* element) const {
    bool is_told_flaky = report_.flaky.empty();
    for (const Property& property : report_.properties) {
      is_told_flaky |= property.key == kFlakyProperty;
      private_call<ResultRecordProperty>(result, element,
                                         testing::TestProperty(property.key, property.value));
    }
    if (is_told_flaky) return;
    private_call<ResultRecordProperty>(result, element,
                                       testing::TestProperty(kFlakyProperty, report_.flaky));
  }

  // The test is not being replayed any more, if one is.
  void restore_test() {
    echo_filter_.reset();
    report_ = {};
    if (!factory_of_test_) return;
    delete exchange_factory(catalog_.test(test_), factory_of_test_.release());
  }

  // Puts the next test that has a report into gtest's way, and before it the tests that gtest only
  // mentions (disabled ones) and that precede it in order of registration. It mentions none after a
  // failure under --gtest_fail_fast, nor where it skips tests because of a set-up that failed.
  void place_next_test() {
    const TestIndex end = catalog_.first_test(suite_ + 1);
    const TestIndex next = source_.next_test(suite_);
    if (next != kNoTest) {
      test_ = next;
      report_ = source_.take_report(next);
      stopped_ |= fail_fast_ && report_.worker < 0;
      set_up_failed_ = report_.was_passed_over();
    }
    const bool mentions = !stopped_ && !set_up_failed_;
    for (; passed_ < std::min(next, end); ++passed_) {
      if (mentions && !catalog_.test(passed_).should_run()) {
        walk_->place_next(catalog_.position_in_suite(passed_));
      }
    }
    if (next == kNoTest) {
      if (!mentions) walk_->pass_over_rest();
      return;
    }
    // gtest owns it meanwhile: a listener may call exit().
    factory_of_test_.reset(exchange_factory(catalog_.test(next), new ReplayFactory(*this)));
    walk_->place_next(catalog_.position_in_suite(next));
  }

  const Catalog& catalog_;
  ReplaySource& source_;
  SuiteIndex suite_ = 0;
  std::optional<SuiteWalk> walk_;
  TestIndex passed_ = 0;           // tests before this one need no mention any more
  bool fail_fast_ = false;         // whether the user asks for it
  bool stopped_ = false;           // whether that has kept tests of this iteration from running
  bool set_up_failed_ = false;     // whether gtest has skipped the last test because of a set-up
  int parts_of_program_ = 0;       // of its result, that earlier iterations have left
  std::vector<Part> suite_parts_;  // of the set-up, told but not yet in the suite's result

  TestIndex test_ = kNoTest;
  Report report_;                                                        // of test_
  std::unique_ptr<testing::internal::TestFactoryBase> factory_of_test_;  // gtest has ours instead
  std::vector<Part> test_told_;     // what listeners have been told of the test,
  std::vector<Part> suite_told_;    // of the suite,
  std::vector<Part> program_told_;  // and outside of all suites in this iteration
  std::optional<EchoFilter> echo_filter_;

  inline static Replayer* active_ = nullptr;
};

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_BRIDGE_REPLAYER_H_
