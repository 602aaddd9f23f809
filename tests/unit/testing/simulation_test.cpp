#include "gtest_xdist/testing/simulation.h"

#include <cstddef>
#include <deque>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "gtest_xdist/scheduler/node_registry.h"
#include "gtest_xdist/scheduler/scheduler.h"

#include "support/thrown.h"

namespace gtest_xdist {
namespace {

using Indices = std::vector<TestIndex>;

// Hands one test out at a time. Those that derive from it do one thing wrong.
class OneByOne : public Scheduler {
 public:
  explicit OneByOne(std::size_t workers) : registry_(workers) {}

  std::vector<Node*> nodes() const override { return registry_.nodes(); }
  bool collection_is_completed() const override { return registry_.collection_is_completed(); }
  bool tests_finished() const override { return !has_pending(); }
  bool has_pending() const override { return !waiting_.empty() || !registry_.nothing_pending(); }
  void add_node(Node& node) override { registry_.add(node); }
  void add_node_collection(Node&, const Indices& collection) override {
    registry_.count_collection();
    if (!collected_) waiting_.assign(collection.begin(), collection.end());
    collected_ = true;
  }
  void schedule() override {
    for (Node* node : registry_.nodes()) {
      if (node->pending() == 0) refill(*node);
    }
  }
  void mark_test_complete(Node& node, TestIndex, double) override { refill(node); }
  void mark_test_pending(TestIndex test) override {
    waiting_.push_front(test);
    schedule();
  }
  void remove_node(Node& node, const Indices& unfinished) override {
    registry_.remove(node);
    waiting_.insert(waiting_.begin(), unfinished.begin(), unfinished.end());
    schedule();
  }

 protected:
  virtual void refill(Node& node) {
    if (waiting_.empty()) return node.shutdown();
    node.send({waiting_.front()});
    waiting_.pop_front();
  }

