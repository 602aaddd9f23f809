#include "gtest_xdist/controller/handout/scheduler_guard.h"

#include <cstddef>
#include <functional>
#include <iterator>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "gtest_xdist/testing/fake_node.h"

#include "support/thrown.h"

namespace gtest_xdist::internal {
namespace {

using Indices = std::vector<TestIndex>;

// What a ProbedScheduler was asked, and what it is to do then.
struct Probe {
  std::string calls;  // "schedule mark_test_complete(gw0, 3, 0.5)"
  std::function<void(const std::string& member)> action = [](const std::string&) {};
};

// Answers with values that no harmless answer equals.
class ProbedScheduler : public Scheduler {
 public:
  explicit ProbedScheduler(Probe& probe) : probe_(probe) {}

  std::vector<Node*> nodes() const override {
    called("nodes");
    return {nullptr, nullptr};
  }
  bool collection_is_completed() const override {
    called("collection_is_completed");
    return true;
  }
  bool tests_finished() const override {
    called("tests_finished");
    return false;
  }
  bool has_pending() const override {
    called("has_pending");
    return true;
  }
  bool runs_on_every_worker() const override {
    called("runs_on_every_worker");
    return true;
  }
  void add_node(Node& node) override { called("add_node", name(node)); }
  void add_node_collection(Node& node, const Indices& tests) override {
    called("add_node_collection", name(node) + ", " + format_index_list(tests));
  }
  void schedule() override { called("schedule"); }
  void mark_test_complete(Node& node, TestIndex test, double seconds) override {
    called("mark_test_complete",
           name(node) + ", " + std::to_string(test) + ", " + (seconds == 0.5 ? "0.5" : "wrong"));
  }
  void mark_test_pending(TestIndex test) override {
    called("mark_test_pending", std::to_string(test));
  }
  void remove_node(Node& node, const Indices& unfinished) override {
    called("remove_node", name(node) + ", " + format_index_list(unfinished));
  }
  std::size_t wake_below(const Node& node) const override {
    called("wake_below", name(node));
    return 7;
  }

 private:
  static std::string name(const Node& node) { return "gw" + std::to_string(node.number()); }

  void called(const std::string& member, const std::string& arguments = {}) const {
    if (!probe_.calls.empty()) probe_.calls += ' ';
    probe_.calls += member;
    if (!arguments.empty()) probe_.calls += '(' + arguments + ')';
    probe_.action(member);
  }

  Probe& probe_;
};

// In an iteration of 40 tests, of which the first 20 are selected; gw0 died in test 3.
class SchedulerGuardTest : public testing::Test {
 protected:
  SchedulerGuardTest() {
    assignments_.hand_out({3}, 0);
    assignments_.crash(3, 0);
  }

  static Indices first_20() {
    Indices tests;
    for (TestIndex test = 0; test < 20; ++test) tests.push_back(test);
    return tests;
  }

  // Makes the guard, if need be, and calls a member of it.
  void call(const std::string& member) {
    SchedulerGuard& g = guard();
    if (member == "nodes") nodes_ = g.nodes();
    if (member == "collection_is_completed") collection_is_completed_ = g.collection_is_completed();
    if (member == "tests_finished") tests_finished_ = g.tests_finished();
    if (member == "has_pending") has_pending_ = g.has_pending();
    if (member == "add_node") g.add_node(node_);
    if (member == "add_node_collection") g.add_node_collection(node_, {4, 5});
    if (member == "schedule") g.schedule();
    if (member == "mark_test_complete") g.mark_test_complete(node_, 4, 0.5);
    if (member == "mark_test_pending") g.mark_test_pending(3);
    if (member == "remove_node") g.remove_node(node_, {5, 6});
    if (member == "wake_below") wake_below_ = g.wake_below(node_);
  }

  SchedulerGuard& guard() {
    if (!guard_) {
      guard_ = std::make_unique<SchedulerGuard>(std::make_unique<ProbedScheduler>(probe_),
                                                "the scheduler of plugin 'X'", assignments_);
    }
    return *guard_;
  }

  void expect_harmless_answers() {
    EXPECT_TRUE(nodes_.empty());
    EXPECT_FALSE(collection_is_completed_);
    EXPECT_TRUE(tests_finished_);
    EXPECT_FALSE(has_pending_);
    EXPECT_EQ(wake_below_, 1U);
  }

