// What becomes of the tests under a scheduler that fails.
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "gtest_xdist/controller/session/iteration.h"
#include "gtest_xdist/scheduler/each.h"
#include "gtest_xdist/scheduler/load.h"

#include "support/scripted_scheduler.h"
#include "support/stage.h"
#include "support/thrown.h"

namespace gtest_xdist::internal {
namespace {

using Texts = std::vector<std::string>;

// --- a scheduler that throws ---------------------------------------------------------------------

// As `Base`, but calls `fault` before each member with its name and how often it was called.
template <class Base>
class Faulty : public Base {
 public:
  using Fault = std::function<void(const std::string& member, int call)>;

  Faulty(unsigned workers, Fault fault) : Base(workers), fault_(std::move(fault)) {}

  std::vector<Node*> nodes() const override {
    called("nodes");
    return Base::nodes();
  }
  bool collection_is_completed() const override {
    called("collection_is_completed");
    return Base::collection_is_completed();
  }
  bool tests_finished() const override {
    called("tests_finished");
    return Base::tests_finished();
  }
  void add_node(Node& node) override {
    called("add_node");
    Base::add_node(node);
  }
  void add_node_collection(Node& node, const std::vector<TestIndex>& tests) override {
    called("add_node_collection");
    Base::add_node_collection(node, tests);
  }
  void schedule() override {
    called("schedule");
    Base::schedule();
  }
  void mark_test_complete(Node& node, TestIndex test, double seconds) override {
    called("mark_test_complete");
    Base::mark_test_complete(node, test, seconds);
  }
  void mark_test_pending(TestIndex test) override {
    called("mark_test_pending");
    Base::mark_test_pending(test);
  }
  void remove_node(Node& node, const std::vector<TestIndex>& unfinished) override {
    called("remove_node");
    Base::remove_node(node, unfinished);
  }
  std::size_t wake_below(const Node& node) const override {
    called("wake_below");
    return Base::wake_below(node);
  }

 private:
  void called(const std::string& member) const { fault_(member, ++calls_[member]); }

