// Keeps account of which worker has which test in one iteration.
//
// Layer: controller/node. Pure bookkeeping: no process, no gtest. It checks each test that a
// scheduler sends, so a faulty scheduler can neither lose a result nor make a test run too often.
#ifndef GTEST_XDIST_CONTROLLER_NODE_ASSIGNMENTS_H_
#define GTEST_XDIST_CONTROLLER_NODE_ASSIGNMENTS_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "gtest_xdist/core/identity.h"
#include "gtest_xdist/core/tests/index_list.h"

namespace gtest_xdist::internal {

// The account of one iteration. A worker is given by its number. An operation on a test takes
// constant time, apart from look-ups among retries and tests that were put back.
class Assignments {
 public:
  // There are `tests` registered tests. Those in `selected` must run, each on `runs_per_test`
  // workers.
  Assignments(std::size_t tests, const std::vector<TestIndex>& selected, std::size_t runs_per_test)
      : tests_(tests), runs_per_test_(runs_per_test) {
    for (const TestIndex test : selected) tests_[test].selected = true;
  }

  // Hands all of `tests` to the worker. If it must not get one of them, hands out none, and throws
  // a std::logic_error that names the first such test.
  void hand_out(const std::vector<TestIndex>& tests, int node) {
    for (std::size_t i = 0; i < tests.size(); ++i) {
      const std::string objection = objection_to(tests[i], node);
      if (objection.empty()) {
        add(tests[i], node);
        continue;
      }
      while (i-- > 0) take_back(tests[i], node);
      // After close() this is no fault of the sender, which cannot know of close().
      if (!closed_) note_violation(objection);
      throw std::logic_error(objection);
    }
  }

  // Hands out again a test that a worker has completed. For the scheduler the test stays complete.
  void hand_out_retry(TestIndex test, int node) {
    ++tests_[test].pending;
    retries_.insert(run_of(test, node));
  }

  // The worker has not started the test and never will, so the test can be handed out again. Not
  // for retries.
  void take_back(TestIndex test, int node) {
    --tests_[test].runs;
    --tests_[test].pending;
    set_share(test, node, Share::none);
    if (reruns_.erase(run_of(test, node)) > 0) ++put_back_[test];
  }

  // As take_back(), for a test from hand_out_retry().
  void take_back_retry(TestIndex test, int node) {
    --tests_[test].pending;
    retries_.erase(run_of(test, node));
  }

  // The worker has run the test.
  void complete(TestIndex test, int node) {
    --tests_[test].pending;
    if (retries_.erase(run_of(test, node)) > 0) return;
    set_share(test, node, Share::complete);
    reruns_.erase(run_of(test, node));
  }

  // The worker died in the test. The test stays pending until conclude_crash(), and can be put back
  // until then.
  void crash(TestIndex test, int node) { crash_ = run_of(test, node); }

  // Puts back the test of the last crash, so that it can be handed out again. Throws
  // std::logic_error if `test` is another one.
  void put_back(TestIndex test) {
    if (!crash_ || crash_->first != test) {
      throw std::logic_error("test " + std::to_string(test) + " was put back, but " +
                             reason_to_leave(test));
    }
    reruns_.erase(*crash_);
    retries_.erase(*crash_);
    take_back(test, static_cast<int>(crash_->second));
    ++put_back_[test];
    crash_.reset();
  }

  // Call this after crash(). Returns whether the test has been put back; if not, it is complete
  // now.
  bool conclude_crash() {
    if (!crash_) return true;
    const auto [test, node] = *std::exchange(crash_, std::nullopt);
    complete(test, static_cast<int>(node));
    return false;
  }

  // Several workers run each test, and one of them will not run this one. No other worker makes up
  // for it.
  void drop_run(TestIndex test) { ++tests_[test].runs; }

  // From now on no test may be handed out.
  void close() { closed_ = true; }

  // Whether some worker has the test and has not completed it.
  bool is_pending(TestIndex test) const { return tests_[test].pending > 0; }

  // Whether the test has been put back and has not been handed out since.
  bool is_put_back(TestIndex test) const { return put_back_.count(test) > 0; }

  // Whether the worker has the test because it was put back.
  bool is_rerun(TestIndex test, int node) const { return reruns_.count(run_of(test, node)) > 0; }