  Probe probe_;
  Assignments assignments_{40, first_20(), 1};
  FakeNode node_{1};
  std::unique_ptr<SchedulerGuard> guard_;
  std::vector<Node*> nodes_;
  bool collection_is_completed_ = false;
  bool tests_finished_ = true;
  bool has_pending_ = false;
  std::size_t wake_below_ = 1;
};

// In the order of a run, and what the scheduler hears of each.
const std::pair<const char*, const char*> kMembers[] = {
    {"runs_on_every_worker", "runs_on_every_worker"},
    {"add_node", "add_node(gw1)"},
    {"add_node_collection", "add_node_collection(gw1, 4:5)"},
    {"collection_is_completed", "collection_is_completed"},
    {"schedule", "schedule"},
    {"wake_below", "wake_below(gw1)"},
    {"mark_test_complete", "mark_test_complete(gw1, 4, 0.5)"},
    {"remove_node", "remove_node(gw1, 5:6)"},
    {"mark_test_pending", "mark_test_pending(3)"},
    {"nodes", "nodes"},
    {"has_pending", "has_pending"},
    {"tests_finished", "tests_finished"},
};

TEST_F(SchedulerGuardTest, PassesOnWhatIsAskedAndAnswered) {
  std::string all;
  for (const auto& [member, heard] : kMembers) {
    call(member);
    all += (all.empty() ? "" : " ") + std::string(heard);
    EXPECT_EQ(probe_.calls, all);
  }
  EXPECT_EQ(nodes_.size(), 2U);
  EXPECT_TRUE(collection_is_completed_);
  EXPECT_FALSE(tests_finished_);
  EXPECT_TRUE(has_pending_);
  EXPECT_TRUE(guard_->runs_on_every_worker());
  EXPECT_EQ(wake_below_, 7U);
  EXPECT_EQ(guard_->error(), "");
  EXPECT_EQ(guard_->name(), "the scheduler of plugin 'X'");
}

// --- what a scheduler may do wrong, in each of its members ---------------------------------------

class SchedulerGuardErrorTest : public SchedulerGuardTest,
                                public testing::WithParamInterface<std::size_t> {
 protected:
  std::string member() const { return kMembers[GetParam()].first; }

  // Calls the members up to the one that misbehaves, then all.
  void call_all() {
    for (std::size_t i = 0; i <= GetParam(); ++i) call(kMembers[i].first);
    const std::string calls_up_to_error = probe_.calls;
    EXPECT_NE(calls_up_to_error.find(kMembers[GetParam()].second), std::string::npos);
    nodes_ = {nullptr};
    collection_is_completed_ = has_pending_ = true;
    tests_finished_ = false;
    wake_below_ = 100;
    for (const auto& [name, heard] : kMembers) {
      const bool is_put_back_already =
          std::string(name) == "mark_test_pending" && assignments_.is_put_back(3);
      if (!is_put_back_already) call(name);
    }
    EXPECT_EQ(probe_.calls, calls_up_to_error) << "it is not called any more";
    expect_harmless_answers();
    EXPECT_TRUE(assignments_.is_put_back(3)) << "whoever puts a test back is to be heard";
  }
};

TEST_P(SchedulerGuardErrorTest, AnException) {
  probe_.action = [&](const std::string& called) {
    if (called == member()) throw std::runtime_error("no luck");
  };
  call_all();
  EXPECT_EQ(guard_->error(), "the scheduler of plugin 'X' failed in " + member() + ": no luck");
}

TEST_P(SchedulerGuardErrorTest, AnExceptionOfAnotherKind) {
  probe_.action = [&](const std::string& called) {
    if (called == member()) throw 7;
  };
  call_all();
  EXPECT_EQ(guard_->error(), "the scheduler of plugin 'X' failed in " + member() +
                                 ": an exception that is no std::exception");
}

// What was refused counts, whether or not the scheduler lets the exception through.
TEST_P(SchedulerGuardErrorTest, SendingWhatIsNotToBeSent) {
  if (member() == "runs_on_every_worker") return;  // there is no node yet
  for (const bool lets_through : {false, true}) {
    guard_.reset();
    probe_.calls.clear();
    assignments_ = Assignments(40, first_20(), 1);
    assignments_.hand_out({3}, 0);
    assignments_.crash(3, 0);
    probe_.action = [&](const std::string& called) {
      if (called != member()) return;
      try {
        assignments_.hand_out({30}, 1);
      } catch (const std::logic_error&) {
        if (lets_through) throw std::runtime_error("it did not work");
      }
    };
    call_all();
    EXPECT_EQ(guard_->error(), "the scheduler of plugin 'X' failed in " + member() +
                                   ": test 30 was sent to gw1, but it is not selected");
  }
}

INSTANTIATE_TEST_SUITE_P(EachMember, SchedulerGuardErrorTest,
                         testing::Range(std::size_t{0}, std::size(kMembers)),
                         [](const testing::TestParamInfo<std::size_t>& row) {
                           return std::string(kMembers[row.param].first);
                         });

TEST_F(SchedulerGuardTest, TheFirstErrorStands) {
  probe_.action = [](const std::string& member) { throw std::runtime_error("in " + member); };
  call("schedule");
  EXPECT_EQ(guard_->error(),
            "the scheduler of plugin 'X' failed in runs_on_every_worker: in runs_on_every_worker");
  EXPECT_FALSE(guard_->runs_on_every_worker());
}

TEST_F(SchedulerGuardTest, WhatIsSentOutsideOfItsMembersIsNoticed) {
  guard();
  EXPECT_THROW(assignments_.hand_out({30}, 1), std::logic_error);
  EXPECT_EQ(guard_->error(), "");
  call("schedule");
  EXPECT_EQ(guard_->error(),
            "the scheduler of plugin 'X' failed: test 30 was sent to gw1, but it is not selected");
  EXPECT_EQ(probe_.calls, "runs_on_every_worker");
}

// --- stopping, and putting back ------------------------------------------------------------------

TEST_F(SchedulerGuardTest, CallsNothingOnceItIsStopped) {
  guard().stop();
  for (const auto& [member, heard] : kMembers) call(member);
  EXPECT_EQ(probe_.calls, "runs_on_every_worker");
  expect_harmless_answers();
  EXPECT_EQ(guard_->error(), "");
  EXPECT_TRUE(assignments_.is_put_back(3));
}

TEST_F(SchedulerGuardTest, GivesItsSchedulerAway) {
  const std::unique_ptr<Scheduler> scheduler = guard().release();
  probe_.calls.clear();
  for (const auto& [member, heard] : kMembers) call(member);
  EXPECT_EQ(probe_.calls, "");
  expect_harmless_answers();
  ASSERT_TRUE(scheduler);
  scheduler->schedule();
  EXPECT_EQ(probe_.calls, "schedule");
}

TEST_F(SchedulerGuardTest, PutsBackOnlyTheTestThatAWorkerDiedIn) {
  struct Row {
    TestIndex test;
    const char* refusal;
  };
  const Row rows[] = {
      {4, "test 4 was put back, but no worker has run it"},
      {30, "test 30 was put back, but it is not selected"},
      {99, "test 99 was put back, but there are only 40 tests"},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(text_of_thrown<std::logic_error>([&] { guard().mark_test_pending(row.test); }),
              row.refusal);
  }
  guard_->mark_test_pending(3);
  EXPECT_EQ(text_of_thrown<std::logic_error>([&] { guard().mark_test_pending(3); }),
            "test 3 was put back, but it has been put back already");
  EXPECT_EQ(probe_.calls, "runs_on_every_worker mark_test_pending(3)");
  EXPECT_EQ(guard_->error(), "") << "it is the caller who was wrong";
}

TEST_F(SchedulerGuardTest, ATestIsFreeWhenTheSchedulerHearsThatItIsPutBack) {
  probe_.action = [&](const std::string& member) {
    if (member == "mark_test_pending") assignments_.hand_out({3}, 1);
  };
  guard().mark_test_pending(3);
  EXPECT_EQ(guard_->error(), "");
  EXPECT_TRUE(assignments_.is_rerun(3, 1));
}

}  // namespace
}  // namespace gtest_xdist::internal
