// Tests that a worker died in: what is reported, and what if they are put back.
#include <algorithm>
#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <ostream>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "gtest_xdist/controller/iteration.h"
#include "gtest_xdist/scheduler/each.h"
#include "gtest_xdist/scheduler/load.h"

#include "support/stage.h"
#include "support/thrown.h"

namespace gtest_xdist::internal {
namespace {

using Texts = std::vector<std::string>;

// One worker after another runs one test after another, in the order of the collection.
class OneByOne : public Scheduler {
 public:
  std::vector<Node*> nodes() const override { return nodes_; }
  bool collection_is_completed() const override { return !left_.empty() || !nodes_.empty(); }
  bool tests_finished() const override { return left_.empty(); }
  bool has_pending() const override { return !left_.empty(); }
  void add_node(Node& node) override { nodes_.push_back(&node); }
  void add_node_collection(Node&, const std::vector<TestIndex>& tests) override {
    if (!collected_) left_ = tests;
    collected_ = true;
  }
  void schedule() override { send(); }
  void mark_test_complete(Node&, TestIndex, double) override { send(); }
  void mark_test_pending(TestIndex test) override { left_.insert(left_.begin(), test); }
  void remove_node(Node& node, const std::vector<TestIndex>& unfinished) override {
    nodes_.erase(std::find(nodes_.begin(), nodes_.end(), &node));
    left_.insert(left_.begin(), unfinished.begin(), unfinished.end());
  }

 private:
  void send() {
    if (nodes_.empty() || left_.empty() || nodes_.front()->pending() > 0) return;
    nodes_.front()->send({left_.front()});
    left_.erase(left_.begin());
  }

  std::vector<Node*> nodes_;
  std::vector<TestIndex> left_;
  bool collected_ = false;
};

CrashItemHandler put_back(CrashVerdict verdict) {
  return [verdict](WorkerNode&, TestIndex item, Report&, Scheduler& scheduler) {
    scheduler.mark_test_pending(item);
    return verdict;
  };
}

CrashItemHandler leave(CrashVerdict verdict) {
  return [verdict](WorkerNode&, TestIndex, Report&, Scheduler&) { return verdict; };
}

struct Mode {
  const char* name;
  std::unique_ptr<Scheduler> (*make)();
  bool on_every_worker;
};

std::ostream& operator<<(std::ostream& out, const Mode& mode) { return out << mode.name; }

// For two workers.
const Mode kModes[] = {
    {"Load", []() -> std::unique_ptr<Scheduler> { return std::make_unique<LoadScheduling>(2); },
     false},
    {"Each", []() -> std::unique_ptr<Scheduler> { return std::make_unique<EachScheduling>(2); },
     true},
    {"Custom", []() -> std::unique_ptr<Scheduler> { return std::make_unique<OneByOne>(); }, false},
};

// gw0 is to run test 0, in every mode; gw1 is there too. Four tests.
class CrashItemTest : public testing::TestWithParam<Mode> {
 protected:
  void begin(CrashItemHandler handler, TestIndex tests = 4, const FailurePolicy& policy = {}) {
    stage_.emplace(GetParam().make(), 2, tests, std::move(handler), no_locks(), policy);
    stage_->start();
  }

  // How a report marks its parts with the worker.
  std::string mark(int worker) const {
    return GetParam().on_every_worker ? "[gw" + std::to_string(worker) + "] " : "";
  }
  std::string says(int worker, const std::string& what) const {
    const std::string gw = "gw" + std::to_string(worker);
    return gw + " says " + mark(worker) + what;
  }
  std::string crashes(std::size_t worker, TestIndex test = 0) const {
    return says(static_cast<int>(worker), stage_->crash_text(worker, test));
  }

  std::string report_of(TestIndex test) {
    for (auto& [index, report] : stage_->take_reports()) {
      texts_[index] = Stage::text_of(report);
      reports_[index] = std::move(report);
    }
    return texts_.count(test) > 0 ? texts_[test] : "(none)";
  }

