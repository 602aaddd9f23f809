// What becomes of the tests under a scheduler that fails.
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <ostream>
#include <stdexcept>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "gtest_xdist/controller/session/iteration.h"
#include "gtest_xdist/scheduler/each.h"
#include "gtest_xdist/scheduler/load.h"

#include "support/stage.h"
#include "support/thrown.h"

namespace gtest_xdist::internal {
namespace {

using Texts = std::vector<std::string>;

const std::string kNotRun = "skipped: not run: the scheduler failed";

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

// --- a scheduler that sends what it must not -----------------------------------------------------

// Sends what `plan` says: once at the start, and whenever a worker completes a test or is removed.
class Planned : public Scheduler {
 public:
  struct Send {
    std::size_t node;
    std::vector<TestIndex> tests;
  };
  struct Plan {
    std::vector<Send> at_start;
    std::vector<Send> at_complete;
    std::vector<Send> at_remove;
    bool swallows = false;  // what send() throws
    bool on_every_worker = false;
  };

  explicit Planned(Plan plan) : plan_(std::move(plan)) {}

  std::vector<Node*> nodes() const override { return nodes_; }
  bool collection_is_completed() const override { return nodes_.size() >= 2; }
  bool tests_finished() const override { return false; }
  bool has_pending() const override { return true; }
  bool runs_on_every_worker() const override { return plan_.on_every_worker; }
  void add_node(Node& node) override { nodes_.push_back(&node); }
  void add_node_collection(Node&, const std::vector<TestIndex>&) override {}
  void schedule() override { send(std::exchange(plan_.at_start, {})); }
  void mark_test_complete(Node&, TestIndex, double) override {
    send(std::exchange(plan_.at_complete, {}));
  }
  void mark_test_pending(TestIndex) override {}
  void remove_node(Node&, const std::vector<TestIndex>&) override {
    send(std::exchange(plan_.at_remove, {}));
  }

 private:
  void send(const std::vector<Send>& sends) {
    for (const Send& send : sends) {
      try {
        nodes_[send.node]->send(send.tests);
      } catch (const std::logic_error&) {
        if (!plan_.swallows) throw;
      }
    }
  }