  NodeRegistry registry_;
  std::deque<TestIndex> waiting_;
  bool collected_ = false;
};

Workload four_tests_on_two_workers() {
  Workload load;
  load.durations = {10, 20, 30, 40};
  load.workers = 2;
  return load;
}

// What comes of a session with such a scheduler.
template <class Broken>
std::string error_of(const Workload& load = four_tests_on_two_workers()) {
  Simulation session(std::make_unique<Broken>(load.workers), load);
  session.run();
  EXPECT_FALSE(session.step());
  return session.error();
}

// --- what happens --------------------------------------------------------------------------------

TEST(Simulation, TellsWhoRanWhatAndHowLongItTook) {
  Simulation session(std::make_unique<OneByOne>(2), four_tests_on_two_workers());
  session.run();
  EXPECT_EQ(session.error(), "");
  EXPECT_EQ(session.started(), (Indices{0, 1, 2, 3}));
  EXPECT_EQ(session.ran(0), (Indices{0, 2}));
  EXPECT_EQ(session.ran(1), (Indices{1, 3}));
  EXPECT_EQ(session.now(), 60U);
  EXPECT_EQ(session.completion_counts(), std::vector<std::size_t>(4, 1));
}

TEST(Simulation, IsOfNoTest) {
  Workload load;
  load.workers = 3;
  EXPECT_EQ(error_of<OneByOne>(load), "");
}

TEST(Simulation, EndsAWorkerInTheChosenRunAndReplacesIt) {
  Workload load = four_tests_on_two_workers();
  load.crashes = {0};
  load.restarts = 1;
  load.replace_time = 5;
  Simulation session(std::make_unique<OneByOne>(2), load);
  session.run();
  EXPECT_EQ(session.error(), "");
  EXPECT_EQ(session.worker_count(), 3U);
  EXPECT_EQ(session.node(0), nullptr);
  EXPECT_EQ(session.ran(0), Indices{0});
  EXPECT_EQ(session.ran(1), (Indices{1, 3}));
  EXPECT_EQ(session.ran(2), Indices{2});
  EXPECT_EQ(session.completion_counts(), (std::vector<std::size_t>{0, 1, 1, 1}));
  EXPECT_EQ(session.run_counts(), (std::vector<std::size_t>{1, 1, 1, 1}));
}

TEST(Simulation, RunsAgainWhatIsPutBack) {
  Workload load = four_tests_on_two_workers();
  load.crashes = {0, 2};
  load.restarts = 2;
  load.puts_back = true;
  Simulation session(std::make_unique<OneByOne>(2), load);
  session.run();
  EXPECT_EQ(session.error(), "");
  EXPECT_EQ(session.completion_counts(), std::vector<std::size_t>(4, 1));
}

TEST(Simulation, EndsAWorkerWhenTheTestSaysSo) {
  Simulation session(std::make_unique<OneByOne>(2), four_tests_on_two_workers());
  ASSERT_TRUE(session.step());  // gw0 starts test 0
  EXPECT_TRUE(session.crash(0));
  EXPECT_FALSE(session.crash(0));
  session.run();
  EXPECT_EQ(session.error(), "");
  EXPECT_EQ(session.ran(0), Indices{0});
  EXPECT_EQ(session.ran(1), (Indices{1, 2, 3}));
}

TEST(Simulation, BlamesNobodyIfNoWorkerIsLeft) {
  Workload load = four_tests_on_two_workers();
  load.crashes = {0, 1};
  EXPECT_EQ(error_of<OneByOne>(load), "");
}

TEST(Simulation, NeedsAScheduler) {
  EXPECT_EQ(text_of_thrown<std::invalid_argument>(
                [] { Simulation(nullptr, four_tests_on_two_workers()); }),
            "a Simulation needs a scheduler");
}

TEST(Simulation, LetsWorkersSetUpFirst) {
  Workload load = four_tests_on_two_workers();
  load.set_ups = {7, 100};
  Simulation session(std::make_unique<OneByOne>(2), load);
  session.run();
  EXPECT_EQ(session.error(), "");
  EXPECT_EQ(session.ran(0), (Indices{0, 2, 3}));
  EXPECT_EQ(session.now(), 120U);
}

// --- what a scheduler must not do ----------------------------------------------------------------

struct LosesATest : OneByOne {
  using OneByOne::OneByOne;
  void add_node_collection(Node& node, const Indices& collection) override {
    OneByOne::add_node_collection(node, {collection.begin(), collection.end() - 1});
  }
};

TEST(SimulationFinds, ALostTest) {
  EXPECT_EQ(error_of<LosesATest>(),
            "the scheduler failed: tests_finished() is true, but test 3 was never handed out");
}

struct WaitsForever : OneByOne {
  using OneByOne::OneByOne;
  void refill(Node& node) override {
    if (waiting_.size() > 1) OneByOne::refill(node);
  }
};

TEST(SimulationFinds, ATestThatIsNeverHandedOut) {
  EXPECT_EQ(error_of<WaitsForever>(), "the scheduler failed: test 3 was never handed out");
}

struct SendsToAll : OneByOne {
  using OneByOne::OneByOne;
  void schedule() override {
    for (Node* node : registry_.nodes()) node->send({2});
  }
};

TEST(SimulationFinds, ATestThatTwoWorkersGet) {
  EXPECT_EQ(error_of<SendsToAll>(),
            "the scheduler failed in schedule: test 2 was sent to gw1, but it was sent to gw0 "
            "already");
}

struct Repeats : OneByOne {
  using OneByOne::OneByOne;
  void mark_test_complete(Node& node, TestIndex test, double) override {
    try {
      node.send({test});
    } catch (const std::logic_error&) {  // that the scheduler passes over it does not help
    }
  }
};

TEST(SimulationFinds, ATestThatAWorkerGetsTwice) {
  EXPECT_EQ(error_of<Repeats>(),
            "the scheduler failed in mark_test_complete: test 0 was sent to gw0 twice");
}

struct Invents : OneByOne {
  using OneByOne::OneByOne;
  void refill(Node& node) override { node.send({4}); }
};

TEST(SimulationFinds, ATestThatDoesNotExist) {
  EXPECT_EQ(error_of<Invents>(),
            "the scheduler failed in schedule: test 4 was sent to gw0, but there are only 4 tests");
}

struct SendsToTheDead : OneByOne {
  using OneByOne::OneByOne;
  void remove_node(Node& node, const Indices&) override { OneByOne::refill(node); }
};

TEST(SimulationFinds, ATestThatIsSentToADeadWorker) {
  Workload load = four_tests_on_two_workers();
  load.crashes = {0};
  EXPECT_EQ(error_of<SendsToTheDead>(load),
            "the scheduler failed in remove_node: test 2 was sent to gw0, but gw0 is gone");
}

struct ForgetsTheDead : OneByOne {
  using OneByOne::OneByOne;
  void schedule() override {
    if (waiting_.size() == 4) registry_.nodes()[0]->send({0, 1, 2});
    waiting_ = {3};
    refill(*registry_.nodes().back());
  }
  void remove_node(Node& node, const Indices&) override { registry_.remove(node); }
};

TEST(SimulationFinds, WhatADeadWorkerLeft) {
  Workload load = four_tests_on_two_workers();
  load.crashes = {0};
  EXPECT_EQ(error_of<ForgetsTheDead>(load),
            "the scheduler failed: tests_finished() is true, but test 1 was not handed out again "
            "after gw0 had died");
}

struct KeepsWhatItTook : OneByOne {
  using OneByOne::OneByOne;
  void refill(Node& node) override {
    const bool all = waiting_.size() == 4;
    OneByOne::refill(node);
    if (all) node.take_back(1);
  }
};

TEST(SimulationFinds, WhatWasTakenBackForGood) {
  EXPECT_EQ(error_of<KeepsWhatItTook>(),
            "the scheduler failed: tests_finished() is true, but test 0 was not handed out again "
            "after it was taken back from gw0");
}

struct ForgetsWhatIsPutBack : OneByOne {
  using OneByOne::OneByOne;
  void mark_test_pending(TestIndex) override {}
};

TEST(SimulationFinds, WhatWasPutBackAndForgotten) {
  Workload load = four_tests_on_two_workers();
  load.crashes = {0};
  load.puts_back = true;
  EXPECT_EQ(error_of<ForgetsWhatIsPutBack>(load),
            "the scheduler failed: tests_finished() is true, but test 0 was put back, but not "
            "handed out again");
}

struct NeverFinishes : OneByOne {
  using OneByOne::OneByOne;
  bool tests_finished() const override { return false; }
};

struct AlwaysPending : OneByOne {
  using OneByOne::OneByOne;
  bool tests_finished() const override { return !OneByOne::has_pending(); }
  bool has_pending() const override { return true; }
};

TEST(SimulationFinds, ASchedulerThatNeverEnds) {
  EXPECT_EQ(error_of<NeverFinishes>(),
            "the scheduler failed: it never ends: tests_finished() is false, but all tests are "
            "complete");
  EXPECT_EQ(error_of<AlwaysPending>(),
            "the scheduler failed: it never ends: has_pending() is true, but all tests are "
            "complete");
}

struct FinishesAtOnce : OneByOne {
  using OneByOne::OneByOne;
  bool tests_finished() const override { return true; }
};

TEST(SimulationFinds, ASchedulerThatEndsTooEarly) {
  EXPECT_EQ(error_of<FinishesAtOnce>(),
            "the scheduler failed: tests_finished() is true, but gw0 has not completed test 0");
}

struct MissesCollections : OneByOne {
  explicit MissesCollections(std::size_t workers) : OneByOne(workers + 1) {}
};

TEST(SimulationFinds, ASchedulerThatNeverBegins) {
  EXPECT_EQ(error_of<MissesCollections>(),
            "the scheduler failed: collection_is_completed() is false, but all 2 workers have "
            "delivered their collections");
}

struct Throws : OneByOne {
  using OneByOne::OneByOne;
  void schedule() override { throw std::runtime_error("out of ideas"); }
};

TEST(SimulationFinds, WhatASchedulerThrows) {
  EXPECT_EQ(error_of<Throws>(), "the scheduler failed in schedule: out of ideas");
}

struct RunsOnOneOnly : OneByOne {
  using OneByOne::OneByOne;
  bool runs_on_every_worker() const override { return true; }
};

TEST(SimulationFinds, AWorkerThatDoesNotRunWhatAllAreToRun) {
  EXPECT_EQ(error_of<RunsOnOneOnly>(),
            "the scheduler failed: tests_finished() is true, but test 0 was run by 1 of 2 workers");
}

}  // namespace
}  // namespace gtest_xdist
