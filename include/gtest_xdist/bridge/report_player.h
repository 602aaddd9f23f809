// ReportPlayer: plays back results of workers into gtest's own model and to its listeners.
//
// Layer: bridge. TestSuite::Run() itself plays back a suite, with factories that repeat what the
// worker reported and make empty tests. So counters, current_test_info(), the order of events, and
// what a listener may do in them are those of a serial run, in every version of gtest. Does not
// know how results arrive.
#ifndef GTEST_XDIST_BRIDGE_REPORT_PLAYER_H_
#define GTEST_XDIST_BRIDGE_REPORT_PLAYER_H_

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "gtest_xdist/bridge/catalog.h"
#include "gtest_xdist/bridge/echo_filter.h"
#include "gtest_xdist/bridge/insides/compat.h"
#include "gtest_xdist/bridge/insides/private_access.h"
#include "gtest_xdist/bridge/parts.h"
#include "gtest_xdist/bridge/suite_walk.h"
#include "gtest_xdist/core/tests/echoes.h"
#include "gtest_xdist/core/tests/report.h"

namespace gtest_xdist::internal {

// Gives a ReportPlayer the results that it plays back. Only members that say so block.
class ReportSource {
 public:
  virtual ~ReportSource() = default;

  // Returns the next test of the suite to play back; kNoTest when all have been played back. Blocks
  // until one has a report.
  virtual TestIndex next_test(SuiteIndex suite) = 0;

  // Returns the report of a test that next_test() has returned. Called once for each.
  virtual Report take_report(TestIndex test) = 0;

  // Returns the text of the test's value parameter in the worker; null if it is that of this
  // process. `worker` is the number in the report.
  virtual const std::string* value_of(TestIndex test, int worker) = 0;

  // Returns what is known of the suite's set-up. Called when its first report is there.
  virtual Report take_suite_up(SuiteIndex suite) = 0;

  // Returns the rest of the suite: its tear-down, and its set-ups on other workers. Blocks until no
  // worker is inside the suite.
  virtual Report take_suite_down(SuiteIndex suite) = 0;

  // Prints output of a worker where the process prints.
  virtual void print(const OutputSlice& slice, int worker) = 0;
};

// Only one at a time in a process.
class ReportPlayer {
 public:
  ReportPlayer(const Catalog& catalog, ReportSource& source) : catalog_(catalog), source_(source) {}

  // Call this in the first listener that hears of the start of another iteration.
  void iteration_starts() {
    parts_of_program_ = program_result().total_part_count();
    program_told_.clear();
    stopped_ = false;
  }

  // Plays back a suite; its first report must be there. Blocks until all its tests are played back.
  void play_suite(SuiteIndex suite) {
    suite_ = suite;
    testing::TestSuite& object = catalog_.suite(suite);
    const Disguise disguise(*this, object);
    walk_.emplace(object);
    passed_ = catalog_.first_test(suite);
    place_next_test();
    walk_->run();
    walk_.reset();
  }

  // Between OnTestStart and OnTestEnd: the test, and the number of the worker that ran it; -1 if
  // none did.
  TestIndex test() const { return test_; }
  int worker() const { return report_.worker; }

  // Call this in the first listener that hears OnTestEnd. From here on the test has the worker's
  // times.
  void on_test_end_begins() {
    testing::TestResult& result = private_member<TestResultOf>(catalog_.test(test_));
    private_call<ResultSetStart>(result, report_.start_ms);
    private_call<ResultSetElapsed>(result, report_.elapsed_ms);
  }

  // Call this in the last listener that hears OnTestEnd. Blocks in ReportSource::next_test().
  void on_test_end_ends() {
    testing::TestResult& result = private_member<TestResultOf>(catalog_.test(test_));
    record(result, "testcase");
    stopped_ |= fail_fast_ && result.Failed();
    restore_test();
    place_next_test();
  }

