// Random sessions: workers die, cannot run, are replaced; tests are put back; schedulers do
// whatever they like; tests exclude each other. Every session ends, no test and no failure is lost,
// and nothing runs beside what excludes it.
#include <algorithm>
#include <cstddef>
#include <map>
#include <memory>
#include <numeric>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "gtest_xdist/controller/locks/lock_table.h"
#include "gtest_xdist/controller/session/iteration.h"
#include "gtest_xdist/scheduler/each.h"
#include "gtest_xdist/scheduler/load.h"

#include "support/random.h"
#include "support/sanitizers.h"
#include "support/stage.h"

namespace gtest_xdist::internal {
namespace {

// As `Base`, but in one of `one_in` calls it does something else; 0: never.
template <class Base>
class Chaotic : public Base {
 public:
  Chaotic(unsigned workers, TestIndex tests, unsigned one_in, Random& random)
      : Base(workers), tests_(tests), one_in_(one_in), random_(random) {}

  bool collection_is_completed() const override {
    return does_as_it_should() ? Base::collection_is_completed() : random_.one_in(2);
  }
  bool tests_finished() const override {
    return does_as_it_should() ? Base::tests_finished() : random_.one_in(2);
  }
  void add_node(Node& node) override {
    seen_.push_back(&node);
    if (does_as_it_should()) Base::add_node(node);
  }
  void add_node_collection(Node& node, const std::vector<TestIndex>& tests) override {
    if (does_as_it_should()) Base::add_node_collection(node, tests);
  }
  void schedule() override {
    if (does_as_it_should()) Base::schedule();
  }
  void mark_test_complete(Node& node, TestIndex test, double seconds) override {
    if (does_as_it_should()) Base::mark_test_complete(node, test, seconds);
  }
  void mark_test_pending(TestIndex test) override {
    if (does_as_it_should()) Base::mark_test_pending(test);
  }
  void remove_node(Node& node, const std::vector<TestIndex>& unfinished) override {
    if (does_as_it_should()) Base::remove_node(node, unfinished);
  }
  std::size_t wake_below(const Node& node) const override {
    return does_as_it_should() ? Base::wake_below(node) : random_.between<std::size_t>(0, 100);
  }

 private:
  bool does_as_it_should() const {
    if (one_in_ == 0 || !random_.one_in(one_in_)) return true;
    switch (random_.between(0, 5)) {
      case 0:
        throw std::runtime_error("chaos");
      case 1:
        throw 7;
      case 2:
        send_anything();
        return random_.one_in(2);
      case 3:
        try {
          send_anything();
        } catch (const std::logic_error&) {
        }
        return random_.one_in(2);
      case 4:
        if (!seen_.empty()) any_node().take_back(random_.between<std::size_t>(0, 5));
        return true;
      default:
        if (!seen_.empty()) any_node().shutdown();
        return false;
    }
  }

  void send_anything() const {
    if (seen_.empty()) return;
    std::vector<TestIndex> tests(random_.between<std::size_t>(0, 3));
    for (TestIndex& test : tests) test = random_.between<TestIndex>(0, tests_ + 1);
    any_node().send(tests);
  }

  Node& any_node() const { return *seen_[random_.between<std::size_t>(0, seen_.size() - 1)]; }

  TestIndex tests_;
  unsigned one_in_;
  Random& random_;
  std::vector<Node*> seen_;  // the dead as well
};

// One random session.
class ChaosSession {
 public:
  ChaosSession(Random& random, unsigned chaos)
      : random_(random),
        workers_(random.between(1U, 4U)),
        tests_(random.between<TestIndex>(1, 12)),
        on_every_worker_(random.one_in(2)),
        may_give_up_(random.one_in(4)),
        restarts_left_(random.between(0, 6)),
        locks_(make_locks()),
        policy_(make_policy()),
        stage_(make_scheduler(chaos), workers_, tests_, handler(), locks_, policy_) {}

  // False if it does not end.
  bool run() {
    for (int step = 0; step < 2000; ++step) {
      if (stage_.iteration().store().missing().empty() && !is_native()) return true;
      if (may_give_up_ && random_.one_in(60)) stage_.iteration().give_up("not run: enough");
      stage_.iteration().go_on();
      if (!act()) {
        if (stage_.iteration().under_way()) return false;
        stage_.iteration().close_account();
      }
      stage_.iteration().set_wake_marks();
    }
    return false;
  }

