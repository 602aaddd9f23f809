// RunLedger: records what becomes of each test in a simulated session, and finds tests that did not
// run as often as they must.
//
// Layer: testing (of the controller, what needs no system). Knows neither the time nor the
// scheduler.
#ifndef GTEST_XDIST_TESTING_RUN_LEDGER_H_
#define GTEST_XDIST_TESTING_RUN_LEDGER_H_

#include <cstddef>
#include <numeric>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "gtest_xdist/controller/node/assignments.h"
#include "gtest_xdist/core/identity.h"
#include "gtest_xdist/core/tests/index_list.h"
#include "gtest_xdist/testing/fake_node.h"

namespace gtest_xdist::internal {

inline std::vector<TestIndex> all_tests(std::size_t count) {
  std::vector<TestIndex> tests(count);
  std::iota(tests.begin(), tests.end(), TestIndex{0});
  return tests;
}

// Keeps account of `tests` tests. Each must run on `workers` workers if `on_every_worker`, else on
// one.
class RunLedger {
 public:
  RunLedger(std::size_t tests, std::size_t workers, bool on_every_worker)
      : assignments_(tests, all_tests(tests), on_every_worker ? workers : std::size_t{1}),
        on_every_worker_(on_every_worker),
        tests_(tests) {}

  // Tests that are sent are checked against these.
  Assignments& assignments() { return assignments_; }

  // --- what happens ------------------------------------------------------------------------------

  void take_back(const std::vector<TestIndex>& tests, int node) {
    for (const TestIndex test : tests) leave(test, {node, false});
  }
  void complete(TestIndex test, int node) {
    assignments_.complete(test, node);
    ++tests_[test].completed;
  }
  // The node has died, and had not started `unfinished`.
  void die(const std::vector<TestIndex>& unfinished, int node) {
    for (const TestIndex test : unfinished) leave(test, {node, true});
  }
  // The node has died in the test. conclude_crash() follows when it is known whether the test is
  // put back.
  void crash(TestIndex test, int node) { assignments_.crash(test, node); }
  void conclude_crash(TestIndex test) {
    if (!assignments_.conclude_crash()) ++tests_[test].crashed;
  }

  // --- what has become of the tests --------------------------------------------------------------

  std::vector<std::size_t> completion_counts() const {
    std::vector<std::size_t> counts;
    for (const Test& test : tests_) counts.push_back(test.completed);
    return counts;
  }

  // Describes the first test that did not run as often as it must if `alive` workers are left:
  // "test 5 was never handed out". Empty if there is none.
  std::string what_is_missing(std::size_t alive) const {
    const std::size_t expected = on_every_worker_ ? alive : 1;
    for (TestIndex test = 0; test < tests_.size(); ++test) {
      if (tests_[test].runs() < expected) return describe(test, alive);
    }
    return {};
  }

 private:
  // The node that had a test and does not have it any more.
  struct Left {
    int node;
    bool by_death;  // else it was taken back
  };

  struct Test {
    std::size_t completed = 0;
    std::size_t crashed = 0;  // and not put back
    std::optional<Left> left = {};
    std::size_t runs() const { return completed + crashed; }
  };

  void leave(TestIndex test, Left left) {
    assignments_.take_back(test, left.node);
    tests_[test].left = left;
  }

  std::string describe(TestIndex test, std::size_t alive) const {
    const std::string text = "test " + std::to_string(test) + " was ";
    if (on_every_worker_) {
      return text + "run by " + std::to_string(tests_[test].runs()) + " of " +
             std::to_string(alive) + " workers";
    }
    if (assignments_.is_put_back(test)) return text + "put back, but not handed out again";
    const std::optional<Left>& left = tests_[test].left;
    if (!left) return text + "never handed out";
    const std::string node = worker_name(left->node);
    return text + "not handed out again after " +
           (left->by_death ? node + " had died" : "it was taken back from " + node);
  }

  Assignments assignments_;
  const bool on_every_worker_;
  std::vector<Test> tests_;  // by index
};

// A FakeNode that has a RunLedger check the tests that are sent, and record those that are taken
// back.
class CheckedNode : public FakeNode {
 public:
  CheckedNode(int number, RunLedger& ledger) : FakeNode(number), ledger_(ledger) {}

  void send(const std::vector<TestIndex>& tests) override {
    if (!dead()) ledger_.assignments().hand_out(tests, number());
    try {
      FakeNode::send(tests);
    } catch (const std::logic_error& error) {
      ledger_.assignments().note_violation(error.what());
      throw;
    }
  }
  std::vector<TestIndex> take_back(std::size_t count) override {
    std::vector<TestIndex> tests = FakeNode::take_back(count);
    ledger_.take_back(tests, number());
    return tests;
  }

 private:
  RunLedger& ledger_;
};

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_TESTING_RUN_LEDGER_H_