  // Plays back what happened outside all suites.
  void play_program(const Report& report) {
    play(report, program_result(), program_told_, parts_of_program_);
    append_parts(report, program_told_);
    for (const Property& property : report.properties) {
      private_call<ResultRecordProperty>(program_result(), "testsuites",
                                         testing::TestProperty(property.key, property.value));
    }
  }

  // Calls `tell`, which sends listeners the end event of what play_program() has played back.
  template <class Tell>
  void end_of_program_part(Tell tell) {
    const EchoFilter filter(program_told_, program_result());
    tell();
  }

  // Call these before and after listeners hear of the end of the iteration.
  void iteration_end_begins() { echo_filter_.emplace(program_told_, program_result()); }
  void iteration_end_ends() { echo_filter_.reset(); }

 private:
  // While it lives, gtest calls set_up_suite() and tear_down_suite() instead of the suite's own
  // functions, and ignores --gtest_fail_fast. The destructor undoes all this, and the replacement
  // of the current test's factory, also if a listener throws.
  class Disguise {
   public:
    Disguise(ReportPlayer& player, testing::TestSuite& suite)
        : player_(player),
          suite_(suite),
          set_up_(std::exchange(private_member<SuiteSetUp>(suite), &ReportPlayer::set_up_suite)),
          tear_down_(
              std::exchange(private_member<SuiteTearDown>(suite), &ReportPlayer::tear_down_suite)),
          fail_fast_(GTEST_XDIST_FLAG_GET(fail_fast)) {
      active_ = &player_;
      player_.fail_fast_ = fail_fast_;
      // The ReportPlayer decides which tests are played back. gtest's own rule must not skip any.
      GTEST_XDIST_FLAG_SET(fail_fast, false);
    }
    Disguise(const Disguise&) = delete;
    Disguise& operator=(const Disguise&) = delete;
    ~Disguise() {
      player_.restore_test();
      GTEST_XDIST_FLAG_SET(fail_fast, fail_fast_);
      private_member<SuiteSetUp>(suite_) = set_up_;
      private_member<SuiteTearDown>(suite_) = tear_down_;
      active_ = nullptr;
    }

   private:
    ReportPlayer& player_;
    testing::TestSuite& suite_;
    void (*const set_up_)();
    void (*const tear_down_)();
    const bool fail_fast_;
  };

  class EmptyTest : public testing::Test {
    void TestBody() override {}
  };

  // Plays back a report when gtest makes the test, because gtest's next steps depend on the result.
  class PlayingFactory : public testing::internal::TestFactoryBase {
   public:
    explicit PlayingFactory(ReportPlayer& player) : player_(player) {}
    testing::Test* CreateTest() override {
      player_.play_test();
      return new EmptyTest;
    }

   private:
    ReportPlayer& player_;
  };

  static void set_up_suite() { active_->play_suite_up(); }
  static void tear_down_suite() { active_->play_suite_down(); }

  // Listeners hear of failures now, but the suite's result gets them only at its end. Otherwise
  // gtest would skip tests that ran well on other workers.
  void play_suite_up() {
    const testing::TestResult& result = private_member<SuiteAdHocResult>(catalog_.suite(suite_));
    suite_told_.clear();
    Echoes made = made_here(result, 0, {});
    for (const Step& step : source_.take_suite_up(suite_).steps) {
      source_.print(step.output, step.worker);
      if (!step.has_part) continue;
      suite_told_.push_back(step.part);
      if (made.take(step.part)) continue;
      announce(to_gtest(step.part));
      suite_parts_.push_back(step.part);
    }
  }

  void play_suite_down() {
    testing::TestSuite& suite = catalog_.suite(suite_);
    testing::TestResult& result = private_member<SuiteAdHocResult>(suite);
    for (const Part& part : std::exchange(suite_parts_, {})) {
      private_call<ResultAddTestPart>(result, to_gtest(part));
    }
    const Report report = source_.take_suite_down(suite_);
    play(report, result, suite_told_);
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
    play(report_, result, {});
    record(result, "testcase");
    test_told_.clear();
    append_parts(report_, test_told_);
    // The filter also drops a complaint of gtest that the test is not made as it should be, if the
    // worker has reported it.
    echo_filter_.emplace(test_told_, result);
  }