  void check(bool chaos) {
    for (std::size_t i = 0; i < stage_.size(); ++i) {
      EXPECT_EQ(stage_.node(i).pending(), 0U) << "gw" << i << " runs what is closed";
    }
    const std::map<TestIndex, Report> reports = stage_.take_reports();
    EXPECT_TRUE(was_native_ || stage_.is_accounted_for());
    for (const auto& [test, report] : reports) {
      std::string text = Stage::text_of(report);
      std::replace(text.begin(), text.end(), '\n', ';');
      for (const std::string& word : to_be_told_[test]) {
        EXPECT_NE(text.find(word), std::string::npos) << text << " does not tell " << word;
      }
      EXPECT_LE(runs_[test], (on_every_worker_ ? workers_ : 1U) * (policy_.retries + 1));
      if (text.rfind("skipped: ", 0) == 0) {
        EXPECT_TRUE(text.rfind("skipped: not run: ", 0) == 0 ||
                    (policy_.maxfail > 0 && text == "skipped: "))
            << text;
        EXPECT_EQ(runs_[test] + crashes_[test], 0U) << text;
      } else if (runs_[test] == 0 && !was_native_) {
        EXPECT_TRUE(crashes_[test] > 0 && (report.failed() || was_touched_)) << text;
      }
    }
    const std::string failures = stage_.take_failures();
    EXPECT_TRUE(chaos || failures.find("the scheduler") == std::string::npos) << failures;
  }

 private:
  std::unique_ptr<Scheduler> make_scheduler(unsigned chaos) {
    if (on_every_worker_) {
      return std::make_unique<Chaotic<EachScheduling>>(workers_, tests_, chaos, random_);
    }
    return std::make_unique<Chaotic<LoadScheduling>>(workers_, tests_, chaos, random_);
  }

  FailurePolicy make_policy() {
    FailurePolicy policy;
    if (random_.one_in(2)) policy.retries = random_.between<std::size_t>(1, 3);
    if (random_.one_in(4)) policy.maxfail = random_.between<std::size_t>(1, 4);
    return policy;
  }

  LockTable make_locks() {
    LockTable locks;
    if (random_.one_in(2)) return locks;
    for (TestIndex test = 0; test < tests_; ++test) {
      std::vector<std::string> names;
      for (const char* name : {"a", "b", "c"}) {
        if (random_.one_in(4)) names.emplace_back(name);
      }
      locks.add(test, names, random_.one_in(8));
    }
    return locks;
  }

  bool exclude(TestIndex one, TestIndex other) const {
    const std::vector<LockId>& locks = locks_.locks_of(other);
    return locks_.is_serial(one) || locks_.is_serial(other) ||
           std::any_of(locks_.locks_of(one).begin(), locks_.locks_of(one).end(), [&](LockId lock) {
             return std::find(locks.begin(), locks.end(), lock) != locks.end();
           });
  }

  // Begins the next test, unless the worker runs one; false if there is none.
  bool begin(std::size_t i) {
    const std::optional<TestIndex> test = stage_.begin(i);
    if (!test) return false;
    for (const auto& [other, running] : running_) {
      EXPECT_FALSE(other != i && exclude(*test, running))
          << "gw" << i << " runs " << *test << ", gw" << other << " runs " << running;
    }
    running_[i] = *test;
    return true;
  }

  CrashItemHandler handler() {
    if (random_.one_in(4)) return {};
    return [this](WorkerNode&, TestIndex item, Report& report, Scheduler& scheduler) {
      const CrashVerdict verdict =
          random_.one_in(2) ? CrashVerdict::counts : CrashVerdict::does_not_count;
      if (random_.one_in(8)) {
        report.steps.clear();
        was_touched_ = true;
        is_told_ = false;
      }
      const TestIndex test =
          random_.one_in(8) ? random_.between<TestIndex>(0, tests_) : item;  // others are refused
      const bool puts_back = random_.one_in(2);
      if (puts_back) scheduler.mark_test_pending(test);
      if (random_.one_in(8)) throw 7;  // the crash counts then
      if (puts_back && verdict == CrashVerdict::does_not_count) is_told_ = false;
      return verdict;
    };
  }