  // "test 5 was sent to gw1": the begin of each complaint about a test that was sent.
  static std::string sent(TestIndex test, int node) {
    return "test " + std::to_string(test) + " was sent to " + worker_name(node);
  }

  // The first wrong attempt to hand out a test, as text; empty if there was none.
  const std::string& violation() const { return violation_; }
  void note_violation(const std::string& text) {
    if (violation_.empty()) violation_ = text;
  }

 private:
  struct Test {
    bool selected = false;
    std::uint32_t runs = 0;     // handed out or dropped, complete or not; without retries
    std::uint32_t pending = 0;  // handed out and not complete, with retries
    int last_node = -1;         // the worker that got it last
  };
  enum class Share : std::uint8_t { none, pending, complete };

  std::string objection_to(TestIndex test, int node) const {
    if (test >= tests_.size()) return sent(test, node) + but_there_are();
    const Test& entry = tests_[test];
    if (!entry.selected) return sent(test, node) + ", but it is not selected";
    if (closed_) return sent(test, node) + ", but no test is to start any more";
    const Share share = share_of(test, node);
    if (share == Share::pending || (share == Share::complete && !is_put_back(test))) {
      return sent(test, node) + " twice";
    }
    if (entry.runs < runs_per_test_) return {};
    return sent(test, node) + ", but it was sent to " +
           (runs_per_test_ == 1 ? worker_name(entry.last_node)
                                : std::to_string(runs_per_test_) + " workers") +
           " already";
  }

  std::string reason_to_leave(TestIndex test) const {
    if (test >= tests_.size()) {
      return "there are only " + std::to_string(tests_.size()) + " tests";
    }
    if (!tests_[test].selected) return "it is not selected";
    if (is_put_back(test)) return "it has been put back already";
    if (is_pending(test)) return "a worker still has it";
    if (tests_[test].runs == 0) return "no worker has run it";
    return "its result is known already";
  }

  std::string but_there_are() const {
    return ", but there are only " + std::to_string(tests_.size()) + " tests";
  }

  // A test on a worker.
  using Run = std::pair<TestIndex, unsigned>;
  static Run run_of(TestIndex test, int node) { return {test, static_cast<unsigned>(node)}; }

  void add(TestIndex test, int node) {
    if (is_next_run_a_rerun(test)) {
      const auto it = put_back_.find(test);
      if (--it->second == 0) put_back_.erase(it);
      reruns_.insert(run_of(test, node));
    }
    Test& entry = tests_[test];
    ++entry.runs;
    ++entry.pending;
    entry.last_node = node;
    set_share(test, node, Share::pending);
  }

  // Where several workers run a test, the workers that have not had it come first. So a rerun makes
  // up for a crash only when no first run is missing.
  bool is_next_run_a_rerun(TestIndex test) const {
    if (put_back_.empty()) return false;
    const auto it = put_back_.find(test);
    return it != put_back_.end() && tests_[test].runs + it->second >= runs_per_test_;
  }

  // If one worker runs each test, its share follows from `tests_`.
  Share share_of(TestIndex test, int node) const {
    const Test& entry = tests_[test];
    if (runs_per_test_ == 1) {
      if (entry.runs == 0 || entry.last_node != node) return Share::none;
      return entry.pending > 0 ? Share::pending : Share::complete;
    }
    const auto number = static_cast<std::size_t>(node);
    if (number >= shares_.size() || shares_[number].empty()) return Share::none;
    return shares_[number][test];
  }

  void set_share(TestIndex test, int node, Share share) {
    if (runs_per_test_ == 1) return;
    const auto number = static_cast<std::size_t>(node);
    if (number >= shares_.size()) shares_.resize(number + 1);
    shares_[number].resize(tests_.size());
    shares_[number][test] = share;
  }

  std::vector<Test> tests_;
  std::size_t runs_per_test_;
  std::vector<std::vector<Share>> shares_;     // by worker, then by test
  std::map<TestIndex, std::size_t> put_back_;  // how often; each rerun handed out since counts down
  std::set<Run> reruns_;                       // pending runs of tests that were put back
  std::set<Run> retries_;                      // pending retries
  std::optional<Run> crash_;
  bool closed_ = false;
  std::string violation_;
};

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_CONTROLLER_NODE_ASSIGNMENTS_H_