  // Whoever runs test 0 next, if all run what they have until then; the others have run it or not.
  std::size_t runner_of_test_0() {
    for (int round = 0; round < 100; ++round) {
      for (std::size_t i = 0; i < stage_->size(); ++i) {
        if (stage_->begin(i) == TestIndex{0} &&
            stage_->iteration().assignments().is_rerun(0, static_cast<int>(i))) {
          return i;
        }
      }
      for (std::size_t i = 0; i < stage_->size(); ++i) {
        if (stage_->begin(i)) {
          stage_->complete(i);
          break;
        }
      }
    }
    ADD_FAILURE() << "nobody runs test 0";
    return 0;
  }

  void expect_account(const std::string& failures = {}) {
    stage_->run();
    report_of(0);
    EXPECT_TRUE(stage_->is_accounted_for());
    EXPECT_EQ(stage_->take_failures(), failures);
    EXPECT_FALSE(stage_->iteration().has_work());
  }

  std::optional<Stage> stage_;
  std::map<TestIndex, std::string> texts_;
  std::map<TestIndex, Report> reports_;
};

// --- not put back --------------------------------------------------------------------------------

TEST_P(CrashItemTest, FailsIfNobodyCares) {
  for (const CrashItemHandler& handler :
       {CrashItemHandler(), leave(CrashVerdict::counts), leave(CrashVerdict::does_not_count)}) {
    begin(handler);
    stage_->crash(0, {"before"});
    stage_->replace();
    expect_account();
    EXPECT_EQ(report_of(0), "gw0 prints 0-5 and says " + mark(0) + "before; " + crashes(0));
    EXPECT_EQ(stage_->node(0).history.to_last_failure(), std::vector<TestIndex>{0});
  }
}

TEST_P(CrashItemTest, IsHandledOnceWhenTheWorkerIsRemoved) {
  int calls = 0;
  begin([&](WorkerNode& node, TestIndex item, Report& report, Scheduler& scheduler) {
    ++calls;
    EXPECT_EQ(node.name(), "gw0");
    EXPECT_EQ(item, 0U);
    EXPECT_EQ(text(report), "gw0 prints 0-5 and says before; gw0 says " + stage_->crash_text(0, 0));
    EXPECT_EQ(report.worker, 0);
    EXPECT_EQ(scheduler.nodes().size(), 1U) << "only gw1 is left";
    return CrashVerdict::counts;
  });
  stage_->crash(0, {"before"});
  EXPECT_EQ(calls, 1);
}

TEST_P(CrashItemTest, SaysWhatTheHandlerMadeOfIt) {
  begin([](WorkerNode&, TestIndex, Report& report, Scheduler&) {
    report.steps.clear();
    report.add_part(0, {}, {PartType::nonfatal_failure, "", -1, "known to crash"});
    return CrashVerdict::counts;
  });
  stage_->crash(0, {"before"});
  stage_->replace();
  expect_account();
  EXPECT_EQ(report_of(0), says(0, "known to crash"));
}

TEST_P(CrashItemTest, FailsIfTheHandlerDoes) {
  for (const bool is_standard : {false, true}) {
    begin([&](WorkerNode&, TestIndex, Report&, Scheduler&) -> CrashVerdict {
      if (is_standard) throw std::runtime_error("no luck");
      throw 7;
    });
    stage_->crash(0);
    stage_->replace();
    expect_account("the crash of '" + stage_->name(0) + "' was not handled: " +
                   (is_standard ? "no luck" : "an exception that is no std::exception"));
    EXPECT_EQ(report_of(0), crashes(0));
  }
}

TEST_P(CrashItemTest, OnlyItMayBePutBack) {
  std::string refusal;
  begin([&](WorkerNode&, TestIndex, Report&, Scheduler& scheduler) {
    refusal = text_of_thrown<std::logic_error>([&] { scheduler.mark_test_pending(4); });
    return CrashVerdict::counts;
  });
  stage_->crash(0);
  EXPECT_EQ(refusal, "test 4 was put back, but it is not selected");
  stage_->replace();
  expect_account();
  EXPECT_EQ(report_of(0), crashes(0));
}

// --- put back ------------------------------------------------------------------------------------

TEST_P(CrashItemTest, ThatCountsStaysFailedThoughItPassesThen) {
  begin(put_back(CrashVerdict::counts));
  stage_->crash(0, {"before"});
  EXPECT_EQ(report_of(0), "(none)");
  EXPECT_TRUE(stage_->iteration().has_work());
  stage_->replace();
  const std::size_t runner = runner_of_test_0();
  EXPECT_EQ(report_of(0), "(none)");
  stage_->complete(runner);
  expect_account();
  EXPECT_EQ(report_of(0), "gw0 prints 0-5 and says " + mark(0) + "before; " + crashes(0) + "; gw" +
                              std::to_string(runner) + " prints 10-20");
  EXPECT_TRUE(reports_[0].failed());
  EXPECT_EQ(stage_->node(0).history.to_last_failure(), std::vector<TestIndex>{0});
  EXPECT_TRUE(stage_->node(runner).history.to_last_failure().empty());
}

TEST_P(CrashItemTest, ThatDoesNotCountPassesIfItPassesThen) {
  begin(put_back(CrashVerdict::does_not_count));
  stage_->crash(0, {"before"});
  stage_->replace();
  const std::size_t runner = runner_of_test_0();
  stage_->complete(runner);
  expect_account();
  // What it printed is told all the same.
  const std::string output = "gw" + std::to_string(runner) + " prints 10-20";
  EXPECT_EQ(report_of(0), GetParam().on_every_worker ? "gw1 prints 10-20; gw0 prints 0-5"
                                                     : "gw0 prints 0-5; " + output);
  EXPECT_FALSE(reports_[0].failed());
  EXPECT_TRUE(stage_->node(0).history.to_last_failure().empty());
}

TEST_P(CrashItemTest, FailsIfItFailsThen) {
  for (const CrashVerdict verdict : {CrashVerdict::counts, CrashVerdict::does_not_count}) {
    begin(put_back(verdict));
    stage_->crash(0, {"before"});
    stage_->replace();
    const std::size_t runner = runner_of_test_0();
    stage_->complete(runner, {"again"});
    expect_account();
    const int gw = static_cast<int>(runner);
    const std::string rerun = says(gw, "again") + "; gw" + std::to_string(gw) + " prints 10-20";
    EXPECT_EQ(report_of(0),
              verdict == CrashVerdict::counts
                  ? "gw0 prints 0-5 and says " + mark(0) + "before; " + crashes(0) + "; " + rerun
                  : "gw0 prints 0-5; " + rerun);
    EXPECT_FALSE(stage_->node(runner).history.to_last_failure().empty());
  }
}

TEST_P(CrashItemTest, ThatCrashesAgainTellsOfBoth) {
  int crashes_left = 2;
  begin([&](WorkerNode&, TestIndex item, Report&, Scheduler& scheduler) {
    if (--crashes_left > 0) scheduler.mark_test_pending(item);
    return CrashVerdict::counts;
  });
  stage_->crash(0);
  stage_->replace();
  const std::size_t runner = runner_of_test_0();
  stage_->crash(runner);
  stage_->replace();
  expect_account();
  EXPECT_EQ(report_of(0), crashes(0) + "; " + crashes(runner));
}

TEST_P(CrashItemTest, ThatIsPutBackTwiceTellsOfTheCrashesThatCount) {
  for (const bool first_counts : {false, true}) {
    bool is_first = true;
    begin([&](WorkerNode&, TestIndex item, Report&, Scheduler& scheduler) {
      scheduler.mark_test_pending(item);
      return std::exchange(is_first, false) == first_counts ? CrashVerdict::counts
                                                            : CrashVerdict::does_not_count;
    });
    stage_->crash(0, {"first"});
    stage_->replace();
    const std::size_t second = runner_of_test_0();
    stage_->crash(second, {"second"});
    stage_->replace();
    const std::size_t last = runner_of_test_0();
    stage_->complete(last);
    expect_account();
    const std::string gw = "gw" + std::to_string(second);
    const std::string end = "; gw" + std::to_string(last) + " prints 10-20";
    EXPECT_EQ(report_of(0), first_counts ? "gw0 prints 0-5 and says " + mark(0) + "first; " +
                                               crashes(0) + "; " + gw + " prints 0-5" + end
                                         : "gw0 prints 0-5; " + gw + " prints 0-5 and says " +
                                               mark(static_cast<int>(second)) + "second; " +
                                               crashes(second) + end);
  }
}

// A test can clear its own result: what it takes back is no failure, but the crash is.
TEST_P(CrashItemTest, ThatCountsIsNotTakenBackByTheNextRun) {
  begin(put_back(CrashVerdict::counts));
  stage_->crash(0);
  stage_->replace();
  const std::size_t runner = runner_of_test_0();
  stage_->complete(runner, {"cleared"}, 1);
  expect_account();
  EXPECT_TRUE(reports_[0].failed());
  const std::string gw = "gw" + std::to_string(runner);
  EXPECT_EQ(report_of(0), crashes(0) + "; " + gw + "; " + gw + " prints 10-20");
}

// --- put back, and not run again -----------------------------------------------------------------

TEST_P(CrashItemTest, ThatIsNotRunAgainFailsForTheCrash) {
  for (const CrashVerdict verdict : {CrashVerdict::counts, CrashVerdict::does_not_count}) {
    for (const bool is_given_up_before : {false, true}) {
      begin(put_back(verdict));
      stage_->begin(0);
      if (is_given_up_before) stage_->iteration().give_up("not run: enough");
      stage_->crash(0, {"before"});
      if (!is_given_up_before) stage_->iteration().give_up("not run: enough");
      expect_account();
      EXPECT_EQ(report_of(0), "gw0 prints 0-5 and says " + mark(0) + "before; " + crashes(0));
      EXPECT_EQ(stage_->node(0).history.to_last_failure(), std::vector<TestIndex>{0});
    }
  }
}

TEST_P(CrashItemTest, ThatIsNotRunAgainFailsWhateverTheHandlerMadeOfIt) {
  begin([](WorkerNode&, TestIndex item, Report& report, Scheduler& scheduler) {
    report.steps.clear();
    scheduler.mark_test_pending(item);
    return CrashVerdict::does_not_count;
  });
  stage_->crash(0, {"before"});
  stage_->iteration().give_up("not run: enough");
  expect_account();
  EXPECT_EQ(report_of(0), crashes(0));
}

TEST_P(CrashItemTest, ThatCrashedTwiceAndIsNotRunAgainTellsOfBoth) {
  begin(put_back(CrashVerdict::counts));
  stage_->crash(0);
  stage_->replace();
  const std::size_t runner = runner_of_test_0();
  stage_->crash(runner);
  stage_->iteration().give_up("not run: enough");
  expect_account();
  EXPECT_EQ(report_of(0), crashes(0) + "; " + crashes(runner));
}

TEST_P(CrashItemTest, ThatIsBegunAgainIsWaitedFor) {
  begin(put_back(CrashVerdict::counts));
  stage_->crash(0);
  stage_->replace();
  const std::size_t runner = runner_of_test_0();
  stage_->iteration().give_up("not run: enough");
  EXPECT_EQ(report_of(0), "(none)");
  stage_->complete(runner);
  expect_account();
  EXPECT_EQ(report_of(0), crashes(0) + "; gw" + std::to_string(runner) + " prints 10-20");
}

TEST_P(CrashItemTest, FailFastStopsAtACrashThatCounts) {
  for (const CrashVerdict verdict : {CrashVerdict::counts, CrashVerdict::does_not_count}) {
    begin(put_back(verdict), 40, kFailFast);
    stage_->begin(0);
    stage_->crash(0);
    EXPECT_EQ(stage_->iteration().has_work(), verdict == CrashVerdict::does_not_count);
    stage_->replace();
    expect_account();
  }
}

TEST_P(CrashItemTest, ThatTheSchedulerCannotTakeBackFailsForTheCrash) {
  // It sends the test to the dead worker.
  begin([&](WorkerNode& node, TestIndex item, Report&, Scheduler& scheduler) {
    scheduler.mark_test_pending(item);
    EXPECT_THROW(node.send({item}), std::logic_error);
    return CrashVerdict::does_not_count;
  });
  stage_->crash(0);
  stage_->iteration().schedule();
  expect_account("the scheduler of plugin 'X' failed: test 0 was sent to gw0, but gw0 is gone");
  EXPECT_EQ(report_of(0), crashes(0));
}

INSTANTIATE_TEST_SUITE_P(Modes, CrashItemTest, testing::ValuesIn(kModes),
                         [](const auto& row) { return std::string(row.param.name); });

// --- a scheduler that fails meanwhile ------------------------------------------------------------

template <class Base>
class FailsWhenItHearsOfACrash : public Base {
 public:
  FailsWhenItHearsOfACrash(unsigned workers, bool at_removal)
      : Base(workers), at_removal_(at_removal) {}
  void remove_node(Node& node, const std::vector<TestIndex>& unfinished) override {
    if (at_removal_) throw std::runtime_error("no luck");
    Base::remove_node(node, unfinished);
  }
  void mark_test_pending(TestIndex) override { throw std::runtime_error("no luck"); }