  bool is_native() { return stage_.iteration().native() != nullptr; }

  // A random worker does something; false if none can.
  bool act() {
    std::vector<std::size_t> order(stage_.size());
    std::iota(order.begin(), order.end(), 0U);
    for (std::size_t i = order.size(); i > 1; --i) {
      std::swap(order[i - 1], order[random_.between<std::size_t>(0, i - 1)]);
    }
    return std::any_of(order.begin(), order.end(), [&](std::size_t i) { return act(i); });
  }

  bool act(std::size_t i) {
    WorkerNode& node = stage_.node(i);
    if (node.life().is_gone()) return false;
    if (node.is_accused() || random_.one_in(25)) return die(i);
    if (stage_.iteration().native() == &node) return act_natively(i);
    switch (node.life().stage()) {
      case WorkerLife::Stage::starting:
        stage_.collect(i);
        return true;
      case WorkerLife::Stage::collected:
        if (was_native_) return false;
        stage_.set_up(i, !random_.one_in(8));
        was_native_ |= is_native();
        return true;
      case WorkerLife::Stage::ready:
        if (!begin(i)) return false;
        if (random_.one_in(2)) complete(i);
        return true;
      case WorkerLife::Stage::unusable:
      case WorkerLife::Stage::done:
      case WorkerLife::Stage::rejected:
        break;
    }
    return false;
  }

  void complete(std::size_t i) {
    const TestIndex test = *stage_.begin(i);
    std::vector<std::string> failures;
    if (random_.one_in(4)) {
      failures.push_back("failure " + std::to_string(++failures_));
      to_be_told_[test].push_back(failures.back() + ";");
    }
    ++runs_[test];
    running_.erase(i);
    stage_.complete(i, failures);
  }

  bool act_natively(std::size_t i) {
    TestDone done;
    done.test = random_.between<TestIndex>(0, tests_ - 1);
    stage_.iteration().on(stage_.node(i), done);
    if (random_.one_in(2)) return true;
    IterationDone end;
    stage_.iteration().on(stage_.node(i), end);
    return true;
  }

  // As controller/session.h does it.
  bool die(std::size_t i) {
    Iteration& iteration = stage_.iteration();
    const std::optional<TestIndex> test = stage_.begin(i);
    running_.erase(i);
    is_told_ = true;
    stage_.crash(i);
    if (test) {
      ++crashes_[*test];
      if (is_told_) to_be_told_[*test].push_back(stage_.crash_text(i, *test));
    }
    if (iteration.has_work()) {
      if (restarts_left_-- > 0) {
        stage_.add_worker();
      } else {
        iteration.give_up("not run: too many have died");
      }
    }
    bool any = false;
    for (std::size_t j = 0; j < stage_.size(); ++j) {
      any |= !stage_.node(j).life().is_gone();
    }
    if (!any) iteration.give_up("not run: no worker is left");
    return true;
  }

  Random& random_;
  const unsigned workers_;
  const TestIndex tests_;
  const bool on_every_worker_;
  const bool may_give_up_;
  int restarts_left_;
  bool was_native_ = false;
  bool was_touched_ = false;  // whether a handler has changed a report
  bool is_told_ = true;       // whether the crash that is handled must be told
  int failures_ = 0;
  std::map<TestIndex, unsigned> runs_;     // that were completed
  std::map<TestIndex, unsigned> crashes_;  // that were not
  std::map<TestIndex, std::vector<std::string>> to_be_told_;
  std::map<std::size_t, TestIndex> running_;  // by worker
  const LockTable locks_;
  const FailurePolicy policy_;
  Stage stage_;
};

TEST(IterationChaos, EverySessionEndsAndLosesNothing) {
  for (const unsigned chaos : {0U, 100U, 20U, 3U}) {
    Random random(70 + chaos);
    for (int round = 0; round < random_cases(3000) && !HasFailure(); ++round) {
      SCOPED_TRACE("chaos " + std::to_string(chaos) + ", round " + std::to_string(round));
      ChaosSession session(random, chaos);
      ASSERT_TRUE(session.run());
      session.check(chaos > 0);
    }
  }
}

}  // namespace
}  // namespace gtest_xdist::internal