  Plan plan_;
  std::vector<Node*> nodes_;  // also those that were removed
};

struct Violation {
  const char* name;
  Planned::Plan plan;
  const char* member;
  const char* what;
  Texts reports;
};

std::ostream& operator<<(std::ostream& out, const Violation& violation) {
  return out << violation.name;
}

// Two workers, tests 0 to 3; gw0 runs what it has, then gw1 dies and gw2 comes, then all run.
const Violation kViolations[] = {
    {"ToTheSameWorkerAtOnce",
     {{{0, {0, 1, 0}}}, {}, {}},
     "schedule",
     "test 0 was sent to gw0 twice",
     {"0: " + kNotRun, "1: " + kNotRun, "2: " + kNotRun, "3: " + kNotRun}},
    {"ToTheSameWorkerTwice",
     {{{0, {0, 1}}, {0, {1}}}, {}, {}},
     "schedule",
     "test 1 was sent to gw0 twice",
     {"0: " + kNotRun, "1: " + kNotRun, "2: " + kNotRun, "3: " + kNotRun}},
    {"ToAnotherWorkerToo",
     {{{0, {0, 1}}, {1, {2, 1}}}, {}, {}},
     "schedule",
     "test 1 was sent to gw1, but it was sent to gw0 already",
     {"0: " + kNotRun, "1: " + kNotRun, "2: " + kNotRun, "3: " + kNotRun}},
    {"WhatIsComplete",
     {{{0, {0}}, {1, {1}}}, {{1, {0}}}, {}},
     "mark_test_complete",
     "test 0 was sent to gw1, but it was sent to gw0 already",
     {passed(0, 0), "1: " + kNotRun, "2: " + kNotRun, "3: " + kNotRun}},
    {"WhatIsNotSelected",
     {{{0, {0, 1, 4}}}, {}, {}},
     "schedule",
     "test 4 was sent to gw0, but it is not selected",
     {"0: " + kNotRun, "1: " + kNotRun, "2: " + kNotRun, "3: " + kNotRun}},
    {"ToAWorkerThatIsGone",
     {{{0, {0, 1}}, {1, {2}}}, {}, {{1, {3}}}},
     "remove_node",
     "test 3 was sent to gw1, but gw1 is gone",
     {passed(0, 0), passed(1, 0), "2: " + kNotRun, "3: " + kNotRun}},
};

class IterationViolationTest
    : public testing::TestWithParam<std::tuple<Violation, /*swallows*/ bool>> {};

TEST_P(IterationViolationTest, EndsTheRunWithAnAccount) {
  const auto& [violation, swallows] = GetParam();
  Planned::Plan plan = violation.plan;
  plan.swallows = swallows;
  Stage stage(std::make_unique<Planned>(plan), 2, 4);
  stage.start();
  while (stage.begin(0)) stage.complete(0);
  stage.node(1).slot().phase.store(Phase::idle);
  stage.node(1).process_ended();
  stage.iteration().on_crash(stage.node(1), Stage::kHow);
  stage.replace();
  stage.run();
  EXPECT_EQ(stage.take_report_texts(), violation.reports);
  const std::string death = std::string("worker 'gw1' crashed between two tests: ") + Stage::kHow;
  const std::string error = std::string("the scheduler of plugin 'X' failed in ") +
                            violation.member + ": " + violation.what;
  const bool fails_at_death = std::string(violation.member) == "remove_node";
  EXPECT_EQ(stage.take_failures(), fails_at_death ? death + "; " + error : error + "; " + death);
}

INSTANTIATE_TEST_SUITE_P(Each, IterationViolationTest,
                         testing::Combine(testing::ValuesIn(kViolations), testing::Bool()),
                         [](const auto& row) {
                           return std::string(std::get<0>(row.param).name) +
                                  (std::get<1>(row.param) ? "AndSwallowsIt" : "");
                         });

TEST(IterationScheduler, ThatSendsWhatThereIsNotNamesTheNumberOfTests) {
  Stage probe(std::make_unique<LoadScheduling>(2), 2, 1);
  const TestIndex registered = probe.registered();
  Planned::Plan plan;
  plan.at_start = {{1, {0}}, {0, {registered}}};
  Stage stage(std::make_unique<Planned>(plan), 2, 2);
  stage.start();
  stage.run();
  EXPECT_EQ(stage.take_report_texts(), (Texts{"0: " + kNotRun, "1: " + kNotRun}));
  EXPECT_EQ(stage.take_failures(),
            "the scheduler of plugin 'X' failed in schedule: test " + std::to_string(registered) +
                " was sent to gw0, but there are only " + std::to_string(registered) + " tests");
}

TEST(IterationScheduler, ThatUsesAWorkerThatRunsNoTestsFails) {
  Planned::Plan plan;
  plan.at_start = {{0, {0}}, {1, {1}}};
  plan.at_remove = {{1, {1}}};
  Stage stage(std::make_unique<Planned>(plan), 2, 2);
  stage.collect(0);
  stage.collect(1);
  stage.set_up(0);
  stage.set_up(1, false);
  stage.run();
  EXPECT_EQ(stage.take_report_texts(), (Texts{"0: " + kNotRun, "1: " + kNotRun}));
  EXPECT_EQ(stage.take_failures(),
            "the scheduler of plugin 'X' failed in remove_node: test 1 was sent to gw1, but gw1 "
            "runs no tests");
}

// It is nobody's fault that a test comes too late, and no test is run then.
TEST(IterationScheduler, ThatSendsWhenAllIsGivenUpIsRefused) {
  Stage stage(std::make_unique<Planned>(Planned::Plan{}), 2, 2);
  stage.start();
  stage.iteration().give_up("not run: enough");
  EXPECT_EQ(text_of_thrown<std::logic_error>([&] { stage.node(0).send({1}); }),
            "test 1 was sent to gw0, but no test is to start any more");
  stage.run();
  EXPECT_EQ(stage.take_report_texts(),
            (Texts{skipped(0, "not run: enough"), skipped(1, "not run: enough")}));
  EXPECT_EQ(stage.take_failures(), "");
}

// --- a scheduler that neglects tests -------------------------------------------------------------

TEST(IterationScheduler, ThatNeverHandsATestOutFails) {
  Planned::Plan plan;
  plan.at_start = {{0, {0, 2}}};
  Stage stage(std::make_unique<Planned>(plan), 2, 4);
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
    Stage stage(std::make_unique<Planned>(Planned::Plan{}), 2, tests);
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
  Planned::Plan plan;
  plan.at_start = {{0, {0, 1}}, {1, {0}}};
  plan.on_every_worker = true;
  Stage stage(std::make_unique<Planned>(plan), 2, 2);
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