  // The result has the parts `played` already. Its first `old_parts` parts come from earlier
  // iterations.
  void play(const Report& report, testing::TestResult& result, const std::vector<Part>& played,
            int old_parts = 0) {
    Echoes made = made_here(result, old_parts, played);
    std::uint64_t parts = 0;
    for (const Step& step : report.steps) {
      source_.print(step.output, step.worker);
      std::fwrite(step.text.data(), 1, step.text.size(), stdout);
      if (!step.has_part) continue;
      const bool dropped = parts++ < report.dropped_parts;
      if (made.take(step.part)) continue;
      const testing::TestPartResult part = to_gtest(step.part);
      if (!dropped) private_call<ResultAddTestPart>(result, part);
      announce(part);
    }
  }

  // Called twice for each test. The first call shows the worker's values to listeners of OnTestEnd.
  // They may record values of this process under the same keys; the second call restores the
  // worker's. If the test itself has recorded kFlakyProperty, its value stays.
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

  // Ends the playback of the current test, if there is one.
  void restore_test() {
    echo_filter_.reset();
    report_ = {};
    if (!factory_of_test_) return;
    delete exchange_factory(catalog_.test(test_), factory_of_test_.release());
  }

  // Makes the next test that has a report the next one of gtest's walk. The tests that gtest only
  // mentions (disabled ones) come before it, if they were registered before it. gtest mentions none
  // after a failure under --gtest_fail_fast, or while it skips tests because a set-up has failed.
  void place_next_test() {
    const TestIndex end = catalog_.first_test(suite_ + 1);
    const TestIndex next = source_.next_test(suite_);
    if (next != kNoTest) {
      test_ = next;
      report_ = source_.take_report(next);
      show_value();
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
    // gtest owns the new factory meanwhile, because a listener may call exit().
    factory_of_test_.reset(exchange_factory(catalog_.test(next), new PlayingFactory(*this)));
    walk_->place_next(catalog_.position_in_suite(next));
  }

  // Has the test tell the value that it was run with.
  void show_value() {
    const std::string* const value = source_.value_of(test_, report_.worker);
    if (value == nullptr && own_values_.empty()) return;
    if (own_values_.empty()) own_values_ = catalog_.values();
    set_value_text(catalog_.test(test_), value != nullptr ? *value : own_values_[test_]);
  }

  const Catalog& catalog_;
  ReportSource& source_;
  SuiteIndex suite_ = 0;
  std::optional<SuiteWalk> walk_;
  TestIndex passed_ = 0;           // disabled tests before this one have been placed or left out
  bool fail_fast_ = false;         // --gtest_fail_fast, as the user set it
  bool stopped_ = false;           // whether that has kept tests of this iteration from running
  bool set_up_failed_ = false;     // whether a worker skipped the last test because of a set-up
  int parts_of_program_ = 0;       // parts of program_result() from earlier iterations
  std::vector<Part> suite_parts_;  // of the set-up, announced but not yet in the suite's result

  std::vector<std::string> own_values_;  // of all tests, once another value was told

  TestIndex test_ = kNoTest;
  Report report_;                                                        // of test_
  std::unique_ptr<testing::internal::TestFactoryBase> factory_of_test_;  // gtest has ours instead
  std::vector<Part> test_told_;     // parts that listeners have heard of: of the test,
  std::vector<Part> suite_told_;    // of the suite,
  std::vector<Part> program_told_;  // and outside of all suites in this iteration
  std::optional<EchoFilter> echo_filter_;

  inline static ReportPlayer* active_ = nullptr;
};

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_BRIDGE_REPORT_PLAYER_H_