 private:
  bool at_removal_;
};

TEST(CrashItem, IsToldIfTheSchedulerFailsMeanwhile) {
  for (const bool at_removal : {false, true}) {
    for (const bool puts_back : {false, true}) {
      if (!at_removal && !puts_back) continue;
      const auto verdict = CrashVerdict::does_not_count;
      Stage stage(std::make_unique<FailsWhenItHearsOfACrash<LoadScheduling>>(2U, at_removal), 2, 2,
                  puts_back ? put_back(verdict) : leave(verdict));
      stage.start();
      stage.begin(1);
      stage.crash(0);
      stage.complete(1);
      EXPECT_EQ(stage.take_report_texts(),
                (Texts{"0: gw0 says " + stage.crash_text(0, 0), "1: gw1 prints 10-20"}));
      EXPECT_EQ(stage.take_failures(), std::string("the scheduler of plugin 'X' failed in ") +
                                           (at_removal ? "remove_node" : "mark_test_pending") +
                                           ": no luck");
    }
  }
}

TEST(CrashItem, IsToldIfTheSchedulerForgetsIt) {
  class Forgetful : public LoadScheduling {
   public:
    using LoadScheduling::LoadScheduling;
    void mark_test_pending(TestIndex) override {}
  };
  Stage stage(std::make_unique<Forgetful>(1), 1, 2, put_back(CrashVerdict::does_not_count));
  stage.start();
  stage.crash(0);
  stage.replace();
  stage.run();
  EXPECT_EQ(stage.take_report_texts(),
            (Texts{"0: gw0 says " + stage.crash_text(0, 0), "1: gw1 prints 10-20"}));
  EXPECT_EQ(stage.take_failures(),
            "the scheduler of plugin 'X' has never handed out 1 test: " + stage.name(0));
}

// --- where every worker runs every test ----------------------------------------------------------

TEST(CrashItemEach, MayCrashOnEveryWorker) {
  Stage stage(std::make_unique<EachScheduling>(2), 2, 2, put_back(CrashVerdict::counts));
  stage.start();
  stage.complete(1);
  stage.crash(0);  // in 0
  stage.crash(1);  // in 1, its last
  stage.replace();
  stage.replace();
  EXPECT_EQ(stage.node(2).pending(), 2U);
  EXPECT_EQ(stage.node(3).pending(), 1U);
  stage.run();
  EXPECT_EQ(stage.take_report_texts(),
            (Texts{"0: gw0 says [gw0] " + stage.crash_text(0, 0) + "; gw2 prints 10-20",
                   "1: gw1 says [gw1] " + stage.crash_text(1, 1) + "; gw3 prints 10-20"}));
  EXPECT_EQ(stage.take_failures(), "");
}

// Whoever runs it first may do so for a worker that had not begun it.
TEST(CrashItemEach, IsMadeUpForWhenNoRunIsMissing) {
  for (const bool all_run : {false, true}) {
    Stage stage(std::make_unique<EachScheduling>(3), 3, 2, put_back(CrashVerdict::does_not_count));
    stage.start();
    stage.complete(1);
    stage.crash(0);  // in 0; leaves 1
    stage.crash(1);  // in 1
    for (const std::size_t i : {std::size_t{2}, stage.replace()}) {
      stage.complete(i);
      stage.complete(i);
    }
    EXPECT_EQ(stage.take_report_texts(), Texts{"0: gw1 prints 10-20"});
    if (all_run) {
      stage.complete(stage.replace());
      EXPECT_EQ(stage.take_report_texts(), Texts{"1: gw2 prints 10-20"});
    } else {
      stage.iteration().give_up("not run: enough");
      EXPECT_EQ(stage.take_report_texts(), Texts{"1: gw1 says [gw1] " + stage.crash_text(1, 1)});
    }
    EXPECT_TRUE(stage.is_accounted_for());
  }
}

TEST(CrashItemEach, OfATestThatCrashesEverywhereAllIsTold) {
  Stage stage(std::make_unique<EachScheduling>(2), 2, 1, put_back(CrashVerdict::counts));
  stage.start();
  stage.crash(0);
  stage.crash(1);
  stage.replace();
  stage.complete(2);
  EXPECT_TRUE(stage.take_reports().empty());
  stage.iteration().give_up("not run: enough");
  EXPECT_EQ(stage.take_report_texts(),
            Texts{"0: gw1 says [gw1] " + stage.crash_text(1, 0) + "; gw0 says [gw0] " +
                  stage.crash_text(0, 0) + "; gw2 prints 10-20"});
}

// The replacement cannot run it, and nobody else is to.
TEST(CrashItemEach, FailsIfTheReplacementHasNoEnvironments) {
  Stage stage(std::make_unique<EachScheduling>(2), 2, 2, put_back(CrashVerdict::does_not_count));
  stage.start();
  stage.crash(0);
  const std::size_t i = stage.add_worker();
  stage.collect(i);
  stage.set_up(i, false);
  stage.run();
  EXPECT_EQ(stage.take_report_texts(),
            (Texts{"0: gw0 says [gw0] " + stage.crash_text(0, 0), "1: gw1 prints 10-20"}));
  EXPECT_EQ(stage.take_failures(), "");
}

// A user's scheduler may give it to a worker that has run the test itself.
TEST(CrashItemEach, MayBeRunByAWorkerThatHasRunIt) {
  class Sparing : public EachScheduling {
   public:
    using EachScheduling::EachScheduling;
    void mark_test_pending(TestIndex test) override { nodes().front()->send({test}); }
  };
  Stage stage(std::make_unique<Sparing>(2), 2, 1, put_back(CrashVerdict::does_not_count));
  stage.start();
  stage.complete(0);
  stage.crash(1, {"before"});
  stage.complete(0, {"broken"});
  EXPECT_EQ(stage.take_report_texts(),
            Texts{"0: gw1 prints 0-5; gw0 says [gw0] broken; gw0 prints 10-20"});
}

TEST(CrashItemNative, IsToldByTheWorkerThatDoesAsGtestDoes) {
  for (const bool is_reported : {false, true}) {
    Stage stage(std::make_unique<LoadScheduling>(1), 1, 1, put_back(CrashVerdict::does_not_count));
    stage.start();
    stage.crash(0, {"before"});
    const std::size_t i = stage.add_worker();
    stage.collect(i);
    stage.set_up(i, false);
    ASSERT_EQ(stage.iteration().native(), &stage.node(i));
    if (is_reported) {
      TestDone done;
      stage.iteration().on(stage.node(i), done);
    }
    IterationDone end;
    stage.iteration().on(stage.node(i), end);
    EXPECT_EQ(stage.take_report_texts(),
              Texts{is_reported
                        ? "0: gw0 prints 0-5"
                        : "0: gw0 prints 0-5 and says before; gw0 says " + stage.crash_text(0, 0)});
    EXPECT_TRUE(stage.iteration().store().all_replayed());
  }
}

}  // namespace
}  // namespace gtest_xdist::internal