  Fault fault_;
  mutable std::map<std::string, int> calls_;
};

// A crash that is put back, a failure, a replacement: everything a scheduler hears of.
void play(Stage& stage) {
  stage.start();
  if (stage.begin(0)) stage.complete(0, {"broken"});
  if (stage.begin(1)) stage.crash(1);
  if (stage.iteration().has_work()) stage.replace();
  stage.run();
}

CrashItemHandler put_back() {
  return [](WorkerNode&, TestIndex item, Report&, Scheduler& scheduler) {
    scheduler.mark_test_pending(item);
    return CrashVerdict::counts;
  };
}

// For each call of each member: a scheduler that throws there. Returns in how many calls it did.
template <class Base>
int expect_accounts_of_those_that_throw() {
  int failed_calls = 0;
  for (const std::string member :
       {"collection_is_completed", "tests_finished", "add_node", "add_node_collection", "schedule",
        "mark_test_complete", "mark_test_pending", "remove_node", "wake_below"}) {
    const int failed_before = failed_calls;
    for (int call = 1, threw = 1; threw > 0; ++call) {
      threw = 0;
      const auto fault = [&](const std::string& called, int number) {
        if (called == member && number == call) {
          ++threw;
          throw std::runtime_error("no luck");
        }
        EXPECT_EQ(threw, 0) << called << " is called after the error";
      };
      Stage stage(std::make_unique<Faulty<Base>>(2U, fault), 2, 9, put_back());
      play(stage);
      failed_calls += threw;
      const std::string where = member + ", call " + std::to_string(call);
      EXPECT_EQ(stage.take_failures(),
                threw == 0 ? "" : "the scheduler of plugin 'X' failed in " + member + ": no luck")
          << where;
      const auto reports = stage.take_reports();
      EXPECT_TRUE(stage.is_accounted_for()) << where;
      int crashed = 0;
      for (const auto& [test, report] : reports) {
        const std::string text = Stage::text_of(report);
        crashed += text.find("crashed while running") != std::string::npos ? 1 : 0;
        const bool ran = text.find("prints 10-20") != std::string::npos;
        EXPECT_TRUE(ran || report.failed() || (text == kNotRun && threw > 0)) << where << text;
      }
      EXPECT_LE(crashed, 1);
      EXPECT_TRUE(crashed == 1 || threw > 0) << where;
    }
    EXPECT_GT(failed_calls, failed_before) << member << " is never called";
  }
  return failed_calls;
}

TEST(IterationScheduler, ThatThrowsEndsTheRunWithAnAccount) {
  EXPECT_GT(expect_accounts_of_those_that_throw<LoadScheduling>(), 30);
  EXPECT_GT(expect_accounts_of_those_that_throw<EachScheduling>(), 30);
}

TEST(IterationScheduler, ThatThrowsWhenItIsAskedWhoRunsWhatRunsNothing) {
  class Undecided : public LoadScheduling {
   public:
    using LoadScheduling::LoadScheduling;
    bool runs_on_every_worker() const override { throw std::runtime_error("not known"); }
  };
  Stage stage(std::make_unique<Undecided>(2), 2, 2);
  stage.start();
  stage.run();
  EXPECT_EQ(stage.take_report_texts(), (Texts{"0: " + kNotRun, "1: " + kNotRun}));
  EXPECT_EQ(stage.take_failures(),
            "the scheduler of plugin 'X' failed in runs_on_every_worker: not known");
}

// What runs when the scheduler fails is run to its end.
TEST(IterationScheduler, ThatFailsLosesNoResult) {
  const auto fault = [](const std::string& member, int) {
    if (member == "mark_test_complete") throw 7;
  };
  Stage stage(std::make_unique<Faulty<LoadScheduling>>(2U, fault), 2, 8);
  stage.start();
  stage.begin(1);
  stage.complete(0, {"broken"});
  EXPECT_EQ(stage.take_failures(),
            "the scheduler of plugin 'X' failed in mark_test_complete: an exception that is no "
            "std::exception");
  stage.complete(1, {"worse"});
  EXPECT_EQ(stage.take_report_texts(),
            (Texts{"0: gw0 says broken; gw0 prints 10-20", "1: " + kNotRun,
                   "2: gw1 says worse; gw1 prints 10-20", "3: " + kNotRun, "4: " + kNotRun,
                   "5: " + kNotRun, "6: " + kNotRun, "7: " + kNotRun}));
  EXPECT_EQ(stage.take_failures(), "");
  EXPECT_TRUE(stage.is_accounted_for());
}

// --- a scheduler that neglects tests -------------------------------------------------------------

TEST(IterationScheduler, ThatNeverHandsATestOutFails) {
  Scripted::Plan plan;
  plan.at_start = {{0, {0, 2}}};
  Stage stage(std::make_unique<Scripted>(plan), 2, 4);
  stage.start();
  stage.run();
  EXPECT_EQ(stage.take_report_texts(),
            (Texts{passed(0, 0), skipped(1, "not run: it was never handed out"), passed(2, 0),
                   skipped(3, "not run: it was never handed out")}));
  EXPECT_EQ(stage.take_failures(), "the scheduler of plugin 'X' has never handed out 2 tests: " +
                                       stage.name(1) + ", " + stage.name(3));
}

TEST(IterationScheduler, ThatNeverBeginsFails) {
  class Hesitant : public LoadScheduling {
   public:
    using LoadScheduling::LoadScheduling;
    bool collection_is_completed() const override { return false; }
  };
  Stage stage(std::make_unique<Hesitant>(2), 2, 1);
  stage.start();
  stage.run();
  EXPECT_EQ(stage.take_report_texts(), Texts{skipped(0, "not run: it was never handed out")});
  EXPECT_EQ(stage.take_failures(),
            "the scheduler of plugin 'X' has never handed out 1 test: " + stage.name(0));
}

TEST(IterationScheduler, ThatNeglectsManyTestsIsToldOfTheFirst) {
  for (const TestIndex tests : {10U, 11U}) {
    Stage stage(std::make_unique<Scripted>(Scripted::Plan{}), 2, tests);
    stage.start();
    stage.run();
    std::string names = stage.name(0);
    for (TestIndex test = 1; test < 10; ++test) names += ", " + stage.name(test);
    EXPECT_EQ(stage.take_failures(), "the scheduler of plugin 'X' has never handed out " +
                                         std::to_string(tests) + " tests: " + names +
                                         (tests > 10 ? ", ..." : ""));
    EXPECT_EQ(stage.take_reports().size(), tests);
  }
}

TEST(IterationScheduler, ThatLeavesOutAWorkerWhereAllRunATestFails) {
  Scripted::Plan plan;
  plan.at_start = {{0, {0, 1}}, {1, {0}}};
  plan.on_every_worker = true;
  Stage stage(std::make_unique<Scripted>(plan), 2, 2);
  stage.start();
  stage.run();
  EXPECT_EQ(stage.take_report_texts(), (Texts{passed(0, 0), passed(1, 0)}));
  EXPECT_EQ(
      stage.take_failures(),
      "the scheduler of plugin 'X' has never handed out 1 test to all workers: " + stage.name(1));
}

TEST(IterationScheduler, MayWantAnyWakeMark) {
  class Nervous : public LoadScheduling {
   public:
    using LoadScheduling::LoadScheduling;
    std::size_t wake_below(const Node&) const override {
      return std::size_t{1} << 32U;  // one more than the worker can be told
    }
  };
  Stage stage(std::make_unique<Nervous>(1), 1, 2);
  stage.start();
  stage.iteration().set_wake_marks();
  EXPECT_EQ(stage.node(0).slot().wake_below.load(), std::numeric_limits<std::uint32_t>::max());
}

}  // namespace
}  // namespace gtest_xdist::internal
